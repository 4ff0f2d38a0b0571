import Glibc

// Runs workloads, each at its size and at twice that. Valgrind counts what happens within `measureCost`, and nothing else;
// `Tests/Cost/test_cost.py` starts both and compares.
//
//   cost-workloads list
//   cost-workloads list-flat
//   cost-workloads run NAME...
//   cost-workloads directory TOKENS ACCOUNTS
//   cost-workloads file TOKENS

/// Called by one place: the tests name it to Valgrind.
@inline(never) func measureCost(_ work: () -> Int) -> Int { work() }

/// What the tests must find, or they would find nothing.
let square = Workload("the square, to see that it is found", 1000, result: { $0 * $0 }) { count in
    var number = count
    return {
        var sum = 0
        for _ in 0..<count { for _ in 0..<count { number = number &* 31 % 1_000_003; sum += number < 0 ? 0 : 1 } }
        return sum
    }
}
let workloads =
    messageWorkloads + contentWorkloads + previewWorkloads + fileWorkloads + tableWorkloads + connectionWorkloads
    + directoryWorkloads + addressWorkloads + holderWorkloads + tokenWorkloads

func number(_ index: Int) -> Int {
    guard CommandLine.arguments.count > index, let number = Int(CommandLine.arguments[index]) else {
        fatalError("a number is missing")
    }
    return number
}

switch CommandLine.arguments.dropFirst().first {
case "list": for workload in workloads where !workload.isFlat { print(workload.name) }
case "list-flat": for workload in workloads where workload.isFlat { print(workload.name) }
case "run":
    for name in CommandLine.arguments.dropFirst(2) {
        guard let workload = (workloads + [square]).first(where: { $0.name == name }) else {
            fatalError("no workload \(name)")
        }
        // What happens once in a process, such as making a table, is no part of the cost.
        _ = workload.prepare(workload.size / 10)()
        for size in [workload.size, 2 * workload.size] {
            let result = measureCost(workload.prepare(size))
            guard result == workload.result(size) else { fatalError("\(name): \(result) of \(size) done") }
            print("\(name)\t\(size)")
        }
    }
case "directory": DirectoryFigures.directory(tokens: number(2), accounts: number(3))
case "file": DirectoryFigures.file(tokens: number(2))
case "file-read": DirectoryFigures.reading(CommandLine.arguments[2])
default:
    print("usage: cost-workloads list | list-flat | run NAME... | directory TOKENS ACCOUNTS | file TOKENS")
    exit(64)
}
