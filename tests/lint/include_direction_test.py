#!/usr/bin/env python3
"""Dependencies point one way: reads every #include (and the calls that only Env may make) and fails on a wrong one.

  include_direction_test.py          checks this repository, then that bad trees are found
"""
import os
import re
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
PRODUCT_FOLDERS = ["core", "state", "operators", "runtime", "sql", "server"]

# layer: the layers that it may include, itself and proto messages aside.
ALLOWED = {
    "core": [],
    "state": ["core"],
    "operators/api": ["core", "state"],
    "operators/shared": ["core", "state", "operators/api"],
    "operators/*": ["core", "state", "operators/api", "operators/shared"],  # a family of operators, one connector, one format
    "operators/registry": ["core", "state", "operators/api", "operators/shared", "operators/*"],
    "runtime": ["core", "state", "operators/api"],
    "sql": ["core"],
    "server": ["core", "state", "operators/api", "operators/shared", "operators/*", "operators/registry", "runtime", "sql"],
}

# What several families stand on, folders and single files: knows none of them. Named here, so that it stays a decision.
SHARED = ["operators/connectors/io/", "operators/formats/text/", "operators/connectors/print/row_text.",
          "operators/connectors/datagen/random_stream.", "operators/table/row_constraints."]

# Families that stand on another one, as windows on aggregate functions. Never connectors or formats.
FAMILY_USES = {
    "operators/changelog": ["operators/aggregate"],
    "operators/join": ["operators/aggregate", "operators/stateless"],
    "operators/table": ["operators/aggregate", "operators/stateless"],
    "operators/window": ["operators/aggregate"],
}

# Headers of a library: the only folders that may see them.
LIBRARY_OWNERS = [
    (r"rocksdb/", ["state/rocksdb/"]),
    (r"librdkafka/", ["operators/connectors/kafka/"]),
    (r"grpc(pp|\+\+)?/|.*\.grpc\.pb\.h$", ["server/"]),
    (r"prometheus/|yaml-cpp/|CLI/|histedit\.h", ["server/"]),
]

# Calls that only Env may make, so that a simulated Env sees all of them.
FORBIDDEN_CALLS = [
    (r"\b(system|steady|high_resolution)_clock\s*::\s*now\b", "reads a clock"),
    (r"\babsl::Now\b|\b(gettimeofday|clock_gettime|localtime)\s*\(", "reads a clock"),
    (r"\bsleep_(for|until)\b|\b(usleep|nanosleep|SleepFor)\s*\(", "sleeps"),
    (r"\brandom_device\b|\bs?rand\s*\(", "takes randomness"),
]
# Deadlines of gRPC are points of the system clock; its threads are never simulated.
CALLS_ALLOWED_IN = ["core/env/", "server/api/", "server/cli/", "server/main.cc"]


def layer_of(path):
    """The layer of a file, and the folder that is the layer's unit: "operators/*", "operators/connectors/kafka"."""
    parts = path.split("/")
    if parts[0] != "operators":
        return parts[0], parts[0]
    if path.startswith(tuple(SHARED)):
        return "operators/shared", "operators/shared"
    family = parts[1] if len(parts) > 2 else ""
    if family in ("api", "registry"):
        return f"operators/{family}", f"operators/{family}"
    if family in ("connectors", "formats") and len(parts) > 3:
        return "operators/*", "/".join(parts[:3])
    return "operators/*", f"operators/{family}"


def include_problem(path, include):
    if include.startswith("proto/"):
        return None
    layer, unit = layer_of(path)
    other_layer, other_unit = layer_of(include)
    if other_layer == layer:
        if unit != other_unit and other_unit not in FAMILY_USES.get(unit, []):
            return f"{unit} may not include {other_unit}: the families of operators do not know each other"
        return None
    if other_layer in ALLOWED[layer]:
        return None
    if other_layer not in ALLOWED:
        return f'includes "{include}": includes are written from the root of the repository'
    return f"{unit} may not include {other_unit}: {layer} sees {', '.join(['proto', *ALLOWED[layer]])} only"


def library_problem(path, include):
    for pattern, owners in LIBRARY_OWNERS:
        if re.match(pattern, include) and not path.startswith(tuple(owners)):
            return f"includes <{include}>: only {', '.join(owners)} may"
    return None


def without_comments(text):
    """The text with comments blanked, lines kept; strings are left as they are."""
    blank = lambda match: re.sub(r"[^\n]", " ", match.group()) if match.group().startswith("/") else match.group()
    return re.sub(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', blank, text, flags=re.DOTALL)


def problems_of_file(root, path):
    with open(os.path.join(root, path), encoding="utf-8") as file:
        text = without_comments(file.read())
    for number, line in enumerate(text.splitlines(), 1):
        match = re.match(r'\s*#\s*include\s*(["<])([^">]+)', line)
        if match:
            quoted, include = match.group(1) == '"', match.group(2)
            problem = library_problem(path, include)
            if problem is None and (quoted or os.path.exists(os.path.join(root, include))):
                problem = include_problem(path, include)
            if problem:
                yield f"{path}:{number}: {problem}"
        elif not path.startswith(tuple(CALLS_ALLOWED_IN)):
            for pattern, what in FORBIDDEN_CALLS:
                if re.search(pattern, line):
                    yield f"{path}:{number}: {what}: product code does that through Env (core/env)"


def problems_of_tree(root):
    problems = []
    for top in PRODUCT_FOLDERS:
        for folder, _, files in sorted(os.walk(os.path.join(root, top))):
            for name in sorted(files):
                if name.endswith((".h", ".cc")):
                    problems += problems_of_file(root, os.path.relpath(os.path.join(folder, name), root))
    return problems


class ThisRepository(unittest.TestCase):
    def test_dependencies_point_one_way(self):
        problems = problems_of_tree(ROOT)
        self.assertFalse(problems, "\n" + "\n".join(problems))

    def test_families_use_each_other_one_way(self):
        for family, used in FAMILY_USES.items():
            for other in used:
                self.assertNotIn(family, FAMILY_USES.get(other, []))
                self.assertNotRegex(family + other, "connectors|formats")

    def test_every_folder_was_read(self):
        for top in PRODUCT_FOLDERS:
            self.assertTrue(os.path.isdir(os.path.join(ROOT, top)), top)


class Checker(unittest.TestCase):
    """(file, its line, whether it must be refused)."""
    CASES = [
        ("core/a.cc", '#include "core/b.h"', False),
        ("core/a.cc", '#include "proto/types.pb.h"', False),
        ("core/a.cc", '#include "state/keyed_table.h"', True),
        ("core/a.cc", '#include "b.h"', True),
        ("state/a.cc", '#include "core/b.h"', False),
        ("state/a.cc", '#include "operators/api/operator.h"', True),
        ("state/table/a.cc", "#include <rocksdb/db.h>", True),
        ("state/rocksdb/a.cc", "#include <rocksdb/db.h>", False),
        ("operators/api/a.h", '#include "state/b.h"', False),
        ("operators/api/a.h", '#include "operators/window/b.h"', True),
        ("operators/window/a.cc", '#include "operators/api/operator.h"', False),
        ("operators/window/a.cc", '#include "operators/window/b.h"', False),
        ("operators/window/a.cc", '#include "operators/join/b.h"', True),
        ("operators/window/a.cc", '#include "runtime/task.h"', True),
        ("operators/window/a.cc", '#include "operators/aggregate/b.h"', False),
        ("operators/aggregate/a.cc", '#include "operators/window/b.h"', True),
        ("operators/connectors/print/a.cc", '#include "operators/connectors/io/b.h"', False),
        ("operators/connectors/io/a.cc", '#include "operators/connectors/print/b.h"', True),
        ("operators/connectors/print/a.cc", '#include "operators/connectors/kafka/b.h"', True),
        ("operators/connectors/print/a.cc", '#include "operators/formats/json/b.h"', True),
        ("operators/connectors/print/a.cc", "#include <librdkafka/rdkafka.h>", True),
        ("operators/connectors/kafka/a.cc", "#include <librdkafka/rdkafka.h>", False),
        ("operators/registry/a.cc", '#include "operators/connectors/kafka/b.h"', False),
        ("runtime/a.cc", '#include "operators/api/operator.h"', False),
        ("runtime/a.cc", '#include "operators/registry/all.h"', True),
        ("runtime/a.cc", '#include "operators/join/b.h"', True),
        ("runtime/a.cc", '#include "server/b.h"', True),
        ("sql/a.cc", '#include "core/b.h"', False),
        ("sql/a.cc", '#include "operators/api/connector.h"', True),
        ("sql/a.cc", '#include "state/b.h"', True),
        ("sql/a.cc", "#include <grpcpp/grpcpp.h>", True),
        ("sql/a.cc", '#include "proto/control.grpc.pb.h"', True),
        ("server/a.cc", '#include "proto/control.grpc.pb.h"', False),
        ("server/a.cc", '#include "operators/registry/all.h"', False),
        ("server/a.cc", '// #include "b.h"', False),
        ("runtime/a.cc", "auto t = std::chrono::steady_clock::now();", True),
        ("runtime/a.cc", "std::this_thread::sleep_for(x);", True),
        ("operators/join/a.cc", "std::random_device seed;", True),
        ("runtime/a.cc", "// steady_clock::now() is for Env", False),
        ("core/env/a.cc", "auto t = std::chrono::steady_clock::now();", False),
    ]

    def test_cases(self):
        for path, line, refused in self.CASES:
            with self.subTest(path=path, line=line), tempfile.TemporaryDirectory() as root:
                os.makedirs(os.path.join(root, os.path.dirname(path)))
                with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                    file.write("#pragma once\n" + line + "\n")
                problems = problems_of_tree(root)
                self.assertEqual(bool(problems), refused, problems)
                if refused:
                    self.assertTrue(problems[0].startswith(f"{path}:2: "), problems[0])


if __name__ == "__main__":
    unittest.main()
