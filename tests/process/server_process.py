"""A millrace server as a child process, for process tests. Ports are chosen by the system, data lives in a directory of
the test."""
import json
import os
import signal
import subprocess
import time
import urllib.request
from pathlib import Path

BINARY = os.environ.get("MILLRACE", str(Path(__file__).resolve().parents[2] / "build" / "dev" / "millrace"))
START_SECONDS_MAX = 60


def wait_until(condition, seconds_max, what, describe=lambda: ""):
    """Polls until the condition answers something true, and returns that. `describe` tells how things stand otherwise."""
    deadline = time.monotonic() + seconds_max
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds_max} s: {what}\n{describe()}")
        time.sleep(0.02)


class Server:
    """Started by start(); kill() is SIGKILL, stop() SIGTERM and its exit code."""

    def __init__(self, directory, settings=(), environment=None):
        self.directory = Path(directory)
        self.data = self.directory / "data"
        self.log = self.directory / "server.log"
        self.settings = list(settings)
        self.environment = dict(environment or {})
        self.process = None
        self.addresses = {}

    def spawn(self, environment=None):
        """Starts the process without waiting for it."""
        self.directory.mkdir(parents=True, exist_ok=True)
        addresses = self.data / "addresses.json"
        addresses.unlink(missing_ok=True)
        command = [BINARY, "server", "--data-dir", str(self.data)]
        for setting in ["grpc.port=0", "http.port=0", "metrics.port=0", *self.settings]:
            command += ["--set", setting]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env={**os.environ, **self.environment, **(environment or {})})
        return self

    def start(self, environment=None):
        self.spawn(environment)
        wait_until(self.is_up, START_SECONDS_MAX, f"the server is up; its log is {self.log}")
        return self

    def is_up(self):
        if self.process.poll() is not None:
            raise AssertionError(f"the server ended with {self.process.returncode}:\n{self.tail_log()}")
        try:
            self.addresses = json.loads((self.data / "addresses.json").read_text())
        except (OSError, ValueError):
            return False
        return self.addresses["pid"] == self.process.pid

    def kill(self):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        if self.process is not None:
            self.process.wait()

    def stop(self, seconds_max=60):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds_max)

    def tail_log(self, lines=30):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:]) if self.log.exists() else ""

    def cli(self, *arguments, check=True, text_input=None):
        """Runs a client command; returns the finished process."""
        done = subprocess.run([BINARY, *map(str, arguments)], capture_output=True, text=True, timeout=120, check=False,
                              input=text_input if text_input is not None else "",
                              env={**os.environ, "MILLRACE_SERVER": self.addresses.get("grpc", "127.0.0.1:1")})
        if check and done.returncode != 0:
            raise AssertionError(f"millrace {' '.join(map(str, arguments))}: exit code {done.returncode}\n"
                                 f"{done.stdout}{done.stderr}\n{self.tail_log()}")
        return done

    def submit(self, sql, *arguments):
        """Submits a script; returns the id of its job."""
        script = self.directory / f"job-{time.monotonic_ns()}.sql"
        script.write_text(sql, encoding="utf-8")
        return self.cli("job", "submit", script, *arguments).stdout.strip()

    def job(self, name):
        """What REST says of a job."""
        jobs = self.get("/jobs/overview")["jobs"]
        found = [job for job in jobs if name in (job["name"], job["jid"])]
        return found[0] if found else None

    def wait_for_state(self, name, state, seconds_max=60):
        wait_until(lambda: (self.job(name) or {}).get("state") == state, seconds_max, f"job {name} is {state}",
                   lambda: f"it is {self.job(name)}\n{self.tail_log()}")

    def completed_checkpoints(self, name):
        """Since the server's start."""
        job = self.job(name)
        return self.get(f"/jobs/{job['jid']}/checkpoints")["counts"]["completed"] if job else 0

    def fetch(self, path, endpoint="http"):
        with urllib.request.urlopen(f"http://{self.addresses[endpoint]}{path}", timeout=10) as answer:
            return answer.read().decode()

    def get(self, path):
        return json.loads(self.fetch(path))
