"""The facts of a site, against areas worked out by hand."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from clearway.errors import OutputError
from clearway.site.check import check_site, seen_by
from clearway.site.labels import Label, place_labels
from clearway.site.picture import plan_picture
from clearway.site.plan import draw_plan
from clearway.site.reading import load_site, site_from_text
from clearway.site.schema import Site

STATION = Path(__file__).parents[2] / "examples" / "station.toml"
TEXT = STATION.read_text(encoding="utf-8")


def station(*changes: tuple[str, str]) -> Site:
    text = TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return site_from_text(text, STATION)


def test_station_is_seen_everywhere() -> None:
    facts = check_site(load_site(STATION))
    assert facts.floor_area_m2 == pytest.approx(240.0)
    assert facts.seen_once == pytest.approx(1.0)
    # Overlaps 11-15, 15-25 and 25-29 m of 40 m.
    assert facts.seen_twice == pytest.approx(18.0 / 40.0)
    assert facts.blind_spots == ()
    assert facts.warnings == ()
    assert [line.covered for line in facts.lines] == pytest.approx([1.0, 1.0])


def test_blind_spot_is_found() -> None:
    site = station(
        ("[[0.0, 0.0], [15.0, 0.0], [15.0, 6.0]", "[[2.0, 0.0], [15.0, 0.0], [15.0, 6.0]"),
        ("[15.0, 6.0], [0.0, 6.0]]", "[15.0, 6.0], [2.0, 6.0]]"),
    )
    facts = check_site(site)
    (spot,) = facts.blind_spots
    assert spot.area_m2 == pytest.approx(12.0)
    assert facts.seen_once == pytest.approx(38.0 / 40.0)
    (warning,) = facts.warnings
    assert warning == "12.0 m2 of floor near (1.0, 3.0) is seen by no camera"


def test_gap_beside_a_curtain_is_found() -> None:
    facts = check_site(
        station(
            ("[[15.5, 0.0], [16.5, 0.0]", "[[15.5, 1.5], [16.5, 1.5]"),
        )
    )
    assert facts.lines[0].covered == pytest.approx(0.75)
    assert "curtain curtain-west covers 75% of its trigger line line-west" in facts.warnings[0]


def test_flow_past_all_curtains_is_found() -> None:
    facts = check_site(
        station(
            ('{ entry = "east-in", exit = "west-out"', '{ entry = "east-in", exit = "east-out"'),
        )
    )
    assert facts.flows[0].curtain_ids == ("curtain-west", "curtain-east")
    assert facts.flows[1].curtain_ids == ()
    assert facts.warnings == ("the flow from east-in to east-out passes no curtain",)


def test_site_without_cameras_is_all_blind() -> None:
    start, end = TEXT.index("[[sensors]]"), TEXT.index('[[sensors]]\nid = "curtain-west"')
    facts = check_site(site_from_text(TEXT[:start] + TEXT[end:], STATION))
    assert (facts.seen_once, facts.seen_twice) == (0.0, 0.0)
    assert facts.blind_spots[0].area_m2 == pytest.approx(240.0)


def test_seen_by_three() -> None:
    site = station(
        ("[[0.0, 0.0], [15.0, 0.0], [15.0, 6.0]", "[[0.0, 0.0], [17.0, 0.0], [17.0, 6.0]")
    )
    assert seen_by(site, 3).area == pytest.approx(2.0 * 6.0)


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_picture_is_written(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"plan{suffix}"
    plan_picture(load_site(STATION), path)
    magic = {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF"}
    assert path.read_bytes().startswith(magic[suffix])
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def test_svg_is_well_formed_and_survives_a_strange_name(tmp_path: Path) -> None:
    path = tmp_path / "plan.svg"
    plan_picture(station(('name = "Station corridor"', 'name = "A & <B> $x^$"')), path)
    assert ET.parse(path).getroot().tag.endswith("svg")  # noqa: S314 - own output


def test_unknown_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="format of the picture is unknown") as caught:
        plan_picture(load_site(STATION), tmp_path / "plan.bmp")
    assert ".png, .svg, .pdf" in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def texts(figure: Figure) -> dict[str, Text]:
    figure.draw_without_rendering()
    found = figure.findobj(lambda artist: isinstance(artist, Text))
    return {text.get_text(): text for text in found if isinstance(text, Text)}


def test_plan_names_everything() -> None:
    figure = Figure(figsize=(12.0, 4.0))
    site = load_site(STATION)
    draw_plan(figure.add_subplot(), site)
    named = {
        part.id for group in (site.sensors, site.lines, site.zones, site.entries) for part in group
    }
    assert named <= texts(figure).keys()


def test_sensor_labels_keep_clear_of_each_other() -> None:
    figure = Figure(figsize=(12.0, 4.0))
    site = station(("position_m = [12.0, 5.9, 2.8]", "position_m = [15.9, 5.9, 2.8]"))
    draw_plan(figure.add_subplot(), site)
    shown = texts(figure)
    boxes = [Text.get_window_extent(shown[sensor.id]) for sensor in site.sensors]
    boxes += [Text.get_window_extent(shown[line.id]) for line in site.lines]
    clashes = [
        (one, two) for k, one in enumerate(boxes) for two in boxes[k + 1 :] if one.overlaps(two)
    ]
    assert clashes == []


def test_labels_of_one_place_are_spread() -> None:
    figure = Figure(figsize=(6.0, 6.0))
    ax = figure.add_subplot()
    ax.set(xlim=(0, 10), ylim=(0, 10))
    place_labels(ax, [Label(f"label {k}", 5.0 + k / 10, 5.0, "black") for k in range(6)])
    shown = texts(figure)
    boxes = [Text.get_window_extent(shown[f"label {k}"]) for k in range(6)]
    assert not any(one.overlaps(two) for k, one in enumerate(boxes) for two in boxes[k + 1 :])
