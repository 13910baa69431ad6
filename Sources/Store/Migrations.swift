/// One step of the schema: an SQL file of the top-level folder `migrations`, embedded in the binary.
package struct Migration: Equatable, Sendable {
    /// The file's name without `.sql`; also its name in the database.
    package let identifier: String
    package let sql: String

    package init(identifier: String, sql: String) {
        self.identifier = identifier
        self.sql = sql
    }

    private init(_ identifier: String, _ bytes: [UInt8]) {
        self.init(identifier: identifier, sql: String(decoding: bytes, as: UTF8.self))
    }

    /// All migrations, in the order in which they are applied.
    ///
    /// To change the schema, add a file and a line here; a file that has landed is never edited.
    package static let all = [
        Migration("v0001-migration-checksum", PackageResources.v0001_migration_checksum_sql),
        Migration("v0002-run", PackageResources.v0002_run_sql),
        Migration("v0003-point", PackageResources.v0003_point_sql),
        Migration("v0004-fit", PackageResources.v0004_fit_sql),
    ]

    /// FNV-1a, 64 bits, as 16 hexadecimal digits: it has to notice an edit, not withstand an attack.
    ///
    /// Source: RFC 9923, section 2.
    package var checksum: String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in sql.utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
        }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
