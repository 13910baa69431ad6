"""The LR-annealing and multi-power laws in NumPy, fitted by SciPy, and areas by lfilter."""

import time

import numpy as np
from scipy.optimize import least_squares
from scipy.signal import lfilter

DELTA = 1e-3
CURVES = []


class Curve:
    def __init__(self, given):
        self.steps = np.array(given["steps"])
        self.target = np.log(given["losses"])
        self.rates = np.array(given["rates"])
        self.areas = np.cumsum(self.rates)
        self.log_area = np.log(self.areas[self.steps])
        self.drops = -np.diff(self.rates, prepend=self.rates[:1])
        self.kept = self.drops.copy()
        self.kept[: given["first_drop"]] = 0
        # The multi-power sum only needs the steps at which the rate changes.
        self.changes = np.flatnonzero(self.drops)


def load(question):
    CURVES[:] = [Curve(given) for given in question["curves"]]


def by_filter(drops, decay):
    momentum = lfilter([1.0], [1.0, -decay], drops)
    slope = lfilter([1.0], [1.0, -decay], np.concatenate([[0.0], momentum[:-1]]))
    return np.cumsum(momentum), np.cumsum(slope)


def by_loop(drops, decay):
    area, area_slope = np.empty_like(drops), np.empty_like(drops)
    momentum = slope = total = total_slope = 0.0
    for i in range(len(drops)):
        slope = decay * slope + momentum
        momentum = decay * momentum + drops[i]
        total += momentum
        total_slope += slope
        area[i], area_slope[i] = total, total_slope
    return area, area_slope


class Annealing:
    """Residuals over (L0, A, alpha, C, u) with decay = 1 - exp(-u); arXiv 2408.11029."""

    def __init__(self, recurrence):
        self.recurrence = recurrence

    def evaluate(self, x):
        decay = -np.expm1(-x[4])
        values, slopes = [], []
        for curve in CURVES:
            area, area_slope = self.recurrence(curve.kept, decay)
            area, area_slope = area[curve.steps], area_slope[curve.steps]
            power = np.exp(-x[2] * curve.log_area)
            loss = x[0] + x[1] * power - x[3] * area
            values.append(np.log(loss) - curve.target)
            slopes.append(
                np.stack(
                    [np.ones_like(power), power, -x[1] * power * curve.log_area, -area,
                     -x[3] * area_slope * (1 - decay)], axis=1) / loss[:, None])
        return np.concatenate(values), np.concatenate(slopes)


class MultiPower:
    """The authors' double sum over (L0, A, alpha, B, log C, log beta, gamma); arXiv 2503.12811."""

    def evaluate(self, x):
        level, size, exponent, gain = x[:4]
        rate, power, rate_exponent = np.exp(x[4]), np.exp(x[5]), x[6]
        values, slopes = [], []
        for curve in CURVES:
            changes, drops = curve.changes, curve.drops[curve.changes]
            rates = curve.rates[changes]
            before = curve.areas[changes] - rates
            factors = rate * rates**-rate_exponent
            log_rates = np.log(rates)
            rows = np.empty((len(curve.steps), 4))
            for row, step in enumerate(curve.steps):
                count = np.searchsorted(changes, step, side="right")
                x_k = factors[:count] * (curve.areas[step] - before[:count])
                log_base = np.log1p(x_k)
                rest = np.exp(-power * log_base)
                drop = drops[:count]
                inner = drop * rest * power * x_k / (1 + x_k)
                rows[row] = (
                    (drop * (1 - rest)).sum(), inner.sum(),
                    (drop * rest * log_base).sum() * power,
                    -(inner * log_rates[:count]).sum())
            area_power = np.exp(-exponent * curve.log_area)
            loss = level + size * area_power - gain * rows[:, 0]
            values.append(np.log(loss) - curve.target)
            slopes.append(
                np.stack(
                    [np.ones_like(loss), area_power, -size * area_power * curve.log_area,
                     -rows[:, 0], -gain * rows[:, 1], -gain * rows[:, 2], -gain * rows[:, 3]],
                    axis=1) / loss[:, None])
        return np.concatenate(values), np.concatenate(slopes)


class OutOfTime(Exception):
    pass


def fit(law, start, bounds, seconds=np.inf):
    """SciPy's trf with Huber until it stops or its CPU seconds are spent."""
    began = time.process_time()
    best = {"cost": np.inf, "evaluations": 0}
    cache = {}

    def evaluate(x):
        key = x.tobytes()
        if key not in cache:
            if time.process_time() - began > seconds:
                raise OutOfTime
            cache.clear()
            cache[key] = law.evaluate(x)
            size = np.abs(cache[key][0])
            cost = np.where(size <= DELTA, 0.5 * size**2, DELTA * (size - 0.5 * DELTA)).sum()
            best["cost"] = min(best["cost"], float(cost))
            best["evaluations"] += 1
        return cache[key]

    try:
        least_squares(
            lambda x: evaluate(x)[0], start, lambda x: evaluate(x)[1], method="trf", loss="huber",
            f_scale=DELTA, bounds=bounds, x_scale="jac", max_nfev=2_000)
        best["finished"] = True
    except OutOfTime:
        best["finished"] = False
    return best | {"seconds": time.process_time() - began}


def annealing(question):
    recurrence = by_loop if question["loop"] else by_filter
    bounds = ([0, 0, 0, 0, -np.log(0.5)], [100, 1e6, 5, 1e6, -np.log(1e-6)])
    return fit(Annealing(recurrence), question["start"], bounds)


def multi_power_evaluation(question):
    MultiPower().evaluate(np.array(question["start"]))


def multi_power(question):
    low = [0, 0, 0, 0, np.log(1e-6), np.log(1e-3), 0]
    high = [100, 1e6, 5, 1e9, np.log(1e6), np.log(10), 2]
    return fit(MultiPower(), question["start"], (low, high), question["seconds"])


def areas(question):
    """S1 and S2 at every step of a schedule: a cumulative sum and one lfilter."""
    rates = np.fromfile(question["file"])
    began = time.process_time()
    forward = np.cumsum(rates)
    momentum = lfilter([1.0], [1.0, -question["decay"]], -np.diff(rates, prepend=rates[:1]))
    annealed = np.cumsum(momentum)
    seconds = time.process_time() - began
    steps = question["steps"]
    return {
        "seconds": seconds, "forward": forward[steps].tolist(),
        "annealed": annealed[steps].tolist()}
