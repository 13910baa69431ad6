"""Answers timed questions with SciPy: one JSON object per line in, one out.

Every answer carries "seconds" of this process's CPU and what was found. NumPy and SciPy run on
one thread: whoever starts this sets OPENBLAS_NUM_THREADS=1.
"""

import json
import sys
import time

import numpy as np
import scipy

import chinchilla
import curves

HANDLERS = {
    "versions": lambda q: {"versions": f"numpy {np.__version__}, scipy {scipy.__version__}"},
    "load_table": chinchilla.load,
    "one_start": chinchilla.one_start,
    "starts": chinchilla.starts,
    "grid": chinchilla.grid,
    "bootstrap": chinchilla.bootstrap,
    "exact_bootstrap": chinchilla.exact_bootstrap,
    "load_curves": curves.load,
    "annealing": curves.annealing,
    "multi_power_evaluation": curves.multi_power_evaluation,
    "multi_power": curves.multi_power,
    "areas": curves.areas,
}


def main():
    np.seterr(all="ignore")
    for line in sys.stdin:
        question = json.loads(line)
        began = time.process_time()
        answer = HANDLERS[question["task"]](question) or {}
        answer.setdefault("seconds", time.process_time() - began)
        print(json.dumps(answer), flush=True)


main()
