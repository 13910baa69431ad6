"""What requests may cost, and whom they keep waiting."""

import gzip
import json
import random
import socket
import threading
import time
import urllib.parse

from server import MIB, Latency, Server, group, repeating

# Answers of a server that is well: done, or refused by name.
NAMED = {200, 201, 202, 204, 400, 409, 413, 415, 422, 503}


def curve(schedule, every=None, interval=False):
    query = {"schedule": schedule}
    if every:
        query["every"] = every
    return "/curve?" + urllib.parse.urlencode(query) + ("&interval" if interval else "")


def plan(fit, kind, **options):
    return f"/v1/fits/{fit}/plan?" + urllib.parse.urlencode({"kind": kind, **options})


# Deadly inputs


def not_finite(body):
    """Numbers in an answer that JSON does not have."""
    found = []
    try:
        json.loads(body, parse_constant=found.append)
    except ValueError:
        pass
    return found


@group
def deadly(options, table):
    """Numbers at the ends of the doubles, names with NULs: a named answer and a live server."""
    with Server(options.binary) as server:
        server.import_samples()
        fits = {law: server.fit(law) for law in ("lr-annealing", "multi-power", "forecast")}

        def add(what, method, path, body=None, statuses=(200, 201, 422)):
            if not table.picks(what):
                return
            status, answer = server.request(method, path, body)
            table.add(what[:58], "/".join(map(str, statuses)), str(status),
                      server.is_alive() and status in statuses and not not_finite(answer))

        schedules = [
            "warmup:300@3e-3,poly10:1000000@0", "warmup:300@3e-3,exp:10000@1e-35",
            "warmup:300@1e308,hold:100", "warmup:300@1e308,linear:300@1e-308",
            "warmup:10@1e-308,exp:1000@1e-320", "hold:99999999", "warmup:1@5e-324,cosine:9@0",
            "warmup:300@1e6,cosine:99999700@1e-30", "warmup:1@1e-30,exp:99999999@1e6",
            "warmup:300@1e300,cosine:3200@1e307",
        ]
        for law, fit in fits.items():
            for schedule in schedules:
                # A schedule that breaks the language's limits is a bad query.
                add(f"deadly: curve {law} {schedule}", "GET",
                    f"/v1/fits/{fit}" + curve(schedule, every=100_000),
                    statuses=(200, 400, 422))
            for peak in ("1e308", "1e-300", "1e6", "1e-30"):
                add(f"deadly: plan {law} peak {peak}", "GET", plan(
                    fit, "best-schedule", total_steps=4000, warmup=300, peak=peak),
                    # As is a peak beyond the limits of rates.
                    statuses=(200, 400, 422) if peak in ("1e308", "1e-300") else (200, 422))
            for target in ("1e308", "1e-308", "5e-324"):
                add(f"deadly: time to {target} {law}", "GET", plan(
                    fit, "time-to-target", target=target, schedule="warmup:300@3e-3,hold:3000"),
                    statuses=(200, 400, 422))
        points = [{"step": 300 + 20 * index, "loss": 3 - 0.01 * index} for index in range(60)]
        runs = {"rates of 1e307": ("huge", "warmup:300@1e300,cosine:3200@1e307", points),
                "rates of 1e6": ("fast", "warmup:300@1e6,cosine:3200@1e5", points),
                "losses of 1e308": ("steep", "warmup:300@3e-3,cosine:3200@3e-4",
                                    [{**p, "loss": p["loss"] * 5e307} for p in points]),
                "losses of 5e-324": ("flat", "warmup:300@3e-3,cosine:3200@3e-4",
                                     [{**p, "loss": 5e-324} for p in points])}
        for what, (run, schedule, values) in runs.items():
            add(f"deadly: run with {what}", "PUT", f"/v1/runs/{run}",
                {"study": run, "schedule": schedule})
            add(f"deadly: points with {what}", "POST", f"/v1/runs/{run}/points",
                {"points": values}, (200, 404, 422))
            for law, fit in fits.items():
                add(f"deadly: fit {law} of {what}", "POST", "/v1/fits",
                    {"law": law, "study": run}, (201, 202, 404, 422))
                add(f"deadly: score {law} of {what}", "GET", f"/v1/fits/{fit}/score?runs={run}",
                    statuses=(200, 404, 422))
            add(f"deadly: forecast of {what}", "GET", f"/v1/runs/{run}/forecast",
                statuses=(200, 404, 422))
        add("deadly: /metrics after them", "GET", "/metrics", statuses=(200,))
        for body in ({"name": "a\0b"}, {"study": "a\0b"}, {"tags": {"a\0b": "c"}},
                     {"tags": {"a": "b\0c"}}, {"schedule": "warmup:1@1\0,hold:9"}):
            add(f"deadly: NUL in {json.dumps(body)}", "PUT", "/v1/runs/nul", body, (422,))
        for name in (".", "..", "%2e", "%2e%2e", "a%00b"):
            add(f"deadly: id {name}", "PUT", f"/v1/runs/{name}", {"study": "x"}, (400, 404, 422))
        what = "deadly: 500 random schedules on every fit"
        if table.picks(what):
            table.add(what, "0 of 5xx, alive", *random_schedules(server, fits.values()))


def random_schedules(server, fits):
    draw = random.Random(7)
    rates = ["0", "1e-30", "1e-31", "3e-3", "1", "1e6", "1e7", "1e308", "1e-308", "nan", "-1"]
    steps = ["0", "1", "2", "300", "10000", "99999999", "100000000", "1e3", "-5"]
    shapes = ["warmup:{s}@{r}", "linear:{s}@{r}", "hold:{s}", "cosine:{s}@{r}", "exp:{s}@{r}",
              "sqrt:{s}@{r}", "poly10:{s}@{r}", "rsqrt:{s}", "step@{r}", "cosine:300/{s}@{r}",
              "repeat:{s}(hold:1,exp:3@{r})"]
    bad = 0
    for _ in range(500):
        text = ",".join(draw.choice(shapes).format(s=draw.choice(steps), r=draw.choice(rates))
                        for _ in range(draw.randint(1, 4)))
        for fit in fits:
            status, body = server.request("GET", f"/v1/fits/{fit}" + curve(text, every=1_000_000))
            bad += status >= 500 or status == 0 or bool(not_finite(body))
    return str(bad), bad == 0 and server.is_alive()


# Budgets


def flood(text, size):
    """Text again and again, up to a size."""
    return text * (size // len(text))


def packed_twice(size, step=64 * MIB):
    """A gzip of zeros that unpacks to any size, made in pieces."""
    part = gzip.compress(bytes(step), 9)
    return part * (size // step)


def costly(server):
    """Requests by name: method, path, body, and where they differ its coding and type."""
    linear, power = server.fit("lr-annealing"), server.fit("multi-power")
    average = server.fit("forecast")
    samples = ["constant_3500", "cosine_2000", "two_stage_2500"]
    cosine = "warmup:300@3e-3,cosine:99700@3e-5"
    repeats = "warmup:300@3e-3,repeat:300000(rsqrt:100,poly3:100@1e-4)"
    many = "warmup:300@3e-3,repeat:4000(linear:3@1e-3,exp:4@3e-3)"
    objects = b'{"points":[' + flood(b"{},", 57 * MIB) + b"{}]}"

    def rows(first, count):
        return b"step,loss\n" + b"".join(b"%d,3.5\n" % (first + step) for step in range(count))

    recipe = json.dumps({"study": "recipes", "tags": {"text": "x" * (60 * MIB)}}).encode()
    points, imports = "/v1/runs/budget/points", "/v1/imports?run=log&study=logs"
    csv, binary = "text/csv", "application/octet-stream"

    def curves(name, schedule, **more):
        return {f"{name}, {law}": ("GET", f"/v1/fits/{fit}" + curve(schedule, **more))
                for law, fit in {"lr-annealing": linear, "multi-power": power,
                                 "forecast": average}.items()}

    def fit(law, **more):
        return ("POST", "/v1/fits", json.dumps({"law": law, "runs": samples, **more}).encode())

    return {
        **curves("curve of 10^6 points", "warmup:300@3e-3,cosine:999700@3e-5", every=1,
                 interval=True),
        **curves("curve of 10^5 points", cosine, every=1, interval=True),
        **curves("curve over 10^8 steps", "warmup:300@3e-3,cosine:99999700@3e-5"),
        **curves("300,000 repeats", repeats),
        **curves("8,000 short segments", many, every=1, interval=True),
        "picture of 10^5 points, forecast": (
            "GET", f"/v1/fits/{average}" + curve(cosine, every=1, interval=True).replace(
                "/curve", "/curve.svg")),
        **{f"best schedule of {steps} steps, {law}": ("GET", plan(
            fit, "best-schedule", total_steps=steps, peak=3e-3, warmup=300))
           for steps in (100_000, 100_000_000)
           for law, fit in {"lr-annealing": linear, "multi-power": power}.items()},
        "time to target, multi-power": ("GET", plan(
            power, "time-to-target", target=2.3, schedule="warmup:300@3e-3,hold:99999700")),
        "anneal now at 100 starts, multi-power": ("GET", plan(
            power, "anneal-now", run="constant_3500", from_step=2000,
            starts=",".join(str(1000 + 20 * k) for k in range(100)))),
        "anneal now by 1,000 lengths, multi-power": ("GET", plan(
            power, "anneal-now", run="constant_3500", from_step=2000,
            lengths=",".join(str(100 + 10 * k) for k in range(1_000)))),
        "fit of lr-annealing": fit("lr-annealing"),
        "fit of multi-power": fit("multi-power"),
        "fit of forecast": fit("forecast"),
        "bootstrap of 10^6": fit("lr-annealing", uncertainty="bootstrap:1000000"),
        "bootstrap of 5,000": fit("lr-annealing", uncertainty="bootstrap:5000"),
        "bootstrap of 20,000": fit("lr-annealing", uncertainty="bootstrap:20000"),
        "forecast of a run": ("GET", "/v1/runs/constant_3500/forecast"),
        "57 MiB of {},": ("POST", points, objects),
        "57 MiB of [": ("POST", points, flood(b"[", 57 * MIB)),
        "gzip of NULs": ("POST", points, gzip.compress(bytes(60 * MIB), 9), "gzip"),
        "gzip of 4 GiB of NULs": ("POST", points, packed_twice(4096 * MIB), "gzip", csv),
        "gzip of {},": ("POST", points, gzip.compress(objects, 9), "gzip"),
        "gzip of {} lines as NDJSON": (
            "POST", points, gzip.compress(flood(b"{}\n", 60 * MIB), 9), "gzip",
            "application/x-ndjson"),
        "6,000,000 rows of CSV": ("POST", points, rows(0, 6_000_000), None, csv),
        "1,000,000 rows of CSV": ("POST", points, rows(0, 1_000_000), None, csv),
        "500,000 rows of CSV, stored": ("POST", points, rows(0, 500_000), None, csv),
        "500,000 rows more, stored": ("POST", points, rows(500_000, 500_000), None, csv),
        "10^6 stored points read": ("GET", points),
        "10^6 stored points as rows": ("GET", points + "?format=rows"),
        "10^6 stored points thinned": ("GET", points + "?max_points=500"),
        "60 MiB of one tag": ("PUT", "/v1/runs/recipe", recipe),
        "gzip of 60 MiB of one tag": ("PUT", "/v1/runs/recipe", gzip.compress(recipe, 9), "gzip"),
        "list of runs after them": ("GET", "/v1/runs?limit=1000"),
        "import of 60 MiB of NULs": ("POST", imports, bytes(60 * MIB), None, binary),
        "import of gzip of 4 GiB of NULs": (
            "POST", imports, packed_twice(4096 * MIB), None, binary),
        "import of 6,000,000 rows": ("POST", imports, rows(0, 6_000_000), None, binary),
        "import of 500,000 rows": ("POST", imports, rows(0, 500_000), None, binary),
        "import of 57 MiB of {},": ("POST", imports, objects, None, binary),
        "import of 60 MiB of one line": ("POST", imports, b"a" * (60 * MIB), None, binary),
        "import of 60 MiB of step: loss:": (
            "POST", imports, flood(b"step: 1 loss: 2.5\n", 60 * MIB), None, binary),
        "import of 500,000 lines of step: loss:": ("POST", imports, b"".join(
            b"step: %d loss: 2.5\n" % step for step in range(500_000)), None, binary),
        "import of 20,000 runs of a name each": (
            "POST", imports, b"".join(b'{"run":"r%d","step":1,"loss_a%d":2.5}\n' % (index, index)
                                      for index in range(20_000)), None, binary),
        "points under 300,000 names": (
            "POST", points, b'{"points":[{"step":1,"loss":2,' + b",".join(
                b'"loss/c%d":1' % index for index in range(300_000)) + b"}]}"),
        "rows of 300,000 columns": (
            "POST", points, b"step,loss," + b",".join(b"c%d" % index for index in range(300_000))
            + b"\n1,2\n", None, csv),
        "300,000 tags": ("PUT", "/v1/runs/tags", b'{"tags":{' + b",".join(
            b'"c%d":"1"' % index for index in range(300_000)) + b"}}"),
        "300,000 runs": ("POST", "/v1/runs", b"[" + b",".join(
            b'{"id":"z%d"}' % index for index in range(300_000)) + b"]"),
        "steep rates over 10^8 steps, multi-power": ("GET", f"/v1/fits/{power}" + curve(
            "warmup:1@1e6,exp:99999999@1e-30")),
        "MLflow search": ("POST", "/api/2.0/mlflow/runs/search", json.dumps({
            "experiment_ids": ["samples"], "max_results": 1000,
            "filter": " AND ".join(["metrics.loss < 3"] * 10_000)}).encode()),
        "/metrics": ("GET", "/metrics"),
    }


@group
def budget(options, table):
    """The cost of one request: processor seconds and memory, each on a server that does nothing else.

    A fit goes on after its answer; its cost is counted to its end, of its first 30 seconds.
    """
    with Server(options.binary) as server:
        server.import_samples()
        server.request("PUT", "/v1/runs/budget", {"study": "budget"})
        for name, case in costly(server).items():
            if not table.picks(f"budget: {name}"):
                continue
            method, path, body, coding, kind = (*case, *[None] * (5 - len(case)))
            time.sleep(0.5)
            if not server.is_alive():
                table.add(f"budget: {name}", "a server", "dead", False)
                return
            server.forget_peak()
            before, memory, begin = server.cpu, server.resident, time.monotonic()
            headers = {"Content_Encoding": coding} if coding else {}
            status, answer = server.request(method, path, body, kind or "application/json",
                                            **headers)
            seconds = time.monotonic() - begin
            if status == 202:
                server.end_of_fit(json.loads(answer)["id"], 30)
            cpu, peak = server.cpu - before, server.peak - memory
            table.add(f"budget: {name} ({status}, {seconds:.1f} s)"[:58], "≤ 2 s, 256 MB",
                      f"{cpu:.2f} s, {peak / MIB:.0f} MB",
                      cpu <= 2 and peak <= 256 * MIB and status in NAMED)
        server.cancel_fits()


# Starvation


@group
def starvation(options, table):
    """The 99th percentile of /healthz and of small ingest while eight of a heavy request run."""
    with Server(options.binary) as server:
        server.import_samples()
        for run in ("latency", "bulk"):
            server.request("PUT", f"/v1/runs/{run}", {"study": run})
        linear, power = server.fit("lr-annealing"), server.fit("multi-power")
        bulk = b"step,loss\n" + b"".join(b"%d,3.5\n" % step for step in range(100_000))
        packed = gzip.compress(bytes(60 * MIB), 9)
        loads = {
            "nothing else": None,
            "curves of 10^5 points": ("GET", f"/v1/fits/{power}" + curve(
                "warmup:300@3e-3,cosine:99700@3e-5", every=1, interval=True)),
            "best-schedule plans": ("GET", plan(
                power, "best-schedule", total_steps=20_000, peak=3e-3, warmup=300)),
            "fits of multi-power": ("POST", "/v1/fits", {
                "law": "multi-power", "runs": ["constant_3500", "cosine_2000", "two_stage_2500"]}),
            "scores": ("GET", f"/v1/fits/{linear}/score?study=samples"),
            "forecasts": ("GET", "/v1/runs/constant_3500/forecast"),
            "ingest of 10^5 rows": ("POST", "/v1/runs/bulk/points", bulk, "text/csv"),
            "imports of 10^5 rows": ("POST", "/v1/imports?run=log", bulk, "text/plain"),
            "reads of 10^5 points": ("GET", "/v1/runs/bulk/points"),
            "gzip of 60 MiB": ("POST", "/v1/imports?run=log", packed, "text/plain"),
            "scrapes of /metrics": ("GET", "/metrics"),
        }
        seconds = 20 if options.long else 6
        for name, load in loads.items():
            if not table.picks(f"starvation: {name}"):
                continue
            with repeating(8 if load else 0, lambda: server.request(*load)):
                time.sleep(1)
                latency = Latency(server, seconds).run()
            for kind in latency.times:
                value = latency.p99(kind)
                failed = f", {len(latency.failures)} failed" if latency.failures else ""
                table.add(f"starvation: {kind} beside eight {name}", "p99 ≤ 20 ms",
                          f"{value:.1f} ms{failed}", value <= 20 and not latency.failures)
            server.cancel_fits()
            time.sleep(2)
        if not table.picks("starvation: processor after the clients of plans left"):
            return
        # Work whose clients have left ends.
        clients = []
        for _ in range(8):
            client = server.connect()
            path = plan(power, "best-schedule", total_steps=20_000, peak=3e-3, warmup=300)
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


# Bodies and answers that are held


def upload(server, run, token, megabytes, seconds):
    """A client that sends so much of a body of 60 MB, until the server takes no more."""
    client = server.connect()
    client.sendall(f"POST /v1/runs/{run}/points HTTP/1.1\r\nHost: h\r\nContent-Type: text/csv\r\n"
                   f"Authorization: Bearer {token}\r\nContent-Length: 60000000\r\n\r\n".encode())
    client.settimeout(seconds)
    try:
        for _ in range(megabytes):
            client.sendall(bytes(1_000_000))
    except OSError:
        pass
    return client


@group
def held(options, table):
    """Bodies with a wrong token, bodies that never end, answers that nobody reads."""
    with Server(options.binary, token="right") as server:
        server.request("PUT", "/v1/runs/latency", {"study": "held"})
        before = server.resident
        clients = [upload(server, "a", "wrong", megabytes=60, seconds=5) for _ in range(12)]
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
        clients = [upload(server, "latency", "right", megabytes=58, seconds=2) for _ in range(24)]
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


# Crowds


@group
def crowd(options, table):
    """Idle and dripping connections, too many of them, and headers that never end."""
    with Server(options.binary) as server:
        server.request("PUT", "/v1/runs/latency", {"study": "crowd"})
        own = server.descriptors
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
        # Those that said nothing have been closed by now, as the drips have: ten thousand new ones.
        for client in [*drips, *idle]:
            client.close()
        many = []
        try:
            while len(many) < 10_000:
                many.append(server.connect(timeout=5))
        except OSError as error:
            table.add("crowd: 10,000 connections", "10000", f"{len(many)} ({error})", False)
        else:
            # The kernel may have taken some for the server, which learns of them when it asks again.
            end = time.monotonic() + 20
            while server.descriptors < own + 10_000 and time.monotonic() < end:
                time.sleep(0.1)
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
        for client in many:
            client.close()
        time.sleep(1)
        status, _ = server.request("GET", "/healthz", timeout=10)
        table.add("crowd: served again after they left", "200", str(status), status == 200)
