import Laws
import Testing

/// What a caller is told when a law, an option or a parameter is not known.
@Suite struct LawCatalogTests {
    @Test func `an unknown law lists the known ones`() throws {
        let error = #expect(throws: LawError.self) { try LawCatalog.standard.law("chinchila") }
        let message = try #require(error).message
        #expect(message.hasPrefix(#"law = "chinchila" is not known; choose one of chinchilla, "#))
        #expect(error?.pointer == "/law")
    }

    @Test func `an unknown option lists the law's options`() throws {
        let error = #expect(throws: LawError.self) {
            try LawCatalog.standard.law("lr-annealing", options: ["warmup": "counted"])
        }
        #expect(
            error?.message
                == #"option "warmup" is not one of the law lr-annealing; it has annealing_from, "#
                + "warmup_area, model_size, points_from.")
        #expect(error?.pointer == "/options/warmup")
    }

    @Test func `a law without options says so`() {
        let error = #expect(throws: LawError.self) {
            try LawCatalog.standard.law("chinchilla", options: ["points_from": "start"])
        }
        #expect(
            error?.message
                == #"option "points_from": the law chinchilla has no options; leave it out."#)
    }

    @Test func `a value that is no choice lists the choices`() {
        let error = #expect(throws: LawError.self) {
            try LawCatalog.standard.law("lr-annealing", options: ["model_size": "yes"])
        }
        #expect(
            error?.message
                == #"option model_size = "yes" is not a choice; use ignored or included."#)
    }

    @Test func `defaults are filled in`() throws {
        let law = try LawCatalog.standard.law("lr-annealing")
        #expect(
            law.options.values == [
                "annealing_from": "end_of_warmup", "warmup_area": "counted",
                "model_size": "ignored", "points_from": "end_of_warmup",
            ])
        #expect(law.parameters.count == 5)
    }

    @Test func `an unknown parameter lists the law's parameters`() throws {
        let law = try LawCatalog.standard.law("chinchilla")
        let error = #expect(throws: LawError.self) { try law.index(ofParameter: "alpha") }
        #expect(
            error?.message
                == #"parameter "alpha" is not one of the law chinchilla; its parameters are "#
                + "irreducible_loss, parameter_coefficient, token_coefficient, parameter_exponent, "
                + "token_exponent.")
    }
}
