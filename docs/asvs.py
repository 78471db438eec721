"""The table of OWASP ASVS 5.0, levels 1 and 2: read, checked, and written as a page.

``python docs/asvs.py`` prints what is wrong with the table and ends with 1 if anything is.

The standard's text is under CC BY-SA 4.0 and not repeated anywhere in the project: requirements
are known by their numbers, and what stands beside them is said in our own words.
"""

from __future__ import annotations

import ast
import csv
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
TABLE: Final = Path(__file__).parent / "security" / "asvs.csv"
NUMBERS: Final = Path(__file__).parent / "security" / "asvs-numbers.toml"

COLUMNS: Final = ["requirement", "status", "tests", "note"]
STATUSES: Final = {
    "met": "tests hold the code to it",
    "absent": "what it is about does not exist here, and a test sees that it does not",
    "partly": "a part of it is met; the note says what is missing",
    "missed": "it is not met; the note says why",
    "not applicable": "it is about something that the project does not do or decide",
}
_PROVEN: Final = ("met", "absent")
_MOST_NOT_APPLICABLE: Final = 0.1

# Of the chapters, in our words.
_SUBJECTS: Final = {
    1: "What is read as something else than text",
    2: "Input, and the order of things",
    3: "The browser",
    4: "HTTP and WebSocket",
    5: "Files",
    6: "Signing in",
    7: "Sessions",
    8: "Rights",
    9: "Tokens that speak for themselves",
    10: "Sign-in by other services",
    11: "Ciphers and keys",
    12: "Connections",
    13: "Set-up and secrets",
    14: "Data about people",
    15: "Components and code",
    16: "Logs and failures",
    17: "Calls between browsers",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One requirement, and how it is dealt with."""

    requirement: str
    """Its number, such as ``1.2.4``."""
    status: str
    tests: tuple[str, ...]
    """Node ids, as pytest has them, without parameters."""
    note: str

    @property
    def order(self) -> tuple[int, ...]:
        """By which rows are sorted."""
        return tuple(map(int, self.requirement.split(".")))


def read_numbers(path: Path = NUMBERS) -> dict[str, int]:
    """The requirements of levels 1 and 2: the level of each, by number."""
    known = tomllib.loads(path.read_text(encoding="utf-8"))
    return {number: level for level in (1, 2) for number in known[f"level_{level}"]}


def read_table(path: Path = TABLE) -> list[Row]:
    """The rows as they stand in the file.

    Raises
    ------
    ValueError
        A line is no row.
    """
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file, strict=True))
    if not lines or lines[0] != COLUMNS:
        raise ValueError(f"{path}: the first line is to be {','.join(COLUMNS)}")
    rows = []
    for number, line in enumerate(lines[1:], start=2):
        if len(line) != len(COLUMNS) or not line[0].replace(".", "").isdecimal():
            raise ValueError(f"{path}: row {number} is no requirement with {len(COLUMNS)} columns")
        requirement, status, tests, note = line
        rows.append(Row(requirement, status, tuple(tests.split()), note.strip()))
    return rows


def faults(rows: Sequence[Row], numbers: dict[str, int], root: Path = ROOT) -> Iterator[str]:
    """What is wrong with the table, a sentence each.

    Parameters
    ----------
    rows : sequence of Row
    numbers : dict
        Of the requirements that there must be.
    root : Path
        Of the project, in which the tests are looked for.
    """
    counts = Counter(row.requirement for row in rows)
    for number in sorted(numbers.keys() - counts.keys()):
        yield f"{number} has no row"
    for number, count in counts.items():
        if number not in numbers:
            yield f"{number} is no requirement of level 1 or 2"
        if count > 1:
            yield f"{number} has {count} rows"
    for row in rows:
        yield from (f"{row.requirement} {fault}" for fault in _faults_of(row, root))
    left_out = sum(row.status == "not applicable" for row in rows)
    most = int(_MOST_NOT_APPLICABLE * len(numbers))
    if left_out > most:
        yield f"{left_out} are not applicable, of which there may be {most}"


def _faults_of(row: Row, root: Path) -> Iterator[str]:
    if row.status not in STATUSES:
        yield f"is {row.status!r}, not one of {', '.join(STATUSES)}"
    if row.status in _PROVEN and not row.tests:
        yield f"is {row.status} without a test"
    if row.status not in _PROVEN and not row.note:
        yield f"is {row.status} without a reason"
    for test in row.tests:
        path, *names = test.split("::")
        if not (root / path).is_file():
            yield f"names {path}, which is not there"
        elif tuple(names) not in _tests_in(root / path):
            yield f"names {test}, which is no test"


@cache
def _tests_in(path: Path) -> frozenset[tuple[str, ...]]:
    """Names of the tests of a file, those of a class after its name."""
    body = ast.parse(path.read_text(encoding="utf-8")).body
    found: set[tuple[str, ...]] = {(name,) for name in _functions(body)}
    for node in body:
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            found |= {(node.name, name) for name in _functions(node.body)}
    return frozenset(found)


def _functions(body: Sequence[ast.stmt]) -> list[str]:
    return [
        node.name
        for node in body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]


def page(rows: Sequence[Row], numbers: dict[str, int]) -> str:
    """The Markdown of the table: a summary, and a section for each chapter."""
    return "\n".join([*_summary(rows, numbers), *_sections(rows, numbers)]) + "\n"


def _summary(rows: Sequence[Row], numbers: dict[str, int]) -> Iterator[str]:
    counts = Counter((row.status, numbers[row.requirement]) for row in rows)
    yield "| Status | Level 1 | Level 2 | Meaning |"
    yield "|---|---|---|---|"
    for status, meaning in STATUSES.items():
        yield f"| {status} | {counts[status, 1]} | {counts[status, 2]} | {meaning} |"
    yield ""


def _sections(rows: Sequence[Row], numbers: dict[str, int]) -> Iterator[str]:
    for chapter, subject in _SUBJECTS.items():
        yield f"## {chapter}. {subject}\n"
        yield "| Requirement | Level | Status | Tests and reason |"
        yield "|---|---|---|---|"
        for row in sorted(rows, key=lambda one: one.order):
            if row.order[0] == chapter:
                tests = "<br>".join(f"`{test.removeprefix('tests/')}`" for test in row.tests)
                note = row.note.replace("|", "\\|")
                said = "<br>".join(part for part in (note, tests) if part)
                level = numbers[row.requirement]
                yield f"| v5.0.0-{row.requirement} | {level} | {row.status} | {said} |"
        yield ""


def main() -> int:
    """Print the faults; 1 if there are any."""
    found = list(faults(read_table(), read_numbers()))
    for fault in found:
        sys.stderr.write(f"{TABLE.name}: {fault}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
