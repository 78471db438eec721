"""One world through the engine: repeatable to the byte, and whole or not at all."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import clearway.trial.report
import clearway.trial.run
from clearway.engine import Event
from clearway.errors import InputError, OutputError
from clearway.site.schema import Camera, Site
from clearway.store.run_folder import RUN_FILE
from clearway.store.tables import SCHEMAS, read_table
from clearway.trial.files import SUMMARY_FILE, TIMINGS_FILE, read_json, read_run_file
from clearway.trial.run import RunProgress, RunRequest, execute, run_into
from clearway.twin.crowd.people import Crowd
from tests.support.builders import crowd_of, straight


@pytest.fixture(scope="module")
def crowd() -> Crowd:
    east = [(8 * n, straight((10.0, 0.8 + n % 5), (1.3, 0.0), 140)) for n in range(8)]
    west = [(8 * n, straight((29.0, 1.2 + n % 5), (-1.3, 0.0), 140)) for n in range(8)]
    return crowd_of(*east, *west)


@pytest.fixture(scope="module")
def busy(station: Site) -> Site:
    """The station with carriers enough for a short run to have alerts, and fewer scans."""
    carriers = station.crowd.carriers.model_copy(update={"share": 0.4})
    sensors = tuple(
        sensor.model_copy(update={"rate_hz": 5.0}) if isinstance(sensor, Camera) else sensor
        for sensor in station.sensors
    )
    crowd = station.crowd.model_copy(update={"carriers": carriers})
    return station.model_copy(update={"crowd": crowd, "sensors": sensors})


@pytest.fixture(scope="module")
def shared_request(tmp_path_factory: pytest.TempPathFactory, busy: Site) -> RunRequest:
    folder = tmp_path_factory.mktemp("shared")
    crowd_file = folder / "crowd.csv"
    crowd_file.write_bytes(b"people")
    return RunRequest(site=busy, output=folder / "run", rate_per_min=30.0, crowd_file=crowd_file)


@pytest.fixture(scope="module")
def done(shared_request: RunRequest, crowd: Crowd) -> Path:
    """Folder of a run without report, to be read only."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clearway.trial.run, "open_crowd", lambda *_, **__: crowd)
        results(shared_request.output, shared_request)
    return shared_request.output


@pytest.fixture
def request_(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, shared_request: RunRequest, crowd: Crowd
) -> RunRequest:
    monkeypatch.setattr(clearway.trial.run, "open_crowd", lambda *_, **__: crowd)
    monkeypatch.setattr(clearway.trial.report, "write_report", lambda _: None)
    return replace(shared_request, output=tmp_path / "run")


def content(folder: Path) -> dict[str, bytes]:
    """All that a run wrote, its timings apart."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != TIMINGS_FILE}


def results(folder: Path, request: RunRequest) -> dict[str, bytes]:
    folder.mkdir()
    run_into(folder, request, RunProgress())
    return content(folder)


def test_one_seed_gives_the_same_bytes_whatever_the_threads(
    tmp_path: Path, request_: RunRequest, done: Path
) -> None:
    first = content(done)
    assert first.keys() == {RUN_FILE, SUMMARY_FILE, *(f"{name}.parquet" for name in SCHEMAS)}
    assert results(tmp_path / "again", request_) == first
    assert results(tmp_path / "threads", replace(request_, threads=3)) == first


def test_another_seed_gives_another_run(tmp_path: Path, request_: RunRequest, done: Path) -> None:
    one = content(done)
    other = results(tmp_path / "other", replace(request_, seed=2))
    assert all(one[name] != written for name, written in other.items())


def test_tables_fit_together(done: Path, crowd: Crowd) -> None:
    tables = {name: read_table(done, name) for name in SCHEMAS}
    truth, tracks = tables["truth"], tables["tracks"]
    assert set(tracks["time_ns"].to_pylist()) <= set(truth["time_ns"].to_pylist())
    assert set(truth["person_id"].to_pylist()) == set(crowd.person_id.tolist())
    for table in (truth, tracks, tables["alerts"]):
        assert (np.diff(table["time_ns"].to_numpy()) >= 0).all()
    evidence = tables["evidence"].to_pylist()
    keys = {(row["sensor_id"], row["sequence"]) for row in evidence}
    assert len(keys) == len(evidence) > 0
    alerts = tables["alerts"].to_pylist()
    assert {row["state"] for row in alerts} >= {"open", "updated"}
    for row in alerts:
        pairs = zip(row["evidence_sensor_ids"], row["evidence_sequences"], strict=True)
        assert set(pairs) <= keys
    # The trace sensor only ever looks where it was asked to.
    assert {row["modality"] for row in evidence} == {"curtain", "trace"}
    read = [row for row in evidence if row["true_person_id"] >= 0]
    carried = dict(zip(truth["person_id"].to_pylist(), truth["carries"].to_pylist(), strict=True))
    assert all(carried[row["true_person_id"]] == row["true_carries"] for row in read)


def test_most_people_are_followed_most_of_the_time(done: Path) -> None:
    truth, tracks = (read_table(done, name) for name in ("truth", "tracks"))
    assert tracks.num_rows > 0.9 * truth.num_rows
    assert tracks.num_rows < 1.1 * truth.num_rows


def test_the_run_file_repeats_the_run(done: Path, shared_request: RunRequest, crowd: Crowd) -> None:
    document = read_run_file(done)
    assert Site.model_validate(document["site"]) == shared_request.site
    run = document["run"]
    told = (run["seed"], run["rate_per_min"], run["crowd_file"])
    assert told == (1, 30.0, str(shared_request.crowd_file))
    assert run["crowd_file_sha256"] == hashlib.sha256(b"people").hexdigest()
    assert (run["people"], run["crowd_origin"]) == (len(crowd), "simulated")
    assert {"clearway", "numpy", "python"} <= run["versions"].keys()


@pytest.fixture
def brief(request_: RunRequest, crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the first seconds of the crowd are run."""
    start = crowd.trimmed(3.0)
    monkeypatch.setattr(clearway.trial.run, "open_crowd", lambda *_, **__: start)


def test_progress_is_told(brief: None, request_: RunRequest) -> None:
    stages: list[str] = []
    fractions: list[float] = []
    events: list[Event] = []
    progress = RunProgress(stages.append, fractions.append, events.extend)
    summary = execute(request_, progress)
    assert stages == ["crowd", "sensors and engine", "metrics", "report"]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert events
    assert summary == read_json(request_.output / SUMMARY_FILE)
    assert all(value >= 0.0 for value in read_json(request_.output / TIMINGS_FILE).values())


class _Stop:
    """Fails at the n-th call."""

    def __init__(self, error: BaseException, calls: int) -> None:
        self._error, self._calls = error, calls

    def __call__(self, _: Any) -> None:
        self._calls -= 1
        if self._calls == 0:
            raise self._error


@pytest.mark.parametrize("calls", [1, 60])
@pytest.mark.parametrize("error", [KeyboardInterrupt(), ValueError("defect")], ids=repr)
def test_a_run_that_is_stopped_leaves_nothing(
    tmp_path: Path, request_: RunRequest, error: BaseException, calls: int
) -> None:
    with pytest.raises(type(error)):
        execute(request_, RunProgress(fraction=_Stop(error, calls)))
    assert list(tmp_path.iterdir()) == []


def test_a_report_that_fails_leaves_nothing(
    tmp_path: Path,
    request_: RunRequest,
    brief: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    full = OSError(28, "No space left on device")
    monkeypatch.setattr(clearway.trial.report, "write_report", _Stop(full, 1))
    with pytest.raises(OutputError, match="free some space"):
        execute(request_)
    assert list(tmp_path.iterdir()) == []


def test_a_crowd_that_cannot_be_read_leaves_the_earlier_run(
    tmp_path: Path, request_: RunRequest, brief: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute(request_)
    before = (request_.output / SUMMARY_FILE).read_bytes()

    def fail(*_: Any, **__: Any) -> Crowd:
        raise InputError("crowd.csv", ())

    monkeypatch.setattr(clearway.trial.run, "open_crowd", fail)
    with pytest.raises(InputError):
        execute(request_)
    assert (request_.output / SUMMARY_FILE).read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_an_empty_floor_is_a_run_too(
    tmp_path: Path, request_: RunRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clearway.trial.run, "open_crowd", lambda *_, **__: crowd_of())
    results(tmp_path / "run", request_)
    summary = read_json(tmp_path / "run" / SUMMARY_FILE)
    assert summary["crowd"]["people"] == 0
    assert summary["carriers"]["passages"] == 0
