import API
import ArgumentParser

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
