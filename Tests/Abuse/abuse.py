"""One table of what a server survives; see Tests/abuse.sh."""

import argparse
import gzip
import json
import os
import select
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.parse

from server import MIB, ROOT, Latency, Server, Table, repeating

GROUPS = []


def group(function):
    GROUPS.append(function)
    return function


def curve(schedule, every=None, interval=False):
    query = {"schedule": schedule}
    if every:
        query["every"] = every
    return "/curve?" + urllib.parse.urlencode(query) + ("&interval" if interval else "")


# Deadly inputs


@group
def deadly(options, table):
    """Numbers at the ends of the doubles, names with NULs: a status below 500 and a live server."""
    with Server(options.binary) as server:
        server.import_samples()
        fits = {law: server.fit(law) for law in ("lr-annealing", "multi-power")}
        schedules = [
            "warmup:300@3e-3,poly10:1000000@0", "warmup:300@3e-3,exp:10000@1e-35",
            "warmup:300@1e308,hold:100", "warmup:300@1e308,linear:300@1e-308",
            "warmup:10@1e-308,exp:1000@1e-320", "hold:99999999", "warmup:1@5e-324,cosine:9@0",
        ]
        for law, fit in fits.items():
            for schedule in schedules:
                status, _ = server.request("GET", f"/v1/fits/{fit}" + curve(schedule))
                table.add(f"deadly curve {law} {schedule}"[:58], "alive, < 500", str(status),
                          server.is_alive() and 0 < status < 500)
            for peak in ("1e308", "1e-300"):
                path = f"/v1/fits/{fit}/plan?kind=best-schedule&total_steps=4000&warmup=300&peak={peak}"
                status, _ = server.request("GET", path)
                table.add(f"deadly plan {law} peak {peak}", "alive, < 500", str(status),
                          server.is_alive() and 0 < status < 500)
        server.request("PUT", "/v1/runs/huge",
                       {"study": "huge", "schedule": "warmup:300@1e300,cosine:3200@1e307"})
        points = [{"step": 300 + 20 * index, "loss": 3 - 0.01 * index} for index in range(60)]
        server.request("POST", "/v1/runs/huge/points", {"points": points})
        for law in fits:
            status, _ = server.request("POST", "/v1/fits", {"law": law, "study": "huge"})
            table.add(f"deadly fit {law} of rates of 1e307", "alive, < 500", str(status),
                      server.is_alive() and 0 < status < 500)
        for field in ("name", "study"):
            status, _ = server.request("PUT", "/v1/runs/nul", {field: "a\0b"})
            table.add(f"deadly NUL in {field}", "422", str(status), status == 422)
        for name in (".", ".."):
            status, _ = server.request("PUT", f"/v1/runs/{name}", {"study": "x"})
            table.add(f"deadly id {name}", "400 to 422", str(status), 400 <= status <= 422)


# Budgets


def flood(text, size):
    """Text again and again, up to a size."""
    return text * (size // len(text))


@group
def budget(options, table):
    """The cost of one request: processor seconds and memory, each on a server that does nothing else."""
    with Server(options.binary) as server:
        server.import_samples()
        linear, power = server.fit("lr-annealing"), server.fit("multi-power")
        objects = b'{"points":[' + flood(b"{},", 57 * MIB) + b"{}]}"
        rows = b"step,loss\n" + b"".join(b"%d,3.5\n" % step for step in range(6_000_000))
        packed = {name: gzip.compress(body, 9) for name, body in {
            "NULs": bytes(60 * MIB), "{},": objects, "{} lines": flood(b"{}\n", 60 * MIB),
        }.items()}
        points = "/v1/runs/budget/points"
        server.request("PUT", "/v1/runs/budget", {"study": "budget"})
        recipe = json.dumps({"study": "recipes", "tags": {"text": "x" * (60 * MIB)}}).encode()
        cases = {
            "curve of 10^6 points, multi-power": ("GET", f"/v1/fits/{power}" + curve(
                "warmup:300@3e-3,cosine:999700@3e-5", every=1, interval=True)),
            "curve of 10^5 points, multi-power": ("GET", f"/v1/fits/{power}" + curve(
                "warmup:300@3e-3,cosine:99700@3e-5", every=1, interval=True)),
            "curve of 10^5 points, lr-annealing": ("GET", f"/v1/fits/{linear}" + curve(
                "warmup:300@3e-3,cosine:99700@3e-5", every=1, interval=True)),
            "curve over 10^8 steps, multi-power": ("GET", f"/v1/fits/{power}" + curve(
                "warmup:300@3e-3,cosine:99999700@3e-5")),
            "300,000 repeats, multi-power": ("GET", f"/v1/fits/{power}" + curve(
                "warmup:300@3e-3,repeat:300000(rsqrt:100,poly3:100@1e-4)")),
            "300,000 repeats, lr-annealing": ("GET", f"/v1/fits/{linear}" + curve(
                "warmup:300@3e-3,repeat:300000(rsqrt:100,poly3:100@1e-4)")),
            "best schedule, multi-power": ("GET", f"/v1/fits/{power}/plan?kind=best-schedule"
                                           "&total_steps=100000&peak=3e-3&warmup=300"),
            "best schedule, lr-annealing": ("GET", f"/v1/fits/{linear}/plan?kind=best-schedule"
                                            "&total_steps=100000&peak=3e-3&warmup=300"),
            "bootstrap of 10^6": ("POST", "/v1/fits", json.dumps(
                {"law": "lr-annealing", "runs": ["constant_3500"],
                 "uncertainty": "bootstrap:1000000"}).encode()),
            "57 MiB of {},": ("POST", points, objects),
            "gzip of NULs": ("POST", points, packed["NULs"], "gzip"),
            "gzip of {},": ("POST", points, packed["{},"], "gzip"),
            "gzip of {} lines as NDJSON": ("POST", points, packed["{} lines"], "gzip",
                                           "application/x-ndjson"),
            "6,000,000 rows of CSV": ("POST", points, rows, None, "text/csv"),
            "60 MiB of one tag": ("PUT", "/v1/runs/recipe", recipe),
            "gzip of 60 MiB of one tag": ("PUT", "/v1/runs/recipe", gzip.compress(recipe, 9), "gzip"),
        }
        for name, case in cases.items():
            if not table.wants(f"budget {name}") and not table.wants("budget"):
                continue
            method, path, body, coding, kind = (*case, *[None] * (5 - len(case)))
            time.sleep(0.5)
            if not server.is_alive():
                table.add(f"budget {name}", "a server", "dead", False)
                return
            server.forget_peak()
            before, memory, begin = server.cpu, server.resident, time.monotonic()
            headers = {"Content_Encoding": coding} if coding else {}
            status, _ = server.request(method, path, body, kind or "application/json", **headers)
            if status == 202:
                time.sleep(1)
            cpu, peak = server.cpu - before, server.peak - memory
            seconds = time.monotonic() - begin
            table.add(f"budget {name} ({status}, {seconds:.1f} s)"[:58], "≤ 2 s, 256 MB",
                      f"{cpu:.2f} s, {peak / MIB:.0f} MB", cpu <= 2 and peak <= 256 * MIB
                      and status != 0)
        fits = json.loads(server.request("GET", "/v1/fits")[1]).get("fits", [])
        for fit in fits:
            if fit["status"] in ("queued", "running"):
                server.request("DELETE", f"/v1/fits/{fit['id']}")


# Bodies and answers that are held


@group
def held(options, table):
    """Bodies with a wrong token, bodies that never end, answers that nobody reads."""
    with Server(options.binary, token="right") as server:
        server.request("PUT", "/v1/runs/latency", {"study": "held"})
        before = server.resident
        clients = []
        begin = time.monotonic()
        for _ in range(12):
            client = server.connect()
            client.sendall(b"POST /v1/runs/a/points HTTP/1.1\r\nHost: h\r\nContent-Type: text/csv\r\n"
                           b"Authorization: Bearer wrong\r\nContent-Length: 60000000\r\n\r\n")
            client.settimeout(5)
            try:
                for _ in range(60):
                    client.sendall(bytes(1_000_000 // 1))
            except OSError:
                pass
            clients.append(client)
        table.most("held: 12 bodies of 60 MB with a wrong token", 50,
                   (server.peak - before) / MIB, "MB")
        first = server.connect()
        begin = time.monotonic()
        first.sendall(b"POST /v1/runs/a/points HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer wrong\r\n"
                      b"Content-Type: text/csv\r\nContent-Length: 60000000\r\n\r\n")
        answer = first.recv(1000)
        seconds = time.monotonic() - begin
        table.add("held: 401 before the body, after a short delay", "≤ 1 s",
                  f"{answer[9:12].decode()} {seconds:.2f} s", answer[9:12] == b"401" and seconds <= 1)
        for client in [*clients, first]:
            client.close()
        log = server.log_text()
        table.add("held: a line in the log, without the token", "a line",
                  "a line" if "wrong token" in log else "none",
                  "wrong token" in log and "Bearer" not in log and "right" not in log)
        for label, head in {
            "404": b"POST /v1/nothing HTTP/1.1", "405": b"PATCH /v1/runs HTTP/1.1",
            "415": b"POST /v1/runs/a/points HTTP/1.1", "413": b"POST /v1/runs/a/points HTTP/1.1",
        }.items():
            client = server.connect()
            size = 60_000_000_000 if label == "413" else 60_000_000
            kind = b"image/png" if label == "415" else b"text/csv"
            client.sendall(head + b"\r\nHost: h\r\nAuthorization: Bearer right\r\nContent-Type: " + kind
                           + b"\r\nContent-Length: %d\r\n\r\n" % size)
            client.settimeout(3)
            try:
                answer = client.recv(1000)[9:12].decode()
            except OSError:
                answer = "silence"
            table.add(f"held: {label} before the body", label, answer, answer == label)
            client.close()
        # With the right token they are held, but within the budget, and the small get through.
        clients = []
        for _ in range(24):
            client = server.connect()
            client.sendall(b"POST /v1/runs/latency/points HTTP/1.1\r\nHost: h\r\nContent-Type: text/csv\r\n"
                           b"Authorization: Bearer right\r\nContent-Length: 60000000\r\n\r\n")
            client.settimeout(2)
            try:
                for _ in range(58):
                    client.sendall(bytes(1_000_000))
            except OSError:
                pass
            clients.append(client)
        table.most("held: 24 bodies of 60 MB with the right token", 1024, server.peak / MIB, "MB")
        status, _ = server.request("POST", "/v1/runs/latency/points",
                                   {"points": [{"step": 1, "loss": 3}]})
        table.add("held: small ingest beside them", "200", str(status), status == 200)
        for client in clients:
            client.close()
    with Server(options.binary) as server:
        server.import_samples()
        fit = server.fit("lr-annealing")
        target = f"/v1/fits/{fit}" + curve("warmup:300@3e-3,cosine:99700@3e-5", every=1, interval=True)
        clients = []
        for _ in range(60):
            client = server.connect()
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.sendall(f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
            clients.append(client)
        deadline = time.monotonic() + 60
        last = -1.0
        while time.monotonic() < deadline and server.cpu != last:
            last = server.cpu
            time.sleep(1)
        table.most("held: 60 unread answers of 10^5 points", 1024, server.peak / MIB, "MB")
        status, _ = server.request("GET", "/v1/runs?limit=1")
        table.add("held: a small answer beside them", "200", str(status), status == 200)
        for client in clients:
            client.close()


# Starvation


@group
def starvation(options, table):
    """The 99th percentile of /healthz and of small ingest while eight of a heavy request run."""
    with Server(options.binary) as server:
        server.import_samples()
        server.request("PUT", "/v1/runs/latency", {"study": "latency"})
        server.request("PUT", "/v1/runs/bulk", {"study": "bulk"})
        linear, power = server.fit("lr-annealing"), server.fit("multi-power")
        bulk = b"step,loss\n" + b"".join(b"%d,3.5\n" % step for step in range(100_000))
        loads = {
            "nothing else": None,
            "curves of 10^5 points": lambda: server.request("GET", f"/v1/fits/{power}" + curve(
                "warmup:300@3e-3,cosine:99700@3e-5", every=1, interval=True)),
            "best-schedule plans": lambda: server.request(
                "GET", f"/v1/fits/{power}/plan?kind=best-schedule&total_steps=20000&peak=3e-3&warmup=300"),
            "fits of multi-power": lambda: server.request("POST", "/v1/fits", {
                "law": "multi-power", "runs": ["constant_3500", "cosine_2000", "two_stage_2500"]}),
            "scores": lambda: server.request("GET", f"/v1/fits/{linear}/score?study=samples"),
            "ingest of 10^5 rows": lambda: server.request(
                "POST", "/v1/runs/bulk/points", bulk, "text/csv"),
        }
        seconds = 20 if options.long else 6
        for name, load in loads.items():
            with repeating(8 if load else 0, load):
                time.sleep(1)
                latency = Latency(server, seconds).run()
            for kind in latency.times:
                value = latency.p99(kind)
                failed = f", {len(latency.failures)} failed" if latency.failures else ""
                table.add(f"starvation: {kind} beside eight {name}", "p99 ≤ 20 ms",
                          f"{value:.1f} ms{failed}", value <= 20 and not latency.failures)
            for fit in json.loads(server.request("GET", "/v1/fits?limit=1000")[1]).get("fits", []):
                if fit["status"] in ("queued", "running"):
                    server.request("DELETE", f"/v1/fits/{fit['id']}")
            time.sleep(2)
        # Work whose clients have left ends.
        clients = []
        for _ in range(8):
            client = server.connect()
            path = f"/v1/fits/{power}/plan?kind=best-schedule&total_steps=20000&peak=3e-3&warmup=300"
            client.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
            clients.append(client)
        time.sleep(1)
        for client in clients:
            client.close()
        time.sleep(3)
        before = server.cpu
        time.sleep(2)
        table.most("starvation: processor after the clients of plans left", 5,
                   (server.cpu - before) / 2 * 100, "%")


# Locks


@group
def locks(options, table):
    """Another process holds the database: liveness and reads go on."""
    with Server(options.binary) as server:
        server.request("PUT", "/v1/runs/latency", {"study": "locks"})
        other = sqlite3.connect(server.database, isolation_level=None, timeout=5)
        other.execute("BEGIN IMMEDIATE")
        times = {"/healthz": [], "/v1/runs": [], "/readyz": []}
        stuck = threading.Thread(target=server.request, args=(
            "POST", "/v1/runs/latency/points", {"points": [{"step": 1, "loss": 3}]}))
        stuck.start()
        end = time.monotonic() + 4
        while time.monotonic() < end:
            for path, list in times.items():
                begin = time.monotonic()
                server.request("GET", path)
                list.append((time.monotonic() - begin) * 1000)
        other.execute("ROLLBACK")
        stuck.join()
        for path, list in times.items():
            limit = 1_100 if path == "/readyz" else 50
            table.most(f"locks: the slowest {path} beside a write lock", limit, max(list), "ms")


# Crowds


@group
def crowd(options, table):
    """Idle and dripping connections, too many of them, and headers that never end."""
    with Server(options.binary) as server:
        server.request("PUT", "/v1/runs/latency", {"study": "crowd"})
        idle = [server.connect() for _ in range(2_500)]
        drips = [server.connect() for _ in range(2_500)]
        ends = threading.Event()

        def drip():
            text = b"GET /v1/runs HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"x" * 10_000
            place = 0
            while not ends.is_set():
                begin = time.monotonic()
                for client in drips:
                    try:
                        client.send(text[place:place + 1])
                    except OSError:
                        pass
                place += 1
                time.sleep(max(0, 1 - (time.monotonic() - begin)))

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        latency = Latency(server, 6).run()
        memory = server.resident / MIB
        for kind in latency.times:
            table.most(f"crowd: p99 of {kind} beside 5,000 idle or dripping", 20,
                       latency.p99(kind), "ms")
        table.most("crowd: memory with 5,000 connections", 150, memory, "MB")
        time.sleep(8)
        readable, _, _ = select.select([], [], [], 0), None, None
        gone = 0
        for client in drips:
            client.setblocking(False)
            try:
                gone += 1 if client.recv(4096) is not None else 0
            except BlockingIOError:
                pass
            except OSError:
                gone += 1
        table.add("crowd: dripping heads answered 408 after 10 s", "2500", str(gone), gone == 2_500)
        ends.set()
        thread.join()
        for client in drips:
            client.close()
        more = []
        try:
            while len(more) + len(idle) < 10_000:
                more.append(server.connect(timeout=5))
        except OSError as error:
            table.add("crowd: 10,000 connections", "10000", f"{len(more) + len(idle)} ({error})", False)
        else:
            begin = time.monotonic()
            client = server.connect(timeout=5)
            client.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            try:
                answer = client.recv(1000)[9:12].decode()
            except OSError:
                answer = "silence"
            seconds = time.monotonic() - begin
            table.add("crowd: the connection after 10,000", "503, ≤ 1 s",
                      f"{answer} {seconds:.2f} s", answer == "503" and seconds <= 1)
        for client in [*idle, *more]:
            client.close()
        time.sleep(1)
        status, _ = server.request("GET", "/healthz", timeout=10)
        table.add("crowd: served again after they left", "200", str(status), status == 200)


# Kills and damage


@group
def kills(options, table):
    """SIGKILL under load: nothing that was acknowledged is lost or changed."""
    count = 200 if options.long else 20
    with Server(options.binary) as server:
        server.request("PUT", "/v1/runs/kill", {"study": "kill"})
        acknowledged, step, slowest = {}, 0, 0.0
        for _ in range(count):
            stop = threading.Event()

            def load(offset):
                nonlocal step
                while not stop.is_set():
                    with lock:
                        first, step = step, step + 10
                    points = [{"step": s, "loss": 1 + s / 1000} for s in range(first, first + 10)]
                    status, _ = server.request("POST", "/v1/runs/kill/points", {"points": points})
                    if status == 200:
                        with lock:
                            acknowledged.update((p["step"], p["loss"]) for p in points)

            lock = threading.Lock()
            threads = [threading.Thread(target=load, args=(index,)) for index in range(4)]
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
        stored = {}
        _, body = server.request("GET", "/v1/runs/kill/points")
        for point in json.loads(body)["points"]:
            stored[point["step"]] = point["loss"]
        lost = sum(1 for s, loss in acknowledged.items() if stored.get(s) != loss)
        table.add(f"kills: points lost or changed of {len(acknowledged)} over {count} kills", "0",
                  str(lost), lost == 0 and len(acknowledged) > 0)
        table.most("kills: the slowest start after one", 5, slowest, "s")


@group
def firststart(options, table):
    """A first start that is killed at a system call leaves nothing that the next one refuses."""
    strace = any(os.access(os.path.join(folder, "strace"), os.X_OK)
                 for folder in os.environ.get("PATH", "").split(":"))
    if not strace:
        print("firststart: strace is not installed, 40 kills by the clock instead", flush=True)
    import tempfile
    refused = 0
    attempts = 40
    with tempfile.TemporaryDirectory(prefix="isoloss-abuse-") as folder:
        for index in range(attempts):
            database = os.path.join(folder, f"{index}.db")
            command = [options.binary, "serve", "--database", database, "--port", "0"]
            if strace:
                calls = "pwrite64" if index % 2 else "fdatasync,fsync,ftruncate,unlink,openat"
                command = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={calls}", "-e",
                           f"inject={calls}:signal=KILL:when={index // 2 + 1}", *command]
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            if not strace:
                time.sleep(0.005 * index)
                process.kill()
            try:
                process.wait(0.7)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            second = Server.__new__(Server)
            second.binary, second.token, second.arguments = options.binary, None, []
            second.owns_folder, second.folder = False, folder
            second.database, second.log = database, os.path.join(folder, "log")
            try:
                second.start()
                second.stop()
            except RuntimeError:
                refused += 1
                second.process.wait()
    table.add(f"firststart: starts refused after {attempts} killed ones", "0", str(refused),
              refused == 0)


@group
def damage(options, table):
    """A damaged page and a damaged log: the server answers, and `isoloss check` says where."""
    with Server(options.binary) as server:
        for run in range(20):
            server.request("PUT", f"/v1/runs/run{run}", {"study": "damage"})
            points = [{"step": step, "loss": 3.5} for step in range(2_000)]
            server.request("POST", f"/v1/runs/run{run}/points", {"points": points})
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(15)
        size = os.path.getsize(server.database)
        with open(server.database, "r+b") as file:
            file.seek(size // 2 // 4096 * 4096)
            file.write(b"\xa5" * 4096)
        check = subprocess.run([server.binary, "check", "--database", server.database],
                               capture_output=True, text=True)
        table.add("damage: isoloss check after a spoilt page", "exit 1", f"exit {check.returncode}",
                  check.returncode == 1)
        server.start()
        whole = sum(server.request("GET", f"/v1/runs/run{run}/points")[0] == 200 for run in range(20))
        table.add("damage: runs of 20 that still read", "≥ 10, alive", str(whole),
                  server.is_alive() and whole >= 10)
        status, _ = server.request("GET", "/healthz")
        table.add("damage: /healthz", "200", str(status), status == 200)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--long", action="store_true")
    parser.add_argument("words", nargs="*", help="names of groups: "
                        + ", ".join(function.__name__ for function in GROUPS))
    options = parser.parse_args()
    options.binary = os.path.abspath(options.binary)
    table = Table(options.words)
    print(f"{'what':<58} {'limit':>16} {'measured':>26}")
    for function in GROUPS:
        if not table.wants(function.__name__):
            continue
        try:
            function(options, table)
        except Exception as error:  # A row that cannot be measured is a miss, not the end.
            table.add(f"{function.__name__}: {type(error).__name__}"[:58], "no error",
                      str(error)[:26], False)
    print(f"{table.count} rows, {table.misses} missed")
    sys.exit(1 if table.misses or not table.count else 0)


main()
