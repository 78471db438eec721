"""Contradictions between valid values are named like any other fault."""

from pathlib import Path

import pytest

from clearway.errors import InputError
from clearway.site.floor import floor_polygon
from clearway.site.reading import site_from_text

STATION = Path(__file__).parents[2] / "examples" / "station.toml"
TEXT = STATION.read_text(encoding="utf-8")
OUTLINE = "outline = [[0.0, 0.0], [40.0, 0.0], [40.0, 6.0], [0.0, 6.0]]"


COSTS = TEXT[TEXT.index("[decision.costs]") : TEXT.index("[engine]")]


def with_holes(holes: str) -> str:
    return TEXT.replace(OUTLINE, f"{OUTLINE}\nholes = {holes}")


CASES = {
    "camera slower than the reorder window": (
        "latency_s = 0.06, latency_jitter_s = 0.02",
        "latency_s = 0.30, latency_jitter_s = 0.02",
        "sensors[0].error_model.latency_s",
        ("0.32 s old", "waits for 0.2 s", "reorder_window_s"),
    ),
    "clock far ahead": (
        "firearm_confusion = 0.10, latency_s = 0.4",
        "firearm_confusion = 0.10, clock_offset_s = 2.0, latency_s = 0.4",
        "sensors[4].error_model.clock_offset_s",
        ("2 s ahead", "in the future", "set its clock"),
    ),
    "two firearms at once": (
        "handgun = { pd = 0.85, pfa = 0.002, nuisance = 0.060 }",
        "handgun = { pd = 0.85, pfa = 0.002, nuisance = 0.995 }",
        "sensors[4].recognition",
        ("nuisance of handgun and long_gun sum to 1.005", "below 1"),
    ),
    "self-crossing outline": (
        OUTLINE,
        "outline = [[0.0, 0.0], [40.0, 6.0], [40.0, 0.0], [0.0, 6.0]]",
        "floor.outline",
        ("crosses itself", "Self-intersection[20 3]", "in order around"),
    ),
    "polygon without area": (
        "polygon = [[0.0, 0.0], [0.5, 0.0], [0.5, 6.0], [0.0, 6.0]]",
        "polygon = [[0.0, 0.0], [0.5, 0.0], [0.2, 0.0]]",
        "exits[0].polygon",
        ("no area", "three corners"),
    ),
    "map coordinates": (
        "[28.0, 0.1, 2.8]",
        "[500028.0, 0.1, 2.8]",
        "sensors[2].position_m",
        ("too far from the origin", "metres east and north"),
    ),
    "zone outside": (
        "[[14.0, 0.0], [26.0, 0.0], [26.0, 6.0]",
        "[[14.0, -2.0], [26.0, -2.0], [26.0, 6.0]",
        "zones[0].polygon",
        ("m2 of it lie outside", "inside `floor.outline`"),
    ),
    "walkway outside": (
        "walkway = [[0.0, 3.0]",
        "walkway = [[-2.0, 3.0]",
        "floor.walkway",
        ("2.00 m of it lie outside", "inside `floor.outline`"),
    ),
    "sensor outside the site": (
        "position_m = [28.0, 0.1, 2.8]",
        "position_m = [28.0, -5.5, 2.8]",
        "sensors[2].position_m",
        ("sensor outside the site", "`camera-3` stands 5.5 m", "at most 5 m"),
    ),
    "coverage off the floor": (
        "[[17.0, 0.0], [23.0, 0.0], [23.0, 6.0], [17.0, 6.0]]",
        "[[17.0, 6.0], [23.0, 6.0], [23.0, 9.0], [17.0, 9.0]]",
        "sensors[6].coverage",
        ("does not overlap the floor", "where the sensor can see"),
    ),
    "line off the floor": (
        "points = [[16.0, 0.0], [16.0, 6.0]]",
        "points = [[16.0, 6.0], [16.0, 9.0]]",
        "lines[0].points",
        ("does not cross the floor", "across the walkway"),
    ),
    "duplicate sensor": (
        'id = "camera-3"',
        'id = "camera-1"',
        "sensors[2].id",
        ("`camera-1` is used twice", "its own id"),
    ),
    "duplicate line": (
        'id = "line-east"',
        'id = "line-west"',
        "lines[1].id",
        ("`line-west` is used twice", "its own id"),
    ),
    "duplicate exit": (
        'id = "east-out"',
        'id = "west-out"',
        "exits[1].id",
        ("`west-out` is used twice", "its own id"),
    ),
    "unknown trigger line": (
        'trigger_line = "line-west"',
        'trigger_line = "line-north"',
        "sensors[4].trigger_line",
        ("unknown trigger line `line-north`", "`line-west`, `line-east`"),
    ),
    "unknown entry": (
        '{ entry = "east-in"',
        '{ entry = "east"',
        "crowd.flows[1].entry",
        ("unknown entry `east`", "`west-in`, `east-in`"),
    ),
    "unknown exit": (
        'exit = "west-out"',
        'exit = "west"',
        "crowd.flows[1].exit",
        ("unknown exit `west`", "`west-out`, `east-out`"),
    ),
    "recognition incomplete": (
        "long_gun = { pd = 0.95, pfa = 0.0005, nuisance = 0.010 }\n",
        "",
        "sensors[4].recognition",
        ("missing for `long_gun`", "add `pd`"),
    ),
    "pfa above pd": (
        "handgun = { pd = 0.85, pfa = 0.002",
        "handgun = { pd = 0.85, pfa = 0.85",
        "sensors[4].recognition.handgun.pd",
        ("pfa = 0.85 is not below pd = 0.85", "correct them"),
    ),
    "useless substance": (
        "tnt = { pd = 0.45",
        "tnt = { pd = 0.005",
        "sensors[6].substances.tnt.pd",
        ("pfa = 0.005 is not below pd = 0.005", "correct them"),
    ),
    "prior above one": (
        "handgun = 0.0133",
        "handgun = 0.99",
        "prior",
        ("sum to 1.01", "less than 1"),
    ),
    "speeds out of order": (
        "minimum_m_s = 0.6",
        "minimum_m_s = 1.6",
        "crowd.speed",
        ("1.34 m/s lies outside 1.6 to 2.2", "minimum_m_s <= mean_m_s"),
    ),
    "nobody carries anything": (
        "mix = { handgun = 0.4, long_gun = 0.3, explosive = 0.3 }",
        "mix = {}",
        "crowd.carriers.mix",
        ("no combination has a positive frequency", "larger than 0"),
    ),
    "short history": (
        "history_s = 5.0",
        "history_s = 0.7",
        "engine.history_s",
        ("0.7 s of history", "more than 0.7 s"),
    ),
    "looks longer than the history": (
        "firearm_confusion = 0.10, latency_s = 0.4",
        "firearm_confusion = 0.10, looks = 51, latency_s = 0.4",
        "engine.history_s",
        ("longest mean sensor delay (5.5 s)", "more than 5.7 s"),
    ),
    "no rule for an alert": (
        COSTS,
        "",
        "decision",
        ("nothing says when an alert opens", "[decision.costs]", "alert_probability"),
    ),
    "two rules for an alert": (
        "cue_probability = 0.10",
        "alert_probability = 0.2\ncue_probability = 0.10",
        "decision.alert_probability",
        ("costs at 0.15, alert_probability at 0.2", "delete the other"),
    ),
    "guards dearer than a missed carrier": (
        "guard_minute = 0.025",
        "guard_minute = 3.0",
        "decision.costs",
        ("costs 6, a missed carrier 6", "no alert would ever be worth it"),
    ),
    "an alert held back too long": (
        "deadline_s = 10.0",
        "withdrawal_dwell_s = 10.0\ndeadline_s = 10.0",
        "decision.withdrawal_dwell_s",
        ("held back for 10 s", "too late after 10 s", "below deadline_s"),
    ),
}


TABLES = {
    "prior": "[prior]",
    "decision": "[decision]",
    "decision.costs": "[decision.costs]",
    "engine.history_s": "history_s = 5.0",
    "crowd.speed": "[crowd.speed]",
    "sensors[4].recognition": "[sensors.recognition]",
}
"""Where a fault of a whole table stands; any other stands where the value was changed."""


@pytest.mark.parametrize("case", CASES)
def test_a_contradiction_is_named(case: str) -> None:
    old, new, field, words = CASES[case]
    text = TEXT.replace(old, new, 1)
    assert text != TEXT
    with pytest.raises(InputError) as caught:
        site_from_text(text, STATION)
    fault = caught.value.faults[0]
    place = TEXT.index(TABLES.get(field, old))
    assert (fault.field, fault.line) == (field, TEXT[:place].count("\n") + 1)
    for word in words:
        assert word in str(fault)


@pytest.mark.parametrize(
    ("holes", "field", "problem"),
    [
        ("[[[5, 0], [6, 0], [6, 6], [5, 6]]]", "floor.holes", "cut the floor into 2 parts"),
        ("[[[0, 0], [40, 0], [40, 6], [0, 6]]]", "floor.holes", "leave no floor"),
        ("[[[5, 2], [6, 2], [6, 7], [5, 7]]]", "floor.holes[0]", "1.00 m2 of it lie outside"),
        ("[[[0, 0], [0.5, 0], [0.5, 6], [0, 6]]]", "exits[0].polygon", "exit does not overlap"),
    ],
)
def test_bad_holes(holes: str, field: str, problem: str) -> None:
    with pytest.raises(InputError) as caught:
        site_from_text(with_holes(holes), STATION)
    assert caught.value.faults[0].field == field
    assert problem in str(caught.value)


def test_floor_is_outline_minus_holes() -> None:
    floor = floor_polygon(site_from_text(with_holes("[[[5, 2], [6, 2], [6, 4], [5, 4]]]"), STATION))
    assert floor.area == pytest.approx(240.0 - 2.0)
    assert len(floor.interiors) == 1


def test_one_substance_has_one_share_of_people() -> None:
    start = TEXT.index('[[sensors]]\nid = "trace-1"')
    trace = TEXT[start : TEXT.index("[crowd]\n")]
    other = trace.replace("trace-1", "trace-2").replace(
        "handled_share = 0.25", "handled_share = 0.35"
    )
    with pytest.raises(InputError) as caught:
        site_from_text(TEXT.replace(trace, trace + other), Path("site.toml"))
    (fault,) = caught.value.faults
    assert fault.field == "sensors[7].substances.tnt"
    assert "other shares" in fault.problem
    assert "people have it or not" in fault.remedy


NODE_ID = 'node_id = "9b2f1c7e-4a4e-4d61-9b0a-5c8e2f3d7a10"'


@pytest.mark.parametrize(
    ("service", "field", "problem"),
    [
        (NODE_ID, "sensors[0].node_id", "9b2f1c7e-4a4e-4d61-9b0a-5c8e2f3d7a10 is used twice"),
        ('plain_networks = ["10.1.0.0/16"]', "service.plain_networks", "set `plain = true`"),
        ('plain = true\ncertificates = "certs"', "service.plain", "leave out `plain`"),
    ],
)
def test_a_service_that_contradicts_itself(service: str, field: str, problem: str) -> None:
    text = TEXT.replace('kind = "camera"', f'kind = "camera"\n{NODE_ID}', 1)
    text = text.replace("[engine]", f"[service]\n{service}\n\n[engine]", 1)
    with pytest.raises(InputError) as caught:
        site_from_text(text, STATION)
    assert [fault.field for fault in caught.value.faults] == [field]
    assert problem in str(caught.value)


def test_a_service_may_name_networks() -> None:
    text = TEXT.replace(
        "[engine]", '[service]\nplain = true\nplain_networks = ["10.1.0.0/16"]\n\n[engine]', 1
    )
    (network,) = site_from_text(text, STATION).service.plain_networks
    assert str(network) == "10.1.0.0/16"
