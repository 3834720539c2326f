#!/usr/bin/env python3
"""The graph examples: a graph as protobuf JSON on a server, and the Python client from topic to topic on a real broker."""
import collections
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request

from flights_test import MILLRACE, REPLAY, ROOT, SAMPLE, departures, rows_of_print

EXAMPLES = os.path.join(ROOT, "examples")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """`millrace server` in a directory of its own; its print rows are in `output`."""

    def __init__(self, directory):
        self.directory = directory
        self.output = os.path.join(directory, "output")
        self.ports = {name: free_port() for name in ("GRPC", "HTTP", "METRICS")}
        self.environment = {**os.environ, **{f"MILLRACE_{name}_PORT": str(port) for name, port in self.ports.items()},
                            "MILLRACE_SERVER": self.address}

    @property
    def address(self):
        return f"127.0.0.1:{self.ports['GRPC']}"

    def __enter__(self):
        with open(self.output, "w", encoding="utf-8") as output, open(self.output + ".log", "w", encoding="utf-8") as log:
            self.process = subprocess.Popen([MILLRACE, "server", "--data-dir", "data"], cwd=self.directory, env=self.environment,
                                            stdin=subprocess.DEVNULL, stdout=output, stderr=log)
        wait_for("the server", self.is_ready)
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(90)

    def is_ready(self):
        if self.process.poll() is not None:
            raise AssertionError(f"the server ended: {open(self.output + '.log', encoding='utf-8').read()[-2000:]}")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.ports['HTTP']}/readyz", timeout=5) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def run(self, *arguments):
        return subprocess.run([MILLRACE, *arguments], cwd=self.directory, env=self.environment, capture_output=True, text=True,
                              timeout=60, stdin=subprocess.DEVNULL)


def wait_for(what, check, seconds_max=60):
    deadline = time.monotonic() + seconds_max
    while time.monotonic() < deadline:
        value = check()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f"{what}: not within {seconds_max} s")


class GraphAsJson(unittest.TestCase):
    def test_carrier_totals(self):
        with tempfile.TemporaryDirectory() as directory:
            subprocess.run([sys.executable, REPLAY, "--input", SAMPLE, "--speed-up", "0", "--to-directory",
                            os.path.join(directory, "build", "demo", "events")], check=True, capture_output=True)
            with Server(directory) as server:
                submitted = server.run("job", "submit", os.path.join(EXAMPLES, "graphs", "carrier_totals.json"))
                self.assertEqual(submitted.returncode, 0, submitted.stderr)
                wait_for("the end of the job", lambda: "FINISHED" in server.run("job", "show", "carrier_totals").stdout)
                graph = server.run("job", "graph", "carrier_totals")
            with open(server.output, encoding="utf-8") as file:
                rows = {row[0]: (int(row[1]), int(row[2]), int(row[3])) for row in rows_of_print(file.read(), "carrier_totals")}
        expected = collections.defaultdict(lambda: [0, 0, -999])
        for row in departures():
            total = expected[row["carrier"]]
            total[0] += 1
            total[1] += row["is_cancelled"]
            total[2] = max(total[2], row["delay"] if row["delay"] is not None else -999)
        self.assertEqual(rows, {carrier: tuple(total) for carrier, total in expected.items()})
        self.assertEqual([op["uid"] for op in json.loads(graph.stdout)["operators"]],
                         ["read-departures", "totals", "print-totals"])

    def test_mistake_is_named(self):
        with open(os.path.join(EXAMPLES, "graphs", "carrier_totals.json"), encoding="utf-8") as file:
            graph = json.load(file)
        graph["edges"][0]["to"] = "total"
        with tempfile.TemporaryDirectory() as directory:
            path = os.path.join(directory, "wrong.json")
            with open(path, "w", encoding="utf-8") as file:
                json.dump(graph, file)
            with Server(directory) as server:
                refused = server.run("job", "submit", path)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("MR-2004", refused.stderr)
        self.assertIn("did you mean 'totals'", refused.stderr)


class GraphClient(unittest.TestCase):
    def test_topic_to_topic(self):
        python = subprocess.run([os.path.join(ROOT, "scripts", "python-env")], capture_output=True, text=True, check=True)
        self.python = python.stdout.strip()
        with tempfile.TemporaryDirectory() as directory:
            kafka = lambda *arguments: subprocess.run(
                [os.path.join(ROOT, "scripts", "kafka"), *arguments, "--dir", os.path.join(directory, "kafka")],
                capture_output=True, text=True, check=True, timeout=200).stdout.strip()
            bootstrap = kafka("start")
            try:
                for topic in ("departures", "cancelled"):
                    kafka("topic", "create", topic, "--partitions", "2")
                subprocess.run([self.python, REPLAY, "--input", SAMPLE, "--to-kafka", bootstrap, "--speed-up", "0"],
                               check=True, capture_output=True, timeout=60)
                with Server(directory) as server:
                    self.submit(server, bootstrap)
                    expected = sorted((row["carrier"], row["origin"]) for row in departures() if row["is_cancelled"])
                    rows = self.read(bootstrap, len(expected))
                self.assertEqual(sorted((row["carrier"], row["origin"]) for row in rows), expected)
            finally:
                kafka("stop")

    def submit(self, server, bootstrap):
        client = subprocess.run([self.python, os.path.join(EXAMPLES, "graph_client", "submit_graph.py"), server.address, bootstrap,
                                 "departures", "cancelled"], capture_output=True, text=True, timeout=60)
        self.assertEqual(client.returncode, 0, client.stderr)
        shown = server.run("job", "show", client.stdout.strip())
        self.assertIn("exactly-once", shown.stdout, shown.stderr)

    def read(self, bootstrap, num_expected):
        """All committed messages: those that are expected, and whatever follows within two seconds."""
        script = ("import sys, time, confluent_kafka as k\n"
                  "c = k.Consumer({'bootstrap.servers': sys.argv[1], 'group.id': 't', 'auto.offset.reset': 'earliest',"
                  " 'isolation.level': 'read_committed'})\n"
                  "c.assign([k.TopicPartition('cancelled', p, 0) for p in (0, 1)])\n"
                  "count, until = 0, time.monotonic() + 60\n"
                  "while time.monotonic() < until:\n"
                  "    m = c.poll(0.2)\n"
                  "    if m is None or m.error(): continue\n"
                  "    print(m.value().decode())\n"
                  "    count += 1\n"
                  "    if count == int(sys.argv[2]): until = time.monotonic() + 2\n")
        read = subprocess.run([self.python, "-c", script, bootstrap, str(num_expected)], capture_output=True, text=True,
                              check=True, timeout=120)
        return [json.loads(line) for line in read.stdout.splitlines()]


if __name__ == "__main__":
    unittest.main()
