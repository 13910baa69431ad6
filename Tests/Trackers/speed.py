"""Speeds beside the peers', ratios in the same run: imports of large logs, and MLflow's calls.

Imports run on one core, as pandas and TensorBoard do. TensorBoard reads a tenth of the file, because
the whole would take it minutes; a speed is in MB of the file per second.
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import time

from server import Server, wait_for

MEGABYTES = 100
CORE = min(os.sched_getaffinity(0))


def on_one_core(command):
    """Seconds and peak memory in MB of a command."""
    start = time.perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: os.sched_setaffinity(0, {CORE}))
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise RuntimeError(f"{command}: {errors}")
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def write_csv(path):
    """A log as trainers write it: losses now and then, rates and throughput in every row."""
    with open(path, "w") as file:
        file.write("step,loss,learning_rate,grad_norm,tokens,tokens_per_second,step_time,mfu,val_loss\n")
        step = 0
        while file.tell() < MEGABYTES << 20:
            rows = []
            for step in range(step + 1, step + 10_001):
                loss = 2 + 8 * step**-0.3 + (step * 7919 % 1000) * 1e-5
                val = f"{loss + 0.05:.4f}" if step % 500 == 0 else ""
                rows.append(
                    f"{step},{loss:.6f},{3e-4 * (1 - step / 4e6):.6e},{1 + step % 97 / 97:.4f},"
                    f"{step * 524288},{182344.5 + step % 1000:.1f},{2.8753:.4f},{0.4127:.4f},{val}\n")
            file.writelines(rows)
    return step


def write_events(path, megabytes):
    """Scalars as torch's SummaryWriter writes them, an event for each of three tags."""
    import numpy

    table = numpy.arange(256, dtype=numpy.uint32)
    for _ in range(8):
        table = numpy.where(table & 1, (table >> 1) ^ 0x82F63B78, table >> 1).astype(numpy.uint32)

    def masked(data):
        crc = numpy.full(len(data), 0xFFFFFFFF, dtype=numpy.uint32)
        for column in range(data.shape[1]):
            crc = table[(crc ^ data[:, column]) & 0xFF] ^ (crc >> 8)
        crc = ~crc
        return (((crc >> 15) | (crc << 17)) + numpy.uint32(0xA282EAD8)).astype("<u4")

    def records(tag, steps, values):
        head = bytes([0x09]) + bytes(8) + bytes([0x10]) + bytes(4)
        value = bytes([0x0A, len(tag)]) + tag + bytes([0x15]) + bytes(4)
        summary = bytes([0x0A, len(value)]) + value
        body = numpy.frombuffer(head + bytes([0x2A, len(summary)]) + summary, dtype=numpy.uint8)
        body = numpy.tile(body, (len(steps), 1))
        body[:, 1:9] = (1.7e9 + steps * 0.5).astype("<f8").view(numpy.uint8).reshape(-1, 8)
        for place in range(4):
            body[:, 10 + place] = (steps >> (7 * place) & 0x7F) | (0x80 if place < 3 else 0)
        body[:, -4:] = values.astype("<f4").view(numpy.uint8).reshape(-1, 4)
        length = numpy.tile(
            numpy.array([body.shape[1]], dtype="<u8").view(numpy.uint8), (len(steps), 1))
        sums = [masked(part).view(numpy.uint8).reshape(-1, 4) for part in (length, body)]
        return numpy.hstack([length, sums[0], body, sums[1]])

    with open(path, "wb") as file:
        first = 0
        while file.tell() < megabytes << 20:
            steps = numpy.arange(first, first + 10_000, dtype=numpy.int64)
            first += 10_000
            parts = [
                records(b"train/loss", steps, 2 + 8 * (steps + 1.0) ** -0.3),
                records(b"train/learning_rate", steps, 3e-4 * (1 - steps / 4e6)),
                records(b"train/grad_norm", steps, 1 + steps % 97 / 97)]
            rows = [part.tobytes() for part in parts]
            sizes = [part.shape[1] for part in parts]
            file.write(b"".join(
                rows[tag][place * sizes[tag]:(place + 1) * sizes[tag]]
                for place in range(len(steps)) for tag in range(3)))
    return first


def imports(program):
    """Imports of a CSV file and of an event file beside pandas and TensorBoard."""
    peers = {
        "pandas, Python": "import pandas; pandas.read_csv(PATH, engine='python')",
        "pandas, C": "import pandas; pandas.read_csv(PATH)",
        "tensorboard": "from tensorboard.backend.event_processing.event_accumulator import "
        "EventAccumulator; log = EventAccumulator(PATH, {'scalars': 0}); log.Reload(); "
        "print(len(log.Scalars('train/loss')))",
    }
    versions = subprocess.run(
        [sys.executable, "-c", "import pandas, tensorboard, sys; print(f'pandas {pandas.__version__}, "
         "tensorboard {tensorboard.__version__}, Python {sys.version.split()[0]}')"],
        capture_output=True, text=True, check=True).stdout.strip()
    print(f"\nimports of {MEGABYTES} MB on one core, beside {versions}")
    print(f"{'':34}{'seconds':>9}{'CPU':>8}{'MB/s':>8}{'MB of memory':>14}{'ratio':>8}")
    with tempfile.TemporaryDirectory() as folder:
        table, events = f"{folder}/log.csv", f"{folder}/events.out.tfevents.1700000000.host.1.0"
        tenth = f"{folder}/tenth/events.out.tfevents.1700000000.host.1.0"
        os.mkdir(f"{folder}/tenth")
        rows = write_csv(table)
        steps = write_events(events, MEGABYTES)
        write_events(tenth, MEGABYTES // 10)
        for name, path, others in [
            (f"CSV, {rows:,} rows", table, ["pandas, Python", "pandas, C"]),
            (f"events, {3 * steps:,}", tenth, ["tensorboard"]),
        ]:
            own = table if path == table else events
            database = f"{folder}/{pathlib.Path(own).suffix}.db"
            measured = {
                f"{name}, read": (own, [program, "import", own, "--dry-run"]),
                f"{name}, stored": (own, [program, "import", own, "--database", database]),
            }
            for other in others:
                code = peers[other].replace("PATH", repr(path))
                measured[f"  {other}"] = (path, [sys.executable, "-c", code])
            speeds = {}
            for title, (file, command) in measured.items():
                seconds, processor, memory = on_one_core(command)
                speeds[title] = os.path.getsize(file) / 1e6 / processor
                mine = list(speeds.values())[:2]
                ratio = " / ".join(f"{s / speeds[title]:.1f}" for s in mine) if title[0] == " " else ""
                print(
                    f"{title:34}{seconds:9.2f}{processor:8.2f}{speeds[title]:8.1f}{memory:14.0f}"
                    f"{ratio:>14}", flush=True)


def calls(program):
    """Points per second through MLflow's stock client, here and at `mlflow server`."""
    from urllib.request import urlopen

    import mlflow
    from mlflow.entities import Metric

    def rates(url):
        client = mlflow.MlflowClient(url)
        run = client.create_run(client.create_experiment(f"speed-{time.time()}")).info.run_id
        start, batches = time.perf_counter(), 0
        while time.perf_counter() - start < 5:
            first = batches * 1000
            client.log_batch(
                run, [Metric("loss", 2.5, 1700000000000 + i, first + i) for i in range(1000)])
            batches += 1
        whole = batches * 1000 / (time.perf_counter() - start)
        run = client.create_run("0").info.run_id
        start, count = time.perf_counter(), 0
        while time.perf_counter() - start < 5:
            client.log_metric(run, "loss", 2.5, step=count)
            count += 1
        return whole, count / (time.perf_counter() - start)

    with tempfile.TemporaryDirectory() as folder:
        with Server(program, folder) as server:
            ours = rates(server.url)
        peer = subprocess.Popen(
            [sys.executable, "-m", "mlflow", "server", "--port", "5999", "--backend-store-uri",
             f"sqlite:///{folder}/mlflow.db"], cwd=folder, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        try:
            def answers():
                try:
                    return urlopen("http://127.0.0.1:5999/health").status == 200
                except OSError:
                    return False

            if not wait_for(answers, 120):
                raise RuntimeError("mlflow server does not answer")
            theirs = rates("http://127.0.0.1:5999")
        finally:
            peer.terminate()
            peer.wait()
    print(f"\npoints per second through mlflow {mlflow.__version__}'s client")
    print(f"{'':24}{'isoloss':>10}{'mlflow':>10}{'ratio':>8}")
    for name, a, b in zip(("log_batch of 1,000", "log_metric"), ours, theirs):
        print(f"{name:24}{a:10.0f}{b:10.0f}{a / b:8.1f}")
