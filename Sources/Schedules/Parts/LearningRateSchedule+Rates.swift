extension LearningRateSchedule {
    /// The learning rate of a step.
    ///
    /// - Parameter step: 0 … S; S gives the rate at which the schedule ends.
    /// - Returns: η_step.
    package func learningRate(at step: Int) -> Double {
        precondition((0...totalSteps).contains(step), "a step within the schedule")
        guard step < totalSteps else { return finalLearningRate }
        return parts.place(of: step).learningRate(at: step)
    }

    /// The learning rates of steps 0 … `lastStep` in a row, written out anew at each call.
    ///
    /// - Parameter lastStep: 0 … S.
    /// - Returns: η_0 … η_lastStep.
    package func learningRates(through lastStep: Int) -> [Double] {
        precondition((0...totalSteps).contains(lastStep), "a step within the schedule")
        var rates: [Double] = []
        rates.reserveCapacity(lastStep + 1)
        parts.forEachPiece(before: lastStep + 1) { place in
            let count = min(place.piece.steps, lastStep + 1 - place.firstStep)
            place.piece.shape.write(count, in: place.piece.span, into: &rates)
        }
        if lastStep == totalSteps { rates.append(finalLearningRate) }
        return rates
    }

    /// The steps at which a segment begins, those of cycles each time: between two of them one
    /// formula gives the rate.
    package var pieceStarts: [Int] {
        var starts: [Int] = []
        parts.forEachPiece(before: totalSteps) { starts.append($0.firstStep) }
        return starts
    }

    /// The last rate above 0 before a step at rate 0.
    ///
    /// - Parameters:
    ///   - step: A step of rate 0.
    ///   - start: The step before which it does not look.
    /// - Returns: The rate; nil where all rates from `start` on are 0.
    package func lastPositiveRate(before step: Int, from start: Int) -> Double? {
        var step = step - 1
        while step >= start {
            let place = parts.place(of: step)
            let rate = place.learningRate(at: step)
            guard rate == 0 else { return rate }
            // A piece that has risen from 0 no further was at 0 all along, unless it is a table.
            step =
                place.piece.form == .listed || place.piece.from > 0 ? step - 1 : place.firstStep - 1
        }
        return nil
    }
}
