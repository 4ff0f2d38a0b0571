import FuzzTargets
import Glibc

/// The environment names the target, since libFuzzer hands its arguments on to processes that it starts.
private let target: FuzzTarget = {
    let name = getenv("FUZZ_TARGET").map { String(cString: $0) } ?? ""
    if let target = FuzzTarget.all.first(where: { $0.name == name }) { return target }
    print("FUZZ_TARGET must be one of \(FuzzTarget.all.map(\.name).joined(separator: " "))")
    exit(64)
}()

/// What libFuzzer calls with each input, by this name.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    do throws(Finding) {
        try target.run(Array(UnsafeBufferPointer(start: start, count: count)))
    } catch {
        // A trap is what libFuzzer notices: it keeps the input and tells where.
        fatalError("finding: \(error)")
    }
    return 0
}
