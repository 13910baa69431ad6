"""A server under test, clients to it, and what it costs, read from /proc."""

import contextlib
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
MIB = 1 << 20
GROUPS = []


def group(function):
    """Lists a group of rows."""
    GROUPS.append(function)
    return function


class Server:
    """`isoloss serve` on a free port and a database of its own."""

    def __init__(self, binary, token=None, folder=None, name="abuse.db"):
        self.binary = binary
        self.token = token
        self.owns_folder = folder is None
        self.folder = folder or tempfile.mkdtemp(prefix="isoloss-abuse-")
        self.database = os.path.join(self.folder, name)
        self.log = os.path.join(self.folder, "log")
        self.start()

    def start(self):
        environment = dict(os.environ)
        environment.pop("ISOLOSS_TOKEN", None)
        if self.token:
            environment["ISOLOSS_TOKEN"] = self.token
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [self.binary, "serve", "--database", self.database, "--port", "0"],
                stdout=subprocess.PIPE, stderr=log, env=environment, cwd=self.folder)
        line = self.process.stdout.readline().decode()
        if "listening on" not in line:
            self.process.wait()
            raise RuntimeError(f"the server did not start: {line}{self.log_text()}")
        self.port = int(line.rsplit(":", 1)[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self, keeps=False):
        if self.is_alive():
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.kill()
        if not keeps:
            self.remove()

    def remove(self):
        """Removes the folder, if it is the server's own."""
        if self.owns_folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    def check(self):
        """`isoloss check` of the database, run to its end."""
        return subprocess.run([self.binary, "check", "--database", self.database],
                              capture_output=True, text=True)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def is_alive(self):
        return self.process.poll() is None

    def log_text(self):
        with open(self.log, errors="replace") as file:
            return file.read()

    # What it costs

    def status(self, name):
        """A number of kilobytes from /proc/PID/status, in bytes."""
        with open(f"/proc/{self.process.pid}/status") as file:
            for line in file:
                if line.startswith(name + ":"):
                    return int(line.split()[1]) * 1024
        return 0

    @property
    def resident(self):
        return self.status("VmRSS")

    @property
    def peak(self):
        return self.status("VmHWM")

    @property
    def cpu(self):
        """Seconds of processor so far."""
        with open(f"/proc/{self.process.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def descriptors(self):
        """The number of files and connections that it holds."""
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def forget_peak(self):
        with open(f"/proc/{self.process.pid}/clear_refs", "w") as file:
            file.write("5")

    # Clients

    def connect(self, timeout=30):
        client = socket.create_connection(("127.0.0.1", self.port), timeout=timeout)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return client

    def request(self, method, path, body=None, type="application/json", timeout=120, **headers):
        """Status and body; 0 where the connection broke."""
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None:
            fields["Content-Type"] = type
        if self.token and "Authorization" not in fields:
            fields["Authorization"] = f"Bearer {self.token}"
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body=body, headers=fields)
            response = connection.getresponse()
            return response.status, response.read()
        except (OSError, http.client.HTTPException) as error:
            return 0, str(error).encode()
        finally:
            connection.close()

    def import_samples(self):
        subprocess.run(
            [self.binary, "import", str(ROOT / "sample-runs"), "--study", "samples",
             "--server", f"http://127.0.0.1:{self.port}"],
            check=True, capture_output=True,
            env={**os.environ, **({"ISOLOSS_TOKEN": self.token} if self.token else {})})

    def fit(self, law):
        """The id of a finished fit."""
        runs = ["constant_3500", "cosine_2000", "two_stage_2500"]
        status, body = self.request("POST", "/v1/fits", {"law": law, "runs": runs})
        fit = json.loads(body)
        if status == 202:
            fit = self.end_of_fit(fit["id"], 60)
        if fit.get("status") != "done":
            raise RuntimeError(f"no fit of {law}: {status} {body[:300]!r}")
        return fit["id"]

    def end_of_fit(self, id, patience):
        """A fit once it has ended, or after so many seconds as it is then."""
        end = time.monotonic() + patience
        while True:
            fit = json.loads(self.request("GET", f"/v1/fits/{id}")[1])
            if fit.get("status") not in ("queued", "running") or time.monotonic() > end:
                return fit
            time.sleep(0.2)

    def cancel_fits(self):
        """Ends the fits that go on, so that the next row has the processor."""
        for fit in json.loads(self.request("GET", "/v1/fits?limit=1000")[1]).get("fits", []):
            if fit["status"] in ("queued", "running"):
                self.request("DELETE", f"/v1/fits/{fit['id']}")


class Latency:
    """The time of small requests, one after the other on a connection, in milliseconds."""

    def __init__(self, server, seconds, pause=0.01):
        self.server = server
        self.seconds = seconds
        self.pause = pause
        self.times = {"healthz": [], "ingest": []}
        self.failures = []

    def run(self):
        threads = [threading.Thread(target=self._repeat, args=(name,)) for name in self.times]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return self

    def _repeat(self, name):
        end = time.monotonic() + self.seconds
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        step = 0
        while time.monotonic() < end:
            begin = time.monotonic()
            try:
                fields = {"Content-Type": "application/json"}
                if self.server.token:
                    fields["Authorization"] = f"Bearer {self.server.token}"
                if name == "healthz":
                    connection.request("GET", "/healthz", headers=fields)
                else:
                    step += 1
                    body = json.dumps({"points": [{"step": step, "loss": 3.0}]})
                    connection.request("POST", "/v1/runs/latency/points", body=body, headers=fields)
                response = connection.getresponse()
                response.read()
                if response.status != 200:
                    self.failures.append(f"{name} {response.status}")
            except (OSError, http.client.HTTPException) as error:
                self.failures.append(f"{name} {error!r}")
                connection.close()
            self.times[name].append((time.monotonic() - begin) * 1000)
            time.sleep(self.pause)
        connection.close()

    def p99(self, name):
        times = sorted(self.times[name])
        return times[min(len(times) - 1, int(len(times) * 0.99))] if times else float("inf")


@contextlib.contextmanager
def repeating(count, action):
    """So many threads that do something again and again until the block ends."""
    ends = threading.Event()

    def work():
        while not ends.is_set():
            try:
                action()
            except OSError:
                time.sleep(0.05)

    threads = [threading.Thread(target=work, daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ends.set()


class Table:
    """Rows as they are measured; the last word is ok or MISS."""

    def __init__(self, text):
        self.text = text
        self.misses = 0
        self.count = 0

    def picks(self, what):
        """True for a row that is asked for; what it takes to measure others may be left out."""
        return not self.text or self.text in what

    def add(self, what, limit, measured, is_ok):
        if not self.picks(what):
            return
        self.count += 1
        self.misses += 0 if is_ok else 1
        print(f"{what:<58} {limit:>18} {measured:>26}  {'ok' if is_ok else 'MISS'}", flush=True)

    def most(self, what, limit, value, unit):
        self.add(what, f"≤ {limit:g} {unit}", f"{value:.4g} {unit}", value <= limit)
