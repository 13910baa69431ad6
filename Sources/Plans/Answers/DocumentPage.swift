import Foundation
package import Plots

/// The page, the rows and the picture of a document, from its members and their names' words.
extension PlanDocument {
    /// The list that only pictures show.
    static let drawing = "drawing"

    package var rows: Table {
        for field in PlanField.all where field.name != Self.drawing {
            let rows = rows(field.name)
            if !rows.isEmpty { return Self.table(rows, isForPeople: false) }
        }
        let single = members.filter { if case .rows = $0.value { false } else { true } }
        return Self.table([single], isForPeople: false)
    }

    package var page: PlanPage {
        let about = (try? PlanCatalog.standard.kind(kind))?.about
        let title = (law.map { "\($0): " } ?? "") + (about?.title ?? kind)
        let lists = PlanField.all.filter { $0.name != Self.drawing }.map { rows($0.name) }
        return PlanPage(
            title: title, advice: advice,
            chart: about?.pictures.lazy.compactMap { chart($0, title: title) }.first,
            tables: [quantityTable].compactMap(\.self)
                + lists.filter { !$0.isEmpty }.map { Self.table($0, isForPeople: true) }
                + [sentenceTable].compactMap(\.self))
    }

    private var quantityTable: Table? {
        let rows = PlanField.all.compactMap { field -> [Table.Cell]? in
            let quantity: PlannedQuantity
            switch members[field.name] {
            case .number(let value): quantity = PlannedQuantity(value)
            case .quantity(let planned): quantity = planned
            case .text, .rows, .null, nil: return nil
            }
            return [
                .text(field.words), .number(quantity.value, digits: field.digits),
                .number(quantity.lower, digits: field.digits),
                .number(quantity.upper, digits: field.digits), .text(field.unit),
            ]
        }
        guard !rows.isEmpty else { return nil }
        return Table(header: ["", "value", "lower", "upper", "unit"], rows: rows)
    }

    private var sentenceTable: Table? {
        let rows = PlanField.all.compactMap { field -> [Table.Cell]? in
            guard case .text(let text) = members[field.name] else { return nil }
            return [.text(field.words), .text(text)]
        }
        return rows.isEmpty ? nil : Table(header: ["", ""], rows: rows)
    }

    /// Columns in the order of `PlanField.all`, a quantity's bounds beside it where it has some.
    private static func table(_ rows: [[String: PlanValue]], isForPeople: Bool) -> Table {
        let fields = PlanField.all.filter { field in rows.contains { $0[field.name] != nil } }
        var header: [String] = []
        var cells: [[Table.Cell]] = rows.map { _ in [] }
        for field in fields {
            let values = rows.map { $0[field.name] ?? .null }
            let digits = isForPeople ? field.digits : 17
            header.append(isForPeople ? field.words : field.name)
            for (row, value) in values.enumerated() {
                cells[row].append(cell(value, digits: digits))
            }
            let bounds = values.map(\.bounds)
            guard bounds.contains(where: { $0 != nil }) else { continue }
            header +=
                isForPeople ? ["lower", "upper"] : ["\(field.name)_lower", "\(field.name)_upper"]
            for (row, ends) in bounds.enumerated() {
                cells[row] += [
                    .number(ends?.lowerBound, digits: digits),
                    .number(ends?.upperBound, digits: digits),
                ]
            }
        }
        return Table(header: header, rows: cells)
    }

    private static func cell(_ value: PlanValue, digits: Int) -> Table.Cell {
        switch value {
        case .text(let text): .text(text)
        case .rows, .null: .empty
        case .number, .quantity: .number(value.number, digits: digits)
        }
    }

    // MARK: Picture

    /// Heights that span more than this are drawn by their logarithms.
    private static let logarithmicSpan = 30.0

    private func chart(_ picture: PlanDescription.Picture, title: String) -> LineChart? {
        var panels = picture.panels.compactMap { panel($0, picture) }
        guard !panels.isEmpty else { return nil }
        // Lines of one name look the same in all panels, and the legend names them once.
        var named: Set<String> = []
        for index in panels.indices {
            for place in panels[index].series.indices
            where !named.insert(panels[index].series[place].name).inserted {
                panels[index].series[place].name = ""
            }
        }
        var chart = LineChart(
            title: title, xLabel: PlanField.named(picture.x).axisLabel, panels: panels)
        chart.isLogarithmic = picture.isLogarithmic
        return chart
    }

    /// One panel; nil where no list has two points to draw.
    private func panel(
        _ layers: [PlanDescription.Picture.Layer], _ picture: PlanDescription.Picture
    ) -> LineChart.Panel? {
        guard let first = layers.first else { return nil }
        let field = PlanField.named(first.y)
        var panel = LineChart.Panel(yLabel: field.words, unit: field.axisUnit, series: [])
        let heights = layers.flatMap { layer in
            rows(layer.list).compactMap { $0[layer.y]?.number }
        }
        // The lower of several decades would all be one line.
        panel.isLogarithmic =
            (heights.min() ?? 0) > 0
            && (heights.max() ?? 0) > Self.logarithmicSpan * (heights.min() ?? 0)
        func point(_ row: [String: PlanValue], height: Double?) -> PlotPoint? {
            guard let x = row[picture.x]?.number, let height,
                x > 0 || !picture.isLogarithmic, height > 0 || !panel.isLogarithmic
            else { return nil }
            return PlotPoint(
                x: picture.isLogarithmic ? log10(x) : x,
                y: panel.isLogarithmic ? log10(height) : height)
        }
        func place(_ row: [String: PlanValue], _ y: String) -> PlotPoint? {
            point(row, height: row[y]?.number)
        }
        for layer in layers {
            let rows = rows(layer.list).filter { place($0, layer.y) != nil }
            for group in Self.groups(rows, by: layer.group) {
                let look = LineChart.Series.look(panel.series.count)
                let line = layer.beyond == nil ? look.mark : .line
                var series = LineChart.Series(
                    name: layer.dots ?? group.name ?? PlanField.named(layer.y).words,
                    points: group.rows.compactMap { place($0, layer.y) },
                    mark: layer.dots == nil ? line : .dots, ink: look.ink)
                if let member = layer.beyond {
                    series.isBeyond = group.rows.map { $0[member] == .text(PlanField.beyond) }
                }
                panel.series.append(series)
            }
            let bounds = rows.compactMap { row in row[layer.y]?.bounds.map { (row, $0) } }
            guard layer.group == nil, bounds.count > 1, panel.bands.isEmpty else { continue }
            func edge(_ end: (ClosedRange<Double>) -> Double) -> [PlotPoint] {
                bounds.compactMap { row, range in point(row, height: end(range)) }
            }
            panel.bands.append(
                .init(name: "interval", lower: edge(\.lowerBound), upper: edge(\.upperBound)))
        }
        guard panel.series.contains(where: { $0.points.count > 1 }) else { return nil }
        if let best = place(members, first.y), let x = members[picture.x]?.number {
            panel.notes.append(.init(at: best, SizeText.count(x)))
        }
        return panel
    }

    /// Rows by the value of a member, in the order in which values appear; all of them without one.
    private static func groups(
        _ rows: [[String: PlanValue]], by member: String?
    ) -> [(name: String?, rows: [[String: PlanValue]])] {
        guard let member else { return rows.isEmpty ? [] : [(nil, rows)] }
        let unit = PlanField.named(member).unit
        var groups: [(name: String?, rows: [[String: PlanValue]])] = []
        for row in rows {
            let name: String
            if case .text(let text) = row[member] {
                name = text
            } else {
                name =
                    PlanText.number(row[member]?.number ?? .nan, digits: 3)
                    + (unit == PlanField.asFitted ? "" : " \(unit)")
            }
            if let index = groups.firstIndex(where: { $0.name == name }) {
                groups[index].rows.append(row)
            } else {
                groups.append((name, [row]))
            }
        }
        return groups
    }
}
