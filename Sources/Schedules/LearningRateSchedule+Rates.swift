extension LearningRateSchedule {
    /// The learning rate of a step.
    ///
    /// - Parameter step: 0 … S; S gives the rate at which the schedule ends.
    /// - Returns: η_step.
    package func learningRate(at step: Int) -> Double {
        precondition((0...totalSteps).contains(step), "a step within the schedule")
        guard step < totalSteps else { return finalLearningRate }
        let piece = pieces[pieceIndex(at: step)]
        return piece.learningRate(at: step - piece.span.firstStep)
    }

    /// The learning rates of steps 0 … `lastStep` in a row, written out anew at each call.
    ///
    /// - Parameter lastStep: 0 … S.
    /// - Returns: η_0 … η_lastStep.
    package func learningRates(through lastStep: Int) -> [Double] {
        precondition((0...totalSteps).contains(lastStep), "a step within the schedule")
        var rates: [Double] = []
        rates.reserveCapacity(lastStep + 1)
        for piece in pieces where piece.span.firstStep <= lastStep {
            let count = min(piece.steps, lastStep + 1 - piece.span.firstStep)
            piece.shape.write(count, in: piece.span, into: &rates)
        }
        if lastStep == totalSteps { rates.append(finalLearningRate) }
        return rates
    }

    /// The index of the piece to which a step below S belongs.
    func pieceIndex(at step: Int) -> Int {
        var low = 0
        var high = pieces.count - 1
        while low < high {
            let middle = (low + high + 1) / 2
            if pieces[middle].span.firstStep <= step {
                low = middle
            } else {
                high = middle - 1
            }
        }
        return low
    }
}
