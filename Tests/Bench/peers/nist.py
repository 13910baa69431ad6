"""Solves the problems of the NIST archive with SciPy and cminpack.

Reads a line of JSON with the data sets from standard input and writes one with the answers:
parameters, residual sum of squares and standard deviations by solver, problem and start.
"""

import ctypes
import ctypes.util
import json
import sys
import warnings

import numpy as np
import scipy
from scipy.optimize import least_squares


def ratio(x, b, top):
    numerator = sum(b[i] * x**i for i in range(top))
    return numerator / (1 + sum(b[top + i - 1] * x**i for i in range(1, top)))


def gauss(x, b):
    bells = sum(b[i] * np.exp(-((x - b[i + 1]) ** 2) / b[i + 2] ** 2) for i in (2, 5))
    return b[0] * np.exp(-b[1] * x) + bells


def southern_oscillation(x, b):
    turn = 2 * np.pi * x
    value = b[0] + b[1] * np.cos(turn / 12) + b[2] * np.sin(turn / 12)
    for i in (3, 6):
        value = value + b[i + 1] * np.cos(turn / b[i]) + b[i + 2] * np.sin(turn / b[i])
    return value


def saturation(x, b):
    return b[0] * (1 - np.exp(-b[1] * x))


def chwirut(x, b):
    return np.exp(-b[0] * x) / (b[1] + b[2] * x)


def lanczos(x, b):
    return sum(b[i] * np.exp(-b[i + 1] * x) for i in (0, 2, 4))


# Powers are exponentials of logarithms, so that they take complex arguments.
MODELS = {
    "Bennett5": lambda x, b: b[0] * np.exp(-np.log(b[1] + x) / b[2]),
    "BoxBOD": saturation,
    "Chwirut1": chwirut,
    "Chwirut2": chwirut,
    "DanWood": lambda x, b: b[0] * np.exp(b[1] * np.log(x)),
    "ENSO": southern_oscillation,
    "Eckerle4": lambda x, b: b[0] / b[1] * np.exp(-0.5 * ((x - b[2]) / b[1]) ** 2),
    "Gauss1": gauss,
    "Gauss2": gauss,
    "Gauss3": gauss,
    "Hahn1": lambda x, b: ratio(x, b, 4),
    "Kirby2": lambda x, b: ratio(x, b, 3),
    "Lanczos1": lanczos,
    "Lanczos2": lanczos,
    "Lanczos3": lanczos,
    "MGH09": lambda x, b: b[0] * (x**2 + x * b[1]) / (x**2 + x * b[2] + b[3]),
    "MGH10": lambda x, b: b[0] * np.exp(b[1] / (x + b[2])),
    "MGH17": lambda x, b: b[0] + b[1] * np.exp(-x * b[3]) + b[2] * np.exp(-x * b[4]),
    "Misra1a": saturation,
    "Misra1b": lambda x, b: b[0] * (1 - (1 + b[1] * x / 2) ** -2.0),
    "Misra1c": lambda x, b: b[0] * (1 - 1 / np.sqrt(1 + 2 * b[1] * x)),
    "Misra1d": lambda x, b: b[0] * b[1] * x / (1 + b[1] * x),
    "Nelson": lambda x, b: b[0] - b[1] * x[0] * np.exp(-b[2] * x[1]),
    "Rat42": lambda x, b: b[0] / (1 + np.exp(b[1] - b[2] * x)),
    "Rat43": lambda x, b: b[0] * np.exp(-np.log(1 + np.exp(b[1] - b[2] * x)) / b[3]),
    "Roszman1": lambda x, b: b[0] - b[1] * x - np.arctan(b[2] / (x - b[3])) / np.pi,
    "Thurber": lambda x, b: ratio(x, b, 4),
}


class Problem:
    """Residuals of a data set, with derivatives exact to rounding by complex steps.

    Source: Squire and Trapp 1998, doi:10.1137/S003614459631241X.
    """

    def __init__(self, dataset):
        columns = np.array(dataset["predictors"]).T
        self.x = columns if len(columns) > 1 else columns[0]
        self.y = np.array(dataset["responses"])
        self.model = MODELS[dataset["name"]]

    def residuals(self, b):
        return self.model(self.x, b) - self.y

    def jacobian(self, b):
        columns = []
        for index in range(len(b)):
            moved = np.array(b, dtype=complex)
            step = 1e-30 * max(abs(b[index]), 1e-30)
            moved[index] += 1j * step
            columns.append(np.imag(self.model(self.x, moved) + 0j * self.y) / step)
        return np.stack(columns, axis=1)


FUNCTION = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_int, ctypes.POINTER(ctypes.c_double),
    ctypes.POINTER(ctypes.c_double), ctypes.POINTER(ctypes.c_double), ctypes.c_int, ctypes.c_int)


def lmder(library, problem, start, tolerance):
    """cminpack's lmder with its own scaling, as its lmder1 calls it but for the tolerances."""
    rows, count = len(problem.y), len(start)

    def evaluate(_, m, n, x, fvec, fjac, ldfjac, flag):
        b = np.ctypeslib.as_array(x, (n,)).copy()
        if flag == 1:
            np.ctypeslib.as_array(fvec, (m,))[:] = problem.residuals(b)
        else:
            np.ctypeslib.as_array(fjac, (n, ldfjac))[:, :m] = problem.jacobian(b).T
        return 0

    def vector(size):
        return (ctypes.c_double * size)()

    x = (ctypes.c_double * count)(*start)
    integers = [ctypes.c_int(0), ctypes.c_int(0)]
    library.lmder(
        FUNCTION(evaluate), None, rows, count, x, vector(rows), vector(rows * count), rows,
        *[ctypes.c_double(tolerance)] * 3, 20_000, vector(count), 1, ctypes.c_double(100.0), 0,
        *[ctypes.byref(i) for i in integers], (ctypes.c_int * count)(), vector(count),
        vector(count), vector(count), vector(count), vector(rows))
    return np.array(x[:])


def scipy_solver(**options):
    def solve(problem, start):
        return least_squares(problem.residuals, start, problem.jacobian, **options).x

    return solve


def solvers():
    tight = {"ftol": 2.3e-16, "xtol": 2.3e-16, "gtol": 2.3e-16, "max_nfev": 20_000}
    found = {
        "scipy lm": scipy_solver(method="lm"),
        "scipy lm tight": scipy_solver(method="lm", x_scale="jac", **tight),
        "scipy trf": scipy_solver(method="trf"),
        "scipy trf tight": scipy_solver(method="trf", x_scale="jac", **tight),
    }
    name = ctypes.util.find_library("cminpack")
    if name:
        library = ctypes.CDLL(name)
        found["cminpack tight"] = lambda problem, start: lmder(library, problem, start, 1e-15)
    return found


def answer(problem, parameters):
    residuals = problem.residuals(parameters)
    jacobian = problem.jacobian(parameters)
    total = float(residuals @ residuals)
    deviations = [float("nan")] * len(parameters)
    if np.isfinite(jacobian).all():
        triangle = np.linalg.qr(jacobian, mode="r")
        if (np.abs(np.diag(triangle)) > 0).all():
            inverse = np.linalg.inv(triangle)
            freedom = len(residuals) - len(parameters)
            deviations = list(np.sqrt((inverse**2).sum(axis=1) * total / freedom))
    return {
        "parameters": [str(v) for v in parameters], "sum": str(total),
        "deviations": [str(v) for v in deviations]}


def main():
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    answers = []
    for dataset in json.loads(sys.stdin.readline())["datasets"]:
        problem = Problem(dataset)
        for solver, solve in solvers().items():
            for index, start in enumerate(dataset["starts"]):
                try:
                    parameters = solve(problem, np.array(start))
                except ValueError:
                    parameters = np.full(len(start), np.nan)
                answers.append(
                    {"solver": solver, "problem": dataset["name"], "start": index}
                    | answer(problem, parameters))
    versions = f"numpy {np.__version__}, scipy {scipy.__version__}"
    print(json.dumps({"versions": versions, "answers": answers}))


main()
