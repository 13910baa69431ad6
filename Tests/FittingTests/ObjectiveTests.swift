import Fitting
import Foundation
import JSONText
import LeastSquares
import Testing

/// Objectives as text and as JSON.
@Suite struct ObjectiveTests {
    @Test(arguments: [
        ("log-huber", Objective(residual: .log, loss: .huber(delta: 0.001))),
        ("log-huber:0.01", Objective(residual: .log, loss: .huber(delta: 0.01))),
        ("log-squares", Objective(residual: .log, loss: .squares)),
        ("huber:0.5", Objective(residual: .linear, loss: .huber(delta: 0.5))),
        ("squares", Objective(residual: .linear, loss: .squares)),
        ("log-cauchy:0.002", Objective(residual: .log, loss: .cauchy(delta: 0.002))),
    ])
    func `a name is read and written`(text: String, objective: Objective) throws {
        #expect(try Objective(parsing: text) == objective)
        #expect(try Objective(parsing: objective.text) == objective)
    }

    @Test(arguments: [
        "", "hubert", "log-", "huber:", "huber:-1", "huber:x", "squares:1", "huber:inf",
    ])
    func `an unknown name is refused with what is allowed`(text: String) {
        let error = #expect(throws: FittingError.self) { try Objective(parsing: text) }
        #expect(error?.pointer == "/objective")
        #expect(error?.message.contains("use log-huber, log-squares, huber or squares") == true)
    }

    @Test func `JSON takes the object and the name`() throws {
        let decoder = JSONDecoder()
        let object = Data(#"{"residual":"log","loss":"huber","delta":0.001}"#.utf8)
        #expect(try decoder.decode(Objective.self, from: object) == .standard)
        let name = Data(#""log-huber:0.001""#.utf8)
        #expect(try decoder.decode(Objective.self, from: name) == .standard)
        let encoded = try JSONEncoding.bytes(of: Objective(residual: .linear, loss: .squares))
        #expect(try decoder.decode(Objective.self, from: Data(encoded)).loss == .squares)
    }
}
