import ArgumentParser

/// A drawing of what is predicted.
struct PlotOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Draw the curve into a file, replacing it; .png needs rsvg-convert.",
            valueName: "out.svg|png"))
    var plot: String?

    @Option(
        help: ArgumentHelp(
            "Draw the measured points of this run of PATH… or of the server; its schedule and "
                + "sizes stand where none are given.",
            valueName: "id"))
    var run: String?

    /// The file to draw, checked before there is anything to draw.
    ///
    /// - Returns: The file, or nil where none is wanted.
    /// - Throws: `UsageError` for another kind of file, or where PNG cannot be written.
    func file() throws(UsageError) -> PlotFile? {
        guard let plot else { return nil }
        return try PlotFile(plot)
    }
}
