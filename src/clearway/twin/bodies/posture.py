"""From joint angles to the rotation of every bone out of the rest pose.

A body at rest holds its arms off the trunk and its knees a little bent.  So each limb segment is
first turned to hang straight down, then by the joint angles.  Feet keep to their track
and their direction while the pelvis shifts, lists and turns over them: angles across the path
follow from that, not from the gait.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from clearway.twin.bodies.body import Body
from clearway.twin.bodies.gaits.angles import JointAngles
from clearway.twin.bodies.habits import Arm, Habits
from clearway.twin.bodies.skeleton import SIDES, Bone, about_x, about_y, about_z, turning

__all__ = ["Posture"]

_DOWN = np.array([0.0, 0.0, -1.0])
_OUTWARD = np.array([-1.0, 1.0])
"""Sign of y on the right and on the left."""
_TRACK = 0.5
"""Distance of each ankle from the middle, in distances of the hip joint from it."""
_HEAD_FOLLOWS = 0.3
"""Share of the trunk's turning that the head takes part in: people look where they go."""
_TOES_BEND = np.radians(2.0)
"""Over this range of the foot's pitch the toes change from in line with it to flat."""
_PRESSED_FLAT_RAD = np.radians(4.0)
"""Soles pitched by less than about this are level."""
_RESTING_ARMS_DEG = {
    # Shoulder, elbow, arm turned inwards, additional abduction.
    Arm.IN_POCKET: (-22.0, 42.0, 10.0, 6.0),
    Arm.ON_STRAP: (32.0, 132.0, 22.0, 6.0),
}
_INWARDS_PER_ELBOW = 0.15
"""How far a swinging forearm points inwards, in angles of the elbow."""
_ENDS = {"THIGH": "SHIN", "SHIN": "FOOT", "UPPER_ARM": "LOWER_ARM", "LOWER_ARM": "HAND"}


@dataclass(frozen=True, eq=False)
class Posture:
    """One body with one set of habits, ready to take joint angles."""

    body: Body
    habits: Habits
    abduction_rad: tuple[float, float]
    """Of the right and the left arm, hanging."""

    @cached_property
    def _hanging(self) -> dict[Bone, NDArray[np.float64]]:
        """Rotations of limb segments from rest to straight down."""
        joints = self.body.joints_m
        return {
            Bone[f"{side}_{part}"]: turning(
                joints[Bone[f"{side}_{_ENDS[part]}"]] - joints[Bone[f"{side}_{part}"]], _DOWN
            )
            for side in SIDES
            for part in _ENDS
        }

    def rotations(self, angles: JointAngles) -> NDArray[np.float64]:
        """(n, n_bones, 3, 3) rotations out of the rest pose, in the axes of the body."""
        turned = np.empty((len(angles.hip), len(Bone), 3, 3))
        self._turn_trunk(turned, angles)
        for side in range(len(SIDES)):
            self._turn_leg(turned, angles, side)
            self._turn_arm(turned, angles, side)
        return turned

    def foot_pitch_rad(self, angles: JointAngles) -> NDArray[np.float64]:
        """(n, 2) toes down; 0 is a level sole."""
        pitch: NDArray[np.float64] = (
            angles.knee - angles.hip - angles.ankle + angles.pelvis_tilt[:, None]
        )
        return pitch

    def _turn_trunk(self, turned: NDArray[np.float64], angles: JointAngles) -> None:
        lean = angles.trunk_lean + np.radians(self.habits.lean_deg)
        pelvis = np.stack([angles.pelvis_list, angles.pelvis_turn, angles.pelvis_tilt])
        thorax = np.stack([angles.trunk_list, angles.trunk_turn, lean])
        head = thorax * np.array([0.0, _HEAD_FOLLOWS, 0.0])[:, None]
        for bone, (listing, turn, tilt) in (
            (Bone.PELVIS, pelvis),
            (Bone.LUMBAR, (pelvis + thorax) / 2.0),
            (Bone.THORAX, thorax),
            (Bone.RIGHT_CLAVICLE, thorax),
            (Bone.LEFT_CLAVICLE, thorax),
            (Bone.NECK, (thorax + head) / 2.0),
            (Bone.HEAD, head),
        ):
            turned[:, bone] = about_z(turn) @ about_x(listing) @ about_y(tilt)

    def _turn_leg(self, turned: NDArray[np.float64], angles: JointAngles, side: int) -> None:
        thigh, shin, foot, toes = (
            Bone[f"{SIDES[side]}_{part}"] for part in ("THIGH", "SHIN", "FOOT", "TOES")
        )
        across = about_x(self._lean_of_leg(turned, angles, side, thigh))
        swing = angles.pelvis_tilt - angles.hip[:, side]
        turned[:, thigh] = across @ about_y(swing) @ self._hanging[thigh]
        turned[:, shin] = across @ about_y(swing + angles.knee[:, side]) @ self._hanging[shin]
        raw = self.foot_pitch_rad(angles)[:, side]
        # The weight on a sole that is nearly level presses it flat.
        pitch = raw**3 / (raw**2 + _PRESSED_FLAT_RAD**2)
        outward = about_z(_OUTWARD[side] * np.radians(self.habits.toes_out_deg))
        turned[:, foot] = outward @ about_y(pitch)
        # A heel that rises leaves the toes flat on the floor.
        flat = (pitch - np.hypot(pitch, _TOES_BEND)) / 2.0
        turned[:, toes] = outward @ about_y(flat)

    def _lean_of_leg(
        self, turned: NDArray[np.float64], angles: JointAngles, side: int, thigh: Bone
    ) -> NDArray[np.float64]:
        """(n,) about x, so that the ankle stays over its track."""
        joints = self.body.joints_m
        from_pelvis = turned[:, Bone.PELVIS] @ (joints[thigh] - joints[Bone.PELVIS])
        track = _OUTWARD[side] * _TRACK * abs(joints[thigh, 1])
        offset = track - from_pelvis[:, 1] - angles.sideways_m
        lean: NDArray[np.float64] = np.arcsin(np.clip(offset / self.body.leg_m, -0.5, 0.5))
        return lean

    def _turn_arm(self, turned: NDArray[np.float64], angles: JointAngles, side: int) -> None:
        upper, lower, hand = (
            Bone[f"{SIDES[side]}_{part}"] for part in ("UPPER_ARM", "LOWER_ARM", "HAND")
        )
        arm = (self.habits.right_arm, self.habits.left_arm)[side]
        shoulder, elbow = angles.shoulder[:, side], angles.elbow[:, side]
        inwards, abduction = _INWARDS_PER_ELBOW * elbow, self.abduction_rad[side]
        if arm is not Arm.SWINGING:
            *fixed, away = np.radians(_RESTING_ARMS_DEG[arm])
            shoulder, elbow, inwards = (np.full(shoulder.shape, angle) for angle in fixed)
            abduction += away
        raised = turned[:, Bone.THORAX] @ about_x(_OUTWARD[side] * abduction) @ about_y(-shoulder)
        turned[:, upper] = raised @ self._hanging[upper]
        bent = about_z(-_OUTWARD[side] * inwards) @ about_y(-elbow)
        turned[:, lower] = turned[:, hand] = raised @ bent @ self._hanging[lower]
