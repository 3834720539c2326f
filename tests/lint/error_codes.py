"""Reads the ErrorCode constants of the headers; core/status.h holds the rule which folder owns which numbers."""
import os
import re
from typing import NamedTuple

# Title, first and last number, and the folders that may declare numbers in that range.
RANGES = [
    ("SQL", 1000, 1999, ["sql"]),
    ("Job graph and planning", 2000, 2999, ["sql", "server"]),
    ("Connectors and formats", 3000, 3999, ["core/descriptor", "operators"]),
    ("Rows, expressions and files", 4000, 4999, ["core"]),
    ("State and checkpoints", 5000, 5999, ["state"]),
    ("Running jobs", 6000, 6999, ["runtime", "server"]),
    ("Server, configuration and command line", 7000, 7999, ["server"]),
    ("Internal", 9000, 9999, ["core"]),
]
FOLDERS = ["core", "state", "operators", "runtime", "sql", "server"]

CONSTANT = re.compile(
    r"(?P<before>(?:^[ \t]*///[^\n]*\n)*)"
    r"^[ \t]*inline\s+constexpr\s+ErrorCode\s+(?P<name>\w+)\s*\{\s*(?P<number>\d+)\s*,"
    r"\s*ErrorDomain::(?P<domain>\w+)\s*,\s*RetryHint::(?P<retry>\w+)\s*\}\s*;[ \t]*(?:///?<?[ \t]*(?P<after>[^\n]*))?",
    re.MULTILINE)


class Code(NamedTuple):
    path: str
    name: str
    number: int
    domain: str
    retry: str
    comment: str


def codes_of_text(path, text):
    for match in CONSTANT.finditer(text):
        before = " ".join(line.strip().lstrip("/").strip() for line in match["before"].splitlines())
        yield Code(path, match["name"], int(match["number"]), match["domain"], match["retry"], before or match["after"] or "")


def codes_of_tree(root):
    codes = []
    for top in FOLDERS:
        for folder, _, files in sorted(os.walk(os.path.join(root, top))):
            for name in sorted(files):
                if name.endswith(".h"):
                    path = os.path.join(folder, name)
                    with open(path, encoding="utf-8") as file:
                        codes += codes_of_text(os.path.relpath(path, root), file.read())
    return codes


def problems(codes):
    """Numbers used twice, out of the folder's range, or declared elsewhere than in a header named error_codes.h."""
    found, seen = [], {}
    for code in codes:
        where = f"{code.path}: {code.name} {code.number}"
        if code.number in seen:
            found.append(f"{where}: the number is taken by {seen[code.number].name} in {seen[code.number].path}")
        seen.setdefault(code.number, code)
        owners = [owner for _, first, last, folders in RANGES if first <= code.number <= last for owner in folders]
        if not any(code.path.startswith(owner + "/") for owner in owners):
            found.append(f"{where}: belongs to {' or '.join(owners) or 'no folder'} by its number")
        if os.path.basename(code.path) != "error_codes.h" and code.path != "core/status.h":
            found.append(f"{where}: error numbers are declared in error_codes.h")
    return found
