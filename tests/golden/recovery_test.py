#!/usr/bin/env python3
"""The same script gives the same rows straight, and with checkpoints, kills and a restore at another parallelism.

A case is tests/golden/recovery/<name>.sql: one INSERT INTO `out` from `events` (and `users`), whose tables the test defines over
directories. Straight: `millrace run` over all files. Interrupted: a server watches the directories while files come, is killed
twice, the job is stopped with a savepoint, restored at another parallelism, and at last drained.
"""
import base64
import json
import os
import random
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "process"))
from server_process import BINARY, Server, wait_until  # noqa: E402

FILES = 4
ROWS_PER_FILE = 400

TABLES = """
CREATE TABLE events (id BIGINT, user_id BIGINT, kind STRING, amount DECIMAL(10, 2), ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH ('connector' = 'filesystem', 'path' = '{root}/events', 'format' = 'json'{watch});
CREATE TABLE users (user_id BIGINT, name STRING) WITH ('connector' = 'filesystem', 'path' = '{root}/users', 'format' = 'json'{watch});
"""


def events(file, seed):
    rng = random.Random(seed * 1000 + file)
    for i in range(ROWS_PER_FILE):
        number = file * ROWS_PER_FILE + i
        second = number * 0.25 + rng.uniform(-2, 2)  # disorder below the watermark's delay
        millis = max(0, int(second * 1000))
        yield {"id": number, "user_id": rng.randrange(12), "kind": rng.choice(["view", "buy", None]),
               "amount": rng.randrange(10000) / 100,
               "ts": f"2026-03-02 {8 + millis // 3600000:02}:{millis // 60000 % 60:02}:{millis // 1000 % 60:02}.{millis % 1000:03}"}


def users(file):
    for user in range(file * 3, file * 3 + 3):
        yield {"user_id": user, "name": f"user {user}"}


def put(root, file, seed):
    for folder, rows in (("events", events(file, seed)), ("users", users(file))):
        (root / folder).mkdir(parents=True, exist_ok=True)
        hidden = root / folder / f".{file}"
        hidden.write_text("".join(json.dumps(row) + "\n" for row in rows))
        hidden.rename(root / folder / f"{file}.json")


def rows_in(directory):
    return sorted(line for path in directory.glob("[!._]*") for line in path.read_text().splitlines())


class RecoveryTest(unittest.TestCase):
    def straight(self, root, sql, parallelism):
        for file in range(FILES):
            put(root, file, 1)
        script = root / "script.sql"
        script.write_text(TABLES.format(root=root, watch="") + sql.replace("${OUT}", str(root / "out")))
        done = subprocess.run([BINARY, "run", "-p", str(parallelism), script], capture_output=True, text=True, timeout=120,
                              stdin=subprocess.DEVNULL, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return rows_in(root / "out")

    def interrupted(self, root, sql):
        watch = ", 'source.monitor-interval' = '50 ms'"
        script = TABLES.format(root=root, watch=watch) + sql.replace("${OUT}", str(root / "out"))
        head = "SET 'pipeline.name' = 'case'; SET 'execution.checkpointing.interval' = '100 ms'; SET 'parallelism.default' = '{}';"
        put(root, 0, 1)
        server = Server(root / "server").start()
        try:
            server.submit(head.format(2) + script)
            server.wait_for_state("case", "RUNNING")
            self.wait_for_checkpoints(server, 2)
            server.kill()
            put(root, 1, 1)
            server.start()
            server.wait_for_state("case", "RUNNING")
            self.wait_for_checkpoints(server, 2)
            server.kill()
            server.start()
            server.wait_for_state("case", "RUNNING")
            put(root, 2, 1)
            savepoint = server.cli("job", "stop", "case").stdout.strip()
            put(root, 3, 1)
            job = server.submit(head.format(3) + script, "--from", savepoint)
            server.wait_for_state(job, "RUNNING")
            wait_until(lambda: self.everything_read(server, job), 60, "all rows are read")
            server.cli("job", "stop", job, "--drain")
            return rows_in(root / "out")
        finally:
            server.kill()

    @staticmethod
    def wait_for_checkpoints(server, more):
        jobs = server.get("/jobs")["jobs"]
        job = next(j["id"] for j in jobs if j["status"] == "RUNNING")
        before = server.get(f"/jobs/{job}/checkpoints")["counts"]["completed"]
        wait_until(lambda: server.get(f"/jobs/{job}/checkpoints")["counts"]["completed"] >= before + more, 60, "checkpoints")

    @staticmethod
    def everything_read(server, job):
        """Whether a checkpoint of the job has given out the last file of each source and has no split left."""
        shown = server.cli("checkpoint", "show", server.data / "checkpoints" / job, "-o", "json", check=False)
        if shown.returncode != 0:
            return False
        sources = [op for op in json.loads(shown.stdout)["operators"] if op["name"].startswith("Source: ")]
        splits = [split for op in sources for subtask in op["subtasks"] for split in subtask.get("splits", [])]
        last = f"{FILES - 1}.json".encode()
        return not splits and all(last in base64.b64decode(op.get("enumerator_state", "")) for op in sources)

    def check_case(self, path):
        sql = path.read_text(encoding="utf-8")
        with tempfile.TemporaryDirectory() as temporary:
            straight = self.straight(Path(temporary) / "straight", sql, 1)
            self.assertGreater(len(straight), 0)
            self.assertEqual(self.straight(Path(temporary) / "parallel", sql, 4), straight)
            self.assertEqual(self.interrupted(Path(temporary) / "interrupted", sql), straight)


def add_case(path):
    setattr(RecoveryTest, f"test_{path.stem}", lambda self: self.check_case(path))


for case in sorted((HERE / "recovery").glob("*.sql")):
    add_case(case)

if __name__ == "__main__":
    os.environ.setdefault("PYTHONDONTWRITEBYTECODE", "1")
    unittest.main(verbosity=2)
