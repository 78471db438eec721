"""Whether things happen as often as their stated probability says.

Two claims are checked against the truth of a run: that a person carries a threat, by the belief of
that person's own track after the last reading of them, and that a reading is of a track, for every
track named.  Claims are binned by their probability; the expected calibration error is the mean
distance of claim and frequency over the bins, weighted by their counts (Naeini, Cooper and
Hauskrecht, AAAI 2015).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TypedDict

import numpy as np

from clearway.store.tables import read_table
from clearway.trial.instants import Instants
from clearway.trial.outcomes import THREATS

BINS = 10


class Reliability(TypedDict):
    """Claims in ten bins of equal width, and how many came true."""

    n: list[int]
    claimed: list[float]
    """Sum of the claimed probabilities of each bin."""
    happened: list[int]
    expected_calibration_error: float | None


def reliability(claimed: Sequence[float], happened: Sequence[bool]) -> Reliability:
    """Bin claims and compare them with what happened.

    Parameters
    ----------
    claimed : sequence of float
        Probabilities.
    happened : sequence of bool
        One per claim.

    Examples
    --------
    Of four claims of one half, one comes true:

    >>> reliability([0.5] * 4, [True, False, False, False])["expected_calibration_error"]
    0.25
    """
    probability = np.asarray(claimed, dtype=np.float64)
    index = np.minimum((probability * BINS).astype(np.intp), BINS - 1)
    return _with_error(
        np.bincount(index, minlength=BINS).tolist(),
        np.bincount(index, probability, BINS).tolist(),
        np.bincount(index[np.asarray(happened, dtype=bool)], minlength=BINS).tolist(),
    )


def pool_reliabilities(several: Iterable[Reliability]) -> Reliability:
    """Add up the bins of several runs."""
    known = list(several)
    n, claimed, happened = (
        np.sum([one[name] for one in known], axis=0).tolist()
        for name in ("n", "claimed", "happened")
    )
    return _with_error(n, claimed, happened)


def _with_error(n: list[int], claimed: list[float], happened: list[int]) -> Reliability:
    gap = np.abs(np.subtract(claimed, happened)).sum()
    total = sum(n)
    return {
        "n": n,
        "claimed": claimed,
        "happened": happened,
        "expected_calibration_error": float(gap) / total if total else None,
    }


def run_reliability(folder: Path, instants: Instants) -> dict[str, Reliability]:
    """Reliability of belief and attribution of one run.

    Parameters
    ----------
    folder : Path
        The run folder with its tables.
    instants : Instants
        Of the same folder.

    Returns
    -------
    dict of str to Reliability
        ``belief``: one claim per person examined who is still followed.  ``attribution``: one per
        reading of a person and track named.
    """
    readings = [
        row
        for row in read_table(folder, "evidence").to_pylist()
        if row["true_person_id"] >= 0 and row["refused"] is None
    ]
    return {
        "belief": _belief(folder, instants, readings),
        "attribution": _attribution(instants, readings),
    }


def _belief(folder: Path, instants: Instants, readings: list[dict[str, Any]]) -> Reliability:
    tracks = read_table(folder, "tracks")
    threat = dict(
        zip(
            zip(tracks["time_ns"].to_pylist(), tracks["track_id"].to_pylist(), strict=True),
            tracks["p_threat"].to_pylist(),
            strict=True,
        )
    )
    in_order = sorted(readings, key=lambda row: int(row["judged_ns"]))
    last_reading = {row["true_person_id"]: row for row in in_order}
    claimed, happened = [], []
    for person, row in sorted(last_reading.items()):
        instant = instants.first_from(row["judged_ns"])
        track = None if instant is None else instants.track_of(person, instant)
        if track is not None and (instant, track) in threat:
            claimed.append(threat[instant, track])
            happened.append(row["true_carries"] in THREATS)
    return reliability(claimed, happened)


def _attribution(instants: Instants, readings: list[dict[str, Any]]) -> Reliability:
    claimed: list[float] = []
    happened: list[bool] = []
    for row in readings:
        instant = instants.first_from(row["time_ns"])
        if instant is None:
            continue
        owned = instants.track_of(row["true_person_id"], instant)
        claimed += row["probabilities"]
        happened += [track == owned for track in row["track_ids"]]
        claimed.append(row["p_none"])
        happened.append(owned not in row["track_ids"])
    return reliability(claimed, happened)
