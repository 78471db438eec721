"""The benchmark of the console: what it shows, counts and refuses.  No time is asserted."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.bench.console.flood import measure_flood, waits_ms
from clearway.bench.console.hall import LOOP_S, Hall
from clearway.bench.console.heap import measure_heap
from clearway.bench.console.latency import Delays, measure_latency
from clearway.bench.console.load import OWN, measure_load
from clearway.bench.console.station import Scene, station_site
from clearway.bench.console.tables import flood_table, heap_table, latency_table
from clearway.console.assets import read_assets
from clearway.domain import Modality, ThreatClass
from clearway.errors import ArgumentError
from tests.support.browser import chromium

SCRIPT = Path(__file__).parents[2] / "bench" / "console.py"
RATE_HZ = 10.0
SMALL = Scene(1.0, people=4, rate_hz=RATE_HZ)


@pytest.fixture
def hall() -> Hall:
    return Hall(station_site(), 4, RATE_HZ)


@pytest.fixture
def shown() -> None:
    """A browser, and pages for it."""
    chromium()
    if not read_assets():
        pytest.skip("the pages are not built (cd web && npm ci && npm run build)")


def run(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", str(SCRIPT), *options],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


@pytest.mark.long
def test_every_page_is_sent_every_frame_of_a_small_load(tmp_path: Path) -> None:
    output = tmp_path / "load.json"
    options = ["--people", "4", "--rate", "10", "--pages", "3", "--seconds", "1"]
    done = run("load", *options, "--repeats", "1", "--output", str(output))
    assert done.returncode == 0, done.stderr
    found = json.loads(output.read_text("utf-8"))
    by_name = {one["name"]: one for one in found["load"]}
    own, frames, objects, nobody, silent = by_name.values()
    assert own["name"] == OWN

    for one in (own, frames, objects):
        assert one["played"]["reports"] == 10
        assert one["counts"]["frames"] + one["counts"]["skipped"] == 10 * 3
        assert one["counts"]["closed"] == 0
    # A header of 24 bytes and 30 bytes per person, as the peer sends them too.
    for one in (own, frames):
        assert one["counts"]["frame_bytes"] == one["counts"]["frames"] * (24 + 30 * 4)
    assert objects["counts"]["frame_bytes"] > own["counts"]["frame_bytes"]
    assert frames["counts"]["texts"] == objects["counts"]["texts"] == 0
    assert own["counts"]["texts"] > 0
    assert nobody["played"]["reports"] == 10
    assert nobody["counts"]["frames"] == silent["counts"]["frames"] == 0
    assert silent["played"]["reports"] == 0
    assert silent["counts"]["texts"] > 0
    assert all(one["processor_share"] > 0.0 for one in by_name.values())
    share = own["processor_share"], frames["processor_share"], nobody["processor_share"]
    assert found["ratios"][frames["name"]] == [share[0] / share[1]]
    assert found["ratios of sending"][frames["name"]] == [(share[0] - share[2]) / share[1]]
    assert "share of one core" in done.stdout
    assert "load average" in done.stdout


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (("heap", "--rate", "nan"), "nan is not above 0"),
        (("load", "--pages", "101"), "give 1 to 100"),
    ],
)
def test_what_cannot_be_measured_is_refused(options: tuple[str, ...], complaint: str) -> None:
    done = run(*options)
    assert done.returncode != 0
    assert complaint in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("pages", [0, 101])
def test_no_more_pages_than_the_console_lets_in(pages: int) -> None:
    with pytest.raises(ArgumentError, match=f"pages: is {pages}"):
        measure_load(SMALL, pages, 1)


def test_people_walk_the_same_ways_again(hall: Hall) -> None:
    first, soon = hall.picture(0, 5), hall.picture(1, 6)
    again = hall.picture(round(LOOP_S * RATE_HZ), 7)
    assert first.track_id.tolist() == [1, 2, 3, 4]
    assert (first.time_ns, again.time_ns) == (5, 7)
    assert first.x_m.tolist() == again.x_m.tolist()
    # Whoever left at one end has come in at the other.
    walked_m = (soon.x_m - first.x_m + 20.0) % 40.0 - 20.0
    assert walked_m == pytest.approx(first.velocity_x_m_s / RATE_HZ)
    assert np.abs(first.velocity_x_m_s).min() > 0.5


def test_a_report_and_its_picture_say_the_same(hall: Hall) -> None:
    report, picture = hall.report(3, 5), hall.picture(3, 5)
    assert report.tracks.time_ns == picture.time_ns == 5
    assert report.tracks.track_ids.tolist() == picture.track_id.tolist()
    assert report.tracks.states[:, 1].tolist() == picture.y_m.tolist()
    assert report.tracks.sigma_m == pytest.approx(picture.sigma_m)
    assert [one.threat for one in report.beliefs] == picture.threat.tolist()
    shares = [one.examined.get(Modality.TRACE, 0.0) for one in report.beliefs]
    assert shares == picture.examined_trace.tolist()


def test_alarms_are_of_rifles_and_about_people_who_are_there(hall: Hall) -> None:
    alarms = [hall.alarm(number, 1_000 + number) for number in (6, 7)]
    assert len({one.alert_id for one in alarms}) == 2
    for number, one in zip((6, 7), alarms, strict=True):
        assert one.alert.belief.probability_of(ThreatClass.LONG_GUN) > 0.5
        assert one.alert.opened_ns == 1_000 + number
        assert {candidate.track_id for candidate in one.alert.candidates} <= {1, 2, 3, 4}
        assert one.leading is not None
        assert one.leading.track_id == one.alert.leading_track_id


@given(
    st.lists(st.integers(0, 10**6), min_size=1, max_size=50),
    st.lists(st.integers(1, 5), max_size=50),
    st.integers(0, 100),
)
def test_each_alarm_waits_until_it_is_counted(
    told_ms: list[int], steps: list[int], late_ms: int
) -> None:
    told_ms.sort()
    # The page counts several at a time, the last of them the longest after all were told.
    counted = np.cumsum(steps).tolist()
    at_ms = [float(told_ms[-1] + late_ms + step) for step in range(len(counted))]
    waits = waits_ms([1_000_000 * one for one in told_ms], list(zip(counted, at_ms, strict=True)))
    assert len(waits) == min(len(told_ms), counted[-1] if counted else 0)
    for number, wait in enumerate(waits):
        first = next(at for count, at in zip(counted, at_ms, strict=True) if count > number)
        assert wait == pytest.approx(first - told_ms[number])
        assert wait >= late_ms


def test_nothing_seen_is_no_delay() -> None:
    assert Delays.of([3.0, 1.0, 2.0]) == Delays(3, 2.0, 3.0, 3.0)
    with pytest.raises(ArgumentError, match="nothing was seen"):
        Delays.of([])


@pytest.mark.browser
@pytest.mark.usefixtures("shown")
def test_a_browser_draws_people_and_shows_alarms() -> None:
    scene = Scene(3.0, people=4, rate_hz=RATE_HZ, alarms_per_s=1.0, dismissed=True)
    (found,) = measure_latency([scene])
    assert found.reports == 30
    assert found.alarms == 3
    assert 0 < found.to_pixel.n == found.to_drawing.n <= 30
    assert 0 < found.alarm_to_row.n <= 3
    assert found.to_drawing.p50 < found.to_pixel.p50
    assert latency_table([found]).row_count == 3


@pytest.mark.browser
@pytest.mark.usefixtures("shown")
def test_a_browser_counts_every_alarm_of_a_flood() -> None:
    found = measure_flood(Scene(3.0, people=4, rate_hz=RATE_HZ, alarms_per_s=8.0))
    assert found.alarms == found.counted == found.alarm_to_count.n == 24
    assert 0 < found.keys.n <= found.keys_pressed
    assert found.gaps.n > 0
    assert found.heap_before_bytes > 0
    assert flood_table(found).row_count >= 5


@pytest.mark.browser
@pytest.mark.usefixtures("shown")
def test_a_heap_is_looked_at_after_so_many_frames() -> None:
    told: list[tuple[int, int]] = []
    found = measure_heap(
        Scene(0.5, people=4, rate_hz=100.0),
        first=20,
        frames=100,
        looks=2,
        tell=lambda frames, size: told.append((frames, size)),
    )
    assert list(zip(found.frames, found.heap_bytes, strict=True)) == told
    assert all(frames >= due for frames, due in zip(found.frames, (20, 60, 100), strict=True))
    assert found.growth == found.heap_bytes[-1] / found.heap_bytes[0] - 1.0
    assert heap_table(found).row_count == 3
