/// Reads the schedule language: items separated by commas, `repeat` nested.
struct ScheduleParser {
    private let bytes: [UInt8]
    private var position = 0
    private let runs: ScheduledRuns?

    /// The parts read beside the segments.
    private(set) var reading = Reading()

    init(_ text: String, runs: ScheduledRuns?) {
        bytes = Array(text.utf8)
        self.runs = runs
    }

    /// Completes an error that a segment of this text gave rise to after parsing.
    ///
    /// Segments remember only where they begin: copying out the text of each, in case it fails
    /// later, would cost more than all the rest.
    func completing(_ error: ScheduleError) -> ScheduleError {
        guard case .text("", let offset) = error.place else { return error }
        return fault(error.kind, item: offset, at: offset)
    }

    /// Reads the whole text.
    ///
    /// - Returns: the segments, named schedules written out.
    /// - Throws: `ScheduleError` with the item and the character.
    mutating func segments() throws(ScheduleError) -> [ScheduleSegment] {
        let list = try list(depth: 0)
        guard position == bytes.count else {
            throw fault(.unexpected(nextCharacter), item: position, at: position)
        }
        return list
    }

    private mutating func list(depth: Int) throws(ScheduleError) -> [ScheduleSegment] {
        var list: [ScheduleSegment] = []
        repeat {
            let start = position
            list += try item(depth: depth)
            // Refused here, before the rest of a long text is read and kept.
            guard list.count <= ScheduleLimits.segments else {
                throw fault(.tooManySegments, item: start, at: start)
            }
        } while take(",")
        return list
    }

    private mutating func item(depth: Int) throws(ScheduleError) -> [ScheduleSegment] {
        skipSpaces()
        let start = position
        let name = word()
        guard !name.text.isEmpty else { throw fault(.empty, item: start, at: start) }
        defer { skipSpaces() }
        if peek == UInt8(ascii: "(") {
            return try namedSchedule(name.text, start: start)
        }
        if name.text == ScheduleCatalog.continuation.name {
            return try continuation(start: start, depth: depth)
        }
        return [try segment(name.text, start: start, depth: depth)]
    }

    /// `from:RUN@s`.
    private mutating func continuation(
        start: Int, depth: Int
    ) throws(ScheduleError) -> [ScheduleSegment] {
        let malformed = ScheduleError.Kind.malformed(usage: ScheduleCatalog.continuation.usage)
        guard take(":") else { throw fault(malformed, item: start, at: start) }
        let run = word()
        guard take("@") else { throw fault(malformed, item: start, at: start) }
        let written = word()
        guard let step = ScheduleValue.count(written.text, atLeast: 1) else {
            throw fault(
                .invalid(field: "step", value: written.text, rule: .stepCount), item: start,
                at: written.offset)
        }
        let isFirst = depth == 0 && bytes[..<start].allSatisfy(Self.isSpace)
        guard isFirst else { throw fault(.notFirst, item: start, at: start) }
        let segment = itemText(from: start)
        let head = try RunReference(
            run: run.text, step: step,
            runAt: .text(segment: segment, offset: characters(before: run.offset)),
            stepAt: .text(segment: segment, offset: characters(before: written.offset))
        ).head(in: runs)
        reading = head.reading
        return head.segments
    }

    // MARK: Segments

    private mutating func segment(
        _ name: String, start: Int, depth: Int
    ) throws(ScheduleError) -> ScheduleSegment {
        guard let form = ScheduleCatalog.segmentForm(named: name) else {
            throw fault(.unknownSegment(name), item: start, at: start)
        }
        let place = ScheduleError.Place.text(segment: "", offset: start)
        if name == "repeat" {
            return try repetition(start: start, depth: depth, usage: form.usage)
        }
        if name == "step" {
            guard let target = try target(start: start) else {
                throw fault(.malformed(usage: form.usage), item: start, at: start)
            }
            return ScheduleSegment(.jump(to: target), at: place)
        }
        guard let shape = ScheduleCatalog.shape(named: name) else {
            throw fault(Self.parameterFault(form, name), item: start, at: start)
        }
        let steps = try count("steps", rule: .stepCount, start: start, usage: form.usage)
        let whole = try whole(atLeast: steps, start: start)
        let target = try target(start: start)
        guard (target != nil) == type(of: shape).takesTarget, whole == nil || target != nil else {
            throw fault(.malformed(usage: form.usage), item: start, at: start)
        }
        return ScheduleSegment(
            .run(shape: shape, steps: steps, whole: whole == steps ? nil : whole, target: target),
            at: place)
    }

    /// A name that begins as that of a shape with a parameter, which cannot be read.
    private static func parameterFault(
        _ form: ScheduleForm, _ name: String
    ) -> ScheduleError.Kind {
        let shape = ScheduleCatalog.shapes.first { $0.form.name == form.name }
        guard let parameter = shape?.parameter, name != form.name else {
            return .malformed(usage: form.usage)
        }
        let value = String(name.dropFirst(parameter.prefix.count))
        return .invalid(field: parameter.symbol, value: value, rule: parameter.rule)
    }

    /// The `/m` of a segment that is the first n of m steps.
    private mutating func whole(atLeast steps: Int, start: Int) throws(ScheduleError) -> Int? {
        guard take("/") else { return nil }
        let written = word()
        guard let count = ScheduleValue.count(written.text, atLeast: steps) else {
            throw fault(
                .invalid(
                    field: "steps of the whole segment", value: written.text,
                    rule: .within(steps...ScheduleLimits.steps)), item: start, at: written.offset)
        }
        return count
    }

    private mutating func repetition(
        start: Int, depth: Int, usage: String
    ) throws(ScheduleError) -> ScheduleSegment {
        guard depth < ScheduleLimits.depth else {
            throw fault(.tooDeep, item: start, at: start)
        }
        let times = try count("repeat", rule: .wholeCount, start: start, usage: usage)
        let opening = position
        guard take("(") else { throw fault(.malformed(usage: usage), item: start, at: start) }
        let inside = try list(depth: depth + 1)
        guard take(")") else { throw unclosed(item: start, opening: opening) }
        return ScheduleSegment(
            .repetition(times: times, segments: inside), at: .text(segment: "", offset: start))
    }

    private mutating func count(
        _ field: String, rule: ScheduleError.Rule, start: Int, usage: String
    ) throws(ScheduleError) -> Int {
        guard take(":") else { throw fault(.malformed(usage: usage), item: start, at: start) }
        let written = word()
        guard let count = ScheduleValue.count(written.text, atLeast: 1) else {
            throw fault(
                .invalid(field: field, value: written.text, rule: rule), item: start,
                at: written.offset)
        }
        return count
    }

    private mutating func target(start: Int) throws(ScheduleError) -> Double? {
        guard take("@") else { return nil }
        let written = word()
        guard let rate = ScheduleValue.learningRate(written.text) else {
            throw fault(
                .invalid(field: "learning rate", value: written.text, rule: .learningRate),
                item: start, at: written.offset)
        }
        return rate
    }

    // MARK: Named schedules

    private mutating func namedSchedule(
        _ name: String, start: Int
    ) throws(ScheduleError) -> [ScheduleSegment] {
        guard let schedule = ScheduleCatalog.schedules.first(where: { $0.form.name == name }) else {
            let known = ScheduleCatalog.segmentForm(named: name)
            throw fault(
                known.map { .malformed(usage: $0.usage) } ?? .unknownSchedule(name), item: start,
                at: start)
        }
        do {
            return try schedule.segments(try arguments(of: schedule.form, start: start))
        } catch {
            // Places remember their byte alone; only now are characters counted.
            guard case .text("", let offset) = error.place else { throw error }
            throw fault(error.kind, item: start, at: offset)
        }
    }

    private mutating func arguments(
        of form: ScheduleForm, start: Int
    ) throws(ScheduleError) -> ScheduleArguments {
        let opening = position
        _ = take("(")
        var arguments = ScheduleArguments(form: form, place: .text(segment: "", offset: start))
        repeat {
            skipSpaces()
            if peek == UInt8(ascii: ")") { break }
            let key = word()
            let place = ScheduleError.Place.text(segment: "", offset: key.offset)
            guard take("=") else {
                throw ScheduleError(.malformed(usage: form.usage), at: place)
            }
            let value = word()
            try arguments.add(
                value.text, for: key.text, at: place,
                valueAt: .text(segment: "", offset: value.offset))
            skipSpaces()
        } while take(",")
        guard take(")") else { throw unclosed(item: start, opening: opening) }
        return arguments
    }

    // MARK: Characters

    private var peek: UInt8? {
        position < bytes.count ? bytes[position] : nil
    }

    private mutating func take(_ mark: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: mark) else { return false }
        position += 1
        return true
    }

    private mutating func skipSpaces() {
        while let next = peek, Self.isSpace(next) { position += 1 }
    }

    /// The text up to the next mark of the language, without the spaces about it.
    private mutating func word() -> (text: String, offset: Int) {
        skipSpaces()
        let start = position
        while let next = peek, !Self.isMark(next) { position += 1 }
        var end = position
        while end > start, Self.isSpace(bytes[end - 1]) { end -= 1 }
        return (text(start..<end), start)
    }

    /// The item that begins at `start`, to its comma or to the parenthesis that closes around it.
    private func itemText(from start: Int) -> String {
        var depth = 0
        var end = start
        while end < bytes.count {
            let next = Unicode.Scalar(bytes[end])
            if next == "(" { depth += 1 }
            if next == ")" { depth -= 1 }
            if depth < 0 || (depth == 0 && next == ",") { break }
            end += 1
        }
        return text(start..<end)
    }

    private var nextCharacter: String {
        String(decoding: bytes[position...], as: UTF8.self).prefix(1).description
    }

    /// Characters before a byte: errors count characters, the parser bytes.
    private func characters(before position: Int) -> Int {
        text(0..<position).count
    }

    private func text(_ range: Range<Int>) -> String {
        String(decoding: bytes[range], as: UTF8.self)
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || (9...13).contains(byte)
    }

    private static func isMark(_ byte: UInt8) -> Bool {
        switch Unicode.Scalar(byte) {
        case ":", "@", "(", ")", ",", "=", "/": true
        default: false
        }
    }

    private func unclosed(item start: Int, opening: Int) -> ScheduleError {
        guard peek != nil else {
            return fault(.unclosedParenthesis, item: start, at: opening)
        }
        return fault(.unexpected(nextCharacter), item: start, at: position)
    }

    private func fault(
        _ kind: ScheduleError.Kind, item start: Int, at offset: Int
    ) -> ScheduleError {
        ScheduleError(
            kind, at: .text(segment: itemText(from: start), offset: characters(before: offset)))
    }
}
