"""Limits of view quality from what a model detects: silent before it goes wrong."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clearway.errors import ArgumentError
from clearway.imaging.checks import finite_real_array
from clearway.recognition.quality import Limit
from clearway.recognition.scoring.exact import upper_bound

__all__ = ["fit_limit"]

_BINS = 12
_MARGIN = 0.5
"""Half of the distance from the first bin that fails to the one before: the examined share passes
one half before the value is reached from which on detections are lost."""


def fit_limit(
    measure: ArrayLike, detected: ArrayLike, *, more_is_better: bool, allowed_loss: float = 0.1
) -> Limit | None:
    """Where a model begins to miss threats as a view grows worse.

    Looks at a threat are sorted by one measure of quality and cut into twelve bins of equal
    numbers, best first.  The limit lies before the first bin whose detections, with 95 %
    confidence, are fewer than those of the better half by more than the allowed loss, and from
    which on no bin recovers.

    Parameters
    ----------
    measure : (n,) array_like of float
        Of `clearway.recognition.quality.measures`, for looks at threats; they must reach into
        qualities that are too poor.
    detected : (n,) array_like of bool
        Whether the look's own score passes the threshold.
    more_is_better : bool
        As for contrast; not as for motion.
    allowed_loss : float
        Of the share detected.

    Returns
    -------
    Limit or None
        None where detections never fall so far: this measure needs no limit within its range.

    Raises
    ------
    ArgumentError
        Arrays of different lengths, or fewer than ten looks per bin.
    """
    values = finite_real_array("measure", measure, (-1,))
    hits = np.asarray(detected, dtype=bool)
    if hits.shape != values.shape or len(values) < 10 * _BINS:
        raise ArgumentError(
            "detected",
            f"has shape {hits.shape}, the measure {values.shape}",
            f"give at least {10 * _BINS} looks, one of each per look",
        )
    order = np.argsort(-values if more_is_better else values, kind="stable")
    bins = np.array_split(order, _BINS)
    expected = float(hits[np.concatenate(bins[: _BINS // 2])].mean())
    failed = [upper_bound(int(hits[own].sum()), len(own)) < expected - allowed_loss for own in bins]
    return _limit_before(values, bins, failed)


def _limit_before(
    values: NDArray[np.float64], bins: list[NDArray[np.intp]], failed: list[bool]
) -> Limit | None:
    """Limit before the first bin of those that fail to the end."""
    first = len(failed)
    while first and failed[first - 1]:
        first -= 1
    if first == len(failed):
        return None
    if first == 0:
        raise ArgumentError("detected", "fails everywhere", "give looks of good quality, too")
    last_good, first_poor = (float(np.median(values[bins[index]])) for index in (first - 1, first))
    half = _MARGIN * (first_poor - last_good)
    if half == 0.0:
        raise ArgumentError(
            "measure", f"is {first_poor:g} on both sides", "give looks of more different quality"
        )
    # The share is one half where the last bin that holds out has its middle.
    return Limit(good=last_good - half, poor=last_good + half)
