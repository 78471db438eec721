"""What a gait tells: joint angles over one cycle at one speed.

The phase counts cycles from the heel strike of the right foot; the left foot strikes at 0.5.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from clearway.errors import ArgumentError

__all__ = [
    "STANDING_S",
    "Curve",
    "Cycle",
    "Gait",
    "JointAngles",
    "walking_speed_m_s",
]

_FASTEST_M_S = 2.5
STANDING_S = 4.0
"""Length of the longest cycle: who hardly moves, or stands and sways, takes this long."""

_STANDS_BELOW_M_S = 1e-3
Curve = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""Degrees (or metres) over phases; of a limb: over the limb's own phase since its heel strike."""

_OF_LIMBS = ("hip", "knee", "ankle", "shoulder", "elbow")


class JointAngles(NamedTuple):
    """Radians at n phases.  Limbs have shape (n, 2): right, left; the rest (n,)."""

    pelvis_list: NDArray[np.float64]
    """Right side down."""
    pelvis_turn: NDArray[np.float64]
    """To the left."""
    pelvis_tilt: NDArray[np.float64]
    """Forward."""
    trunk_list: NDArray[np.float64]
    """Of the thorax against the vertical, as are the next two: right side down."""
    trunk_turn: NDArray[np.float64]
    trunk_lean: NDArray[np.float64]
    hip: NDArray[np.float64]
    """Flexion of the thigh against the pelvis: knee forward."""
    knee: NDArray[np.float64]
    """Flexion: heel to the buttocks."""
    ankle: NDArray[np.float64]
    """Dorsiflexion: toes to the shin."""
    shoulder: NDArray[np.float64]
    """Flexion of the upper arm against the thorax: elbow forward."""
    elbow: NDArray[np.float64]
    """Flexion: hand to the shoulder."""
    forward_m: NDArray[np.float64]
    """Shift of the pelvis ahead of a steady advance."""
    sideways_m: NDArray[np.float64]
    """Shift of the pelvis to the left."""


@dataclass(frozen=True)
class Cycle:
    """A gait at one speed of one person."""

    duration_s: float
    """From one heel strike to the next of the same foot; of the sway for who stands."""
    curves: Mapping[str, Curve]
    """By the names of `JointAngles`; what is missing stays 0."""

    def angles(self, phase: NDArray[np.float64]) -> JointAngles:
        """Angles at (n,) phases, counted from the right foot's heel strike."""
        own_phase = np.stack([phase, phase + 0.5], axis=1)
        values = {
            name: self._values(name, own_phase if name in _OF_LIMBS else phase)
            for name in JointAngles._fields
        }
        return JointAngles(**values)

    def _values(self, name: str, phase: NDArray[np.float64]) -> NDArray[np.float64]:
        curve = self.curves.get(name)
        if curve is None:
            return np.zeros(phase.shape)
        values = curve(phase % 1.0)
        return values if name.endswith("_m") else np.radians(values)


class Gait(Protocol):
    """A source of joint angles."""

    @property
    def family(self) -> str:
        """Name of the source: what is trained on one is tested on another."""
        ...

    def cycle(self, speed_m_s: float, leg_m: float) -> Cycle:
        """The gait at a walking speed of 0 to 2.5 m/s, for a hip at this height over the floor."""
        ...


def walking_speed_m_s(speed_m_s: float, leg_m: float) -> float:
    """The speed, 0 for who moves by less than 1 mm/s; refuse what is no walk.

    Raises
    ------
    ArgumentError
        The speed is not between 0 and 2.5 m/s, or the leg has no length.
    """
    if not 0.0 <= speed_m_s <= _FASTEST_M_S:
        raise ArgumentError("speed_m_s", f"is {speed_m_s}", f"walk at 0 to {_FASTEST_M_S} m/s")
    if not leg_m > 0.0:
        raise ArgumentError("leg_m", f"is {leg_m}", "give a length above 0")
    return speed_m_s if speed_m_s >= _STANDS_BELOW_M_S else 0.0
