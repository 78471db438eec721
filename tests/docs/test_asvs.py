"""The table of OWASP ASVS 5.0: complete, every named test there, and its checker not blind."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
NUMBERS = {f"1.1.{number}": 1 + number % 2 for number in range(1, 21)}
TEST = "tests/test_doors.py::test_shut"
SOURCE = """
def test_shut() -> None: ...
def helper() -> None: ...
class TestWindows:
    def test_shut(self) -> None: ...
    def look(self) -> None: ...
class Windows:
    def test_open(self) -> None: ...
"""


@pytest.fixture
def asvs(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(DOCS)
    return import_module("asvs")


@pytest.fixture
def faults(asvs: Any, tmp_path: Path) -> Callable[..., list[str]]:
    """Faults of a table of twenty requirements, of which some rows are others."""
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_doors.py").write_text(SOURCE, encoding="utf-8")

    def found(*others: tuple[str, str, str, str], without: int = 0) -> list[str]:
        replaced = {other[0] for other in others}
        rows = [
            asvs.Row(number, "met", (TEST,), "")
            for number in list(NUMBERS)[without:]
            if number not in replaced
        ]
        rows += [
            asvs.Row(one, status, tuple(tests.split()), note) for one, status, tests, note in others
        ]
        return list(asvs.faults(rows, NUMBERS, tmp_path))

    return found


def test_the_table_of_the_project_has_no_fault(asvs: Any) -> None:
    assert list(asvs.faults(asvs.read_table(), asvs.read_numbers())) == []


def test_the_requirements_are_those_of_the_standard(asvs: Any) -> None:
    levels = [*asvs.read_numbers().values()]
    assert (levels.count(1), levels.count(2)) == (70, 183)


def test_the_script_says_so() -> None:
    done = subprocess.run(
        [sys.executable, DOCS / "asvs.py"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_script_ends_with_1_where_something_is_wrong(
    asvs: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = asvs.read_table()[1:]
    monkeypatch.setattr(asvs, "read_table", lambda: rows)
    assert asvs.main() == 1
    assert capsys.readouterr().err == "asvs.csv: 1.1.1 has no row\n"


def test_what_an_attacker_tries_first_has_a_test(asvs: Any) -> None:
    named = {test.rpartition("::")[2] for row in asvs.read_table() for test in row.tests}
    assert named >= {
        "test_no_address_leads_out_of_the_pages",
        "test_large_content_is_refused",
        "test_nobody_opens_one",
        "test_a_stolen_cookie_is_worth_nothing_after_signing_out",
        "test_a_code_that_was_used_is_refused",
        "test_an_operation_is_open_to_exactly_these",
        "test_every_operation_is_as_described",
    }


def test_a_table_without_fault_has_none(faults: Callable[..., list[str]]) -> None:
    assert faults() == []
    assert faults(("1.1.3", "absent", "tests/test_doors.py::TestWindows::test_shut", "")) == []
    assert faults(("1.1.3", "missed", "", "no time"), ("1.1.4", "partly", TEST, "half")) == []


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (("1.1.3", "met", "tests/test_doors.py::test_open", ""), "which is no test"),
        (("1.1.3", "met", "tests/test_doors.py::helper", ""), "which is no test"),
        (("1.1.3", "met", "tests/test_doors.py", ""), "which is no test"),
        (("1.1.3", "met", "tests/test_doors.py::TestWindows::test_open", ""), "which is no test"),
        (("1.1.3", "met", "tests/test_doors.py::TestWindows::look", ""), "which is no test"),
        (("1.1.3", "met", "tests/test_doors.py::Windows::test_open", ""), "which is no test"),
        (("1.1.3", "met", "tests/test_doors.py::test_shut[x]", ""), "which is no test"),
        (("1.1.3", "met", "tests/test_roofs.py::test_shut", ""), "tests/test_roofs.py, which is"),
        (("1.1.3", "met", "", "surely"), "1.1.3 is met without a test"),
        (("1.1.3", "absent", "", "surely"), "1.1.3 is absent without a test"),
        (("1.1.3", "partly", TEST, ""), "1.1.3 is partly without a reason"),
        (("1.1.3", "missed", "", ""), "1.1.3 is missed without a reason"),
        (("1.1.3", "not applicable", "", ""), "1.1.3 is not applicable without a reason"),
        (("1.1.3", "done", TEST, "all of it"), "1.1.3 is 'done', not one of met, absent"),
        (("1.1.99", "met", TEST, ""), "1.1.99 is no requirement of level 1 or 2"),
    ],
)
def test_a_row_that_is_wrong_is_told(
    faults: Callable[..., list[str]], row: tuple[str, str, str, str], fault: str
) -> None:
    (told,) = faults(row)
    assert fault in told


def test_what_is_missing_or_there_twice_is_told(faults: Callable[..., list[str]]) -> None:
    assert faults(without=2) == ["1.1.1 has no row", "1.1.2 has no row"]
    twice = ("1.1.3", "met", TEST, "")
    assert faults(twice, twice) == ["1.1.3 has 2 rows"]


def test_no_more_than_a_tenth_is_left_out(faults: Callable[..., list[str]]) -> None:
    left_out = [(f"1.1.{number}", "not applicable", "", "no Java") for number in (3, 4, 5)]
    assert faults(*left_out[:2]) == []
    assert faults(*left_out) == ["3 are not applicable, of which there may be 2"]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "requirement,status\n",
        "requirement,status,tests,note\n1.1.1,met\n",
        "requirement,status,tests,note\nV1.1.1,met,,\n",
        "requirement,status,tests,note\n1.1.1,met,,,\n",
    ],
)
def test_what_is_no_table_is_refused(asvs: Any, tmp_path: Path, content: str) -> None:
    path = tmp_path / "asvs.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=r"asvs\.csv: "):
        asvs.read_table(path)


def test_the_page_has_a_row_for_each(asvs: Any) -> None:
    rows, numbers = asvs.read_table(), asvs.read_numbers()
    lines = asvs.page(rows, numbers).splitlines()
    shown = [line.split(" | ")[0] for line in lines if line.startswith("| v5.0.0-")]
    assert shown == [
        f"| v5.0.0-{row.requirement}" for row in sorted(rows, key=lambda one: one.order)
    ]
    counted = [line.split(" | ")[1:3] for line in lines[2 : 2 + len(asvs.STATUSES)]]
    assert sum(int(count) for counts in counted for count in counts) == len(numbers)
