#!/usr/bin/env python3
"""Relative links in Markdown files lead to files that exist, and every top folder has a README of about a screen."""
import os
import re
import subprocess
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
TOP_FOLDERS = ["config", "core", "deploy", "docs", "examples", "operators", "proto", "runtime", "scripts", "server", "sql",
               "state", "tests"]
README_LINES_MAX = 80


def markdown_files():
    """Tracked ones in a clone; all outside of build/ in a tree without git."""
    listed = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode == 0:
        return listed.stdout.splitlines()
    return [os.path.relpath(os.path.join(folder, name), ROOT) for folder, _, names in os.walk(ROOT) for name in names
            if name.endswith(".md") and "/build/" not in folder + "/"]


def broken_links(path, text):
    without_code = re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", without_code):
        file_part = target.partition("#")[0]
        if re.match(r"[a-z]+:", target) or not file_part:
            continue
        if not os.path.exists(os.path.join(ROOT, os.path.dirname(path), file_part)):
            yield f"{path}: {target}"


class Docs(unittest.TestCase):
    def test_links(self):
        broken = []
        for path in markdown_files():
            with open(os.path.join(ROOT, path), encoding="utf-8") as file:
                broken += broken_links(path, file.read())
        self.assertFalse(broken, "\n" + "\n".join(broken))

    def test_readmes(self):
        for folder in TOP_FOLDERS:
            with self.subTest(folder=folder):
                path = os.path.join(ROOT, folder, "README.md")
                self.assertTrue(os.path.exists(path), path)
                with open(path, encoding="utf-8") as file:
                    self.assertLessEqual(len(file.readlines()), README_LINES_MAX)

    def test_operations_lists_every_job_option(self):
        with open(os.path.join(ROOT, "server", "jobmanager", "job_options.cc"), encoding="utf-8") as file:
            options = re.findall(r'^    \{"([a-z][a-z.-]+)", k', file.read(), re.MULTILINE)
        self.assertGreater(len(options), 20)
        with open(os.path.join(ROOT, "docs", "operations.md"), encoding="utf-8") as file:
            listed = set(re.findall(r"^\| `([a-z.-]+)` \|", file.read(), re.MULTILINE))
        self.assertEqual({option for option in options if not option.startswith("millrace.query")} - listed, set())

    def test_broken_link_is_found(self):
        self.assertEqual(list(broken_links("a.md", "see [b](nowhere.md#part), [c](https://x), `[d](code.md)`")),
                         ["a.md: nowhere.md#part"])


if __name__ == "__main__":
    unittest.main()
