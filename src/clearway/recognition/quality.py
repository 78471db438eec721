"""Whether a view is good enough, and if not, why.

Each measure has a value up to which it does no harm and one from which on the view says nothing.
Between them the examined share falls linearly, and the worst measure decides.  The limits belong
to a model: they are set so that a view is refused before threats are missed in it silently.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clearway.imaging import Region
from clearway.recognition.aspects import blocked_share, seen_sectors
from clearway.recognition.proportions import CHIN, KNEE, TYPICAL_HEIGHT_M
from clearway.recognition.view import View
from clearway.recognition.volume import Volume

__all__ = [
    "ADEQUATE",
    "LIMITS",
    "MEASURED",
    "SPACE",
    "WORDS",
    "Examination",
    "Limit",
    "Reason",
    "examine",
    "judge",
    "measures",
]

ADEQUATE = 0.5
"""Examined share below which a frame says nothing."""

_SHOWN_DB, _ABOVE_CLUTTER_DB = -12.0, 8.0
"""A height at which nothing is brighter than this, relative to the body and to the median of the
box, shows no body: the strongest of a height's voxels without a body is 6 dB above that median."""

SPACE = Region((-0.9, 0.7, 0.0), (0.9, 1.9, 2.0))
"""Where the middle of a body may be before the reference panel."""


class Reason(StrEnum):
    """Why a person was not examined."""

    OUTSIDE = "outside"
    TOO_FAST = "too_fast"
    TURNED_AWAY = "turned_away"
    OCCLUDED = "occluded"
    INCOMPLETE = "incomplete"
    LOW_CONTRAST = "low_contrast"
    DEAD_ELEMENTS = "dead_elements"
    NO_FRAME = "no_frame"


MEASURED = tuple(reason for reason in Reason if reason is not Reason.NO_FRAME)
"""Reasons that a figure of the view stands behind, in the order of `measures`."""

WORDS: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.OUTSIDE: "the person was outside the space that the panel examines",
        Reason.TOO_FAST: "the person moved too far during one sweep",
        Reason.TURNED_AWAY: "too little of the body faced the panel",
        Reason.OCCLUDED: "another person stood between the person and the panel",
        Reason.INCOMPLETE: "parts of the body do not show in the image",
        Reason.LOW_CONTRAST: "the body hardly stands out from noise and side lobes",
        Reason.DEAD_ELEMENTS: "too many antenna elements do not work",
        Reason.NO_FRAME: "there was no image of the person",
    }
)
"""Each reason as a sentence for people."""


@dataclass(frozen=True, slots=True)
class Limit:
    """Between these the examined share falls from 1 to 0; `good` may be above or below `poor`."""

    good: float
    poor: float

    def share(self, value: float) -> float:
        """Examined share of a value.

        Examples
        --------
        >>> Limit(good=20, poor=10).share(15), Limit(good=0.1, poor=0.3).share(0.5)
        (0.5, 0.0)
        """
        return float(self.shares(value))

    def shares(self, values: ArrayLike) -> NDArray[np.float64]:
        """Examined share of each of several values."""
        beyond = np.asarray(values, dtype=np.float64) - self.poor
        return np.asarray(np.clip(beyond / (self.good - self.poor), 0.0, 1.0))


LIMITS: Mapping[Reason, Limit] = MappingProxyType(
    {
        Reason.OUTSIDE: Limit(good=0.0, poor=-0.2),
        Reason.TOO_FAST: Limit(good=0.006, poor=0.03),
        Reason.TURNED_AWAY: Limit(good=0.2, poor=0.05),
        Reason.OCCLUDED: Limit(good=0.1, poor=0.5),
        Reason.INCOMPLETE: Limit(good=0.8, poor=0.4),
        Reason.LOW_CONTRAST: Limit(good=7.5, poor=5.0),
        Reason.DEAD_ELEMENTS: Limit(good=0.1, poor=0.35),
    }
)
"""Until a model brings fitted ones: margin to the edge of the space (m), unknown motion within a
sweep (m; a quarter of the wavelength at 18 GHz is 4 mm), share of the sides of the body that face
the panel, share of the panel that is hidden, share of the heights that show a body, contrast (dB;
noise alone reaches 4.6), share of dead elements."""


@dataclass(frozen=True, slots=True)
class Examination:
    """How well one view showed the person."""

    share: float
    """Quality of the view, 0 to 1."""
    reasons: tuple[Reason, ...] = ()
    """Why the view says nothing, worst first; empty for one that is good enough."""
    sectors: tuple[bool, ...] = ()
    """Sides of the body that faced the panel; see `seen_sectors`."""

    @property
    def adequate(self) -> bool:
        """Whether the frame may say something."""
        return not self.reasons


def measures(volume: Volume, view: View, space: Region = SPACE) -> dict[Reason, float]:
    """The figure behind each reason, in the units of `LIMITS`."""
    return {
        Reason.OUTSIDE: _margin_m(view, space),
        Reason.TOO_FAST: view.motion_in_sweep_m,
        Reason.TURNED_AWAY: float(seen_sectors(view).mean()),
        Reason.OCCLUDED: blocked_share(view),
        Reason.INCOMPLETE: _shown_share(volume, view.height_m or TYPICAL_HEIGHT_M),
        Reason.LOW_CONTRAST: volume.contrast_db,
        Reason.DEAD_ELEMENTS: view.dead_share,
    }


def examine(
    volume: Volume,
    view: View,
    limits: Mapping[Reason, Limit] = LIMITS,
    space: Region = SPACE,
) -> Examination:
    """Judge one view; see `measures` and `judge`.

    Parameters
    ----------
    volume : Volume
    view : View
    limits : mapping of Reason to Limit
    space : Region
        Where the middle of a body may be.
    """
    return judge(measures(volume, view, space), tuple(seen_sectors(view).tolist()), limits)


def judge(
    values: Mapping[Reason, float],
    sectors: tuple[bool, ...],
    limits: Mapping[Reason, Limit] = LIMITS,
) -> Examination:
    """Judge what was measured of a view.

    Parameters
    ----------
    values : mapping of Reason to float
        Of `measures`.
    sectors : tuple of bool
        Sides of the body that faced the panel.
    limits : mapping of Reason to Limit
        A reason without a limit is not checked.

    Returns
    -------
    Examination
        The share of the worst measure; reasons where that is below `ADEQUATE`.
    """
    shares = {reason: limit.share(values[reason]) for reason, limit in limits.items()}
    failed = sorted((share, reason) for reason, share in shares.items() if share < ADEQUATE)
    return Examination(
        min(shares.values(), default=1.0), tuple(reason for _, reason in failed), sectors
    )


def _margin_m(view: View, space: Region) -> float:
    """Distance of the person to the nearest side of the space; negative outside."""
    place = np.asarray(view.person_m)
    inner = np.concatenate((place - space.lower_m[:2], np.asarray(space.upper_m[:2]) - place))
    return float(inner.min())


def _shown_share(volume: Volume, person_height_m: float) -> float:
    """Share of the heights from the knees to the chin at which something is as bright as a body."""
    brightest: NDArray[np.float32] = volume.levels_db.max(axis=(0, 1))
    share = volume.height_m / person_height_m
    body = (share > KNEE) & (share < CHIN)
    least = max(_SHOWN_DB, volume.clutter_db + _ABOVE_CLUTTER_DB)
    return float((brightest[body] > least).mean()) if body.any() else 0.0
