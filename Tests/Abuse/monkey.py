"""Random calls of every route, with values at the edges of what each field may be."""

import gzip
import json
import random
import time
import urllib.parse

from load import not_finite
from server import Server, group

LAWS = ["chinchilla", "lr-annealing", "multi-power", "forecast", "nmt-bivariate", "kaplan",
        "average-parameters", "data-constrained", "loss-to-metric", "skaling", "steps-batch",
        "mixture-of-experts"]
PLANS = ["best-schedule", "anneal-now", "time-to-target", "compute-optimal", "inference-aware",
         "isoflop", "encoder-decoder", "sparse", "batch", "repeats", "next-run", "growth",
         "hyperparameters", "peak-rate"]
RUNS = ["a", "b", "c", "constant_3500", "cosine_2000", "two_stage_2500", "wsd_sqrt_3000"]
STUDIES = ["samples", "s", "t"]
NUMBERS = [0, 1, -1, 2, 3, 10, 100, 999, 1000, 3500, 99_999_999, 100_000_000, 10**9, 2**31, 2**53,
           2**63 - 1, 2**63, -2**63, 1e-30, 1e-31, 1e30, 1e308, 5e-324, 0.5, 0.9, 1.5, 2.5, 3e-3,
           1e8, 1e10, "NaN", "Infinity", "-Infinity", "", "x", None, True, [], {}]
SCHEDULES = ["warmup:10@1e-3,hold:90", "warmup:10@1e-3,hold:990", "warmup:300@3e-3,cosine:3200@0",
             "hold:1", "step@1e-3,hold:5", "warmup:1@1e6,exp:99999999@1e-30", "warmup:5@1e-30",
             "warmup:10@1e-3,repeat:9(hold:5,linear:3@1e-4)", "from:constant_3500@2000,sqrt:500@0",
             "from:a@50,linear:9@0", "from:b@0,hold:1", "cosine(peak=1e-3,steps=100,warmup=10)",
             "warmup:100000000@1", "hold:0", "x", "", "\0"]
WORDS = ["", "a", "\0", "ü" * 40, "x" * 300, "loss", "validation", "delta", "profile", "bootstrap:9",
         "bootstrap:9:runs", "bootstrap:0", "huber:1e-3", "log-huber", "log-squares", "none", "train",
         "test", "start", "end_of_warmup", "-last_loss", "created", "r1", "r2s.3ff0000000000000"]
FIELDS = ["parameter_count", "token_count", "training_flops", "loss", "batch_tokens", "step_count",
          "encoder_parameter_count", "decoder_parameter_count", "average_parameter_count",
          "unique_token_count", "target", "peak", "warmup", "total_steps", "every", "interval", "steps",
          "from_step", "starts", "lengths", "shapes", "families", "budget", "flops", "tokens",
          "max_points", "from", "to", "limit", "cursor", "sort", "search", "format", "study", "series",
          "seed", "uncertainty", "objective", "run", "runs", "schedule", "role", "points_of", "holdout",
          "interval_of", "exclude_highest", "kind", "rewind", "on_error", "dry_run", "as", "step_from"]


class Monkey:
    """Makes calls from a seed; what was stored before makes later ones go deeper."""

    def __init__(self, seed, fits):
        self.random = random.Random(seed)
        self.fits = list(fits)

    def pick(self, *choices):
        return self.random.choice(choices[0] if len(choices) == 1 else choices)

    def value(self):
        return self.pick(self.pick(NUMBERS), self.pick(NUMBERS), self.pick(SCHEDULES),
                         self.pick(WORDS), self.pick(RUNS))

    def schedule(self):
        return self.pick(SCHEDULES if self.random.random() < 0.2 else SCHEDULES[:6])

    def step(self):
        return self.random.choice([*range(0, 1_000, 7), 1_999, 3_499, 3_500, 10**8, 10**8 + 1, -1])

    def points(self):
        first, gap = self.pick([0, 1, 10, self.step()]), self.pick([0, 1, 1, 10, 100])
        count = self.pick([0, 1, 2, 9, 30, 300])
        points = []
        for index in range(count):
            step = first + gap * index
            loss = 2 + 3 / (1 + max(0, step)) ** 0.3
            if self.random.random() < 0.005:
                loss = self.value()
            point = {"step": step, "loss": loss}
            for field in ("learning_rate", "token_count", "time", "loss/validation"):
                if self.random.random() < 0.2:
                    point[field] = (self.value() if self.random.random() < 0.01 else {
                        "learning_rate": 1e-3, "token_count": 1e6 * step,
                        "time": "2026-01-01T00:00:00Z"}.get(field, loss))
            points.append(point)
        return {"points": points, **({"rewind": self.value()} if self.random.random() < 0.1 else {})}

    def run(self):
        run = {"schedule": self.schedule(), "study": self.pick(STUDIES)}
        for field in self.random.sample(FIELDS[:10], 2):
            run[field] = self.value() if self.random.random() < 0.1 else self.pick([2.5, 1e8, 1e9])
        if self.random.random() < 0.2:
            run[self.pick(["role", "tags", "recipe", "name", "units", "warmup_steps"])] = self.pick(
                [self.value(), {"a": self.value()}, {"loss": "bits_per_byte"}])
        return run

    def options(self, *likely):
        """Query options: those that make a call work, and some that need not."""
        pairs = dict(likely)
        for _ in range(self.pick([0] * 9 + [1, 1, 2])):
            pairs[self.pick(FIELDS)] = self.value()
        for name in list(pairs):
            if self.random.random() < 0.04:
                pairs[name] = self.value()
        return "?" + urllib.parse.urlencode(pairs)

    def plan(self):
        return self.options(*self.pick([
            [("kind", "best-schedule"), ("total_steps", self.pick([20, 400, 4_000])),
             ("peak", self.pick([1e-3, 1e-30, 1e6])), ("warmup", self.pick([0, 1, 10, 300, 4_000]))],
            [("kind", "anneal-now"), ("run", self.pick(RUNS)), ("from_step", self.step()),
             ("lengths", self.pick(["1", "500,1000", "99999999"])), ("shapes", "linear,sqrt,exp")],
            [("kind", "time-to-target"), ("target", self.pick([1e-30, 1.4, 2.0, 2.5, 9.0, 1e30])),
             ("schedule", self.schedule())],
            [("kind", "compute-optimal"), ("flops", self.pick([1e10, 1e20, 1e24, 1e40]))],
            *[[("kind", kind)] for kind in PLANS[3:]],
        ]))

    def call(self):
        """Method, path, body, type."""
        fit = self.pick(self.fits) if self.random.random() < 0.97 else "none"
        run = self.pick(RUNS)
        json_type, binary = "application/json", "application/octet-stream"
        text = b"step,loss\n" + b"".join(
            b"%d,%r\n" % (self.step(), self.random.random()) for _ in range(20))
        damaged = bytearray(self.pick([text, json.dumps(self.points()).encode(), gzip.compress(text)]))
        for _ in range(self.pick([0, 1, 5])):
            damaged[self.random.randrange(len(damaged))] = self.random.randrange(256)
        return self.pick([
            ("PUT", f"/v1/runs/{run}", self.run(), json_type),
            ("PUT", f"/v1/runs/{run}", self.run(), json_type),
            ("POST", f"/v1/runs/{run}/points", self.points(), json_type),
            ("POST", f"/v1/runs/{run}/points", self.points(), json_type),
            ("POST", f"/v1/runs/{run}/points" + self.options(), bytes(damaged), "text/csv"),
            ("POST", "/v1/imports" + self.options(("run", run)), bytes(damaged), binary),
            ("POST", "/v1/fits", {
                "law": self.pick(LAWS[1:4]), "runs": self.pick([[run], RUNS[3:], RUNS[3:5]]),
                **({self.pick(FIELDS): self.value()} if self.random.random() < 0.2 else {})},
             json_type),
            ("GET", f"/v1/fits/{fit}/curve" + self.options(
                ("schedule", self.schedule()), ("every", self.pick([1, 7, 1000, 10**6]))), None, ""),
            ("GET", f"/v1/fits/{fit}/curve.svg" + self.options(
                ("schedule", self.schedule()), ("points_of", run), ("interval", "0.9")), None, ""),
            ("GET", f"/v1/fits/{fit}/loss" + self.options(
                ("parameter_count", 1e9), ("token_count", 1e10)), None, ""),
            ("GET", f"/v1/fits/{fit}/score" + self.options(("runs", run)), None, ""),
            ("GET", f"/v1/fits/{fit}/plan" + self.plan(), None, ""),
            ("GET", f"/v1/fits/{fit}/plan.svg" + self.plan(), None, ""),
            ("GET", f"/v1/plans/{self.pick(PLANS)}" + self.options(), None, ""),
            ("GET", f"/v1/runs/{run}/forecast{self.pick(['', '.svg', '.txt'])}" + self.options(), None, ""),
            ("GET", f"/v1/runs/{run}/points" + self.options(), None, ""),
            ("GET", "/v1/runs" + self.options(), None, ""),
            ("GET", f"/v1/runs/{run}" + self.options(), None, ""),
            ("GET", "/metrics" + self.options(), None, ""),
            ("DELETE", f"/v1/runs/{self.pick(RUNS[:3])}", None, ""),
            ("POST", "/api/2.0/mlflow/runs/search", {
                "experiment_ids": [self.pick(STUDIES)], "filter": self.pick([
                    "metrics.loss < 3", "params.a = 'b' AND tags.c LIKE '%'", self.pick(WORDS)]),
                "order_by": [self.pick(["metrics.loss DESC", self.pick(WORDS)])]}, json_type),
            ("POST", "/api/2.0/mlflow/runs/log-batch", {
                "run_id": run, "metrics": [{"key": "loss", "value": self.value(), "step": self.value(),
                                            "timestamp": self.value()}],
                "params": [{"key": self.pick(WORDS), "value": self.value()}]}, json_type),
        ])


@group
def monkey(options, table):
    """Random calls: none kills the server, none answers 500 or a number that JSON does not have."""
    calls = 20_000 if options.long else 3_000
    what = f"monkey: deaths, 500s and hangs of {calls} random calls"
    if not table.picks(what):
        return
    with Server(options.binary) as server:
        server.import_samples()
        fits = [server.fit(law) for law in ("lr-annealing", "multi-power", "forecast")]
        for law, name in (("chinchilla", "hoffmann-2022"), ("kaplan", "kaplan-2020")):
            status, body = server.request("POST", "/v1/fits", {"law": law, "published": name})
            if status == 201:
                fits.append(json.loads(body)["id"])
        random_calls = Monkey(options.seed, fits)
        faults, done, begin = [], 0, time.monotonic()
        for number in range(calls):
            method, path, body, kind = random_calls.call()
            started = time.monotonic()
            status, answer = server.request(method, path, body, kind, timeout=30)
            seconds = time.monotonic() - started
            done += status in (200, 201, 202, 204)
            is_named = status not in (0, 500) and not (path.find(".svg") < 0 and not_finite(answer))
            if not is_named or seconds > 20:
                faults.append(path)
                print(f"call {number}: {status} {seconds:.1f} s {method} {path} "
                      f"{json.dumps(body) if isinstance(body, dict) else body!r}"[:900], flush=True)
            if not server.is_alive():
                server.start()
            if status == 202:
                server.cancel_fits()
        table.add(what, "0", f"{len(faults)} in {time.monotonic() - begin:.0f} s", not faults)
        table.add("monkey: calls that were answered, not refused", "≥ 30 %",
                  f"{done / calls:.0%}", done >= 0.3 * calls)
