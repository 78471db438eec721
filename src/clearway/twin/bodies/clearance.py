"""How far the arms keep off the trunk."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from clearway.twin.bodies.body import Body
from clearway.twin.bodies.skeleton import Bone
from clearway.twin.bodies.skinning import skinned

__all__ = ["clearance_m"]

_FOREARMS = (Bone.RIGHT_LOWER_ARM, Bone.RIGHT_HAND, Bone.LEFT_LOWER_ARM, Bone.LEFT_HAND)
_TRUNK = (Bone.PELVIS, Bone.LUMBAR, Bone.THORAX, Bone.RIGHT_THIGH, Bone.LEFT_THIGH)
_MOSTLY = 0.8
"""Weight from which a vertex counts as of these bones."""


def clearance_m(body: Body, motions: NDArray[np.float64]) -> float:
    """Least distance of forearms and hands from trunk and thighs, negative inside them.

    Parameters
    ----------
    body : Body
    motions : (n_poses, n_bones, 3, 4) ndarray of float

    Returns
    -------
    float
        To the tangent plane of the nearest vertex of the trunk, so a rough figure.
    """
    weights = body.skin.weights
    arms = np.flatnonzero(weights[:, list(_FOREARMS)].sum(axis=1) > _MOSTLY)
    trunk = np.flatnonzero(weights[:, list(_TRUNK)].sum(axis=1) > _MOSTLY)
    chosen = np.concatenate([arms, trunk])
    placed = skinned(weights[chosen], body.vertices_m[chosen], motions)
    normals = body.vertex_normals[trunk]
    outward = (weights[trunk] @ motions[..., :3].swapaxes(0, 1).reshape(len(Bone), -1)).reshape(
        len(trunk), len(motions), 3, 3
    )
    outward = np.einsum("vpij,vj->pvi", outward, normals)
    least = np.inf
    for vertices, away in zip(placed, outward, strict=True):
        arm, skin = vertices[: len(arms)], vertices[len(arms) :]
        _, nearest = KDTree(skin).query(arm)
        depth = np.einsum("vi,vi->v", arm - skin[nearest], away[nearest])
        least = min(least, float(depth.min()))
    return least
