"""Linear-blend skinning: the skin follows the bones.

Each vertex goes where its bones carry it, weighted: v' = sum_b w_b (R_b v + t_b)
(Magnenat-Thalmann, Laperriere and Thalmann, "Joint-dependent local deformations", Graphics
Interface 1988).  It thins joints that bend or twist far; walking bends little enough.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

__all__ = ["skinned"]


def skinned(
    weights: scipy.sparse.csr_array,
    vertices_m: NDArray[np.float64],
    motions: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Carry a skin, or a part of it, along with its bones.

    Parameters
    ----------
    weights : (n_vertices, n_bones) sparse array of float
        Rows sum to 1.
    vertices_m : (n_vertices, 3) ndarray of float
        At rest.
    motions : (n_poses, n_bones, 3, 4) ndarray of float
        See `clearway.twin.bodies.skeleton.bone_motion`.

    Returns
    -------
    (n_poses, n_vertices, 3) ndarray of float

    Examples
    --------
    >>> one_bone = scipy.sparse.csr_array(np.ones((1, 1)))
    >>> lifted = np.hstack([np.eye(3), [[0.0], [0.0], [2.0]]])[None, None]
    >>> skinned(one_bone, np.array([[1.0, 0.0, 0.0]]), lifted).tolist()
    [[[1.0, 0.0, 2.0]]]
    """
    n_poses, n_bones = motions.shape[:2]
    of_bone = motions.reshape(n_poses, n_bones, 12).swapaxes(0, 1).reshape(n_bones, -1)
    blended = (weights @ of_bone).reshape(len(vertices_m), n_poses, 3, 4)
    turned = np.einsum("vpij,vj->pvi", blended[..., :3], vertices_m)
    moved: NDArray[np.float64] = turned + blended[..., 3].swapaxes(0, 1)
    return moved
