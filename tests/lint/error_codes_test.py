#!/usr/bin/env python3
"""Error numbers are unique, lie in their folder's range and are all on docs/errors.md; the docs page is up to date."""
import os
import re
import subprocess
import unittest

from error_codes import codes_of_text, codes_of_tree, problems

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))


def constant(name, number, path="core/error_codes.h"):
    return list(codes_of_text(
        path, f"/// Says why.\ninline constexpr ErrorCode {name}{{{number}, ErrorDomain::kUser,\n RetryHint::kNever}};\n"))


class ThisRepository(unittest.TestCase):
    def test_numbers(self):
        codes = codes_of_tree(ROOT)
        self.assertGreater(len(codes), 50)
        self.assertFalse(problems(codes), "\n" + "\n".join(problems(codes)))

    def test_every_declaration_is_read(self):
        declared = subprocess.run(["grep", "-rhoE", r"constexpr ErrorCode k\w+", *["core", "state", "operators", "runtime",
                                   "sql", "server"], "--include=*.h"], cwd=ROOT, capture_output=True, text=True)
        names = sorted(line.split()[-1] for line in declared.stdout.splitlines())
        self.assertEqual(names, sorted(code.name for code in codes_of_tree(ROOT)))

    def test_page_is_up_to_date(self):
        result = subprocess.run([os.path.join(ROOT, "scripts", "generate_error_docs"), "--check"], capture_output=True, text=True)
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_page_has_every_number(self):
        with open(os.path.join(ROOT, "docs", "errors.md"), encoding="utf-8") as file:
            listed = set(map(int, re.findall(r"^\| MR-(\d+) \|", file.read(), re.MULTILINE)))
        self.assertEqual(listed, {code.number for code in codes_of_tree(ROOT)})


class Checker(unittest.TestCase):
    def test_good(self):
        self.assertEqual(problems(constant("kA", 4001) + constant("kB", 4002)), [])
        self.assertEqual(constant("kA", 4001)[0].comment, "Says why.")

    def test_number_twice(self):
        self.assertIn("taken by kA", problems(constant("kA", 4001) + constant("kB", 4001))[0])

    def test_out_of_range(self):
        self.assertIn("belongs to sql", problems(constant("kA", 1001))[0])
        self.assertIn("belongs to no folder", problems(constant("kA", 8001))[0])

    def test_wrong_header(self):
        self.assertIn("declared in error_codes.h", problems(constant("kA", 1001, "sql/parser.h"))[0])


if __name__ == "__main__":
    unittest.main()
