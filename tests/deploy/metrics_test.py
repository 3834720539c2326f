#!/usr/bin/env python3
"""A server with a running job exports exactly what deploy/metrics.md lists, in a form that Prometheus' linter accepts."""
import os
import re
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "process"))
from deploy_test import listed_metrics  # noqa: E402
from server_process import Server, wait_until  # noqa: E402

JOB = """
SET 'pipeline.name' = 'counts';
SET 'execution.checkpointing.interval' = '200 ms';
CREATE TABLE numbers (id BIGINT, part INT, moment TIMESTAMP(3), WATERMARK FOR moment AS moment - INTERVAL '1' SECOND) WITH (
  'connector' = 'datagen', 'rows-per-second' = '2000', 'fields.part.min' = '0', 'fields.part.max' = '9',
  'fields.id.kind' = 'sequence', 'fields.id.start' = '0', 'fields.id.end' = '1000000000');
CREATE TABLE nowhere (part INT, num BIGINT) WITH ('connector' = 'blackhole');
INSERT INTO nowhere SELECT part, COUNT(*) FROM numbers GROUP BY part;
"""
# Not every job has them: reported by sources that know their lag, and when something is late or bad.
NOT_IN_THIS_JOB = {"millrace_source_lag_records", "millrace_source_lag_seconds"}


def exported(text):
    """{name: (type, labels)} of an answer in Prometheus' text form."""
    kinds = dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE))
    labels = {name: set() for name in kinds}
    for series, inside in re.findall(r"^([a-zA-Z_:]+)(?:\{([^}]*)\})? \S+", text, re.MULTILINE):
        name = series if series in kinds else re.sub(r"_(bucket|sum|count)$", "", series)
        labels[name] |= set(re.findall(r'(\w+)="', inside)) - {"le"}
    return {name: (kind, labels[name]) for name, kind in kinds.items() if not name.startswith("exposer_")}


class Metrics(unittest.TestCase):
    def test_exported_is_what_is_listed(self):
        with tempfile.TemporaryDirectory() as directory:
            server = Server(directory).start()
            self.addCleanup(server.kill)
            server.submit(JOB)
            done = re.compile(r'^millrace_checkpoints_total\{job="counts",result="completed"\} ([2-9]|\d\d)', re.MULTILINE)

            def scrape():
                text = server.fetch("/metrics", "metrics")
                return text if done.search(text) else None

            self.check(wait_until(scrape, 60, "two checkpoints"))
            server.stop()

    def check(self, text):
        listed, found = listed_metrics(), exported(text)
        self.assertEqual(set(found) - set(listed), set(), "exported, but not on the page")
        self.assertEqual(set(listed) - set(found) - NOT_IN_THIS_JOB, set(), "on the page, but not exported")
        for name, value in found.items():
            with self.subTest(name=name):
                self.assertEqual(value, listed[name])
        self.assertEqual(len(re.findall(r'^millrace_job_state\{job="counts",state="\w+"\} ', text, re.MULTILINE)), 10)
        self.assertRegex(text, r'millrace_job_state\{job="counts",state="RUNNING"\} 1\n')
        linted = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True, timeout=30)
        self.assertEqual((linted.returncode, linted.stdout + linted.stderr), (0, ""))


if __name__ == "__main__":
    unittest.main()
