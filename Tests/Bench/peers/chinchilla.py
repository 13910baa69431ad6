"""The canonical Chinchilla objective: Huber on log residuals, as people fit it with SciPy."""

import itertools

import numpy as np
from scipy.optimize import least_squares

DELTA = 1e-3
TABLE = {}


def load(question):
    TABLE["n"] = np.log(question["sizes"])
    TABLE["d"] = np.log(question["tokens"])
    TABLE["t"] = np.log(question["losses"])


def terms(x):
    """Parameters are a, b, e, alpha, beta with A = exp a and so on (arXiv 2203.15556)."""
    return (
        np.exp(x[0] - x[3] * TABLE["n"]), np.exp(x[1] - x[4] * TABLE["d"]),
        np.full(len(TABLE["n"]), np.exp(x[2])))


def residuals(x):
    return np.log(sum(terms(x))) - TABLE["t"]


def jacobian(x):
    first, second, third = terms(x)
    total = first + second + third
    return np.stack(
        [first, second, third, -TABLE["n"] * first, -TABLE["d"] * second], axis=1
    ) / total[:, None]


def robust(x, **options):
    return least_squares(
        residuals, x, jacobian, method="trf", loss="huber", f_scale=DELTA, **options)


def one_start(question):
    if question["method"] == "lm":
        fit = least_squares(residuals, question["start"], jacobian, method="lm")
        return {"cost": float(fit.cost)}
    return {"cost": float(robust(question["start"]).cost)}


def starts(question):
    """A search from many starts spread over the usual ranges; the best is the answer."""
    points = itertools.product(
        [2.0, 6.0, 12.0, 18.0], [2.0, 6.0, 12.0, 18.0, 24.0], [0.5], [0.3, 0.6, 1.0])
    fits = [robust([a, b, e, s, s]) for a, b, e, s in points]
    best = min(fit.cost for fit in fits)
    agreeing = sum(fit.cost <= best * (1 + 1e-6) for fit in fits)
    return {"cost": float(best), "starts": len(fits), "agreeing": int(agreeing)}


def grid(question):
    """A grid over both exponents, the rest by a linear solve, and one search from the best."""
    exponents = np.linspace(0.05, 1.2, question["side"])
    size_columns = np.exp(-np.outer(exponents, TABLE["n"]))
    token_columns = np.exp(-np.outer(exponents, TABLE["d"]))
    losses = np.exp(TABLE["t"])
    weights = 1 / losses
    best, place = np.inf, None
    ones = np.ones_like(losses)
    for i, size_column in enumerate(size_columns):
        # All second exponents at once: normal equations of relative residuals.
        columns = np.stack(
            [np.broadcast_to(ones, token_columns.shape),
             np.broadcast_to(size_column, token_columns.shape), token_columns], axis=2)
        weighted = columns * weights[None, :, None]
        matrices = weighted.transpose(0, 2, 1) @ weighted
        sides = weighted.sum(axis=1)
        scales = np.sqrt(np.einsum("kii->ki", matrices))
        matrices /= scales[:, :, None] * scales[:, None, :]
        solved = np.linalg.solve(matrices + 1e-12 * np.eye(3), (sides / scales)[:, :, None])
        solved = solved[:, :, 0] / scales
        costs = (((weighted @ solved[:, :, None])[:, :, 0] - 1) ** 2).sum(axis=1)
        costs[(solved <= 0).any(axis=1)] = np.inf
        k = int(np.argmin(costs))
        if costs[k] < best:
            best, place = costs[k], (i, k, solved[k])
    i, k, (e, a, b) = place
    fit = robust([np.log(a), np.log(b), np.log(e), exponents[i], exponents[k]])
    return {"cost": float(fit.cost)}


def refits(question, **options):
    """Fits of resampled rows, each started at the fit of all rows."""
    draws = np.fromfile(question["file"], dtype=np.int32).reshape(-1, len(TABLE["n"]))
    full, fits = dict(TABLE), []
    for draw in draws[question["first"] : question["end"]]:
        for key, values in full.items():
            TABLE[key] = values[draw]
        fits.append(robust(question["start"], **options))
    TABLE.update(full)
    return fits


def bootstrap(question):
    """The costs of refits as people run them."""
    return {"costs": [float(fit.cost) for fit in refits(question)]}


def exact_bootstrap(question):
    """The costs of refits to the last digits, and their parameters' standard deviations."""
    fits = refits(
        question, x_scale="jac", ftol=1e-13, xtol=1e-13, gtol=1e-13, max_nfev=2000)
    values = np.array([[*np.exp(fit.x[:3]), *fit.x[3:]] for fit in fits])
    return {"costs": [float(fit.cost) for fit in fits], "errors": values.std(0, ddof=1).tolist()}
