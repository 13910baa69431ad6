// swift-tools-version: 6.3
import PackageDescription

// One manifest for the whole house. Arrows point down only: a target may import exactly what is
// listed here, and `Tests/check.sh` builds with the import check that enforces it.

let argumentParser = Target.Dependency.product(
    name: "ArgumentParser", package: "swift-argument-parser")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")

let package = Package(
    name: "isoloss",
    products: [
        .executable(name: "isoloss", targets: ["isoloss"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    ],
    targets: [
        // System libraries behind small shims: just the routines used.
        .systemLibrary(
            name: "CLAPACK", providers: [.apt(["libopenblas-dev"])]),
        .systemLibrary(
            name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "CEpoll"),

        // The page and the Python client, embedded as they are compiled.
        .target(name: "CAssets", exclude: ["page", "client"]),

        // JSON as a tree, faults by line and column: imports nothing.
        .target(name: "JSONText"),

        // Runs and points, as files, requests, the store and fits all have them.
        .target(name: "Schedules", dependencies: ["JSONText"]),
        .target(name: "Records", dependencies: ["JSONText", "Schedules"]),

        // Pictures and tables: numbers in, SVG, CSV or lines of a terminal out.
        .target(name: "Plots", dependencies: ["JSONText"]),

        // Mathematics: no SQL, no HTTP.
        .target(name: "LeastSquares", dependencies: ["CLAPACK"]),
        .target(name: "Laws", dependencies: ["LeastSquares", "Records", "Schedules"]),
        .target(
            name: "Fitting", dependencies: ["Laws", "LeastSquares", "Records", "Schedules"]),
        .target(
            name: "Plans",
            dependencies: [
                "Fitting", "Laws", "LeastSquares", "Plots", "Records", "Schedules",
            ]),

        // The outside world: files, SQLite, sockets.
        .target(
            name: "Imports", dependencies: ["CZlib", "JSONText", "Records", "Schedules", grdb]),
        .target(
            name: "Store", dependencies: ["Records", "Schedules", grdb, sqlite],
            resources: [.embedInCode("migrations")]),
        .target(name: "HTTP", dependencies: ["CEpoll", "JSONText", logging]),

        // Questions and answers, the same for a file, a store and a server far away.
        .target(
            name: "Contract",
            dependencies: [
                "Fitting", "JSONText", "Laws", "Plans", "Plots", "Records", "Schedules",
            ]),

        // Where they meet.
        .target(
            name: "API",
            dependencies: [
                "CAssets", "CZlib", "Contract", "Fitting", "HTTP", "Imports", "JSONText", "Laws",
                "Plans", "Plots", "Records", "Schedules", "Store", logging,
            ]),
        .executableTarget(
            name: "isoloss",
            dependencies: [
                "API", "Fitting", "HTTP", "Imports", "JSONText", "Laws", "Plans", "Plots",
                "Records",
                "Schedules", "Store", argumentParser, logging,
            ]),

        // Measurements, run by hand: `swift run -c release isoloss-bench --help`.
        .executableTarget(
            name: "isoloss-bench",
            dependencies: [
                "Fitting", "Imports", "JSONText", "Laws", "LeastSquares", "Plans", "Records",
                "Schedules", "TestSupport", argumentParser,
            ],
            path: "Tests/Bench", exclude: ["peers"]),

        // Tests: one target per room, helpers shared through TestSupport.
        .target(name: "TestSupport", path: "Tests/TestSupport"),
        .target(
            name: "LawTestSupport", dependencies: ["Laws", "Records", "Schedules", "TestSupport"],
            path: "Tests/LawTestSupport"),
        .testTarget(name: "JSONTextTests", dependencies: ["JSONText", "TestSupport"]),
        .testTarget(
            name: "LeastSquaresTests", dependencies: ["LeastSquares", "TestSupport"],
            resources: [.copy("NIST")]),
        .testTarget(
            name: "SchedulesTests", dependencies: ["JSONText", "Schedules", "TestSupport"]),
        .testTarget(
            name: "LawsTests",
            dependencies: ["Laws", "LawTestSupport", "Records", "Schedules", "TestSupport"]),
        .testTarget(
            name: "FittingTests",
            dependencies: [
                "Fitting", "JSONText", "Laws", "LawTestSupport", "LeastSquares", "Records",
                "Schedules", "TestSupport",
            ]),
        .testTarget(
            name: "ContractTests",
            dependencies: [
                "Contract", "Fitting", "JSONText", "Laws", "Plans", "Records", "Schedules",
            ]),
        .testTarget(name: "PlotsTests", dependencies: ["JSONText", "Plots"]),
        .testTarget(
            name: "PlansTests",
            dependencies: [
                "Fitting", "JSONText", "Laws", "LawTestSupport", "Plans", "Plots", "Records",
                "Schedules", "TestSupport",
            ]),
        .testTarget(
            name: "ImportsTests",
            dependencies: [
                "CZlib", "Imports", "JSONText", "Records", "Schedules", "TestSupport", grdb,
            ],
            exclude: ["fixtures", "make-fixtures.py"]),
        .testTarget(name: "RecordsTests", dependencies: ["Records", "Schedules", "TestSupport"]),
        .testTarget(
            name: "StoreTests",
            dependencies: ["Records", "Schedules", "Store", "TestSupport", grdb]),
        .testTarget(
            name: "HTTPTests", dependencies: ["HTTP", "JSONText", "TestSupport", logging]),
        .testTarget(
            name: "APITests",
            dependencies: [
                "API", "CZlib", "Fitting", "HTTP", "JSONText", "Laws", "LawTestSupport", "Plans",
                "Records", "Schedules", "Store", "TestSupport", logging,
            ]),
        .testTarget(
            name: "CLITests",
            dependencies: [
                "API", "Fitting", "isoloss", "Laws", "Plans", "Plots", "Records", "Schedules",
                "TestSupport",
            ]),
        .testTarget(name: "PackageTests"),
    ]
)

// Coverage-guided fuzzing, `Tests/fuzz.sh`: one more program, with every target instrumented.
let isFuzzing = Context.environment["ISOLOSS_FUZZER"] != nil
if isFuzzing {
    package.targets.append(
        .executableTarget(
            name: "isoloss-fuzz", dependencies: ["HTTP", "Imports", "JSONText", "LawTestSupport"],
            path: "Tests/Fuzz", linkerSettings: [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])])
    )
}

// The quick loop, `Tests/quick.sh Laws`: of the whole house only the tests of one room and what
// they need, so that one change costs one room's build.
let root =
    isFuzzing ? "isoloss-fuzz" : Context.environment["ISOLOSS_ROOM"].map { "\($0)Tests" }
if let root {
    var wanted: Set = [root]
    var pending = [root]
    while let name = pending.popLast() {
        guard let target = package.targets.first(where: { $0.name == name }) else {
            fatalError("there is no target \(name)")
        }
        for case .byNameItem(let dependency, _) in target.dependencies
        where wanted.insert(dependency).inserted {
            pending.append(dependency)
        }
    }
    package.targets.removeAll { !wanted.contains($0.name) }
    package.products = []
}

// The same strict settings for every target of ours:
// https://github.com/swiftlang/swift-evolution/blob/main/proposals/0335-existential-any.md
// https://github.com/swiftlang/swift-evolution/blob/main/proposals/0409-access-level-on-imports.md
// https://github.com/swiftlang/swift-evolution/blob/main/proposals/0444-member-import-visibility.md
// https://github.com/swiftlang/swift-evolution/blob/main/proposals/0470-isolated-conformances.md
// https://github.com/swiftlang/swift-evolution/blob/main/proposals/0461-async-function-isolation.md
// https://github.com/swiftlang/swift-evolution/blob/main/proposals/0481-weak-let.md
for target in package.targets where target.type != .system {
    target.swiftSettings = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InferIsolatedConformances"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .enableUpcomingFeature("ImmutableWeakCaptures"),
        .treatAllWarnings(as: .error),
    ]
    if isFuzzing { target.swiftSettings?.append(.unsafeFlags(["-sanitize=fuzzer"])) }
}
