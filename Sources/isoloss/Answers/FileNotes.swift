/// What was taken for what, when many files were read the same way.
enum FileNotes {
    /// Says once what holds for several files.
    ///
    /// - Parameter notes: Sentences that begin with their file's name and a colon.
    /// - Returns: One sentence for each kind of note, in the order of the first.
    static func merged(_ notes: [String]) -> [String] {
        var texts: [String] = []
        var files: [String: [String]] = [:]
        for note in notes {
            let parts = note.split(separator: ": ", maxSplits: 1).map(String.init)
            let (file, text) = parts.count == 2 ? (parts[0], parts[1]) : ("", note)
            if files[text] == nil { texts.append(text) }
            files[text, default: []].append(file)
        }
        return texts.map { text in
            let names = files[text] ?? []
            guard let first = names.first, !first.isEmpty else { return text }
            return names.count == 1 ? "\(first): \(text)" : "\(names.count) files: \(text)"
        }
    }
}

extension OutputOptions {
    /// Tells people on standard error how files were read; scripts want the answer alone.
    func note(_ notes: [String]) {
        guard format == .text else { return }
        for note in FileNotes.merged(notes) { Output.note(note) }
    }
}
