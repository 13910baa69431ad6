import HTTP
import Store
import Testing

@testable import API

@Suite struct FaultMappingTests {
    @Test(arguments: [5, 6, 261, 517])
    func `a locked database is a reason to come back`(_ code: Int) throws {
        let error = StoreError.sqlite(code: code, reason: "database is locked")
        let fault = try #require(FaultMapping.fault(for: error))
        #expect(fault.status == .serviceUnavailable)
        #expect(fault.headers["Retry-After"] == "2")
        #expect(
            fault.detail
                == "The database is locked by another process, such as an import; try again.")
    }

    @Test func `a full disk is named`() throws {
        let error = StoreError.sqlite(code: 13, reason: "database or disk is full")
        let fault = try #require(FaultMapping.fault(for: error))
        #expect(fault.status == .insufficientStorage)
        #expect(
            fault.detail
                == "The server's disk is full, nothing was stored; make room on it.")
    }

    @Test func `damage is said, and that the rest is served`() throws {
        let error = StoreError.sqlite(code: 11, reason: "database disk image is malformed")
        let fault = try #require(FaultMapping.fault(for: error))
        #expect(fault.status == .internalServerError)
        #expect(fault.detail.contains("isoloss check says where"))
    }

    @Test(arguments: [0, 1, 19])
    func `another failure of the database is for the log alone`(_ code: Int) {
        #expect(FaultMapping.fault(for: StoreError.sqlite(code: code, reason: "x")) == nil)
    }
}
