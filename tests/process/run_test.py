#!/usr/bin/env python3
"""`millrace run` with a data directory: what an earlier run left goes on, each row once."""
import json
import signal
import subprocess
import tempfile
import unittest
from pathlib import Path

from server_process import BINARY, wait_until

COUNT = """
SET 'execution.checkpointing.interval' = '100 ms';
CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '100', 'fields.n.kind' = 'sequence',
  'fields.n.start' = '1', 'fields.n.end' = '150');
CREATE TABLE seen (n BIGINT) WITH ('connector' = 'filesystem', 'path' = '{seen}', 'format' = 'json');
INSERT INTO seen SELECT n FROM numbers;
"""
COPY = """
SET 'execution.checkpointing.interval' = '100 ms';
SET 'restart-strategy.type' = 'none';
CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'filesystem', 'path' = '{numbers}', 'format' = 'json',
  'source.monitor-interval' = '100 ms');
CREATE TABLE seen (n BIGINT) WITH ('connector' = 'filesystem', 'path' = '{seen}', 'format' = 'json');
INSERT INTO seen SELECT n FROM numbers;
"""


class RunTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)
        self.numbers, self.seen = self.directory / "numbers", self.directory / "seen"
        self.script = self.directory / "script.sql"

    def write(self, text):
        self.script.write_text(text.format(numbers=self.numbers, seen=self.seen), encoding="utf-8")

    def start(self):
        process = subprocess.Popen([BINARY, "run", "--data-dir", self.directory / "data", self.script], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def put(self, name, text):
        self.numbers.mkdir(exist_ok=True)
        (self.directory / name).write_text(text, encoding="utf-8")
        (self.directory / name).rename(self.numbers / name)

    def rows(self):
        return [json.loads(line)["n"] for path in self.seen.rglob("*") if path.is_file() and path.name[0] not in "._"
                for line in path.read_text().splitlines()]

    def check_end(self, process, code):
        output = process.communicate(timeout=60)[0]
        self.assertEqual(process.returncode, code, output)
        return output

    def test_goes_on_after_ctrl_c_and_after_kill(self):
        self.write(COUNT)
        for how in (signal.SIGINT, signal.SIGKILL):
            before = len(self.rows())
            process = self.start()
            wait_until(lambda: len(self.rows()) > before, 60, "more rows", lambda: f"{process.poll()}")
            process.send_signal(how)
            self.check_end(process, 0 if how == signal.SIGINT else -how)
        self.check_end(self.start(), 0)
        self.assertEqual(sorted(self.rows()), list(range(1, 151)))

    def test_goes_on_once_the_cause_of_a_failure_is_mended(self):
        self.write(COPY)
        self.put("1", '{"n": 1}\n{"n": 2}\n')
        process = self.start()
        wait_until(lambda: len(self.rows()) == 2, 60, "rows of the first file", lambda: f"{process.poll()}")
        self.put("2", '{"n": 3}\n{"n": x}\n')
        self.assertIn("line 2", self.check_end(process, 1))
        (self.numbers / "2").write_text('{"n": 3}\n{"n": 4}\n', encoding="utf-8")
        process = self.start()
        wait_until(lambda: len(self.rows()) >= 4, 60, "rows of the mended file", lambda: f"{process.poll()}")
        process.send_signal(signal.SIGINT)
        self.check_end(process, 0)
        self.assertEqual(sorted(self.rows()), [1, 2, 3, 4])


if __name__ == "__main__":
    unittest.main()
