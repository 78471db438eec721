"""How one walker differs from the mean of a gait."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

__all__ = ["Arm", "Habits", "drawn_habits"]


class Arm(StrEnum):
    """What an arm does while its owner walks."""

    SWINGING = "swinging"
    IN_POCKET = "in pocket"
    """Hand at the hip, elbow bent and out."""
    ON_STRAP = "on strap"
    """Hand before the shoulder, as on the strap of a bag."""


@dataclass(frozen=True)
class Habits:
    """Set by the walker, not by the gait; the default leaves the gait as it is.  Degrees."""

    right_arm: Arm = Arm.SWINGING
    left_arm: Arm = Arm.SWINGING
    arm_swing: float = 1.0
    """Factor on the swing of shoulders and elbows."""
    knee_swing: float = 1.0
    """Factor on the bending of the knees."""
    lean_deg: float = 1.0
    """Of the trunk, forward."""
    toes_out_deg: float = 6.0
    limp: float = 0.0
    """The right knee bends by this share more, the left less."""
    uneven_arms: float = 0.0
    """The right arm swings by this share more, the left less."""
    uneven_steps: float = 0.0
    """Share of a cycle by which the left foot comes late."""
    elbow_deg: float = 0.0
    """Bent by so much more than in the gait."""


_ARMS = (Arm.SWINGING, Arm.IN_POCKET, Arm.ON_STRAP)
_SHARE_OF_ARMS = (0.8, 0.1, 0.1)


def drawn_habits(rng: np.random.Generator) -> Habits:
    """One walker of many.

    The spreads are assumptions: no public figures were found for people in stations.  Step times
    of healthy adults differ by about 1 % between the sides, which the spread of ``uneven_steps``
    follows.

    Parameters
    ----------
    rng : numpy.random.Generator

    Returns
    -------
    Habits
        In one of five walkers an arm does not swing: the hand is in a pocket or on a strap.

    Examples
    --------
    >>> drawn_habits(np.random.default_rng(3)).right_arm
    <Arm.SWINGING: 'swinging'>
    """
    resting = rng.choice(len(_ARMS), p=_SHARE_OF_ARMS)
    right_rests = rng.random() < 0.5
    return Habits(
        right_arm=_ARMS[resting] if right_rests else Arm.SWINGING,
        left_arm=Arm.SWINGING if right_rests else _ARMS[resting],
        arm_swing=float(np.clip(rng.normal(1.0, 0.3), 0.2, 1.8)),
        knee_swing=float(np.clip(rng.normal(1.0, 0.06), 0.8, 1.2)),
        lean_deg=float(rng.normal(2.0, 2.0)),
        toes_out_deg=float(rng.normal(6.0, 4.0)),
        limp=float(rng.normal(0.0, 0.03)),
        uneven_arms=float(np.clip(rng.normal(0.0, 0.15), -0.4, 0.4)),
        uneven_steps=float(rng.normal(0.0, 0.01)),
        elbow_deg=float(np.clip(rng.normal(5.0, 7.0), -3.0, 25.0)),
    )
