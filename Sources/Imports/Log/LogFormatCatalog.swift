/// The formats that are known, in the order in which they are listed; of two that are equally
/// sure, the earlier reads the file.
package enum LogFormatCatalog {
    /// Every format of Isoloss: a new one is one line here.
    package static let standard: [any LogFormat] = [
        TensorBoardFormat(),
        WandbFileFormat(),
        TrackerDatabaseFormat(),
        TrainerStateFormat(),
        MegatronValuesFormat(),
        MMEngineScalarsFormat(),
        WandbChartFormat(),
        NanoGPTFormat(),
        BuildNanoGPTFormat(),
        NanochatFormat(),
        ModdedNanoGPTFormat(),
        LLMCFormat(),
        LLMCMainLogFormat(),
        BarredStepFormat(),
        NanotronFormat(),
        MegatronFormat(),
        OLMoFormat(),
        ComposerFormat(),
        TorchtitanFormat(),
        LevanterFormat(),
        FairseqFormat(),
        MMEngineFormat(),
        KerasConsoleFormat(),
        TrainerConsoleFormat(),
        DeepSpeedFormat(),
        ProgressBarFormat(),
        MarianFormat(),
        CLUFormat(),
        ESPnetFormat(),
        MLflowMetricFormat(),
        LogServiceFormat(),
        JSONLinesFormat(),
        JSONDocumentFormat(),
        DelimitedFormat.csv,
        DelimitedFormat.tsv,
        DelimitedFormat.semicolons,
        GenericConsoleFormat(),
        StepBlockFormat(),
        EpochConsoleFormat(),
        DelimitedFormat.bars,
        DelimitedFormat.blanks,
    ]

    /// The format of a name.
    ///
    /// - Parameters:
    ///   - name: A word that `--as` may take.
    ///   - file: The file's name, for the error.
    /// - Returns: The format.
    /// - Throws: `RunFileError.Kind.noSuchFormat`.
    static func format(named name: String, file: String) throws(RunFileError) -> any LogFormat {
        guard let format = standard.first(where: { $0.name == name }) else {
            throw RunFileError(
                file: file, kind: .noSuchFormat(name, known: standard.map(\.name)))
        }
        return format
    }

    /// The format that is surest of a file.
    ///
    /// - Parameters:
    ///   - head: The beginning of the file.
    ///   - isBinary: Whether formats of binary content are asked, or those of text.
    /// - Returns: The format; nil where none recognises it.
    static func format(of head: LogHead, isBinary: Bool) -> (any LogFormat)? {
        var best: (format: any LogFormat, confidence: Confidence)?
        for format in standard where format.isBinary == isBinary {
            let confidence = format.recognises(head)
            guard confidence > best?.confidence ?? .none else { continue }
            best = (format, confidence)
            if confidence == .certain { break }
        }
        return best?.format
    }
}
