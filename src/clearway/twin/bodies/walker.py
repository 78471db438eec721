"""A body that walks: the skin at any phase of its gait, and how fast each part of it moves."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from clearway.twin.bodies.body import Body
from clearway.twin.bodies.clearance import clearance_m
from clearway.twin.bodies.gaits.angles import Gait, JointAngles
from clearway.twin.bodies.habits import Habits
from clearway.twin.bodies.pose import BodyPose
from clearway.twin.bodies.posture import Posture
from clearway.twin.bodies.skeleton import Bone, bone_motion
from clearway.twin.bodies.skinning import skinned

__all__ = ["Walker"]

_PHASES = np.arange(48) / 48.0
_FLAT_FOOT = (0.12, 0.40)
"""Phases between which the sole of a standing foot is level and still."""
_LARGEST_SWING = 1.8
_FLOOR_ORDER = 8
_DIFFERENCE_S = 1e-3
_CLEAR_M = 0.005
"""Forearms and hands keep this far off trunk and thighs."""
_LEAST_ABDUCTION_RAD, _LARGEST_ABDUCTION_RAD = np.radians(5.0), np.radians(30.0)
_ABDUCTION_STEP_RAD = np.radians(1.0)
_SHOULDER_TO_WRIST_M = 0.5
_SWAY_M = 0.004
_SWAY_RAD = np.radians(0.4)
_FEET = (Bone.RIGHT_FOOT, Bone.RIGHT_TOES, Bone.LEFT_FOOT, Bone.LEFT_TOES)
_SWAYS_BELOW_M_S = 0.3
"""Who is slower also sways, most of all who stands."""


class Walker:
    """A body with a gait, a speed and habits of its own.

    The gait gives joint angles for its mean walker.  For this body's legs, the swing of the thighs
    is scaled so that a standing foot does not slide, the sole's angle is shifted so that it is
    level in mid-stance, the root rides at the height at which the lower foot touches the floor,
    and hanging arms are held off the trunk as far as its girth demands.

    Parameters
    ----------
    body : Body
    gait : Gait
    speed_m_s : float
        0 (standing, with a slight sway) to 2.5.
    habits : Habits, optional
    detail : int, optional
        How often the skin of its poses is refined: 0 gives edges of about 25 mm, 1 of 12 mm, 2 of
        6 mm.

    Raises
    ------
    ArgumentError
        The speed or the detail is out of range.

    Notes
    -----
    The coarse skin follows the bones, and is refined thereafter.  The smooth scheme rounds the
    creases that skinning leaves at joints, where a fine skin would follow them; and skinning costs
    a quarter of what it would at a detail of 1, a sixteenth at 2.

    Examples
    --------
    >>> from clearway.twin.bodies import MeasuredGait, population
    >>> walker = Walker(population()[0], MeasuredGait(), speed_m_s=1.2)
    >>> round(walker.cycle_s, 2), round(walker.stride_m, 2)
    (1.15, 1.39)
    >>> walker.at(phase=0.3).velocity_m_s.shape
    (26592, 3)
    """

    def __init__(
        self,
        body: Body,
        gait: Gait,
        speed_m_s: float,
        habits: Habits | None = None,
        *,
        detail: int = 1,
    ) -> None:
        self.body = body
        self.refined_body = body.refined(detail)
        """Whose faces and vertices are those of the poses."""
        self.gait = gait
        self.speed_m_s = float(speed_m_s)
        self.habits = habits or Habits()
        self._refinement = body.skin.refined(detail).matrix
        self._cycle = gait.cycle(self.speed_m_s, body.leg_m)
        self._posture = Posture(body, self.habits, (0.0, 0.0))
        self._thigh_swing = self._swing_without_sliding()
        self._sole = self._pitch_of_flat_foot()
        self._posture = self._with_arms_clear()

    @property
    def cycle_s(self) -> float:
        """Time from one heel strike of the right foot to the next."""
        return self._cycle.duration_s

    @property
    def stride_m(self) -> float:
        """Way in one cycle: two steps."""
        return self.speed_m_s * self.cycle_s

    def at(self, phase: float) -> BodyPose:
        """The body at a phase of its cycle.

        Parameters
        ----------
        phase : float
            In cycles since a heel strike of the right foot; only its fraction counts.

        Returns
        -------
        BodyPose
            Its origin is on the floor under the mean place of the pelvis, about which the gait
            sways by some centimetres; x is the walking direction.
        """
        step = _DIFFERENCE_S / self.cycle_s
        moments = np.array([phase - step, phase, phase + step])
        motions = self.motions(moments)
        vertices = skinned(self.body.skin.weights, self.body.vertices_m, motions)
        vertices[..., 0] += self.speed_m_s * _DIFFERENCE_S * np.array([-1.0, 0.0, 1.0])[:, None]
        fine = np.stack([self._refinement @ moment for moment in vertices])
        return BodyPose(self.refined_body, fine, motions[..., :3], _DIFFERENCE_S)

    def hold_off(self, further_rad: tuple[float, float]) -> None:
        """Hold the right and the left arm off further than so far.

        Parameters
        ----------
        further_rad : (float, float)
        """
        right, left = self._posture.abduction_rad
        abduction = right + further_rad[0], left + further_rad[1]
        self._posture = replace(self._posture, abduction_rad=abduction)

    def motions(self, phase: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, n_bones, 3, 4) rigid motions of the bones out of rest, in the frame of the poses."""
        motions = self._motions(phase)
        motions[..., 2, 3] += self.root_height_m(phase)[:, None]
        return motions

    def angles(self, phase: NDArray[np.float64]) -> JointAngles:
        """Joint angles at (n,) phases, with habits, swing and soles set for this body."""
        angles = self._habitual(phase, self._thigh_swing)
        return angles._replace(ankle=angles.ankle + self._sole)

    def root_height_m(self, phase: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n,) lift of the pelvis over its place at rest, so that the lower foot touches the floor.

        A smooth curve of eight harmonics: the lowest point of the feet stays within 4 mm of the
        floor.
        """
        turns = 2 * np.pi * np.asarray(phase)[..., None] * np.arange(_FLOOR_ORDER + 1)
        spectrum = self._lift_spectrum
        lift: NDArray[np.float64] = np.cos(turns) @ spectrum.real - np.sin(turns) @ spectrum.imag
        return lift

    @cached_property
    def _lift_spectrum(self) -> NDArray[np.complex128]:
        """Harmonics of minus the lowest point of the feet."""
        weights = self.body.skin.weights
        feet = np.flatnonzero(weights[:, list(_FEET)].sum(axis=1) > 0.5)
        placed = skinned(weights[feet], self.body.vertices_m[feet], self._motions(_PHASES))
        spectrum = np.fft.rfft(-placed[..., 2].min(axis=1)) / len(_PHASES)
        spectrum[1:] *= 2.0
        return spectrum[: _FLOOR_ORDER + 1]

    def _motions(
        self, phase: NDArray[np.float64], posture: Posture | None = None
    ) -> NDArray[np.float64]:
        """Of all bones, with the pelvis at its height at rest."""
        angles = self.angles(phase)
        rotations = (posture or self._posture).rotations(angles)
        motions = bone_motion(self.body.joints_m, rotations)
        motions[..., 0, 3] += angles.forward_m[:, None] - self.body.joints_m[Bone.PELVIS, 0]
        motions[..., 1, 3] += angles.sideways_m[:, None]
        return motions

    @cached_property
    def _middle(self) -> JointAngles:
        """Mean of each angle over the cycle."""
        return JointAngles(*(values.mean(axis=0) for values in self._cycle.angles(_PHASES)))

    def _swing_without_sliding(self) -> float:
        """Factor on the swing of the thighs."""
        if self.speed_m_s == 0.0:
            return 1.0
        joints = self.body.joints_m
        hip, knee, ankle = joints[[Bone.RIGHT_THIGH, Bone.RIGHT_SHIN, Bone.RIGHT_FOOT]]
        thigh_m, shin_m = np.linalg.norm(knee - hip), np.linalg.norm(ankle - knee)
        moments = np.array(_FLAT_FOOT)
        way_m = self.stride_m * (moments[1] - moments[0])

        def slide_m(swing: float) -> float:
            angles = self._habitual(moments, swing)
            forward = angles.hip[:, 0] - angles.pelvis_tilt
            ankle_x = (
                angles.forward_m
                + thigh_m * np.sin(forward)
                + shin_m * np.sin(forward - angles.knee[:, 0])
                - hip[1] * np.sin(angles.pelvis_turn)
            )
            return float(ankle_x[0] - ankle_x[1] - way_m)

        if slide_m(0.0) >= 0.0:
            return 0.0
        if slide_m(_LARGEST_SWING) <= 0.0:
            return _LARGEST_SWING
        return float(brentq(slide_m, 0.0, _LARGEST_SWING, xtol=1e-3))

    def _pitch_of_flat_foot(self) -> float:
        """What the ankle must add for a level sole in mid-stance; radians."""
        angles = self._habitual(np.linspace(*_FLAT_FOOT, 8), self._thigh_swing)
        return float(self._posture.foot_pitch_rad(angles)[:, 0].mean())

    def _with_arms_clear(self) -> Posture:
        """The least abduction, within a degree or so, at which the arms keep off the trunk."""
        abduction = _LEAST_ABDUCTION_RAD
        while True:
            posture = Posture(self.body, self.habits, (abduction, abduction))
            missing_m = _CLEAR_M - clearance_m(self.body, self._motions(_PHASES[::3], posture))
            if missing_m <= 0.0 or abduction >= _LARGEST_ABDUCTION_RAD:
                return posture
            abduction += max(missing_m / _SHOULDER_TO_WRIST_M, _ABDUCTION_STEP_RAD)

    def _habitual(self, phase: NDArray[np.float64], thigh_swing: float) -> JointAngles:
        own, habits = self._cycle.angles(phase), self.habits
        if habits.uneven_steps:
            late = self._cycle.angles(phase - habits.uneven_steps)
            left = {
                name: np.stack([getattr(own, name)[:, 0], getattr(late, name)[:, 1]], axis=1)
                for name in ("hip", "knee", "ankle")
            }
            own = own._replace(**left)
        middle = self._middle
        sides = np.array([1.0, -1.0])
        arms = habits.arm_swing * (1.0 + sides * habits.uneven_arms)
        sway = max(0.0, 1.0 - self.speed_m_s / _SWAYS_BELOW_M_S) * np.sin(2 * np.pi * phase)
        return own._replace(
            hip=middle.hip + thigh_swing * (own.hip - middle.hip),
            knee=own.knee * habits.knee_swing * (1.0 + sides * habits.limp),
            shoulder=middle.shoulder + arms * (own.shoulder - middle.shoulder),
            elbow=middle.elbow + arms * (own.elbow - middle.elbow) + np.radians(habits.elbow_deg),
            trunk_lean=own.trunk_lean + _SWAY_RAD * sway,
            sideways_m=own.sideways_m + _SWAY_M * sway,
        )
