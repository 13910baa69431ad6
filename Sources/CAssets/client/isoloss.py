"""Send a training job's losses to an Isoloss server: one file, Python 3.9 or newer, no dependency.

    import isoloss

    run = isoloss.init("http://127.0.0.1:8080", name="my-run", study="mine",
                       schedule="warmup:300@3e-3,cosine:3700@3e-4", parameter_count=1.2e8)
    for step in range(4000):
        ...
        run.log({"loss": loss, "lr": rate}, step=step)

With Hugging Face's Trainer, schedule, warm-up, peak rate, batch and parameter count come from its arguments:

    Trainer(..., callbacks=[isoloss.TrainerCallback("http://127.0.0.1:8080", study="mine")])

`isoloss.LightningLogger` and `isoloss.KerasCallback` do the same for those. Logging never raises into the
training loop and never waits for the network: a thread sends batches, tries again while the server is
away, and at the end writes what it could not send to `isoloss-<run>.ndjson`, which `isoloss import` reads.
The token of a server that wants one is taken from ISOLOSS_TOKEN.
"""

import atexit
import gzip
import json
import math
import os
import queue
import re
import threading
import time
import urllib.error
import urllib.request
import warnings

__version__ = "1"
__all__ = ["init", "Run", "TrainerCallback", "LightningLogger", "KerasCallback"]

_LOSSES = ("loss", "train_loss", "train/loss", "training_loss", "train_loss_step", "train/loss_step")
_RATES = ("lr", "learning_rate", "train/lr", "train/learning_rate", "learning_rate/main")
_TOKENS = ("token_count", "tokens", "num_tokens", "train/tokens", "num_input_tokens_seen")


def init(url=None, name=None, *, id=None, study=None, schedule=None, resume=False, token=None, folder=".", **metadata):
    """A run of the server, made or updated.

    url: the server's address; without one ISOLOSS_URL, else http://127.0.0.1:8080.
    name: what people read; id: what the server knows the run by, made from the name where not given.
    schedule: the learning-rate schedule, as in "warmup:300@3e-3,cosine:3700@3e-4".
    resume: drop what the server has from the first logged step on, for a job restarted from a checkpoint.
    metadata: parameter_count, batch_tokens, total_steps and whatever else describes the run.
    """
    return Run(url, name, id=id, study=study, schedule=schedule, resume=resume, token=token, folder=folder, **metadata)


class Run:
    """A run that is being logged. Make one with `init`."""

    batch = 1000
    every_seconds = 1.0
    capacity = 100_000

    def __init__(self, url=None, name=None, *, id=None, study=None, schedule=None, resume=False, token=None,
                 folder=".", **metadata):
        self.url = (url or os.environ.get("ISOLOSS_URL") or "http://127.0.0.1:8080").rstrip("/")
        self.name = name
        self.id = id or _identifier(name) or time.strftime("run-%Y%m%d-%H%M%S-") + os.urandom(2).hex()
        self.spool = os.path.join(folder, f"isoloss-{self.id}.ndjson")
        self.dropped = 0
        self._token = token or os.environ.get("ISOLOSS_TOKEN")
        self._rewind = resume
        self._step = -1
        self._lock = threading.Lock()
        self._metadata = {}
        self._is_described = False
        self._queue = queue.Queue(maxsize=self.capacity)
        self._closing = threading.Event()
        self._deadline = None
        self._warned = False
        self.describe(name=name, study=study, schedule=schedule, **metadata)
        self._thread = threading.Thread(target=self._work, name="isoloss", daemon=True)
        self._thread.start()
        atexit.register(self.finish)

    def describe(self, **metadata):
        """Adds to what the server knows of the run; values of None are left out."""
        with self._lock:
            self._metadata.update({key: _plain(value) for key, value in metadata.items() if value is not None})
            self._is_described = False

    def log(self, values, step=None):
        """Logs losses, and a learning rate, at a step; without a step the one after the last.

        `loss` (or train_loss, train/loss) is the main loss, `lr` (or learning_rate) the rate; every other
        name with "loss" in it becomes a series. What is no number is left out. Never raises.
        """
        try:
            step = self._step + 1 if step is None else int(step)
            self._step = step
            # A tensor is read by the thread: reading it here would wait for the device.
            kept = {key: value.detach() if hasattr(value, "detach") else value for key, value in dict(values).items()}
            self._queue.put_nowait((step, time.time(), kept))
        except queue.Full:
            self.dropped += 1
        except Exception as error:  # a logger must not end a training job
            self._warn(f"a point was not logged: {error}")

    def finish(self, seconds=10.0):
        """Sends what is left, for at most so many seconds; the rest goes to the spool file."""
        if self._closing.is_set():
            return
        self._deadline = time.monotonic() + seconds
        self._closing.set()
        self._thread.join(seconds + 5)
        if self.dropped:
            self._warn(f"{self.dropped} points were dropped: the queue was full", always=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.finish()

    # The thread.

    def _work(self):
        waiting, pause, last_try = [], 1.0, -math.inf
        while True:
            is_over = self._closing.is_set()
            waiting += self._take(0.0 if is_over else self.every_seconds)
            if not waiting and self._is_described:
                if is_over and self._queue.empty():
                    return
                continue
            if not is_over and time.monotonic() - last_try < (pause if pause > 1 else 0):
                if len(waiting) >= self.capacity:
                    self._save(waiting)
                    waiting = []
                continue
            last_try = time.monotonic()
            try:
                self._describe_now()
                while waiting:
                    self._send(waiting[: self.batch])
                    del waiting[: self.batch]
                pause = 1.0
            except _Refused as error:
                self._warn(f"the server refused: {error}", always=True)
                self._save(waiting)
                waiting, self._is_described = [], True
            except Exception as error:  # the server is away
                pause = min(pause * 2, 30.0)
                self._warn(f"the server does not answer ({error}); trying again")
                if is_over:
                    if time.monotonic() + 0.5 > self._deadline:
                        self._save(waiting + self._take(0.0))
                        return
                    time.sleep(0.5)

    def _take(self, seconds):
        points, end = [], time.monotonic() + seconds
        while len(points) < self.batch:
            try:
                left = end - time.monotonic()
                item = self._queue.get(timeout=min(left, 0.1)) if left > 0 else self._queue.get_nowait()
            except queue.Empty:
                if left <= 0 or self._closing.is_set():
                    break
                continue
            point = _point(*item)
            if point:
                points.append(point)
        return points

    def _describe_now(self):
        with self._lock:
            if self._is_described:
                return
            metadata, self._is_described = dict(self._metadata), True
        try:
            self._ask("PUT", f"/v1/runs/{self.id}", metadata)
        except BaseException:
            self._is_described = False
            raise

    def _send(self, points):
        body = {"points": points}
        if self._rewind:
            body["rewind"] = True
        self._ask("POST", f"/v1/runs/{self.id}/points", body)
        self._rewind = False

    def _ask(self, method, path, body):
        data = json.dumps(body, separators=(",", ":")).encode()
        headers = {"Content-Type": "application/json", "User-Agent": f"isoloss-python/{__version__}"}
        if len(data) > 1024:
            data = gzip.compress(data, 5)
            headers["Content-Encoding"] = "gzip"
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        request = urllib.request.Request(self.url + path, data=data, method=method, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=15) as answer:
                answer.read()
        except urllib.error.HTTPError as error:
            text = error.read().decode(errors="replace")
            if error.code in (408, 429) or error.code >= 500:
                raise OSError(f"status {error.code}") from None
            raise _Refused(text) from None

    def _save(self, points):
        if not points:
            return
        try:
            with open(self.spool, "a", encoding="utf-8") as file:
                for point in points:
                    file.write(json.dumps(point) + "\n")
            self._warn(f"{len(points)} points are kept in {self.spool}; send them with: "
                       f"isoloss import {self.spool} --server {self.url}", always=True)
        except OSError as error:
            self._warn(f"{len(points)} points are lost: {error}", always=True)

    def _warn(self, text, always=False):
        if always or not self._warned:
            self._warned = True
            warnings.warn(f"isoloss: {text}", stacklevel=2)


class _Refused(Exception):
    """The server will never take this request."""


def _identifier(name):
    text = re.sub(r"[^A-Za-z0-9._-]+", "-", name or "").strip("-.")[:128]
    return text or None


def _plain(value):
    """A value as JSON has it: numpy and torch scalars become numbers."""
    if isinstance(value, (str, bool, int, dict, list)) or value is None:
        return value
    try:
        return _number(value)
    except (TypeError, ValueError):
        return str(value)


def _number(value):
    number = float(value.item() if hasattr(value, "item") else value)
    if math.isnan(number):
        return "NaN"
    return number if math.isfinite(number) else "Infinity" if number > 0 else "-Infinity"


def _point(step, at, values):
    """A point as the server takes it, or None where nothing of it is a loss."""
    main = next((name for name in _LOSSES if name in values), None)
    rate = next((name for name in _RATES if name in values), None)
    if rate is None:
        rate = next((name for name in values if name.lower().startswith(("lr-", "lr/", "learning_rate/"))), None)
    tokens = next((name for name in _TOKENS if name in values), None)
    point = {"step": step, "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at)) + f".{int(at % 1 * 1000):03}Z"}
    has_loss = False
    for name, value in values.items():
        try:
            if name == main:
                point["loss"] = _number(value)
                has_loss = True
            elif name == rate:
                number = _number(value)
                if isinstance(number, float) and number >= 0:
                    point["learning_rate"] = number
            elif name == tokens:
                point["token_count"] = _number(value)
            elif "loss" in name.lower() and not isinstance(value, (str, bool)):
                number = _number(value)
                if isinstance(number, float) and number > 0:
                    short = re.sub(r"[/_. ]?loss$", "", name, flags=re.I) or name
                    point["loss/" + re.sub(r"[^A-Za-z0-9._/-]+", "-", short)] = number
                    has_loss = True
        except (TypeError, ValueError):
            continue
    return point if has_loss else None


# Trainers. Their classes are made when asked for, so that importing this file imports nothing of theirs.

def _schedule(kind, rate, warmup, steps, options):
    """A Hugging Face scheduler in the schedule language, or None for one that it does not have."""
    warmup, steps = int(warmup), int(steps)
    rest = steps - warmup
    if steps <= 0 or rest <= 0 or not rate:
        return None
    lead = f"warmup:{warmup}@{rate:g}" if warmup else f"step@{rate:g}"
    least = options.get("min_lr", (options.get("min_lr_rate") or 0) * rate) or 0
    if kind == "linear":
        return f"{lead},linear:{rest}@0"
    if kind in ("cosine", "cosine_with_min_lr"):
        return f"{lead},cosine:{rest}@{least:g}"
    if kind in ("constant", "constant_with_warmup"):
        return f"{lead},hold:{rest}" if kind != "constant" else f"step@{rate:g},hold:{steps}"
    if kind == "inverse_sqrt" and warmup:
        return f"{lead},rsqrt:{rest}"
    if kind == "polynomial":
        power = options.get("power", 1.0)
        shape = "linear" if power == 1 else f"poly{power:g}"
        return f"{lead},{shape}:{rest}@{options.get('lr_end', 1e-7):g}"
    if kind == "warmup_stable_decay":
        decay = int(options.get("num_decay_steps") or 0)
        shape = {"linear": "linear", "cosine": "cosine", "1-sqrt": "sqrt"}.get(options.get("decay_type", "cosine"))
        if 0 < decay <= rest and shape:
            stable = f",hold:{rest - decay}" if rest > decay else ""
            return f"{lead}{stable},{shape}:{decay}@{(options.get('min_lr_ratio') or 0) * rate:g}"
    return None


def _trainer_callback():
    from transformers import TrainerCallback as Base

    class TrainerCallback(Base):
        """A callback for Hugging Face's Trainer: TrainerCallback(url, study=…, **metadata)."""

        def __init__(self, url=None, name=None, **metadata):
            self._asked = (url, name, metadata)
            self.run = None

        def on_train_begin(self, args, state, control, model=None, **_):
            if not state.is_world_process_zero:
                return
            url, name, metadata = self._asked
            kind = str(getattr(args.lr_scheduler_type, "value", args.lr_scheduler_type))
            options = args.lr_scheduler_kwargs if isinstance(args.lr_scheduler_kwargs, dict) else {}
            found = {
                "schedule": _schedule(kind, args.learning_rate, args.get_warmup_steps(state.max_steps), state.max_steps, options),
                "total_steps": state.max_steps,
                "parameter_count": sum(one.numel() for one in model.parameters()) if model is not None else None,
            }
            length = getattr(args, "max_length", None) or getattr(args, "max_seq_length", None)
            if length:
                found["batch_tokens"] = length * args.train_batch_size * args.gradient_accumulation_steps * args.world_size
            name = name or getattr(args, "run_name", None) or os.path.basename(os.path.normpath(args.output_dir or ""))
            self.run = init(url, name, resume=state.global_step > 0, **{**found, **metadata})

        def on_log(self, args, state, control, logs=None, **_):
            if self.run is not None and logs and "train_runtime" not in logs:
                self.run.log(logs, step=state.global_step)

        def on_train_end(self, args, state, control, **_):
            if self.run is not None:
                self.run.finish()

    return TrainerCallback


def _lightning_logger():
    try:
        from lightning.pytorch.loggers.logger import Logger as Base
    except ImportError:
        from pytorch_lightning.loggers.logger import Logger as Base

    class LightningLogger(Base):
        """A logger for Lightning: Trainer(logger=LightningLogger(url, name=…, **metadata))."""

        def __init__(self, url=None, name=None, **metadata):
            super().__init__()
            self.run = init(url, name, **metadata)

        @property
        def name(self):
            return self.run.name

        @property
        def version(self):
            return self.run.id

        def log_hyperparams(self, params, *_, **__):
            tags = {str(key): str(value) for key, value in dict(params or {}).items()}
            self.run.describe(tags=tags)

        def log_metrics(self, metrics, step=None):
            self.run.log(metrics, step=step)

        def finalize(self, status):
            self.run.finish()

    return LightningLogger


def _keras_callback():
    from keras.callbacks import Callback as Base

    class KerasCallback(Base):
        """A callback for Keras: model.fit(…, callbacks=[KerasCallback(url, name=…, **metadata)])."""

        def __init__(self, url=None, name=None, **metadata):
            super().__init__()
            self._asked, self.run, self._count = (url, name, metadata), None, 0

        def on_train_begin(self, logs=None):
            url, name, metadata = self._asked
            steps = (self.params.get("epochs") or 0) * (self.params.get("steps") or 0)
            self.run = init(url, name, **{"parameter_count": self.model.count_params(), "total_steps": steps or None, **metadata})

        def on_train_batch_end(self, batch, logs=None):
            values = {"loss": (logs or {}).get("loss")}
            rate = getattr(getattr(self.model, "optimizer", None), "learning_rate", None)
            if rate is not None and not callable(rate):
                values["lr"] = float(rate)
            if values["loss"] is not None:
                self.run.log(values, step=self._count)
            self._count += 1

        def on_epoch_end(self, epoch, logs=None):
            held_out = {name: value for name, value in (logs or {}).items() if name.startswith("val_")}
            if held_out:
                self.run.log(held_out, step=self._count - 1)

        def on_train_end(self, logs=None):
            self.run.finish()

    return KerasCallback


_MADE = {"TrainerCallback": _trainer_callback, "LightningLogger": _lightning_logger, "KerasCallback": _keras_callback}


def __getattr__(name):
    if name in _MADE:
        globals()[name] = _MADE[name]()
        return globals()[name]
    raise AttributeError(f"module isoloss has no attribute {name}")
