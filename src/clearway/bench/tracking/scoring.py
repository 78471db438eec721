"""How well tracks follow people: the field's scores on the ground plane.

HOTA (Luiten et al., IJCV 129, 2021), IDF1 (Ristani et al., ECCV 2016 workshops) and CLEAR MOT
(Bernardin and Stiefelhagen, EURASIP JIVP 2008) come from TrackEval, with the similarity
1 - d / 1 m between a person and a track d apart, so that 0.5 m is a match.  GOSPA
(Rahmathullah, Garcia-Fernandez, Svensson, FUSION 2017) has c = 1 m, p = 2.  *Survival* is the
share of people whose track is still theirs some seconds later.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from clearway.bench.peers.base import loaded
from clearway.bench.tracking.scenario import RATE_HZ, Scenario

SURVIVAL_S = (2.0, 5.0, 10.0)
_REACH_M = 1.0
"""Similarity is 0 from here."""
MATCH_M = 0.5
"""A track farther away is not the person's."""
_GOSPA_CUTOFF_M = 1.0


@dataclass(frozen=True, slots=True)
class TrackedFrame:
    """A tracker's answer at one instant."""

    track_id: NDArray[np.int64]
    """Shape (k,)."""
    position_m: NDArray[np.float64]
    """Shape (k, 2)."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Of one tracker on one scenario; HOTA, its parts, IDF1 and MOTA in per cent."""

    hota: float
    idf1: float
    mota: float
    id_switches: int
    gospa_m: float
    """Per frame, mean."""
    survival: dict[float, float] = field(default_factory=dict)
    """Seconds -> share from 0 to 1, NaN where the scenario is shorter."""
    detection_accuracy: float = 0.0
    """DetA, a part of HOTA."""
    association_accuracy: float = 0.0
    """AssA, the other."""
    localisation_accuracy: float = 0.0
    """LocA."""


def score(scenario: Scenario, answers: Sequence[TrackedFrame]) -> Scores:
    """Score one tracker's answers.

    Parameters
    ----------
    scenario : Scenario
    answers : sequence of TrackedFrame
        One per frame of the scenario.

    Raises
    ------
    MissingExtraError
        If TrackEval is not installed.
    """
    # TrackEval prints its settings, and on import which of its benchmarks lack a library.
    with contextlib.redirect_stdout(io.StringIO()):
        metrics = loaded("trackeval.metrics")
        data = _trackeval_data(scenario, answers)
        hota = metrics.HOTA().eval_sequence(data)
        clear = metrics.CLEAR({"PRINT_CONFIG": False}).eval_sequence(data)
        identity = metrics.Identity({"PRINT_CONFIG": False}).eval_sequence(data)
    return Scores(
        hota=100 * float(np.mean(hota["HOTA"])),
        idf1=100 * float(identity["IDF1"]),
        mota=100 * float(clear["MOTA"]),
        id_switches=int(clear["IDSW"]),
        gospa_m=float(np.mean([
            _gospa(frame.position_m, answer.position_m)
            for frame, answer in zip(scenario.frames, answers, strict=True)
        ])),
        survival=_survival(scenario, answers),
        detection_accuracy=100 * float(np.mean(hota["DetA"])),
        association_accuracy=100 * float(np.mean(hota["AssA"])),
        localisation_accuracy=100 * float(np.mean(hota["LocA"])),
    )  # fmt: skip


def _distance_m(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    distance: NDArray[np.float64] = np.linalg.norm(a[:, None] - b[None], axis=2)
    return distance


def _trackeval_data(scenario: Scenario, answers: Sequence[TrackedFrame]) -> dict[str, Any]:
    """The dictionary that TrackEval's metrics take."""
    people = np.unique(np.concatenate([frame.person_id for frame in scenario.frames]))
    tracks = np.unique(np.concatenate([answer.track_id for answer in answers]))
    return {
        "num_timesteps": len(answers),
        "num_gt_ids": len(people),
        "num_tracker_ids": len(tracks),
        "num_gt_dets": sum(len(frame.person_id) for frame in scenario.frames),
        "num_tracker_dets": sum(len(answer.track_id) for answer in answers),
        "gt_ids": [np.searchsorted(people, frame.person_id) for frame in scenario.frames],
        "tracker_ids": [np.searchsorted(tracks, answer.track_id) for answer in answers],
        "similarity_scores": [
            np.maximum(0.0, 1.0 - _distance_m(frame.position_m, answer.position_m) / _REACH_M)
            for frame, answer in zip(scenario.frames, answers, strict=True)
        ],
    }


def _gospa(truth_m: NDArray[np.float64], tracks_m: NDArray[np.float64]) -> float:
    """Generalised optimal sub-pattern assignment, alpha = 2, p = 2."""
    c2 = _GOSPA_CUTOFF_M**2
    cost = np.minimum(_distance_m(truth_m, tracks_m) ** 2, c2)
    rows, columns = linear_sum_assignment(cost)
    unassigned = abs(len(truth_m) - len(tracks_m))
    return float(np.sqrt(cost[rows, columns].sum() + c2 / 2 * unassigned))


def _matched_tracks(scenario: Scenario, answers: Sequence[TrackedFrame]) -> list[dict[int, int]]:
    """Per frame, person -> the track within half a metre that is theirs at least total distance."""
    matches = []
    for frame, answer in zip(scenario.frames, answers, strict=True):
        distance = _distance_m(frame.position_m, answer.position_m)
        rows, columns = linear_sum_assignment(np.where(distance <= MATCH_M, distance, 1e3))
        close = distance[rows, columns] <= MATCH_M
        matches.append(
            dict(
                zip(
                    frame.person_id[rows[close]].tolist(),
                    answer.track_id[columns[close]].tolist(),
                    strict=True,
                )
            )
        )
    return matches


def _survival(scenario: Scenario, answers: Sequence[TrackedFrame]) -> dict[float, float]:
    """Of the people matched at an instant and still there later, whose track still is theirs."""
    matches = _matched_tracks(scenario, answers)
    present = [set(frame.person_id.tolist()) for frame in scenario.frames]
    shares = {}
    for later_s in SURVIVAL_S:
        lag = round(later_s * RATE_HZ)
        kept = total = 0
        for index in range(len(matches) - lag):
            for person, track in matches[index].items():
                if person in present[index + lag]:
                    total += 1
                    kept += matches[index + lag].get(person) == track
        shares[later_s] = kept / total if total else float("nan")
    return shares
