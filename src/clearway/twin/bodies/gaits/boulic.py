"""The walking model of Boulic, Magnenat-Thalmann and Thalmann.

R. Boulic, N. Magnenat-Thalmann and D. Thalmann, "A global human walking model with real-time
kinematic personification", The Visual Computer 6 (1990) 344-358, made from averaged measurements of
walkers.  It is the walking human of V. C. Chen, "The Micro-Doppler Effect in Radar" (2011).
The numbers here are its amplitudes and control points, read from a public transcription of that
book's program and not compared with the paper; between control points runs a monotone cubic.  All
depend on the speed in leg lengths per second, from 0 to 3, in three ranges that meet at 0.5 and
1.3.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from clearway.twin.bodies.gaits.angles import STANDING_S, Curve, Cycle, walking_speed_m_s

__all__ = ["BoulicGait"]

_SLOW, _FAST, _FASTEST = 0.5, 1.3, 3.0
"""Relative speeds at which the ranges meet, and the last."""


@dataclass(frozen=True)
class BoulicGait:
    """Averaged measurements as curves that change with the speed."""

    family: str = "boulic-1990"

    def cycle(self, speed_m_s: float, leg_m: float) -> Cycle:
        """See `clearway.twin.bodies.gaits.Gait`.

        Raises
        ------
        ArgumentError
            The speed is not between 0 and 2.5 m/s, or the leg has no length.

        Examples
        --------
        >>> cycle = BoulicGait().cycle(speed_m_s=1.35, leg_m=0.9)
        >>> round(cycle.duration_s, 2), round(1.35 * cycle.duration_s, 2)
        (1.1, 1.48)
        """
        speed_m_s = walking_speed_m_s(speed_m_s, leg_m)
        relative = min(speed_m_s / leg_m, _FASTEST)
        fading = min(relative, _SLOW) * (1.0 - min(relative, _SLOW))
        # 1.346 sqrt(v) leg lengths per cycle.
        duration = 1.346 / np.sqrt(relative) if relative > 0 else STANDING_S
        duration = float(min(duration, STANDING_S))
        return Cycle(duration, {**_trunk(relative, fading, duration), **_limbs(relative, duration)})


def _trunk(relative: float, fading: float, duration_s: float) -> dict[str, Curve]:
    late = 0.625 - _support(duration_s)
    twist = relative / 3.0
    return {
        "pelvis_list": _list_of_pelvis(1.66 * relative),
        "pelvis_turn": lambda t: 4.0 * relative * np.cos(2 * np.pi * t),
        "trunk_turn": _through(
            (0.1, -4.0 * twist), (0.4, 4.5 * twist), (0.6, 4.0 * twist), (0.9, -4.5 * twist)
        ),
        "trunk_lean": lambda t: -8.0 * fading * np.sin(2 * np.pi * (2 * t - 0.1)),
        "forward_m": lambda t: -0.084 * fading * np.sin(4 * np.pi * (t + late)),
        "sideways_m": lambda t: -0.128 * fading * np.sin(2 * np.pi * (t - 0.1)),
    }


def _limbs(relative: float, duration_s: float) -> dict[str, Curve]:
    slow = min(relative, _SLOW) / _SLOW
    mid = float(np.clip((relative - _SLOW) / (_FAST - _SLOW), 0.0, 1.0))
    fast = float(np.clip((relative - _FAST) / (_FASTEST - _FAST), 0.0, 1.0))
    swing = 9.88 * relative
    forward = 25.0 * slow + 5.0 * fast
    # Who hurries holds the thigh forward for a while.
    late = ((0.9 + 0.2 * fast, forward),) if fast > 0 else ()
    return {
        "hip": _through((0.5, -15.0 * slow), (0.9, forward + fast), *late),
        "knee": _through(
            (0.17 - 0.05 * fast, 3.0 + 22.0 * fast),
            (0.4, 3.0),
            (0.75 - 0.05 * fast, max(3.0, 70.0 * slow - 5.0 * fast)),
            (1.0 - 0.03 * fast, 3.0 + 3.0 * fast),
        ),
        "ankle": _through(
            (0.0, -3.0 + 5.0 * fast),
            (0.08, -3.0 - 15.0 * slow + 4.0 * fast),
            (0.5 - 0.1 * fast, -3.0 + 11.0 * slow - 3.0 * fast),
            (_support(duration_s), -3.0 - 17.0 * slow - 8.0 * fast),
            (0.85, -3.0 + 5.0 * fast),
        ),
        "shoulder": lambda t: 3.0 - swing / 2.0 - swing * np.cos(2 * np.pi * t),
        "elbow": _through(
            (0.05, 3.0 + 3.0 * slow + 8.0 * mid - 6.0 * fast),
            (0.5 + 0.01 * mid + 0.04 * fast, 3.0 + 17.0 * slow + 24.0 * mid + 26.0 * fast),
            (0.9 - 0.1 * fast, 3.0 + 5.0 * slow + 9.0 * mid - 6.0 * fast),
        ),
    }


def _support(duration_s: float) -> float:
    """Share of the cycle for which a foot stands."""
    return 0.752 - 0.143 / duration_s


def _list_of_pelvis(amplitude_deg: float) -> Curve:
    """The pelvis drops on the side of the swinging leg: fast at first, then slowly back."""

    def curve(phase: NDArray[np.float64]) -> NDArray[np.float64]:
        half = phase % 0.5
        early = np.cos(2 * np.pi * half / 0.3)
        late = -np.cos(2 * np.pi * (half - 0.15) / 0.7)
        drop = amplitude_deg * (1.0 - np.where(half < 0.15, early, late))
        values: NDArray[np.float64] = np.where(phase < 0.5, -drop, drop)
        return values

    return curve


def _through(*points: tuple[float, float]) -> Curve:
    """Monotone cubic through (phase, value) points, periodic with 1."""
    at, values = np.array(sorted((phase % 1.0, value) for phase, value in points)).T
    interpolator = PchipInterpolator(
        np.concatenate([at - 1.0, at, at + 1.0]), np.concatenate([values] * 3)
    )

    def curve(phase: NDArray[np.float64]) -> NDArray[np.float64]:
        interpolated: NDArray[np.float64] = interpolator(phase)
        return interpolated

    return curve
