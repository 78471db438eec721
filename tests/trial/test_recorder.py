from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clearway.domain import (
    Alert,
    AlertState,
    Attribution,
    Belief,
    Candidate,
    Closing,
    Modality,
    TrackStates,
    nanoseconds,
)
from clearway.engine import (
    AlertChanged,
    DetectionRefused,
    EvidenceJudged,
    Refusal,
    TracksReported,
)
from clearway.fusion import Judgement
from clearway.fusion.belief import prior_probabilities
from clearway.site.schema import Site
from clearway.store.tables import read_table
from clearway.trial.recorder import Recorder
from clearway.twin.crowd.people import Crowd
from clearway.twin.observation import NOBODY, Observation
from clearway.twin.world import START_NS, World
from tests.support.builders import (
    HANDGUN_ALARM,
    NOT_EXAMINED,
    crowd_of,
    detection,
    straight,
    tracks_at,
)

TIME_NS = START_NS + nanoseconds(1.0)
ALARM = detection(1.0, (16.1, 3.2), sensor_id="curtain-west", sequence=7, evidence=HANDGUN_ALARM)
SHARES = Attribution((4, 5), (0.7, 0.2), 0.1)
JUDGED = EvidenceJudged(
    ALARM,
    Judgement(SHARES, SHARES, np.ones(7), np.tile([0.18, 0.82, 0, 0, 0, 0, 0], (3, 1))),
    TIME_NS,
)


@pytest.fixture
def crowd() -> Crowd:
    return crowd_of(
        (0, straight((15.0, 3.0), (1.0, 0.0), 31)), (20, straight((9.0, 1.0), (1.0, 0.0), 31))
    )


@pytest.fixture
def world(station: Site, crowd: Crowd) -> World:
    return World(station, crowd, seed=1)


@pytest.fixture
def belief(station: Site) -> Belief:
    prior = prior_probabilities(station.prior)
    raised = prior * np.exp(HANDGUN_ALARM.log_likelihood_ratio)
    return Belief(raised / raised.sum(), prior, {Modality.CURTAIN: 0.7})


def test_tracks_and_truth_share_their_times(tmp_path: Path, world: World, belief: Belief) -> None:
    tracks = tracks_at(0.0, {4: (16.1, 3.1), 9: (30.0, 2.0)}, sigma_m=0.2)
    tracks = TrackStates(TIME_NS, tracks.track_ids, tracks.states, tracks.covariances)
    with Recorder(tmp_path, world) as recorder:
        recorder.record([TracksReported(tracks, (belief, belief))])
    rows = read_table(tmp_path, "tracks").to_pylist()
    assert [(row["time_ns"], row["track_id"]) for row in rows] == [(TIME_NS, 4), (TIME_NS, 9)]
    assert rows[0]["sigma_m"] == pytest.approx(0.2)
    assert rows[0]["p_threat"] == pytest.approx(belief.threat, rel=1e-6)
    assert (rows[0]["examined_curtain"], rows[0]["examined_trace"]) == (pytest.approx(0.7), 0.0)
    (truth,) = read_table(tmp_path, "truth").to_pylist()
    assert (truth["time_ns"], truth["person_id"]) == (TIME_NS, 100)
    assert (truth["x_m"], truth["y_m"]) == pytest.approx((16.0, 3.0))


def test_a_report_of_nobody_still_says_who_was_there(tmp_path: Path, world: World) -> None:
    nobody = tracks_at(0.0, {})
    report = TrackStates(TIME_NS, nobody.track_ids, nobody.states, nobody.covariances)
    with Recorder(tmp_path, world) as recorder:
        recorder.record([TracksReported(report, ())])
    assert read_table(tmp_path, "tracks").num_rows == 0
    assert read_table(tmp_path, "truth")["person_id"].to_pylist() == [100]


def test_evidence_carries_its_truth(tmp_path: Path, world: World) -> None:
    true_ns = TIME_NS - nanoseconds(0.1)
    with Recorder(tmp_path, world) as recorder:
        recorder.remember([Observation(ALARM, 1, true_ns)])
        recorder.record([JUDGED])
    (row,) = read_table(tmp_path, "evidence").to_pylist()
    assert (row["sensor_id"], row["sequence"], row["true_ns"]) == ("curtain-west", 7, true_ns)
    assert (row["time_ns"], row["judged_ns"]) == (ALARM.time_ns, TIME_NS)
    assert (row["declared"], row["examined"], row["modality"]) == (["handgun"], 1.0, "curtain")
    assert row["track_ids"] == [4, 5]
    assert row["probabilities"] == pytest.approx([0.7, 0.2])
    assert (row["p_none"], row["p_source_threat"]) == pytest.approx((0.1, 0.82))
    assert row["true_person_id"] == 101
    assert row["true_carries"] in {"none", "harmless_object", "handgun", "long_gun", "explosive"}


def test_a_ghost_is_nobodys(tmp_path: Path, world: World) -> None:
    with Recorder(tmp_path, world) as recorder:
        recorder.remember([Observation(ALARM, NOBODY, TIME_NS)])
        recorder.record([JUDGED])
    (row,) = read_table(tmp_path, "evidence").to_pylist()
    assert (row["true_person_id"], row["true_carries"]) == (-1, "nobody")
    assert not row["truly_harmless_alarm"]


def test_refused_evidence_is_told_with_the_reason(tmp_path: Path, world: World) -> None:
    refused = DetectionRefused(ALARM, Refusal.FORGOTTEN)
    with Recorder(tmp_path, world) as recorder:
        recorder.remember([Observation(ALARM, 1, TIME_NS)])
        # A second copy has no truth of its own and is not told again.
        recorder.record([refused, refused])
    (row,) = read_table(tmp_path, "evidence").to_pylist()
    assert (row["refused"], row["true_person_id"]) == ("forgotten", 101)
    assert (row["track_ids"], row["p_none"], row["p_source_threat"]) == ([], None, None)


def test_a_look_that_tells_the_position_only_is_no_reading(tmp_path: Path, world: World) -> None:
    look = replace(ALARM, evidence=replace(NOT_EXAMINED, position_only=True))
    with Recorder(tmp_path, world) as recorder:
        recorder.remember([Observation(look, 1, TIME_NS)])
        recorder.record([DetectionRefused(look, Refusal.FORGOTTEN)])
        recorder.record([EvidenceJudged(look, JUDGED.judgement, TIME_NS)])
    assert read_table(tmp_path, "evidence").num_rows == 0


def test_an_alert_is_written_in_each_of_its_states(
    tmp_path: Path, world: World, belief: Belief
) -> None:
    states = [
        Alert(
            3,
            state,
            TIME_NS + number,
            TIME_NS,
            (Candidate(4, 0.8), Candidate(5, 0.15)),
            0.82,
            belief,
            (("curtain-west", 7),),
            closed_because=Closing.MERGED if state is AlertState.CLOSED else None,
            merged_into=2 if state is AlertState.CLOSED else None,
        )
        for number, state in enumerate(AlertState)
    ]
    with Recorder(tmp_path, world) as recorder:
        recorder.record([AlertChanged(alert) for alert in states])
    rows = read_table(tmp_path, "alerts").to_pylist()
    assert [row["state"] for row in rows] == ["open", "updated", "closed"]
    assert [row["time_ns"] - TIME_NS for row in rows] == [0, 1, 2]
    assert {row["opened_ns"] for row in rows} == {TIME_NS}
    assert [row["closed_because"] for row in rows] == [None, None, "merged"]
    assert [row["merged_into"] for row in rows] == [None, None, 2]
    first = rows[0]
    assert first["candidate_track_ids"] == [4, 5]
    assert first["candidate_probabilities"] == pytest.approx([0.8, 0.15])
    assert (first["evidence_sensor_ids"], first["evidence_sequences"]) == (["curtain-west"], [7])
    # The reader can take the prior out of the probability again.
    odds = first["prior_threat"] / (1 - first["prior_threat"])
    odds *= np.exp(first["log_likelihood_ratio"])
    assert odds / (1 + odds) == pytest.approx(first["p_threat"], rel=1e-4)


def test_files_are_finished_when_the_run_fails(tmp_path: Path, world: World) -> None:
    def fail() -> None:
        with Recorder(tmp_path, world) as recorder:
            recorder.remember([Observation(ALARM, 0, TIME_NS)])
            recorder.record([JUDGED])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert read_table(tmp_path, "evidence").num_rows == 1
