#!/usr/bin/env python3
"""The Python client that submits a graph in JSON over gRPC, with the interpreter of scripts/python-env."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

from server_process import Server

ROOT = pathlib.Path(__file__).resolve().parents[2]
CLIENT = ROOT / "examples" / "graph_client" / "follow_graph.py"
GRAPH = ROOT / "examples" / "graphs" / "datagen_to_print.json"


class GraphClientTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = pathlib.Path(directory.name)
        self.server = Server(self.directory).start()
        self.addCleanup(self.server.kill)

    def submit(self, graph):
        return subprocess.run([sys.executable, CLIENT, self.server.addresses["grpc"], graph], capture_output=True, text=True,
                              timeout=120, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}, check=False)

    def test_follows_the_job_to_its_end(self):
        done = self.submit(GRAPH)
        self.assertEqual(done.returncode, 0, done.stderr)
        job_id, *states = done.stdout.split()
        self.assertEqual(states[-1], "FINISHED")
        self.assertIn('"FINISHED"', self.server.cli("job", "show", job_id, "-o", "json").stdout)
        self.assertEqual(self.server.stop(), 0)
        # The graph keeps the ids from 11 to 1000: the last counts of all customers together.
        counts = {}
        for line in self.server.log.read_text().splitlines():
            if line.startswith(("+I[", "+U[")):
                customer, count, _ = line.partition("[")[2].rstrip("]").split(", ")
                counts[customer] = int(count)
        self.assertEqual(sum(counts.values()), 990)
        self.assertLessEqual(set(counts), set("123456789"))

    def test_refused_graph_is_explained(self):
        graph = json.loads(GRAPH.read_text(encoding="utf-8"))
        graph["operators"][-1]["sink"]["connector"] = "prnt"
        path = self.directory / "wrong.json"
        path.write_text(json.dumps(graph), encoding="utf-8")
        done = self.submit(path)
        self.assertEqual(done.returncode, 1)
        self.assertIn("MR-3001", done.stderr)
        self.assertIn("did you mean 'print'?", done.stderr)


if __name__ == "__main__":
    unittest.main()
