"""Long things lean on the body: they touch it where it bulges, not where they are fixed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import KDTree

from clearway.imaging.checks import positions
from clearway.scattering import Mesh
from clearway.twin.objects.placement import Frame, Placed

__all__ = ["lowered", "rested"]

_LEANS = np.radians(np.linspace(-20.0, 20.0, 21))
_NEIGHBOURS = 24
"""Points of the skin that are asked how far out it is: half of them may be of the far side."""
_FAR_M = 0.03
_SAMPLE_M = 0.04
_OFF_FLOOR_M = 0.05
_PRESSED_M = 0.3


def lowered(pieces: Sequence[Placed], frame: Frame, highest_m: float) -> list[Placed]:
    """Slide a placed object down along the skin, so that it does not reach into an armpit.

    Parameters
    ----------
    pieces : sequence of Placed
    frame : Frame
        The site it was placed at.
    highest_m : float
        How far above the site the object may end.  It stays off the floor all the same: what is
        too long for a small person reaches higher.
    """
    up, origin = frame.axes()[:, 0], np.asarray(frame.origin_m, dtype=np.float64)
    vertices = np.concatenate([piece.mesh.vertices_m for piece in pieces])
    excess_m = float(((vertices - origin) @ up).max()) - highest_m
    down_m = max(0.0, min(excess_m, float(vertices[:, 2].min()) - _OFF_FLOOR_M))
    return [piece._replace(mesh=piece.mesh.moved(np.eye(3), -down_m * up)) for piece in pieces]


def rested(
    pieces: Sequence[Placed], frame: Frame, skin_m: ArrayLike, gap_m: float = 0.002
) -> list[Placed]:
    """Lean and lift a placed object so that it lies on the skin, and none of it within.

    `place` keeps clear of the tangent plane at the site; a rifle that hangs from the shoulder
    reaches past the hip, which stands out from that plane.  Of leans up to 20 degrees about the
    horizontal axis along the skin, the one is taken that lets the object lie closest: the part of
    it from 0.3 m below the site upwards, which arm, sling and clothes press to the trunk.

    Parameters
    ----------
    pieces : sequence of Placed
    frame : Frame
        The site it was placed at.
    skin_m : (n, 3) array_like
        Points of the skin, one or so per square centimetre.  Leave out what yields, such as the
        arm that hangs beside the object.
    gap_m : float
        Least distance along the outward direction.
    """
    axes, origin = frame.axes(), np.asarray(frame.origin_m, dtype=np.float64)
    local = [(piece.mesh.vertices_m - origin) @ axes for piece in pieces]
    samples = np.concatenate(
        [
            Mesh(vertices, piece.mesh.faces).subdivided(_SAMPLE_M).corners_m.reshape(-1, 3)
            for vertices, piece in zip(local, pieces, strict=True)
        ]
    )
    below_m = _skin_height(samples, (positions("skin_m", skin_m) - origin) @ axes)
    # A thing that lies all below still has an upper half.
    pressed = samples[:, 0] >= min(-_PRESSED_M, float(np.median(samples[:, 0])))
    best_turn, best_lift, closest = np.eye(3), 0.0, np.inf
    for lean in _LEANS if np.isfinite(below_m).any() else ():
        turn = np.array(
            [[np.cos(lean), 0, np.sin(lean)], [0, 1, 0], [-np.sin(lean), 0, np.cos(lean)]]
        )
        height_m = (samples @ turn.T)[:, 2]
        lift = float((below_m - height_m).max()) + gap_m
        height = float(height_m[pressed].mean()) + lift
        if height < closest:
            best_turn, best_lift, closest = turn, lift, height
    return [
        piece._replace(
            mesh=Mesh(
                (vertices @ best_turn.T + [0, 0, best_lift]) @ axes.T + origin, piece.mesh.faces
            )
        )
        for piece, vertices in zip(pieces, local, strict=True)
    ]


def _skin_height(samples: NDArray[np.float64], skin: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) how far out the skin is at each sample; -inf where there is none."""
    number = min(_NEIGHBOURS, len(skin))
    distance, index = KDTree(skin[:, :2]).query(
        samples[:, :2], k=np.arange(1, number + 1), distance_upper_bound=_FAR_M
    )
    heights = np.append(skin[:, 2], -np.inf)[index]
    return np.asarray(np.where(np.isfinite(distance), heights, -np.inf).max(axis=1))
