"""torchbp: a fast peer for an easier problem, of which only the rate can be compared."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clearway.bench.peers.base import Scope, installed_version, loaded
from clearway.imaging.backends.range_profiles import RangeCompression
from clearway.imaging.imager import OVERSAMPLING
from clearway.imaging.sweep import SPEED_OF_LIGHT_M_S, Sweep

__all__ = ["MonostaticPlane"]

_BUILD = (
    "optional: in an environment with torch, build it from its public source "
    "(github.com/Ttl/torchbp) with `pip install --no-build-isolation .`"
)
_DEPTH_M = (0.8, 1.8)
_WIDTH_M = (-1.0, 1.0)
_PULSES_PER_CALL = 256
"""Their profiles fit a cache; all at once run at 40 % of that rate."""


@dataclass(frozen=True, slots=True)
class MonostaticPlane:
    """``torchbp.ops.backprojection_cart_2d``: one antenna per pulse, pixels in one plane.

    Each channel counts as a pulse from the middle between its transmitter and its receiver, and
    the plane cuts the scene at half the array's height.  The picture means nothing for a
    bistatic array, so it has no accuracy; its cost per update is that of any monostatic image.
    """

    name: str = "torchbp, monostatic plane"
    scope: Scope = Scope.KERNEL

    def version(self) -> str:
        """Version of torchbp.

        Raises
        ------
        MissingExtraError
            If it is not installed.  No extra brings it: it is published as source only.
        """
        return installed_version("torchbp", _BUILD)

    def prepare_plane(
        self, sweep: Sweep, pixels_per_side: int, threads: int
    ) -> Callable[[], NDArray[np.complex64]]:
        """Compress in range and hand the profiles over.

        Parameters
        ----------
        sweep : Sweep
        pixels_per_side : int
            Of a plane 1 m deep and 2 m wide that starts 0.8 m before the array.
        threads : int

        Returns
        -------
        callable
            Forms n_pairs x pixels_per_side^2 updates.

        Raises
        ------
        MissingExtraError
            As `version`.
        """
        torch = loaded("torch", _BUILD)
        torchbp = loaded("torchbp", _BUILD)
        tx, rx = sweep.array.channels.T
        middle_m = (sweep.tx_positions_m[tx] + sweep.rx_positions_m[rx]) / 2
        height_m = middle_m[:, 2] - middle_m[:, 2].mean()
        pulses_m = np.column_stack((middle_m[:, 1], middle_m[:, 0], height_m))
        corners_m = [(x, y, 0.0) for x in _DEPTH_M for y in _WIDTH_M]
        farthest_m = max(np.linalg.norm(pulses_m - corner, axis=1).max() for corner in corners_m)

        compression = RangeCompression.of(
            sweep.frequencies_hz, sweep.propagation_speed_m_s, None, OVERSAMPLING
        )
        period = compression.profiles(sweep.samples.reshape(len(sweep.samples), -1), threads)
        spacing_m = compression.spacing_m / 2  # of range: the path goes there and back
        # It skips pixels beyond a profile's end instead of wrapping, so repeat the profile.
        repeats = int(farthest_m / spacing_m + 1) // compression.n_samples + 1
        carrier_hz = compression.wavenumber_rad_m * SPEED_OF_LIGHT_M_S / (2 * np.pi)
        data = torch.from_numpy(np.tile(period, repeats)).split(_PULSES_PER_CALL)
        positions = torch.from_numpy(pulses_m.astype(np.float32)).split(_PULSES_PER_CALL)
        plane = {"x": _DEPTH_M, "y": _WIDTH_M, "nx": pixels_per_side, "ny": pixels_per_side}

        def form() -> NDArray[np.complex64]:
            image = np.zeros((pixels_per_side, pixels_per_side), np.complex64)
            with _on_cores(threads):
                for some_data, some_positions in zip(data, positions, strict=True):
                    image += torchbp.ops.backprojection_cart_2d(
                        some_data,
                        plane,
                        carrier_hz,
                        spacing_m,
                        some_positions,
                    )[0].numpy()
            return image

        return form


@contextmanager
def _on_cores(number: int) -> Iterator[None]:
    """Offer that many cores: torchbp starts one thread for each that it may use."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(allowed)[:number])
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)
