"""The live service and the run in one process tell the same alerts of the same people."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from rich.console import Console

import clearway.site
from clearway.cli.live_demo import DemoRequest, _clear, live_demo
from clearway.domain import NANOSECONDS, ThreatClass
from clearway.errors import OutputError
from clearway.profile import sensor_node_id, site_frame
from clearway.recording import LoggedMessage, LogReader
from clearway.sapient.bindings import Alert
from clearway.sapient.location import Converter
from clearway.service.alert_store import AlertStore
from clearway.service.folder_lock import held
from clearway.site.schema import Site
from clearway.trial.run import RunRequest, execute
from clearway.twin.world import START_NS

STATION = Path(clearway.site.__file__).with_name("station.toml")
SEED, DURATION_S = 2, 32.0
LATER_S = 0.3
"""How much sooner or later a live service may do anything: a tick, and a period of reports."""
NEAR_M = 0.6
"""How far a brisk walker gets meanwhile, at 2 m/s."""

pytestmark = [pytest.mark.jupedsim, pytest.mark.calm]


@dataclass(frozen=True)
class Told:
    """One change of an alert, without the names that it has in either kind of run."""

    number: int
    """Of the alert, in the order of opening."""
    open: bool
    candidates: int
    """How many people are tracked of whom it may be."""
    threat: str
    """What the leading one most probably carries, in words."""
    place_m: tuple[float, float] | None
    """Of the leading one, where anybody leads."""
    evidence: tuple[tuple[str, float], ...]
    """Sensor and seconds since the start of the run."""
    probability: float
    time_s: float


def in_process(folder: Path, site: Site) -> list[Told]:
    execute(RunRequest(site=site, output=folder, duration_s=DURATION_S, seed=SEED))
    measured = {
        (row["sensor_id"], row["sequence"]): (row["time_ns"] - START_NS) / NANOSECONDS
        for row in pq.read_table(folder / "evidence.parquet").to_pylist()
    }
    tracks = pq.read_table(folder / "tracks.parquet").to_pylist()

    def place_m(row: dict[str, Any]) -> tuple[float, float] | None:
        """Of the leading candidate, as last reported before."""
        if not row["candidate_track_ids"]:
            return None
        leading = row["candidate_track_ids"][0]
        last = [
            one for one in tracks if one["track_id"] == leading and one["time_ns"] <= row["time_ns"]
        ][-1]
        return last["x_m"], last["y_m"]

    return [
        Told(
            row["alert_id"],
            row["state"] != "closed",
            len(row["candidate_track_ids"]),
            max(ThreatClass, key=lambda threat: float(row[f"p_{threat.value}"])).value,
            place_m(row),
            tuple(
                (sensor, measured[sensor, number])
                for sensor, number in zip(
                    row["evidence_sensor_ids"], row["evidence_sequences"], strict=True
                )
            ),
            row["probability"],
            (row["time_ns"] - START_NS) / NANOSECONDS,
        )
        for row in pq.read_table(folder / "alerts.parquet").to_pylist()
    ]


def live(folder: Path, site: Site) -> list[Told]:
    notices: list[str] = []
    live_demo(DemoRequest(STATION, folder, DURATION_S, SEED), Console(quiet=True), notices.append)
    # Detections that come too late are of no use, and other alerts are right then.
    assert not [line for line in notices if line.startswith("overloaded")]
    store = AlertStore(folder / "alerts.sqlite")
    changes = list(store.changes())
    store.close()
    converter = Converter(site_frame(site))
    names = {sensor_node_id(site, sensor): sensor.id for sensor in site.sensors}
    numbers: dict[str, int] = {}
    told = []
    start_ns = start_of(folder)
    for change in changes:
        message = change.message.alert
        evidence = tuple(
            (names[one.node_id], (one.timestamp.ToNanoseconds() - start_ns) / NANOSECONDS)
            for one in message.associated_detection
            if one.node_id in names
        )
        place = converter.to_site(message.location) if message.HasField("location") else None
        threat = message.description.removeprefix("Possible ").partition(" on ")[0]
        told.append(
            Told(
                numbers.setdefault(change.alert_id, len(numbers) + 1),
                message.status == Alert.ALERT_STATUS_ACTIVE,
                len(message.associated_detection) - len(evidence),
                threat.replace(" ", "_"),
                None if place is None else (place.x_m, place.y_m),
                evidence,
                message.confidence,
                (change.time_ns - start_ns) / NANOSECONDS,
            )
        )
    return told


def start_of(folder: Path) -> int:
    """The whole second at which the nodes began: before the first content, by less than one."""
    first_ns = min(
        record.content_ns
        for record in LogReader(folder)
        if isinstance(record, LoggedMessage) and record.content == "detection_report"
    )
    return first_ns // NANOSECONDS * NANOSECONDS


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory, station: Site) -> tuple[list[Told], list[Told]]:
    folder = tmp_path_factory.mktemp("runs")
    return in_process(folder / "run", station), live(folder / "live", station)


def test_the_same_alerts_are_told_in_the_same_order(
    runs: tuple[list[Told], list[Told]],
) -> None:
    expected, found = runs
    assert len(expected) >= 4
    assert [(one.number, one.open) for one in found] == [(one.number, one.open) for one in expected]


def test_they_are_about_the_same_people(runs: tuple[list[Told], list[Told]]) -> None:
    expected, found = runs
    assert [one.candidates for one in found] == [one.candidates for one in expected]
    assert [one.threat for one in found] == [one.threat for one in expected]
    for one, other in zip(expected, found, strict=True):
        assert (other.place_m is None) == (one.place_m is None)
        if one.place_m is not None and other.place_m is not None:
            assert math.dist(one.place_m, other.place_m) <= NEAR_M
    assert any(one.place_m is not None for one in expected)


def test_they_open_at_the_same_time(runs: tuple[list[Told], list[Told]]) -> None:
    expected, found = ({one.number: one.time_s for one in reversed(told)} for told in runs)
    assert found == pytest.approx(expected, abs=LATER_S)


def test_the_same_readings_are_behind_them(runs: tuple[list[Told], list[Told]]) -> None:
    expected, found = runs
    for one, other in zip(expected, found, strict=True):
        assert [sensor for sensor, _ in other.evidence] == [sensor for sensor, _ in one.evidence]
        times = [time_s for _, time_s in one.evidence]
        # A look is asked for at the service's next tick, so its moment is not quite the same.
        assert [time_s for _, time_s in other.evidence] == pytest.approx(times, abs=LATER_S)
        assert other.probability == pytest.approx(one.probability, abs=0.05)


@pytest.mark.parametrize("name", ["thesis.txt", "site.sqlite", "lock"])
def test_a_folder_that_is_no_demonstrations_is_left_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("years of work")
    with pytest.raises(OutputError, match="something else than a demonstration"):
        live_demo(DemoRequest(STATION, tmp_path, 5.0, 1), Console(quiet=True), lambda _: None)
    assert (tmp_path / name).read_text() == "years of work"


def test_an_earlier_demonstration_gives_way_unless_it_runs(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    _clear(folder)
    (folder / "tracks").mkdir()
    (folder / "site.sqlite").write_text("alarms")
    with held(folder), pytest.raises(OutputError, match="in use"):
        _clear(folder)
    assert (folder / "site.sqlite").exists()
    _clear(folder)
    assert {path.name for path in folder.iterdir()} == {"demonstration", "lock"}
