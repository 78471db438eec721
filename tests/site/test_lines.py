"""Every key of a TOML file is found on its line, however it is written."""

import pytest

from clearway.site.lines import LineIndex, Place, key_path

TEXT = """\
a.b = 1
"q k" = [1, # one
 [2,
  { z = 3 }]]
[x]
y = { z = 1, "w w" = { v = 'a' } }
[[s]]
id = "A"
[s.r]
h = 1
[[s.t]]
u = 1
[[s.t]]
u = 2
[[s]]
"\\u0041" = 2
"""


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ((), 1),
        (("a",), 1),
        (("a", "b"), 1),
        (("q k", 0), 2),
        (("q k", 1), 3),
        (("q k", 1, 0), 3),
        (("q k", 1, 1, "z"), 4),
        (("x",), 5),
        (("x", "y", "w w", "v"), 6),
        (("x", "missing", "deep"), 5),
        (("s",), 7),
        (("s", 0), 7),
        (("s", 0, "id"), 8),
        (("s", 0, "r"), 9),
        (("s", 0, "r", "h"), 10),
        (("s", 0, "t", 1, "u"), 14),
        (("s", 1), 15),
        (("s", 1, "A"), 16),
        (("s", 1, "id"), 15),
        (("nowhere",), 1),
    ],
)
def test_line(place: Place, line: int) -> None:
    assert LineIndex(TEXT).line(place) == line


def test_fault_names_key_and_line() -> None:
    fault = LineIndex(TEXT).fault(("s", 0, "t", 1, "u"), "too much", "less")
    assert str(fault) == "line 14, s[0].t[1].u: too much\n    remedy: less"


def test_fault_of_the_whole_file_has_no_field() -> None:
    assert LineIndex(TEXT).fault((), "empty", "fill it").field is None


def test_key_path_starts_with_the_key() -> None:
    assert key_path(("floor", "outline", 0, 1)) == "floor.outline[0][1]"
