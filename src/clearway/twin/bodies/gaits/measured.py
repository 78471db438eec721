"""The measured walk of one adult, as harmonics.

Subject of A. Rajagopal et al., "Full-body musculoskeletal model for muscle-driven simulation of
human gait", IEEE Trans. Biomed. Eng. 63 (2016) 2068-2079: optical markers and force plates on level
ground, joint angles by inverse kinematics.  Taken from the walking example of OpenSim Moco
(opensim-core, Apache Licence 2.0), 1.35 s at 1.243 m/s.

How the numbers were obtained: the force plates show right heel strikes at 0.266 and 1.411 s and the
left one at 0.836 s, so one cycle of 1.145 s.  Right and left samples of each angle, each over its
own phase, went into one least-squares fit of sines and cosines (0.2 to 2 degrees rms residual,
elbow 3.3, which is mostly the difference of the sides); pelvis and trunk likewise with the sides
exchanged.  Means of the trunk's angles belong to the zeros of that skeleton and are left out.

One speed was measured.  The length of a stride grows with speed^0.42 (D. W. Grieve, "Gait
patterns and the speed of walking", Biomed. Eng. 3 (1968) 119-122; A. D. Kuo, J. Biomech. Eng. 123
(2001) 264-269), between people with the square root of leg length as Froude's law has it; all
swings are taken to grow alike, those of knee, ankle and elbow with half that exponent, which is
an assumption.  So is the length of this subject's leg, 0.92 m under a pelvis at 0.97 m.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clearway.twin.bodies.gaits.angles import STANDING_S, Curve, Cycle, walking_speed_m_s

__all__ = ["MeasuredGait"]

_GRAVITY_M_S2 = 9.81
_MEASURED_M_S = 1.243
_MEASURED_STRIDE_M = 1.423
_MEASURED_LEG_M = 0.92
_MEASURED_FROUDE_ROOT = _MEASURED_M_S / np.sqrt(_GRAVITY_M_S2 * _MEASURED_LEG_M)
_STRIDE_EXPONENT = 0.42
_MOST = 1.4
"""Limit of the growth of swings, beyond which knees and elbows would be bent as in running."""

_HARMONICS: dict[str, tuple[float, ...]] = {
    # Mean, then cosine and sine of each harmonic; degrees, but metres where the name says so.
    "pelvis_list": (0.0, -0.97, -2.31, 0.0, 0.0, 1.44, 0.27),
    "pelvis_turn": (0.0, 2.09, 3.48, 0.0, 0.0, -0.15, -0.49),
    "pelvis_tilt": (0.0, 0.0, 0.0, 1.52, 0.70, 0.0, 0.0, 0.18, 0.05),
    "trunk_list": (0.0, -0.10, 0.47, 0.0, 0.0, -0.37, 0.08),
    "trunk_turn": (0.0, -5.99, 1.33, 0.0, 0.0, 0.0, -0.43),
    "trunk_lean": (0.0, 0.0, 0.0, 0.63, -1.12, 0.0, 0.0, 0.25, -0.19),
    "hip": (10.61, 21.30, -2.88, -3.93, -0.66, -1.02, 1.83, 0.32, -0.16),
    "knee": (26.74, -1.10, -22.60, -19.50, 4.58, -2.63, 5.25, -0.55, 0.52, -0.53, 1.24),
    "ankle": (
        *(4.21, -4.21, 5.98, 4.68, -5.23, -3.82, -1.85),
        *(2.32, 2.22, 1.56, -1.16, -0.48, 0.55),
    ),
    "shoulder": (1.26, -7.80, -0.46, -0.52, -0.56, -0.01, 0.22),
    "elbow": (41.11, -9.54, -2.65, 3.24, -0.80, -0.88, 0.35),
    "forward_m": (0.0, 0.0, 0.0, -0.0113, 0.0127),
    "sideways_m": (0.0, 0.0118, -0.0209),
}
_STANDING_DEG = {"hip": 0.0, "knee": 3.0, "ankle": 3.0, "shoulder": 2.0, "elbow": 12.0}
"""Means of who stands; walking means blend in with the swing."""
_HALF_EXPONENT = ("knee", "ankle", "elbow")


@dataclass(frozen=True)
class MeasuredGait:
    """One adult's walk, stretched to other speeds and legs."""

    family: str = "rajagopal-2016"

    def cycle(self, speed_m_s: float, leg_m: float) -> Cycle:
        """See `clearway.twin.bodies.gaits.Gait`.

        Raises
        ------
        ArgumentError
            The speed is not between 0 and 2.5 m/s, or the leg has no length.

        Examples
        --------
        >>> round(MeasuredGait().cycle(speed_m_s=1.243, leg_m=0.92).duration_s, 3)
        1.145
        """
        speed_m_s = walking_speed_m_s(speed_m_s, leg_m)
        froude_root = speed_m_s / np.sqrt(_GRAVITY_M_S2 * leg_m)
        growth = float((froude_root / _MEASURED_FROUDE_ROOT) ** _STRIDE_EXPONENT)
        stride_m = _MEASURED_STRIDE_M * leg_m / _MEASURED_LEG_M * growth
        duration = min(stride_m / speed_m_s, STANDING_S) if speed_m_s > 0 else STANDING_S
        return Cycle(duration, {name: _curve(name, min(growth, _MOST)) for name in _HARMONICS})


def _curve(name: str, growth: float) -> Curve:
    swing = np.sqrt(growth) if name in _HALF_EXPONENT else growth
    mean, *rest = _HARMONICS[name]
    pairs = swing * np.array(rest).reshape(-1, 2)
    standing = _STANDING_DEG.get(name, 0.0)
    mean = standing + (mean - standing) * min(swing, 1.0)
    order = 2 * np.pi * np.arange(1, len(pairs) + 1)

    def curve(phase: NDArray[np.float64]) -> NDArray[np.float64]:
        turns = phase[..., None] * order
        values: NDArray[np.float64] = (
            mean + np.cos(turns) @ pairs[:, 0] + np.sin(turns) @ pairs[:, 1]
        )
        return values

    return curve
