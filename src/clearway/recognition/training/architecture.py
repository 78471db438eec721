"""The network's layers: strided 3-D convolutions, then one layer that folds depth away.

A field of view of about 60 by 85 cm per cell of the map takes in a whole trunk, so that a cell can
tell a long gun from a handgun; the map's cells of 8 cm tell where it is.
"""

from __future__ import annotations

from typing import Any

from clearway.errors import ArgumentError
from clearway.recognition.classes import CLASSES
from clearway.recognition.training.torch_library import loaded_torch

__all__ = ["build_network"]

_FOLD = 8
"""How much the strides shorten depth; forward and height are shortened by 4."""


def build_network(pooled_shape: tuple[int, int, int], width: int = 16) -> Any:
    """An untrained network.

    Parameters
    ----------
    pooled_shape : (int, int, int)
        Voxels along forward, depth and height; depth a multiple of 8.
    width : int
        Channels of the first layer; the later ones have up to four times as many.

    Returns
    -------
    torch.nn.Sequential
        From (n, 1, forward, depth, height), 0 to 1, to 4 classes and the cells of `map_shape`.

    Raises
    ------
    ArgumentError
        A depth that the strides do not divide.
    MissingExtraError
        Without torch.
    """
    depth = pooled_shape[1]
    if depth % _FOLD:
        raise ArgumentError(
            "pooled_shape",
            f"is {pooled_shape}",
            "train with a region of interest whose depth is a multiple of 8 voxels",
        )
    nn = loaded_torch().nn

    def block(before: int, after: int, *, stride: Any = 1, dilation: Any = 1) -> list[Any]:
        convolution = nn.Conv3d(
            before, after, 3, stride=stride, padding=dilation, dilation=dilation, bias=False
        )
        return [convolution, nn.BatchNorm3d(after), nn.ReLU()]

    left = depth // _FOLD
    return nn.Sequential(
        *block(1, width, stride=2),
        *block(width, width),
        *block(width, 2 * width, stride=2),
        *block(2 * width, 3 * width),
        *block(3 * width, 4 * width, stride=(1, 2, 1)),
        *block(4 * width, 4 * width, dilation=(1, 1, 2)),
        nn.Conv3d(4 * width, 4 * width, (1, left, 1)),
        nn.ReLU(),
        nn.Conv3d(4 * width, len(CLASSES), 1),
        # The depth axis has length 1 by now.
        nn.Flatten(2, 3),
    )
