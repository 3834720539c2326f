#!/usr/bin/env python3
"""deploy/: Prometheus takes the configuration and the alerts, and board and alerts use only metrics that are listed."""
import json
import os
import re
import subprocess
import unittest

DEPLOY = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__)))), "deploy")
PROMETHEUS = os.path.join(DEPLOY, "prometheus")
METRIC = re.compile(r"\b(?:millrace|process)_[a-z_]+\b")


def read(*path):
    with open(os.path.join(DEPLOY, *path), encoding="utf-8") as file:
        return file.read()


def promtool(*arguments, **options):
    result = subprocess.run(["promtool", *arguments], cwd=PROMETHEUS, capture_output=True, text=True, timeout=60, **options)
    return result.returncode, result.stdout + result.stderr


def listed_metrics():
    """name: (type, labels) of the table in metrics.md."""
    rows = re.findall(r"^\| `([a-z_]+)` \| (\w+) \|([^|]*)\|", read("metrics.md"), re.MULTILINE)
    return {name: (kind, set(re.findall(r"`([a-z]+)`", re.sub(r"\([^)]*\)", "", labels)))) for name, kind, labels in rows}


def board_expressions():
    for panel in json.loads(read("grafana", "millrace.json"))["panels"]:
        for target in panel.get("targets", []):
            yield panel["title"], target["expr"]


def unlisted(expression):
    listed = set(listed_metrics())
    listed |= {f"{name}_{part}" for name, (kind, _) in listed_metrics().items() if kind == "histogram"
               for part in ("bucket", "sum", "count")}
    return set(METRIC.findall(expression)) - listed


class Prometheus(unittest.TestCase):
    def test_configuration(self):
        status, output = promtool("check", "config", "prometheus.yml")
        self.assertEqual(status, 0, output)

    def test_alerts(self):
        status, output = promtool("test", "rules", "alerts_test.yml")
        self.assertEqual(status, 0, output)

    def test_bad_configuration_is_found(self):
        status, _ = promtool("check", "rules", "/dev/stdin", input="groups: [{name: a, rules: [{alert: A, expr: 'sum('}]}]\n")
        self.assertNotEqual(status, 0)


class Names(unittest.TestCase):
    def test_page_lists_metrics(self):
        self.assertGreater(len(listed_metrics()), 25)
        self.assertEqual(listed_metrics()["millrace_checkpoints_total"], ("counter", {"job", "result"}))

    def test_conventions(self):
        for name, (kind, labels) in listed_metrics().items():
            with self.subTest(name=name):
                self.assertEqual(name.endswith("_total"), kind == "counter")
                self.assertNotRegex(name, "_(ms|millis|micros|kb|mb|percent)(_|$)")
                self.assertLessEqual(labels, {"job", "operator", "task", "subtask", "state", "result", "phase", "version"})

    def test_alerts_use_listed_metrics(self):
        self.assertEqual(unlisted(read("prometheus", "alerts.yml")), set())

    def test_board_uses_listed_metrics(self):
        expressions = list(board_expressions())
        self.assertGreater(len(expressions), 20)
        for title, expression in expressions:
            with self.subTest(panel=title):
                self.assertEqual(unlisted(expression), set())

    def test_board_expressions_parse(self):
        rules = [{"record": f"r{number}", "expr": re.sub(r"\$__rate_interval", "1m", expression)}
                 for number, (_, expression) in enumerate(board_expressions())]
        status, output = promtool("check", "rules", "/dev/stdin", input=json.dumps({"groups": [{"name": "board", "rules": rules}]}))
        self.assertEqual(status, 0, output)

    def test_unlisted_metric_is_found(self):
        self.assertEqual(unlisted('rate(millrace_bogus_total{job="a"}[1m])'), {"millrace_bogus_total"})


if __name__ == "__main__":
    unittest.main()
