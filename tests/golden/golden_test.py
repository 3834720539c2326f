#!/usr/bin/env python3
"""Runs SQL scripts and compares their folded results with what the files expect.

A case is tests/golden/cases/<name>.test: SQL, a line `----`, and the expected text: for each query `-- query N` and its
final rows, sorted, one JSON array a line; a failing script ends with `ERROR MR-1234`. `${OUT}` in the SQL is an empty
directory, `${DATA}` is tests/golden/cases/data. Those of tests/golden/kafka_cases run against a real broker: `${KAFKA}` is its
address, `${TOPIC}` an empty topic of three partitions.

usage: golden_test.py [--kafka] [--update] [NAME ...]      MILLRACE names the binary
"""
import argparse
import collections
import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path

HERE = Path(__file__).resolve().parent
DATA = HERE / "cases" / "data"
KAFKA = HERE.parents[1] / "scripts" / "kafka"
SEPARATOR = "\n----\n"


def fold(ndjson):
    tables, error = {}, None
    for line in ndjson.splitlines():
        record = json.loads(line)
        if "error" in record:
            error = record["error"]["code"]
            continue
        rows = tables.setdefault(record["query"], collections.Counter())
        rows[json.dumps(record["row"], ensure_ascii=False)] += 1 if record["op"][0] == "+" else -1
    text = ""
    for query in sorted(tables):
        text += f"-- query {query}\n"
        for row in sorted(tables[query]):
            count = tables[query][row]
            text += f"NEGATIVE {row}\n" if count < 0 else f"{row}\n" * count
    return text + (f"ERROR {error}\n" if error else "")


class Broker:
    """A broker of scripts/kafka while the `with` block runs."""

    def __enter__(self):
        self.directory = tempfile.TemporaryDirectory()
        self.address = self.run("start").strip()
        return self

    def __exit__(self, *_):
        self.run("stop")
        self.directory.cleanup()

    def run(self, *arguments):
        return subprocess.run([KAFKA, *arguments, "--dir", self.directory.name], capture_output=True, text=True, timeout=120,
                              check=True).stdout

    def values(self, case, parallelism):
        topic = f"{case}-{parallelism}"
        self.run("topic", "create", topic, "--partitions", "3")
        return {"${KAFKA}": self.address, "${TOPIC}": topic}


def run_case(binary, broker, path, parallelism):
    sql = path.read_text(encoding="utf-8").split(SEPARATOR)[0]
    for name, value in (broker.values(path.stem, parallelism) if broker else {}).items():
        sql = sql.replace(name, value)
    with tempfile.TemporaryDirectory() as out:
        script = Path(out) / "script.sql"
        results = Path(out) / "out"
        results.mkdir()
        script.write_text(sql.replace("${OUT}", str(results)).replace("${DATA}", str(DATA)), encoding="utf-8")
        done = subprocess.run([binary, "run", "-o", "ndjson", "-p", str(parallelism), script], capture_output=True,
                              text=True, timeout=120, stdin=subprocess.DEVNULL, check=False)
        if done.returncode not in (0, 1):
            return f"exit code {done.returncode}\n{done.stderr}"
        return fold(done.stdout)


def check(binary, broker, path, update):
    """Returns what is wrong, or None."""
    sql, _, expected = path.read_text(encoding="utf-8").partition(SEPARATOR)
    if update:
        path.write_text(sql + SEPARATOR + run_case(binary, broker, path, 1), encoding="utf-8")
        return None
    for parallelism in (1, 3):
        actual = run_case(binary, broker, path, parallelism)
        if actual != expected:
            return f"{path.stem} at parallelism {parallelism}\n--- expected\n{expected}--- got\n{actual}"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--kafka", action="store_true")
    parser.add_argument("--update", action="store_true")
    args = parser.parse_args()
    binary = os.environ["MILLRACE"]
    cases = HERE / ("kafka_cases" if args.kafka else "cases")
    paths = [p for p in sorted(cases.glob("*.test")) if not args.names or p.stem in args.names]
    if not paths:
        sys.exit("no cases")
    with Broker() if args.kafka else nullcontext() as broker, ThreadPoolExecutor(2) as pool:
        failures = [f for f in pool.map(lambda p: check(binary, broker, p, args.update), paths) if f]
    print("\n".join(failures))
    print(f"{len(paths) - len(failures)} of {len(paths)} golden cases pass")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
