#!/usr/bin/env python3
"""The server as its users meet it: start and stop, command line, REST, metrics, errors."""
import json
import re
import tempfile
import unittest
import urllib.error
from pathlib import Path

from server_process import Server, wait_until

ROOT = Path(__file__).resolve().parents[2]

COPY_JOB = """
SET 'pipeline.name' = '{name}';
SET 'execution.checkpointing.interval' = '200 ms';
CREATE TABLE {name}_in (k STRING, v BIGINT) WITH ('connector' = 'filesystem', 'path' = '{source}', 'format' = 'json',
  'source.monitor-interval' = '100 ms');
CREATE TABLE {name}_out (k STRING, v BIGINT) WITH ('connector' = 'filesystem', 'path' = '{target}', 'format' = 'json');
INSERT INTO {name}_out SELECT k, v * 2 FROM {name}_in;
"""


def put(directory, name, rows):
    """A complete file appears at once."""
    directory.mkdir(parents=True, exist_ok=True)
    hidden = directory / f".{name}"
    hidden.write_text("".join(json.dumps(row) + "\n" for row in rows))
    hidden.rename(directory / name)


def rows_in(directory):
    rows = []
    for path in sorted(directory.glob("[!._]*")):
        rows += [json.loads(line) for line in path.read_text().splitlines()]
    return rows


class ServerTest(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.directory = Path(self.temporary.name)
        self.server = Server(self.directory / "server").start()

    def tearDown(self):
        self.server.kill()
        self.temporary.cleanup()

    def submit_copy(self, name="copy"):
        source = self.directory / f"{name}_source"
        target = self.directory / f"{name}_target"
        source.mkdir()
        self.server.submit(COPY_JOB.format(name=name, source=source, target=target))
        self.server.wait_for_state(name, "RUNNING")
        return source, target

    def test_job_goes_on_after_sigkill_and_after_sigterm(self):
        source, target = self.submit_copy()
        put(source, "1", [{"k": "a", "v": 1}])
        wait_until(lambda: len(rows_in(target)) == 1, 30, "first row")
        self.server.kill()
        put(source, "2", [{"k": "b", "v": 2}])
        self.server.start()
        wait_until(lambda: len(rows_in(target)) >= 2, 30, "second row")
        self.assertEqual(self.server.stop(), 0)
        put(source, "3", [{"k": "c", "v": 3}])
        self.server.start()
        wait_until(lambda: len(rows_in(target)) >= 3, 30, "third row")
        self.server.cli("job", "stop", "copy")
        self.assertEqual(sorted(row["v"] for row in rows_in(target)), [2, 4, 6])

    def test_second_start_on_the_data_directory_is_refused(self):
        second = Server(self.directory / "server")
        second.spawn()
        self.assertEqual(second.process.wait(30), 1)
        log = second.tail_log()
        self.assertIn("MR-7003", log)
        self.assertIn(str(self.server.process.pid), log)
        self.assertIsNone(self.server.process.poll())

    def test_rest_has_flinks_form(self):
        self.assertEqual(self.server.fetch("/healthz"), "ok\n")
        self.assertEqual(self.server.fetch("/readyz"), "ok\n")
        self.submit_copy()
        overview = self.server.get("/v1/overview")
        self.assertEqual(overview["jobs-running"], 1)
        job_id = self.server.get("/jobs")["jobs"][0]["id"]
        job = self.server.get(f"/jobs/{job_id}")
        self.assertEqual((job["jid"], job["name"], job["state"]), (job_id, "copy", "RUNNING"))
        self.assertEqual(job["sinks"][0]["guarantee"], "exactly-once")
        self.assertEqual(len(job["vertices"]), len(job["plan"]["nodes"]))
        self.assertEqual(self.server.get(f"/jobs/{job_id}/config")["execution-config"]["user-config"]
                         ["execution.checkpointing.interval"], "200 ms")
        wait_until(lambda: self.server.get(f"/jobs/{job_id}/checkpoints")["counts"]["completed"] > 0, 30, "a checkpoint")
        self.assertIsNone(self.server.get(f"/jobs/{job_id}/exceptions")["root-exception"])
        with self.assertRaises(urllib.error.HTTPError) as missing:
            self.server.get("/jobs/0123")
        self.assertEqual(missing.exception.code, 404)

    def test_last_checkpoint_of_a_bounded_job_holds_no_keyed_state(self):
        self.server.submit("SET 'pipeline.name' = 'bounded';\n"
                           "SET 'execution.checkpointing.interval' = '1 h';\n"
                           "CREATE TABLE source (k BIGINT) WITH ('connector' = 'datagen', 'number-of-rows' = '10000', "
                           "'fields.k.kind' = 'sequence', 'fields.k.start' = '1', 'fields.k.end' = '10000');\n"
                           "CREATE TABLE target (k BIGINT, n BIGINT) WITH ('connector' = 'blackhole');\n"
                           "INSERT INTO target SELECT k, COUNT(*) FROM source GROUP BY k;")
        self.server.wait_for_state("bounded", "FINISHED")
        job_id = self.server.job("bounded")["jid"]
        latest = self.server.get(f"/jobs/{job_id}/checkpoints")["latest"]["completed"]
        self.assertLess(latest["state_size"], 1000)  # 10,000 keys would be some hundred KB

    def test_every_metric_of_the_list_is_exported(self):
        source, target = self.submit_copy()
        put(source, "1", [{"k": "a", "v": 1}])
        wait_until(lambda: len(rows_in(target)) == 1, 30, "first row")
        listed = set(re.findall(r"^\| `(\w+)` \|", (ROOT / "deploy" / "metrics.md").read_text(), re.MULTILINE))
        # Of keyed operators, of sources that know their lag, and of event time; the copy job has none of them.
        listed -= {"millrace_operator_state_rows", "millrace_operator_state_bytes", "millrace_source_lag_records",
                   "millrace_source_lag_seconds", "millrace_operator_watermark_timestamp_seconds"}
        text = self.server.fetch("/metrics", "metrics")
        exported = set(re.findall(r"^# TYPE (\w+) ", text, re.MULTILINE))
        self.assertEqual(listed - exported, set())

    def test_exit_codes_and_errors_of_the_command_line(self):
        self.assertEqual(self.server.cli("job", "show", "nothing", check=False).returncode, 5)
        for arguments, message in [(["job", "shw"], "Unknown command 'shw'; did you mean 'show'?"),
                                   (["run", "--dta-dir", "x", "y"], "Unknown option --dta-dir; did you mean '--data-dir'?"),
                                   (["job", "list", "-o", "xml"], "Unknown format 'xml': table, json or ndjson"),
                                   (["job"], "Usage: millrace job")]:
            wrong = self.server.cli(*arguments, check=False)
            self.assertEqual(wrong.returncode, 2)
            self.assertIn(message, wrong.stderr)
        self.assertEqual(self.server.cli("checkpoint", "show", self.directory / "none", check=False).returncode, 5)
        bad = self.directory / "bad.sql"
        bad.write_text("SELECT 1;\nSELEC 2;\n")
        failed = self.server.cli("job", "submit", bad, check=False)
        self.assertEqual(failed.returncode, 1)
        self.assertIn("SELECT", failed.stderr)
        self.assertIn("^", failed.stderr)
        self.assertEqual(self.server.fetch("/healthz"), "ok\n")

    def test_sql_answers_and_sessions_share_the_catalog(self):
        self.server.cli("sql", "-e", "CREATE TABLE t (a INT) WITH ('connector' = 'blackhole')")
        self.server.kill()
        self.server.start()
        shown = self.server.cli("sql", "-o", "ndjson", "-e", "SHOW TABLES")
        self.assertEqual(json.loads(shown.stdout)["row"], ["t"])
        selected = self.server.cli("sql", "-o", "ndjson", "-e", "SELECT k, COUNT(*) FROM (VALUES ('a'), ('a')) AS v(k) GROUP BY k")
        self.assertEqual(json.loads(selected.stdout.splitlines()[-1])["row"], ["a", 2])

    def test_savepoint_is_whole_and_restores_at_other_parallelism(self):
        source, target = self.submit_copy()
        put(source, "1", [{"k": "a", "v": 1}, {"k": "b", "v": 2}])
        wait_until(lambda: len(rows_in(target)) == 2, 30, "rows before the savepoint")
        taken = json.loads(self.server.cli("job", "savepoint", "copy", "-o", "json").stdout)["checkpoint"]
        self.assertEqual((taken["status"], taken["savepoint"]), ("COMPLETED", True))
        path = self.server.cli("job", "stop", "copy").stdout.strip()
        self.assertTrue(json.loads(self.server.cli("checkpoint", "verify", path, "-o", "json").stdout)["whole"])
        job_id = self.server.job("copy")["jid"]
        self.server.wait_for_state(job_id, "FINISHED")
        self.assertEqual(self.server.get(f"/jobs/{job_id}/checkpoints")["counts"]["in_progress"], 0)
        put(source, "2", [{"k": "c", "v": 3}])
        sql = COPY_JOB.format(name="copy", source=source, target=target)
        self.server.submit("SET 'parallelism.default' = '3';" + sql, "--from", path)
        wait_until(lambda: len(rows_in(target)) >= 3, 30, "rows behind the savepoint")
        self.server.cli("job", "stop", "copy")
        self.assertEqual(sorted(row["v"] for row in rows_in(target)), [2, 4, 6])

    def test_graph_as_protobuf_json(self):
        graph = ROOT / "examples" / "graphs" / "datagen_to_print.json"
        job = self.server.cli("job", "submit", graph).stdout.strip()
        self.server.wait_for_state(job, "FINISHED")
        printed = json.loads(self.server.cli("job", "graph", job).stdout)
        printed["operators"][0]["source"]["connector"] = "datagn"
        printed["operators"][-1]["sink"]["connector"] = "prnt"
        wrong = self.directory / "wrong.json"
        wrong.write_text(json.dumps(printed))
        refused = self.server.cli("job", "submit", wrong, check=False)
        self.assertEqual(refused.returncode, 1)
        for suggestion in ["did you mean 'datagen'?", "did you mean 'print'?"]:
            self.assertIn(suggestion, refused.stderr)
        self.assertEqual(len(printed["operators"]), len(json.loads(graph.read_text())["operators"]))


if __name__ == "__main__":
    unittest.main(verbosity=2)
