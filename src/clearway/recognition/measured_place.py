"""Where a body is, as its own image shows it."""

from __future__ import annotations

import numpy as np

from clearway.recognition.roi import Box
from clearway.recognition.volume import Volume

__all__ = ["measured_place"]

_HALF_DEPTH_M = 0.17
"""From the near side of a body, which the image shows, to its middle."""
_BODY_DB = -6.0
"""Fainter voxels do not say where the body is."""


def measured_place(box: Box, volume: Volume) -> tuple[float, float]:
    """Middle of the body in the view frame: the centre of gravity of its echo, and half a body.

    Parameters
    ----------
    box : Box
    volume : Volume
        Of that box.

    Returns
    -------
    float, float
        x and y.
    """
    weight = np.where(volume.levels_db > _BODY_DB, 10.0 ** (volume.levels_db / 10.0), 0.0)
    total = float(weight.sum())
    if total == 0.0:
        return box.person_m
    forward_m = float(weight.sum(axis=(1, 2)) @ volume.forward_m) / total
    depth_m = float(weight.sum(axis=(0, 2)) @ volume.depth_m) / total
    return box.to_view(forward_m, depth_m + _HALF_DEPTH_M)
