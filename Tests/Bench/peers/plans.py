"""Optimises a schedule the way the multi-power authors do: plain Adam on the falls of the rate.

The setting is theirs (Luo et al. 2025, arXiv 2503.12811): falls start at 0 and stay at 0 or more,
rates never fall below 1e-10, Adam's own rate is 5e-9, 10,000 steps. Their objective leaves the
warm-up's rises out of the drops and counts its area as half of peak times steps. One JSON object
per line in, one out; "seconds" is this process's CPU.
"""

import json
import sys
import time

import numpy as np


class Objective:
    """Final loss of the rates after the warm-up, and its slope by each fall."""

    def __init__(self, question):
        self.parameters = question["parameters"]
        self.peak = question["peak"]
        self.warmup_area = 0.5 * question["peak"] * question["warmup"]
        self.lowest = 1e-10

    def at(self, rates, falls):
        irreducible, coefficient, alpha, gain, drop_rate, beta, gamma = self.parameters
        area = self.warmup_area + rates.sum()
        # The area from each step to the end.
        left = np.cumsum(rates[::-1])[::-1]
        power = rates**-gamma
        grown = 1 + drop_rate * power * left
        rest = grown**-beta
        loss = irreducible + coefficient * area**-alpha - gain * np.dot(falls, 1 - rest)
        pull = falls * (beta * drop_rate) * rest / grown * power
        by_rate = -alpha * coefficient * area ** (-alpha - 1) - gain * (
            np.cumsum(pull) - gamma * pull * left / rates
        )
        by_rate[rates <= self.lowest] = 0
        by_fall = -np.cumsum(by_rate[::-1])[::-1] - gain * (1 - rest)
        return loss, by_fall


def optimise(question):
    objective = Objective(question)
    free = question["total_steps"] - question["warmup"]
    falls = np.zeros(free)
    first, second = np.zeros(free), np.zeros(free)
    for step in range(1, question["iterations"] + 1):
        rates = np.maximum(objective.peak - np.cumsum(falls), objective.lowest)
        loss, slopes = objective.at(rates, falls)
        first = 0.9 * first + 0.1 * slopes
        second = 0.999 * second + 0.001 * slopes**2
        unbiased = np.sqrt(second / (1 - 0.999**step)) + 1e-8
        falls = falls - 5e-9 * (first / (1 - 0.9**step)) / unbiased
        falls = np.clip(falls, 0, objective.peak)
        falls[objective.peak - np.cumsum(falls) <= objective.lowest] = 0
    rates = np.maximum(objective.peak - np.cumsum(falls), objective.lowest)
    return {"loss": float(objective.at(rates, falls)[0]), "rates": rates.tolist()}


def evaluate(question):
    rates = np.array(question["rates"])
    falls = -np.diff(rates, prepend=question["peak"])
    return {"loss": float(Objective(question).at(rates, falls)[0])}


def main():
    for line in sys.stdin:
        question = json.loads(line)
        began = time.process_time()
        answer = {"optimise": optimise, "evaluate": evaluate}[question["task"]](question)
        answer["seconds"] = time.process_time() - began
        print(json.dumps(answer), flush=True)


main()
