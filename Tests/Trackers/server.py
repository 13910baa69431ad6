"""An isoloss server for tests: started on a free port, killed and started again, asked for points."""

import json
import os
import pathlib
import signal
import subprocess
import time
import urllib.error
import urllib.request


class Server:
    """A server process with its database in a folder; a context manager that ends it."""

    def __init__(self, program, folder, token=None):
        self.program = str(pathlib.Path(program).resolve())
        self.folder = pathlib.Path(folder)
        self.token = token
        self.port = 0
        self.process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.kill(signal.SIGTERM)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        environment = dict(os.environ)
        environment.pop("ISOLOSS_TOKEN", None)
        if self.token:
            environment["ISOLOSS_TOKEN"] = self.token
        self.process = subprocess.Popen(
            [self.program, "serve", "--port", str(self.port), "--database", "runs.db"],
            cwd=self.folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True)
        line = self.process.stdout.readline()
        if "listening on" not in line:
            raise RuntimeError(f"the server did not start: {line!r}")
        self.port = int(line.strip().rsplit(":", 1)[1])

    def kill(self, number=signal.SIGKILL):
        if self.process and self.process.poll() is None:
            self.process.send_signal(number)
            self.process.wait()

    def ask(self, path, body=None, headers=None):
        """The status and the JSON of an answer."""
        fields = {"Content-Type": "application/json", **(headers or {})}
        if self.token:
            fields.setdefault("Authorization", f"Bearer {self.token}")
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, headers=fields)
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def runs(self, study):
        return self.ask(f"/v1/runs?study={study}")[1]["runs"]

    def run(self, identifier):
        return self.ask(f"/v1/runs/{identifier}")[1]

    def points(self, identifier):
        """The points of a run by step, a loss that is not finite as a float."""
        points = {}
        for point in self.ask(f"/v1/runs/{identifier}/points")[1]["points"]:
            for name in list(point):
                if name == "loss" or name.startswith("loss/"):
                    kind = point.pop(name.replace("loss", "not_finite", 1), None)
                    if kind:
                        point[name] = float(kind)
            points[point.pop("step")] = point
        return points


def wait_for(condition, seconds=30):
    """Waits until a condition holds, for clients that send in the background."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.1)
    return False
