#!/usr/bin/env python3
"""examples/flights/flights.sql on the sample, bounded, against the same figures computed here."""
import collections
import csv
import datetime
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
FLIGHTS = os.path.join(ROOT, "examples", "flights")
SAMPLE = os.path.join(FLIGHTS, "data", "departures_sample.csv")
REPLAY = os.path.join(FLIGHTS, "replay.py")
MILLRACE = os.environ.get("MILLRACE", os.path.join(ROOT, "build", "dev", "millrace"))
MINUTE = datetime.timedelta(minutes=1)


def departures():
    with open(SAMPLE, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            row["at"] = datetime.datetime.fromisoformat(row["event_time"])
            row["delay"] = int(row["dep_delay"]) if row["dep_delay"] else None
            row["is_cancelled"] = row["cancelled"] == "true"
            yield row


def mean(values):
    return sum(values) / len(values) if values else None


def delays(rows):
    return [row["delay"] for row in rows if row["delay"] is not None]


def expected_hours():
    """{(hour, origin): (departures, cancelled, average delay, longest delay, late share)}"""
    groups = collections.defaultdict(list)
    for row in departures():
        groups[row["at"].replace(minute=0), row["origin"]].append(row)
    return {(str(hour), origin): (len(rows), sum(row["is_cancelled"] for row in rows), mean(delays(rows)),
                                  max(delays(rows), default=None), sum(delay >= 15 for delay in delays(rows)) / len(rows))
            for (hour, origin), rows in groups.items()}


def expected_delayed():
    """{(end of the hour, carrier): (departures, average delay)} of every quarter of an hour."""
    groups = collections.defaultdict(list)
    for row in departures():
        if row["delay"] is not None:
            quarter = row["at"].replace(minute=row["at"].minute // 15 * 15)
            for slide in range(1, 5):
                groups[quarter + slide * 15 * MINUTE, row["carrier"]].append(row["delay"])
    return {(str(end), carrier): (len(values), mean(values)) for (end, carrier), values in groups.items()
            if len(values) >= 5 and mean(values) > 30}


def expected_totals():
    with open(os.path.join(FLIGHTS, "data", "airlines.csv"), encoding="utf-8", newline="") as file:
        names = dict(csv.reader(file))
    groups = collections.defaultdict(list)
    for row in departures():
        groups[names[row["carrier"]]].append(row)
    return {name: (len(rows), sum(row["is_cancelled"] for row in rows), mean(delays(rows)),
                   sum(int(row["distance"]) for row in rows if not row["is_cancelled"])) for name, rows in groups.items()}


def rows_of_sink(directory):
    rows = []
    for folder, _, names in os.walk(directory):
        for name in names:
            if name[0] not in "._":
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    rows += [json.loads(line) for line in file]
    return rows


def rows_of_print(text, table):
    """The rows that are left when the changes of a print sink are applied in order."""
    rows = collections.Counter()
    for operation, fields in re.findall(rf"^{table}> ([+-][IUD])\[(.*)\]$", text, re.MULTILINE):
        rows[tuple(fields.split(", "))] += 1 if operation[0] == "+" else -1
    return [row for row, count in rows.items() for _ in range(count)]


class Replay(unittest.TestCase):
    def replay(self, directory, *arguments):
        subprocess.run([sys.executable, REPLAY, "--input", SAMPLE, "--to-directory", directory, "--speed-up", "0", *arguments],
                       check=True, capture_output=True, timeout=60)
        files = sorted(name for name in os.listdir(directory) if not name.startswith("."))
        return {name: pathlib.Path(directory, name).read_text(encoding="utf-8") for name in files}

    def test_every_departure_once_and_bounded_disorder(self):
        with tempfile.TemporaryDirectory() as directory:
            events = [json.loads(line) for text in self.replay(directory).values() for line in text.splitlines()]
        key = lambda row: (row["event_time"], row["carrier"], str(row["flight"]), row["origin"], row["scheduled"])
        self.assertEqual(sorted(map(key, events)), sorted(map(key, departures())))
        latest, late = "", 0
        for event in events:
            latest = max(latest, event["event_time"])
            behind = datetime.datetime.fromisoformat(latest) - datetime.datetime.fromisoformat(event["event_time"])
            self.assertLessEqual(behind, 5 * MINUTE)
            late += behind > 0 * MINUTE
        self.assertGreater(late, 100)

    def test_seed_decides(self):
        with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two, tempfile.TemporaryDirectory() as three:
            first = self.replay(one)
            self.assertEqual(first, self.replay(two))
            self.assertNotEqual(first, self.replay(three, "--seed", "2"))

    def test_goes_on_where_it_stopped(self):
        with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
            whole = self.replay(one)
            begun = self.replay(two)
            for name in list(begun)[20:]:
                os.unlink(os.path.join(two, name))
            self.assertEqual(self.replay(two), whole)


class Script(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory()
        root = cls.directory.name
        os.makedirs(os.path.join(root, "examples"))
        os.symlink(FLIGHTS, os.path.join(root, "examples", "flights"))
        subprocess.run([sys.executable, REPLAY, "--input", SAMPLE, "--speed-up", "0", "--to-directory",
                        os.path.join(root, "build", "demo", "events")], check=True, capture_output=True, timeout=60)
        with open(os.path.join(FLIGHTS, "flights.sql"), encoding="utf-8") as file:
            text = file.read()
        bounded = re.sub(r",\s*'source\.monitor-interval' = '[^']*'", "", text)
        assert bounded != text
        with open(os.path.join(root, "bounded.sql"), "w", encoding="utf-8") as file:
            file.write(bounded)
        cls.result = subprocess.run([MILLRACE, "run", "bounded.sql"], cwd=root, capture_output=True, text=True, timeout=120,
                                    stdin=subprocess.DEVNULL)

    @classmethod
    def tearDownClass(cls):
        cls.directory.cleanup()

    def setUp(self):
        self.assertEqual(self.result.returncode, 0, self.result.stderr[-2000:])

    def check_near(self, actual, expected):
        """Same keys, same figures; averages are rounded by the script."""
        self.assertEqual(sorted(actual), sorted(expected))
        for key, values in expected.items():
            for have, want in zip(actual[key], values, strict=True):
                if isinstance(want, float):
                    self.assertAlmostEqual(have, want, delta=0.0501, msg=key)
                else:
                    self.assertEqual(have, want, key)

    def sink(self, table, key_columns, columns):
        rows = rows_of_sink(os.path.join(self.directory.name, "build", "demo", table))
        result = {tuple(row[column] for column in key_columns): tuple(row.get(column) for column in columns) for row in rows}
        self.assertEqual(len(result), len(rows), "a key came twice")
        return result

    def test_hourly_departures(self):
        self.check_near(self.sink("hourly_departures", ["window_start", "origin"],
                                  ["departures", "cancelled", "average_delay", "longest_delay", "late_share"]), expected_hours())

    def test_delayed_carriers(self):
        self.assertGreater(len(expected_delayed()), 5)
        self.check_near(self.sink("delayed_carriers", ["window_end", "carrier"], ["departures", "average_delay"]),
                        expected_delayed())

    def test_carrier_totals(self):
        rows = {row[0]: (int(row[1]), int(row[2]), float(row[3]), int(row[4]))
                for row in rows_of_print(self.result.stdout, "carrier_totals")}
        self.check_near(rows, expected_totals())


if __name__ == "__main__":
    unittest.main()
