import Plots
import Testing

@testable import isoloss

@Suite struct TerminalStyleTests {
    @Test(arguments: [
        (["LANG": "C.UTF-8"], true), (["LANG": "de_DE.utf8"], true), (["LANG": "C"], false),
        (["LC_ALL": "C", "LANG": "C.UTF-8"], false), (["LC_CTYPE": "C.UTF-8", "LANG": "C"], true),
        (["LC_ALL": "", "LANG": "C.UTF-8"], true), ([:], false),
    ])
    func `takes the locale's encoding from the first variable that is set`(
        environment: [String: String], isUnicode: Bool
    ) {
        #expect(TerminalStyle.isUnicode(environment: environment) == isUnicode)
    }

    @Test func `shows a bar with the part that is done`() {
        let bar = ProgressBar(title: "fitting", fraction: 0.5, elapsedSeconds: 3.4)
        #expect(
            bar.line(style: TerminalStyle(width: 43, isUnicode: false))
                == "fitting  [######......]  50 %  3 s")
        #expect(
            bar.line(style: TerminalStyle(width: 43, isUnicode: true))
                == "fitting  [██████░░░░░░]  50 %  3 s")
    }

    @Test func `shows the time alone where the work cannot tell how far it is`() {
        let bar = ProgressBar(title: "importing", note: "run-1", elapsedSeconds: 61)
        #expect(
            bar.line(style: TerminalStyle(width: 80, isUnicode: true))
                == "importing  run-1  61 s")
        #expect(bar.line(style: TerminalStyle(width: 10, isUnicode: true)).count == 9)
    }
}
