#!/usr/bin/env python3
"""scripts/demo: shows rows, ends well, and goes on where it stopped, on files or (--kafka) on a real broker."""
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import unittest

from flights_test import MILLRACE, ROOT, SAMPLE, expected_hours, rows_of_sink

KAFKA = "--kafka" in sys.argv
RUN_SECONDS_MAX = 120


class Demo(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)

    def run_demo(self, seconds, end_with=None):
        """What a demo run of so long prints; speed: the sample's three days of departures in about 34 s."""
        python = subprocess.run([os.path.join(ROOT, "scripts", "python-env")], capture_output=True, text=True, check=True)
        command = [python.stdout.strip(), os.path.join(ROOT, "scripts", "demo"), "--data", self.directory.name, "--free-ports",
                   "--input", SAMPLE, "--binary", MILLRACE, "--speed-up", "8000", *(["--kafka"] if KAFKA else [])]
        if end_with is None:
            command += ["--seconds", str(seconds)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, stdin=subprocess.DEVNULL)
        try:
            if end_with is not None:
                try:
                    process.wait(seconds)
                except subprocess.TimeoutExpired:
                    process.send_signal(end_with)
            output, _ = process.communicate(timeout=RUN_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        self.assertEqual(process.returncode, 0, output[-3000:])
        return output

    def hours(self):
        """{(hour, origin): departures} that the job has published; each key once."""
        if KAFKA:
            rows = self.rows_of_topic("hourly_departures")
        else:
            rows = rows_of_sink(os.path.join(self.directory.name, "hourly_departures"))
        hours = {(row["window_start"], row["origin"]): row["departures"] for row in rows}
        self.assertEqual(len(hours), len(rows), "a window was published twice")
        return hours

    def rows_of_topic(self, topic):
        """All that a reader of committed records sees; the broker runs only for this."""
        broker = os.path.join(self.directory.name, "kafka")
        tool = os.path.join(ROOT, "scripts", "kafka")
        bootstrap = subprocess.run([tool, "start", "--dir", broker], capture_output=True, text=True, check=True).stdout.strip()
        script = ("import sys, confluent_kafka as k\n"
                  "c = k.Consumer({'bootstrap.servers': sys.argv[1], 'group.id': 't', 'isolation.level': 'read_committed',"
                  " 'auto.offset.reset': 'earliest', 'enable.partition.eof': True})\n"
                  "parts = [k.TopicPartition(sys.argv[2], p, 0) for p in c.list_topics(sys.argv[2]).topics[sys.argv[2]].partitions]\n"
                  "c.assign(parts)\n"
                  "ended = set()\n"
                  "while len(ended) < len(parts):\n"
                  "    m = c.poll(30)\n"
                  "    if m is None: sys.exit('no answer')\n"
                  "    if m.error(): ended.add(m.partition())\n"
                  "    else: print(m.value().decode())\n")
        python = subprocess.run([os.path.join(ROOT, "scripts", "python-env")], capture_output=True, text=True, check=True)
        try:
            read = subprocess.run([python.stdout.strip(), "-c", script, bootstrap, topic], capture_output=True, text=True,
                                  check=True, timeout=120)
        finally:
            subprocess.run([tool, "stop", "--dir", broker], check=True)
        return [json.loads(line) for line in read.stdout.splitlines()]

    def test_shows_rows_and_goes_on(self):
        first = self.run_demo(14, end_with=signal.SIGINT)
        self.assertRegex(first, r'demo: job "flights\w*" runs')
        self.assertIn("gRPC 127.0.0.1:", first)
        self.assertRegex(first, re.compile(r"^carrier_totals +\S", re.MULTILINE))
        self.assertIn("takes a last checkpoint", first)
        begun = self.hours()
        self.assertGreater(len(begun), 0, first)

        second = self.run_demo(32)
        self.assertRegex(second, r'demo: job "flights\w*" goes on from its last checkpoint')
        self.assertRegex(second, re.compile(r"^hourly_departures +\{", re.MULTILINE))
        ended = self.hours()
        self.assertGreater(len(ended), len(begun))
        expected = {key: values[0] for key, values in expected_hours().items()}
        self.assertEqual({key: expected.get(key) for key in ended}, ended)
        self.assertGreater(len(ended), len(expected) - 10, "only the windows that the last events leave open are missing")


if __name__ == "__main__":
    if KAFKA:
        sys.argv.remove("--kafka")
    unittest.main()
