"""Every mistake in a site file is named with its key, its line and a remedy."""

from pathlib import Path

import pytest

from clearway.errors import InputError
from clearway.site.reading import load_site, site_from_text, site_to_toml

STATION = Path(__file__).parents[2] / "examples" / "station.toml"
TEXT = STATION.read_text(encoding="utf-8")


def line_of(text: str, fragment: str) -> int:
    """Line of the first occurrence, counted from 1."""
    return text[: text.index(fragment)].count("\n") + 1


def faults_after(old: str, new: str) -> tuple[str, InputError]:
    """Change the station at the first ``old`` and return the text and the error."""
    assert old in TEXT
    text = TEXT.replace(old, new, 1)
    with pytest.raises(InputError) as caught:
        site_from_text(text, STATION)
    return text, caught.value


def test_example_loads_and_round_trips() -> None:
    site = load_site(STATION)
    assert len(site.cameras) == 4
    assert site_from_text(site_to_toml(site), STATION) == site


ONE_FAULT = {
    "missing key": (
        "latitude_deg = 41.842\n",
        "",
        "origin.latitude_deg",
        "[origin]",
        ("`latitude_deg` is missing", "add `latitude_deg`: a finite number at least -90"),
    ),
    "missing key of a sensor": (
        'trigger_line = "line-west"\n',
        "",
        "sensors[4].trigger_line",
        '[[sensors]]\nid = "curtain-west"',
        ("`trigger_line` is missing", "add `trigger_line`: a name of letters"),
    ),
    "unknown key": (
        "rate_per_min = 60.0",
        "rate_per_min = 60.0\nsuorce = 1",
        "crowd.suorce",
        "suorce",
        ("unknown key `suorce`", "did you mean `source`?"),
    ),
    "unknown key of an inline table": (
        "clutter_per_scan = 0.1,",
        "cluter_per_scan = 0.1,",
        "sensors[0].error_model.cluter_per_scan",
        "cluter_per_scan",
        ("unknown key", "did you mean `clutter_per_scan`?"),
    ),
    "unknown threat class": (
        "mix = { handgun",
        "mix = { hand_gun",
        "crowd.carriers.mix.hand_gun",
        "hand_gun",
        ("unknown key `hand_gun`", "did you mean `handgun`?"),
    ),
    "unknown sensor kind": (
        'kind = "trace"',
        'kind = "radar"',
        "sensors[6].kind",
        'kind = "radar"',
        ("unknown sensor kind `radar`", "`camera`, `curtain`, `trace`"),
    ),
    "no sensor kind": (
        'kind = "trace"\n',
        "",
        "sensors[6].kind",
        '[[sensors]]\nid = "trace-1"',
        ("`kind` is missing", '"trace"'),
    ),
    "negative sigma": (
        "{ sigma_m = 0.10,",
        "{ sigma_m = -0.10,",
        "sensors[0].error_model.sigma_m",
        "sigma_m = -0.10",
        ("-0.1 is not allowed", "above 0", "Standard deviation"),
    ),
    "quoted number": (
        "rate_hz = 10.0",
        'rate_hz = "10.0"',
        "sensors[0].rate_hz",
        'rate_hz = "10.0"',
        ("'10.0' is not allowed", "a finite number above 0"),
    ),
    "NaN coordinate": (
        "outline = [[0.0, 0.0]",
        "outline = [[\n nan, 0.0]",
        "floor.outline[0][0]",
        " nan",
        ("nan is not allowed", "a finite number"),
    ),
    "three coordinates": (
        "[[0.0, 3.0], [40.0, 3.0]]",
        "[[0.0, 3.0],\n [40.0, 3.0, 0.0]]",
        "floor.walkway[1]",
        "[40.0, 3.0, 0.0]",
        ("the list has 3 items", "write [a finite number, a finite number]"),
    ),
    "one coordinate": (
        "[40.0, 3.0]]",
        "[40.0]]",
        "floor.walkway[1][1]",
        "[40.0]]",
        ("item 1 is missing", "write [a finite number, a finite number]"),
    ),
    "probability above one": (
        "detection_probability = 0.95",
        "detection_probability = 1.5",
        "sensors[0].error_model.detection_probability",
        "detection_probability = 1.5",
        ("1.5 is not allowed", "at least 0 and at most 1"),
    ),
    "unknown model": (
        '"collision_free_speed_v2"',
        '"social_force"',
        "crowd.model",
        "social_force",
        ("'social_force' is not allowed", '"anticipation_velocity"'),
    ),
    "bad id": (
        'id = "line-west"',
        'id = "line west"',
        "lines[0].id",
        "line west",
        ("'line west' is not allowed", "a name of letters, digits"),
    ),
}


@pytest.mark.parametrize("case", ONE_FAULT)
def test_a_wrong_value_is_named(case: str) -> None:
    old, new, field, place, words = ONE_FAULT[case]
    text, error = faults_after(old, new)
    fault = error.faults[0]
    assert (fault.field, fault.line) == (field, line_of(text, place))
    for word in words:
        assert word in str(error)


def test_empty_sensors() -> None:
    head, tail = TEXT[: TEXT.index("[[sensors]]")], TEXT[TEXT.index("[crowd]") :]
    text = f"sensors = []\n{head}{tail}"
    with pytest.raises(InputError) as caught:
        site_from_text(text, STATION)
    (fault,) = caught.value.faults
    assert (fault.field, fault.line) == ("sensors", 1)
    assert "the list has 0 items" in fault.problem
    assert "1 or more items" in fault.remedy


def test_all_faults_are_reported_at_once() -> None:
    text = TEXT.replace("altitude_m = 60.0", "altitude = 60.0").replace(
        "rate_per_min = 60.0", "rate_per_min = -1.0"
    )
    with pytest.raises(InputError) as caught:
        site_from_text(text, STATION)
    assert [fault.field for fault in caught.value.faults] == [
        "origin.altitude",
        "crowd.rate_per_min",
    ]


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ('name = "a"\nx = = 1\n', 2, "Invalid value"),
        ("name = 1\nname = 2\n", 2, "Cannot overwrite"),
        ("a = 1\nb = [1,\n 2\n", 3, "Unclosed array"),
        ("a = " + "[" * 5000, 1, "recursion"),
    ],
)
def test_broken_toml(text: str, line: int, problem: str) -> None:
    with pytest.raises(InputError) as caught:
        site_from_text(text, STATION)
    (fault,) = caught.value.faults
    assert fault.line == line
    assert problem in fault.problem
    assert "key = value" in fault.remedy


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file") as caught:
        load_site(tmp_path / "none.toml")
    assert "remedy: check the path" in str(caught.value)


def test_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="this is a folder") as caught:
        load_site(tmp_path)
    assert "name the file inside it" in str(caught.value)


def test_unreadable_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(InputError, match="Permission denied") as caught:
        load_site(tmp_path / "site.toml")
    assert "permissions" in str(caught.value)


def test_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_bytes(b'a = 1\nname = "Z\xfcrich"\n')
    with pytest.raises(InputError, match="not UTF-8") as caught:
        load_site(path)
    assert caught.value.faults[0].line == 2
    assert "encoding UTF-8" in caught.value.faults[0].remedy


def test_byte_order_mark_and_crlf_are_read(tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_bytes(b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode())
    assert load_site(path) == load_site(STATION)
