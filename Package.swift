// swift-tools-version: 6.1
import PackageDescription

/// The same rules for every target of ours: Swift 6 concurrency, and no warning survives.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

/// What `version` tells. Not asked from git here: SwiftPM would remember the answer for commits to come.
let commit = Context.environment["STREAMS_PROXY_COMMIT"].flatMap { text in
    let isPlain = text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D }
    return text.isEmpty || !isPlain ? nil : text
}

let package = Package(
    name: "luna-streams-proxy",
    products: [
        .executable(name: "streams-proxy", targets: ["streams-proxy"]),
        .executable(name: "demo-luna-streams", targets: ["demo-luna-streams"]),
        .executable(name: "demo-luna-accounts", targets: ["demo-luna-accounts"]),
    ],
    targets: [
        // C libraries of the system, each behind a header of typed shims.
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CTurboJPEG", pkgConfig: "libturbojpeg", providers: [.apt(["libturbojpeg0-dev"])]),
        .systemLibrary(name: "CLinux"),
        .target(name: "CBuild", cSettings: commit.map { [.define("STREAMS_PROXY_COMMIT", to: "\"\($0)\"")] } ?? []),

        .target(name: "JSON", swiftSettings: strict, linkerSettings: [.linkedLibrary("m")]),
        .target(name: "HTTPCore", dependencies: ["CLinux", "COpenSSL"], swiftSettings: strict),
        .target(name: "Auth", dependencies: ["HTTPCore", "JSON", "COpenSSL"], swiftSettings: strict),
        .target(name: "Previews", dependencies: ["HTTPCore"], swiftSettings: strict),
        .target(
            name: "StreamsProxy", dependencies: ["HTTPCore", "Previews", "Auth", "JSON", "CBuild", "CCurl", "CLinux"],
            swiftSettings: strict),
        .executableTarget(name: "streams-proxy", dependencies: ["StreamsProxy"], swiftSettings: strict),
        .target(
            name: "DemoLunaStreams", dependencies: ["HTTPCore", "JSON", "CTurboJPEG"],
            swiftSettings: strict),
        .executableTarget(name: "demo-luna-streams", dependencies: ["DemoLunaStreams"], swiftSettings: strict),
        .target(name: "DemoLunaAccounts", dependencies: ["HTTPCore", "Auth", "JSON"], swiftSettings: strict),
        .executableTarget(
            name: "demo-luna-accounts", dependencies: ["DemoLunaAccounts", "HTTPCore"], swiftSettings: strict),

        // What tests do by chance, and can do again.
        .target(name: "SeededRandom", path: "Tests/SeededRandom", swiftSettings: strict),

        .testTarget(name: "JSONTests", dependencies: ["JSON"], swiftSettings: strict),
        .testTarget(
            name: "HTTPCoreTests", dependencies: ["HTTPCore", "COpenSSL", "SeededRandom"], swiftSettings: strict),
        .testTarget(
            name: "PreviewsTests", dependencies: ["Previews", "HTTPCore", "SeededRandom"], swiftSettings: strict),
        .testTarget(name: "AuthTests", dependencies: ["Auth", "HTTPCore", "JSON", "COpenSSL"], swiftSettings: strict),
        .testTarget(
            name: "StreamsProxyTests",
            dependencies: ["StreamsProxy", "HTTPCore", "Auth", "JSON", "FuzzTargets", "SeededRandom"],
            swiftSettings: strict),
        .testTarget(
            name: "DemoLunaStreamsTests",
            dependencies: ["DemoLunaStreams", "demo-luna-streams", "HTTPCore", "JSON", "CTurboJPEG"],
            swiftSettings: strict),
        .testTarget(
            name: "DemoLunaAccountsTests", dependencies: ["DemoLunaAccounts", "Auth"], swiftSettings: strict),

        // What is fuzzed, as plain functions: `scripts/fuzz` runs them by libFuzzer, every test run over their corpus.
        .target(
            name: "FuzzTargets", dependencies: ["StreamsProxy", "Previews", "HTTPCore", "Auth", "JSON", "COpenSSL"],
            path: "Tests/Fuzzing/Targets", swiftSettings: strict),
        .testTarget(
            name: "FuzzTargetsTests", dependencies: ["FuzzTargets", "HTTPCore"], path: "Tests/Fuzzing/Replay",
            swiftSettings: strict),
        // What `Tests/Cost` counts the instructions of.
        .executableTarget(
            name: "cost-workloads", dependencies: ["StreamsProxy", "Previews", "HTTPCore", "Auth", "JSON"],
            path: "Tests/Cost/Workloads", swiftSettings: strict),
        .testTarget(
            name: "SimulationTests",
            dependencies: ["FuzzTargets", "StreamsProxy", "Previews", "HTTPCore", "Auth", "SeededRandom"],
            swiftSettings: strict),
    ]
)

// Where only the program is built, as for an image, the tests need not be there, and changing one costs no compilation.
if Context.environment["WITHOUT_TESTS"] != nil {
    package.targets.removeAll { $0.type == .test || $0.path?.hasPrefix("Tests/") == true }
}

// libFuzzer brings flags with it that no other build may have.
if Context.environment["FUZZING"] != nil {
    package.targets.append(
        .executableTarget(
            name: "fuzz", dependencies: ["FuzzTargets"], path: "Tests/Fuzzing/Driver", swiftSettings: strict))
}
