"""A body of elliptic tubes: trunk with a waist, two arms, two legs, with places on it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from clearway.scattering import Mesh

_EDGE_M = 0.012


@dataclass(frozen=True)
class Figure:
    mesh: Mesh
    regions: NDArray[np.str_]
    velocity_m_s: NDArray[np.float64]

    def face_near(self, place_m: tuple[float, float, float]) -> int:
        return int(np.argmin(np.linalg.norm(self.mesh.centroids_m - place_m, axis=1)))


def _limb(
    foot: tuple[float, float, float],
    head: tuple[float, float, float],
    profile: list[tuple[float, float, float]],
) -> Mesh:
    """A closed tube; profile gives (share of the length, semi-axis forward, semi-axis sideways)."""
    low, high = np.array(foot), np.array(head)
    share, forward, sideways = np.array(profile).T
    length = float(np.linalg.norm(high - low))
    along = np.linspace(0, 1, round(length / _EDGE_M) + 1)
    sides = round(2 * np.pi * max(forward.max(), sideways.max()) / _EDGE_M)
    angle = np.linspace(0, 2 * np.pi, sides, endpoint=False)
    a, b = PchipInterpolator(share, forward)(along), PchipInterpolator(share, sideways)(along)
    rings = np.zeros((len(along), sides, 3))
    rings[..., 0] = a[:, None] * np.cos(angle)
    rings[..., 1] = b[:, None] * np.sin(angle)
    rings += (low + along[:, None] * (high - low))[:, None]
    vertices = np.concatenate([rings.reshape(-1, 3), [low, high]])
    ring, side = np.meshgrid(np.arange(len(along) - 1), np.arange(sides), indexing="ij")
    after = (side + 1) % sides
    here, beside = ring * sides + side, ring * sides + after
    walls = np.concatenate(
        [
            np.stack([here, beside, beside + sides], axis=-1).reshape(-1, 3),
            np.stack([here, beside + sides, here + sides], axis=-1).reshape(-1, 3),
        ]
    )
    last = (len(along) - 1) * sides
    around = np.arange(sides)
    bottom = np.stack([around * 0 + last + sides, (around + 1) % sides, around], axis=-1)
    top = np.stack([around * 0 + last + sides + 1, last + around, last + (around + 1) % sides], -1)
    return Mesh(vertices, np.concatenate([walls, bottom, top]))


def _banded(heights: NDArray[np.float64], bounds: list[tuple[float, str]]) -> NDArray[np.str_]:
    """The name of the first bound that each height lies under."""
    limits = np.array([limit for limit, _ in bounds])
    names = np.array([name for _, name in bounds])
    return names[np.searchsorted(limits, heights)]


def standing_figure(stride_m: float = 0.0) -> Figure:
    """1.75 m tall, walking along x; the left foot leads by half the stride."""
    trunk = _limb(
        (0, 0, 0.89),
        (0, 0, 1.5),
        [
            (0, 0.10, 0.16),
            (0.4, 0.095, 0.14),
            (0.8, 0.12, 0.18),
            (0.95, 0.10, 0.17),
            (1, 0.03, 0.08),
        ],
    )
    head = _limb((0, 0, 1.53), (0, 0, 1.75), [(0, 0.05, 0.05), (0.6, 0.09, 0.07), (1, 0.02, 0.02)])
    meshes = [trunk, head]
    x, y, z = trunk.centroids_m.T
    front = _banded(z, [(1.0, "waist"), (1.2, "abdomen"), (9.0, "chest")])
    rear = _banded(z, [(1.08, "lower_back"), (9.0, "back")])
    side = _banded(z, [(1.0, "hip"), (9.0, "torso")])
    sides = np.char.add(np.where(y < 0, "right_", "left_"), side)
    trunk_regions = np.where(np.abs(y) > 0.1, sides, np.where(x > 0, front, rear))
    regions = [trunk_regions, np.full(len(head), "head")]
    for hand, sign in (("right", -1), ("left", 1)):
        lead = 0.5 * sign * stride_m
        arm = _limb(
            (-lead, sign * 0.29, 0.72),
            (0, sign * 0.25, 1.43),
            [
                (0, 0.02, 0.02),
                (0.05, 0.035, 0.03),
                (0.5, 0.04, 0.04),
                (0.9, 0.05, 0.05),
                (1, 0.02, 0.02),
            ],
        )
        leg = _limb(
            (lead, sign * 0.09, 0.0),
            (0, sign * 0.085, 0.86),
            [
                (0, 0.03, 0.03),
                (0.05, 0.045, 0.045),
                (0.3, 0.055, 0.055),
                (0.9, 0.085, 0.075),
                (1, 0.08, 0.07),
            ],
        )
        meshes += [arm, leg]
        regions += [
            _banded(arm.centroids_m[:, 2], [(0.82, f"{hand}_hand"), (9.0, f"{hand}_arm")]),
            _banded(
                leg.centroids_m[:, 2],
                [(0.12, f"{hand}_ankle"), (0.47, f"{hand}_calf"), (9.0, f"{hand}_thigh")],
            ),
        ]
    mesh = Mesh.joined(*meshes)
    velocity = np.zeros((len(mesh), 3))
    velocity[:, 0] = 1.2 + 0.2 * mesh.centroids_m[:, 2]
    return Figure(mesh, np.concatenate(regions), velocity)
