"""What a server and the program survive: locks, kills, full and damaged disks, foreign files."""

import contextlib
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import threading
import time

from server import MIB, Server, group

PAGE = 4096


# Locks


@group
def locks(options, table):
    """Another process holds the database: liveness and reads go on, writes are refused in time."""
    with Server(options.binary) as server:
        server.request("PUT", "/v1/runs/latency", {"study": "locks"})
        other = sqlite3.connect(server.database, isolation_level=None, timeout=5)
        other.execute("BEGIN IMMEDIATE")
        times = {"/healthz": [], "/v1/runs": [], "/readyz": []}
        point = {"points": [{"step": 1, "loss": 3}]}
        writes = []

        def write():
            begin = time.monotonic()
            status, _ = server.request("POST", "/v1/runs/latency/points", point)
            writes.append((status, time.monotonic() - begin))

        stuck = threading.Thread(target=write)
        stuck.start()
        end = time.monotonic() + 4
        while time.monotonic() < end:
            for path, list in times.items():
                begin = time.monotonic()
                server.request("GET", path)
                list.append((time.monotonic() - begin) * 1000)
        stuck.join()
        write()
        other.execute("ROLLBACK")
        for path, list in times.items():
            limit = 1_100 if path == "/readyz" else 50
            table.most(f"locks: the slowest {path} beside a write lock", limit, max(list), "ms")
        statuses, slowest = {status for status, _ in writes}, max(second for _, second in writes)
        table.add("locks: writes beside a write lock", "503, ≤ 5 s",
                  f"{statuses} {slowest:.1f} s", statuses == {503} and slowest <= 5)
        status, _ = server.request("POST", "/v1/runs/latency/points", point)
        table.add("locks: a write after it", "200", str(status), status == 200)

        second = subprocess.run(
            [options.binary, "serve", "--database", server.database, "--port", "0"],
            capture_output=True, text=True, timeout=20)
        named = f"process {server.process.pid}" in second.stderr
        table.add("locks: a second server on the file", "refused by name",
                  f"exit {second.returncode}, {'named' if named else 'not named'}",
                  second.returncode in (1, 2) and named)

        os.unlink(server.database)
        status, _ = server.request("POST", "/v1/runs/latency/points", point)
        table.add("locks: a write to a file that was deleted", "503", str(status), status == 503)
        status, _ = server.request("GET", "/readyz")
        table.add("locks: /readyz of a file that was deleted", "503", str(status), status == 503)


# Kills


def write_until(stop, server, numbers, acknowledged, lock):
    """Posts batches of ten points until told to stop, and keeps what was acknowledged."""
    while not stop.is_set():
        with lock:
            first = next(numbers)
        points = [{"step": step, "loss": 1 + step / 1000} for step in range(first, first + 10)]
        status, _ = server.request("POST", "/v1/runs/kill/points", {"points": points})
        if status == 200:
            with lock:
                acknowledged.update((point["step"], point["loss"]) for point in points)


def lost(server, acknowledged):
    """The number of acknowledged points that are gone or changed."""
    _, body = server.request("GET", "/v1/runs/kill/points")
    stored = {point["step"]: point["loss"] for point in json.loads(body)["points"]}
    return sum(1 for step, loss in acknowledged.items() if stored.get(step) != loss)


@group
def kills(options, table):
    """SIGKILL under load: nothing that was acknowledged is lost or changed."""
    count = 200 if options.long else 20
    with Server(options.binary) as server:
        server.request("PUT", "/v1/runs/kill", {"study": "kill"})
        acknowledged, numbers, lock, slowest = {}, iter(range(0, 10**8, 10)), threading.Lock(), 0.0
        for _ in range(count):
            stop = threading.Event()
            threads = [threading.Thread(target=write_until,
                                        args=(stop, server, numbers, acknowledged, lock))
                       for _ in range(4)]
            for thread in threads:
                thread.start()
            time.sleep(0.3)
            server.kill()
            stop.set()
            for thread in threads:
                thread.join()
            begin = time.monotonic()
            server.start()
            slowest = max(slowest, time.monotonic() - begin)
        gone = lost(server, acknowledged)
        table.add(f"kills: points lost or changed of {len(acknowledged)} over {count} kills", "0",
                  str(gone), gone == 0 and len(acknowledged) >= 10 * count)
        table.most("kills: the slowest start after one", 5, slowest, "s")
        server.stop(keeps=True)
        check = server.check()
        table.add("kills: isoloss check after them", "exit 0", f"exit {check.returncode}",
                  check.returncode == 0)
        server.remove()


@group
def firststart(options, table):
    """A first start killed at any system call leaves nothing that the next one refuses."""
    if not shutil.which("strace"):
        table.add("firststart: needs strace (apt-get install strace)", "strace", "none", False)
        return
    with tempfile.TemporaryDirectory(prefix="isoloss-abuse-") as folder:
        first, last = calls_of_a_start(options.binary, folder)
        refused, killed = [], 0
        for number in range(first, last + 1):
            database = os.path.join(folder, f"{number}.db")
            process = traced(options.binary, database, [
                "-o", "/dev/null", "-e", f"inject=all:signal=KILL:when={number}"])
            # A start takes a call more or less than the one that was counted: this one is through.
            if "listening on" in process.stdout.readline():
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                continue
            process.wait(10)
            killed += 1
            try:
                with Server(options.binary, folder=folder, name=f"{number}.db") as second:
                    if second.request("PUT", "/v1/runs/a", {"study": "s"})[0] != 201:
                        raise RuntimeError("no run")
            except RuntimeError as error:
                refused.append(f"{number}: {error}")
            for name in os.listdir(folder):
                os.unlink(os.path.join(folder, name))
        for line in refused[:5]:
            print(line)
        table.add(f"firststart: starts refused after {killed} kills at a call", "0",
                  str(len(refused)), not refused and killed >= 100)


def traced(binary, database, arguments):
    """A server under strace."""
    return subprocess.Popen(
        ["strace", "-f", "-qq", *arguments, binary, "serve", "--database", database, "--port", "0"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True)


def calls_of_a_start(binary, folder):
    """The numbers of the system calls between the first that names the database and readiness.

    Counted on the main thread, which opens the database: strace counts for each thread alone.
    """
    log = os.path.join(folder, "trace")
    process = traced(binary, os.path.join(folder, "counted.db"), ["-o", log])
    process.stdout.readline()
    # strace itself is deaf while it traces into a file.
    with open(f"/proc/{process.pid}/task/{process.pid}/children") as file:
        os.kill(int(file.read().split()[0]), signal.SIGKILL)
    process.wait()
    with open(log, errors="replace") as file:
        lines = [line for line in file if re.match(r"\d+ +\w+\(", line)]
    main = lines[0].split()[0]
    calls = [line for line in lines if line.split()[0] == main]
    named = [index for index, line in enumerate(calls) if "counted.db" in line]
    ready = next(index for index, line in enumerate(calls) if "listening on" in line)
    for name in os.listdir(folder):
        os.unlink(os.path.join(folder, name))
    return named[0] + 1, ready + 1


# Disks


@group
def disk(options, table):
    """A disk that has no room, at the start and under load: named, survived, nothing lost."""
    if not shutil.which("strace"):
        table.add("disk: needs strace (apt-get install strace)", "strace", "none", False)
        return
    with Server(options.binary) as server:
        server.request("PUT", "/v1/runs/kill", {"study": "disk"})
        acknowledged, numbers, lock = {}, iter(range(0, 10**8, 10)), threading.Lock()
        stop = threading.Event()
        writer = threading.Thread(target=write_until,
                                  args=(stop, server, numbers, acknowledged, lock))
        writer.start()
        # Every write to any file fails from here on; sockets are written to by other calls.
        tracer = subprocess.Popen(
            ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=pwrite64", "-e",
             "inject=pwrite64:error=ENOSPC", "-p", str(server.process.pid)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(1.5)
        status, _ = server.request("POST", "/v1/runs/kill/points",
                                   {"points": [{"step": 99_999_999, "loss": 3}]})
        table.add("disk: a write without room", "507", str(status), status == 507)
        status, _ = server.request("GET", "/v1/runs/kill")
        table.add("disk: a read beside it", "200", str(status), status == 200)
        tracer.terminate()
        tracer.wait()
        time.sleep(0.2)
        status, _ = server.request("POST", "/v1/runs/kill/points",
                                   {"points": [{"step": 99_999_998, "loss": 3}]})
        table.add("disk: a write once there is room", "200", str(status), status == 200)
        stop.set()
        writer.join()
        gone = lost(server, acknowledged)
        table.add(f"disk: points lost of {len(acknowledged)}", "0", str(gone),
                  gone == 0 and len(acknowledged) > 0)
    with tempfile.TemporaryDirectory(prefix="isoloss-abuse-") as folder:
        start = subprocess.run(
            ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=pwrite64", "-e",
             "inject=pwrite64:error=ENOSPC", options.binary, "serve", "--port", "0", "--database",
             os.path.join(folder, "full.db")], capture_output=True, text=True, timeout=30)
        lines = start.stderr.strip().splitlines()
        table.add("disk: a start without room", "one line",
                  f"exit {start.returncode}, {len(lines)} lines",
                  start.returncode in (1, 2) and len(lines) == 1 and "full" in lines[0])


# Damage


def filled(options, runs=20):
    """A server's database with runs in it, closed."""
    server = Server(options.binary)
    for run in range(runs):
        server.request("PUT", f"/v1/runs/run{run}", {
            "study": "damage", "schedule": "warmup:10@3e-3,hold:5000", "tags": {"a": "b" * 200}})
        server.request("POST", f"/v1/runs/run{run}/points", {"points": [
            {"step": step, "loss": 3.5, "learning_rate": 3e-3} for step in range(2_000)]})
    server.stop(keeps=True)
    return server


def inner_pages(path):
    """The pages of a database that hold no rows but the way to others, counted from 1."""
    with contextlib.closing(sqlite3.connect(path)) as database:
        return {page for page, in database.execute(
            "SELECT pageno FROM dbstat WHERE pagetype = 'internal'")}


@group
def damage(options, table):
    """Damaged pages and a damaged log: the rest is served, and `isoloss check` says where."""
    server = filled(options)
    with open(server.database, "rb") as file:
        whole = file.read()
    pages = len(whole) // PAGE
    step = 1 if options.long else max(1, pages // 40)
    tried, silent, dead, fewest, metrics, lists, named, roots = 0, 0, 0, 20, 0, 0, 0, 0
    inner = inner_pages(server.database)
    for page in range(1, pages, step):
        with open(server.database, "wb") as file:
            file.write(whole[:page * PAGE] + b"\xa5" * PAGE + whole[(page + 1) * PAGE:])
        if server.check().returncode == 0:
            # A page that nothing uses has nothing to lose.
            silent += 1
        try:
            server.start()
        except RuntimeError as error:
            named += "damaged" in str(error) or "malformed" in str(error)
            dead += 1
            continue
        tried += 1
        readable = sum(server.request("GET", f"/v1/runs/run{run}/points")[0] == 200
                       for run in range(20))
        if page + 1 in inner:
            # The way to what lies below it is lost, whatever it holds: the runs are still there.
            roots += server.request("GET", "/v1/runs/run0")[0] != 200
        else:
            fewest = min(fewest, readable)
        metrics += server.request("GET", "/metrics")[0] != 200
        lists += server.request("GET", "/v1/runs")[0] != 200
        dead += server.request("GET", "/healthz")[0] != 200
        server.kill()
        for suffix in ("-wal", "-shm", "-server"):
            if os.path.exists(server.database + suffix):
                os.unlink(server.database + suffix)
    table.add(f"damage: pages of {tried} that check takes for whole", "≤ 2", str(silent),
              silent <= 2 and tried >= 10)
    table.add("damage: pages that keep a server from starting", "0, or named",
              f"{dead}, {named} named", dead == named <= 4)
    table.add("damage: fewest runs of 20 that still read", "≥ 18", str(fewest), fewest >= 18)
    table.add("damage: inner pages that take the runs with them", "≤ 1", str(roots), roots <= 1)
    table.add("damage: pages that fail /metrics", "≤ 2", str(metrics), metrics <= 2)
    table.add("damage: pages that fail the list of runs", "≤ 4", str(lists), lists <= 4)
    server.remove()

    with Server(options.binary) as server:
        server.request("PUT", "/v1/runs/a", {"study": "log"})
        for step in range(40):
            server.request("POST", "/v1/runs/a/points", {"points": [{"step": step, "loss": 3}]})
        server.kill()
        log = server.database + "-wal"
        with open(log, "r+b") as file:
            file.seek(os.path.getsize(log) // 2)
            file.write(b"\xa5" * 64)
        # Of a copy: whoever opens a database takes its log in, and that is the end of it.
        copy = Server.__new__(Server)
        copy.binary, copy.database = server.binary, os.path.join(server.folder, "copy.db")
        shutil.copy(server.database, copy.database)
        shutil.copy(log, copy.database + "-wal")
        check = copy.check()
        table.add("damage: isoloss check of a damaged log", "exit 1", f"exit {check.returncode}",
                  check.returncode == 1 and "is damaged" in check.stdout)
        server.start()
        table.add("damage: the server's word on a damaged log", "a line",
                  "a line" if "is damaged" in server.log_text() else "none",
                  "is damaged" in server.log_text())
        status, body = server.request("GET", "/v1/runs/a/points")
        steps = [point["step"] for point in json.loads(body).get("points", [])]
        table.add("damage: points before the damage", "served", f"{len(steps)} of 40",
                  status == 200 and 0 < len(steps) < 40 and steps == list(range(len(steps))))


# The program


@group
def program(options, table):
    """Foreign files in the command line: read in pieces, and named for what they are."""
    with tempfile.TemporaryDirectory(prefix="isoloss-abuse-") as folder:
        path = os.path.join(folder, "file")

        def add(what, size, text, arguments, most=256):
            if not table.picks(what):
                return
            with open(path, "wb") as file:
                while text and file.tell() < size:
                    file.write(text * max(1, MIB // len(text)))
                # What is left is a hole: NULs that take no room.
                file.truncate(size)
            begin = time.monotonic()
            process = subprocess.Popen([options.binary, *arguments], cwd=folder,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            error = process.stderr.read().decode(errors="replace")
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            seconds = time.monotonic() - begin
            memory = usage.ru_maxrss / 1024
            table.add(f"program: {what}"[:58], f"named, 2 s, {most} MB",
                      f"{process.returncode}, {seconds:.1f} s, {memory:.0f} MB",
                      process.returncode == 2 and error.startswith("error: ")
                      and error.count("\n") == 1 and usage.ru_utime + usage.ru_stime <= 2
                      and memory <= most)

        question = ["--parameter-count", "1e9", "--token-count", "1e10"]
        for name, text in {"NULs": b"", "0xff": b"\xff", "letters": b"a", "{}": b"{",
                           "[": b"[", "PNG": b"\x89PNG\r\n\x1a\n"}.items():
            add(f"import of 1 GiB of {name}", 1024 * MIB, text,
                ["import", path, "--database", os.path.join(folder, "x.db")])
            add(f"fit of 1 GiB of {name}", 1024 * MIB, text, ["fit", "--law", "chinchilla", path])
            add(f"predict by 1 GiB of {name}", 1024 * MIB, text,
                ["predict", "--fit", path, *question])
        add("serve of 1 GiB of NULs", 1024 * MIB, b"", ["serve", "--database", path, "--port", "0"])
        add("check of 1 GiB of NULs", 1024 * MIB, b"", ["check", "--database", path])
