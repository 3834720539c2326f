#!/usr/bin/env python3
"""The graph examples: a graph as protobuf JSON on a server, and the Python client from topic to topic on a real broker."""
import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

from flights_test import REPLAY, ROOT, SAMPLE, departures, rows_of_print

sys.path.insert(0, os.path.join(ROOT, "tests", "process"))
from server_process import Server  # noqa: E402

EXAMPLES = os.path.join(ROOT, "examples")


def carrier_totals():
    return pathlib.Path(EXAMPLES, "graphs", "carrier_totals.json").read_text(encoding="utf-8")


class GraphTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name)

    def start_server(self):
        server = Server(self.directory).start()
        self.addCleanup(server.kill)
        return server

    def write(self, name, text):
        path = self.directory / name
        path.write_text(text, encoding="utf-8")
        return path


class GraphAsJson(GraphTest):
    def test_carrier_totals(self):
        events = str(self.directory / "events")
        subprocess.run([sys.executable, REPLAY, "--input", SAMPLE, "--speed-up", "0", "--to-directory", events], check=True,
                       capture_output=True)
        server = self.start_server()
        server.cli("job", "submit", self.write("totals.json", carrier_totals().replace("build/demo/events", events)))
        server.wait_for_state("carrier_totals", "FINISHED")
        graph = json.loads(server.cli("job", "graph", "carrier_totals").stdout)
        self.assertEqual([op["uid"] for op in graph["operators"]], ["read-departures", "totals", "print-totals"])
        server.stop()
        rows = {row[0]: tuple(map(int, row[1:])) for row in rows_of_print(server.log.read_text(), "carrier_totals")}
        self.assertEqual(rows, self.expected_totals())

    @staticmethod
    def expected_totals():
        totals = collections.defaultdict(lambda: (0, 0, -999))
        for row in departures():
            count, cancelled, longest = totals[row["carrier"]]
            delay = -999 if row["delay"] is None else row["delay"]
            totals[row["carrier"]] = (count + 1, cancelled + row["is_cancelled"], max(longest, delay))
        return dict(totals)

    def test_mistake_is_named(self):
        graph = json.loads(carrier_totals())
        graph["edges"][0]["to"] = "total"
        refused = self.start_server().cli("job", "submit", self.write("wrong.json", json.dumps(graph)), check=False)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("MR-2004", refused.stderr)
        self.assertIn("did you mean 'totals'", refused.stderr)


class GraphClient(GraphTest):
    def test_topic_to_topic(self):
        python = subprocess.run([os.path.join(ROOT, "scripts", "python-env")], capture_output=True, text=True, check=True)
        self.python = python.stdout.strip()
        bootstrap = self.kafka("start")
        self.addCleanup(self.kafka, "stop")
        for topic in ("departures", "cancelled"):
            self.kafka("topic", "create", topic, "--partitions", "2")
        subprocess.run([self.python, REPLAY, "--input", SAMPLE, "--to-kafka", bootstrap, "--speed-up", "0"], check=True,
                       capture_output=True, timeout=60)
        self.submit(self.start_server(), bootstrap)
        expected = sorted((row["carrier"], row["origin"]) for row in departures() if row["is_cancelled"])
        rows = self.read(bootstrap, len(expected))
        self.assertEqual(sorted((row["carrier"], row["origin"]) for row in rows), expected)

    def kafka(self, *arguments):
        done = subprocess.run([os.path.join(ROOT, "scripts", "kafka"), *arguments, "--dir", self.directory / "kafka"],
                              capture_output=True, text=True, check=True, timeout=200)
        return done.stdout.strip()

    def submit(self, server, bootstrap):
        client = subprocess.run([self.python, os.path.join(EXAMPLES, "graph_client", "submit_graph.py"), server.addresses["grpc"], bootstrap,
                                 "departures", "cancelled"], capture_output=True, text=True, timeout=60)
        self.assertEqual(client.returncode, 0, client.stderr)
        shown = server.cli("job", "show", client.stdout.strip())
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
