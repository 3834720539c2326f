#!/usr/bin/env python3
"""scripts/kafka starts, kills and goes on with real brokers of both supported versions."""
import os
import subprocess
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))


def kafka(*arguments):
    return subprocess.run([os.path.join(ROOT, "scripts", "kafka"), *arguments], capture_output=True, text=True, timeout=200)


class Broker(unittest.TestCase):
    def run_version(self, version):
        with tempfile.TemporaryDirectory() as directory:
            started = kafka("start", "--dir", directory, "--version", version)
            self.assertEqual(started.returncode, 0, started.stderr)
            try:
                self.life_of(directory, started.stdout.strip(), version)
            finally:
                kafka("stop", "--dir", directory)

    def life_of(self, directory, bootstrap, version):
        with open(os.path.join(directory, "bootstrap"), encoding="utf-8") as file:
            self.assertEqual(file.read().strip(), bootstrap)
        again = kafka("start", "--dir", directory, "--version", version)
        self.assertEqual(again.returncode, 1)
        self.assertIn("already runs", again.stderr)

        self.assertEqual(kafka("topic", "create", "orders", "--partitions", "3", "--dir", directory).returncode, 0)
        twice = kafka("topic", "create", "orders", "--bootstrap", bootstrap)
        self.assertEqual((twice.returncode, "exists" in twice.stderr), (1, True), twice.stderr)
        described = kafka("topic", "describe", "orders", "--dir", directory)
        self.assertEqual(described.stdout.count("offsets 0 to 0"), 3, described.stdout + described.stderr)
        missing = kafka("topic", "describe", "payments", "--dir", directory)
        self.assertEqual((missing.returncode, "no such topic" in missing.stderr), (1, True), missing.stderr)

        self.assertEqual(kafka("stop", "--dir", directory, "--kill").returncode, 0)
        restarted = kafka("start", "--dir", directory, "--version", version)
        self.assertEqual(restarted.stdout.strip(), bootstrap, restarted.stderr)
        self.assertEqual(kafka("topic", "list", "--dir", directory).stdout.split(), ["orders"])
        self.assertEqual(kafka("topic", "delete", "orders", "--dir", directory).returncode, 0)
        self.assertEqual(kafka("topic", "list", "--dir", directory).stdout.split(), [])

    def test_3_9(self):
        self.run_version("3.9.1")

    def test_4_1(self):
        self.run_version("4.1.1")

    def test_stop_without_broker(self):
        with tempfile.TemporaryDirectory() as directory:
            stopped = kafka("stop", "--dir", directory)
            self.assertEqual((stopped.returncode, "no broker runs" in stopped.stderr), (1, True))


if __name__ == "__main__":
    unittest.main()
