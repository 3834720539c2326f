#!/usr/bin/env python3
"""What scripts/bench and scripts/check_instructions conclude from figures; nothing is measured."""
import argparse
import importlib.machinery
import importlib.util
import os
import unittest

SCRIPTS = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__)))), "scripts")


def script(name):
    loader = importlib.machinery.SourceFileLoader(name, os.path.join(SCRIPTS, name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
    loader.exec_module(module)
    return module


bench = script("bench")
check_instructions = script("check_instructions")


class Bench(unittest.TestCase):
    def test_all_queries_of_the_benchmark_are_there(self):
        queries = bench.all_queries()
        self.assertTrue({f"q{number}" for number in range(24)} <= set(queries))
        self.assertLess(queries.index("q9_join"), queries.index("q10"))

    def test_scripts_have_no_variable_left(self):
        for query in bench.all_queries():
            with self.subTest(query=query):
                text = bench.sql("topic", "views", query, bound="b", bootstrap="h", directory="d")
                self.assertNotIn("${", text)

    def test_changes_over_a_tenth_are_marked(self):
        row = bench.compared({"query": "q0", "cpu_s_per_million": 0.5, "rss_mb": 105},
                             {"query": "q0", "cpu_s_per_million": 1.0, "rss_mb": 100})
        self.assertEqual((row["cpu_s_per_million_ratio"], row["rss_mb_ratio"]), ("0.50 *", "1.05"))
        self.assertEqual(bench.compared({"query": "q1"}, None), {"query": "q1"})

    def bound_of(self, sizes, events):
        bench.partition_sizes = lambda options: sizes
        return bench.bound(argparse.Namespace(events=events))

    def test_reads_end_where_they_should(self):
        self.assertIn("latest-offset", self.bound_of([30, 20], 50))
        self.assertIn("'partition:0,offset:10;partition:1,offset:10'", self.bound_of([30, 20], 20))
        with self.assertRaisesRegex(SystemExit, "evenly"):
            self.bound_of([30, 20], 48)
        with self.assertRaisesRegex(SystemExit, "evenly"):
            self.bound_of([30, 30], 21)


class Instructions(unittest.TestCase):
    STORED = {"tolerance": 0.05, "kernels": {"a": 100.0, "b": 200.0}}

    def verdicts(self, counts):
        lines, well = check_instructions.compare(self.STORED, counts)
        return well, [line for line in lines[1:] if "FAILED" in line or "better" in line]

    def test_within_the_tolerance(self):
        self.assertEqual(self.verdicts({"a": 104.9, "b": 191.0}), (True, []))

    def test_a_slowdown_fails_with_both_counts(self):
        well, lines = self.verdicts({"a": 106.0, "b": 200.0})
        self.assertFalse(well)
        self.assertEqual(len(lines), 1)
        self.assertRegex(lines[0], r"^a +100\.0 +106\.0 +\+6\.0%  FAILED: over the tolerance of 5%$")

    def test_what_became_better_is_said(self):
        well, lines = self.verdicts({"a": 50.0})
        self.assertTrue(well)
        self.assertIn("--update", lines[0])

    def test_a_kernel_without_a_count_fails(self):
        self.assertFalse(self.verdicts({"c": 1.0})[0])


if __name__ == "__main__":
    unittest.main()
