import API
import ArgumentParser
import JSONText
import Plots

/// `isoloss health`: whether a server is there, for health checks of containers.
struct HealthCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "health",
        abstract: "Ask whether a server is up: exit code 0 if so, else 1.",
        discussion: """
            As a container's health check, or against another machine:

              isoloss health
              isoloss health --server http://10.0.0.7:8080
            """)

    @Option(help: ArgumentHelp("The server to ask.", valueName: "url"))
    var server = "http://127.0.0.1:8080"

    @OptionGroup var output: OutputOptions

    func run() throws {
        let client = try ServerClient(server)
        do {
            let body = try client.get(["healthz"])
            try output.print(HealthOutput(server: server, body: body))
        } catch let error as ClientError {
            // Whatever is wrong, the answer is no: health checks know 0 and 1.
            Output.error(error.message)
            throw ExitCode.noAnswer
        }
    }
}

/// A server that is up.
private struct HealthOutput: CommandOutput {
    let server: String
    let body: [UInt8]

    func json() throws -> JSONValue { try JSONParser.parse(body) }

    var table: Table {
        Table(header: ["server", "status"], rows: [[.text(server), .text("ok")]])
    }

    func text(style: TerminalStyle) -> [String] { ["\(server) is up"] }
}

/// `isoloss client`: the Python client, as a server has it at `/isoloss.py`.
struct ClientCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "client",
        abstract: "Print isoloss.py, one file by which a Python program sends its logs.",
        discussion: """
            Beside the training script, on a machine that cannot reach the server yet:

              isoloss client > isoloss.py
              isoloss client | ssh trainer 'cat > isoloss.py'

            Then, as the file's own first lines show:

              import isoloss
              run = isoloss.init("http://127.0.0.1:8080", name="my-run")
              run.log({"loss": 3.7, "lr": 3e-3}, step=300)

            It needs Python 3.9 and nothing else.
            """)

    func run() {
        Output.print(bytes: PythonClient.source)
    }
}
