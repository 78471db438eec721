"""fastsar: the one installable library that solves the same problem."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clearway.bench.peers.base import FormImage, Scope, installed_version, loaded
from clearway.imaging.sweep import SPEED_OF_LIGHT_M_S, Sweep
from clearway.imaging.windows import Window, window_weights

__all__ = ["FastSar"]


@dataclass(frozen=True, slots=True)
class FastSar:
    """Bistatic back-projection by ``fastsar.backproject(..., rcv=...)`` on the CPU.

    Every measured channel is one pulse with its own transmitter and receiver.  fastsar expects
    echoes that are motion compensated to a reference range; raw echoes are those of reference
    range 0.  It computes in float64, zero-pads to the next power of two at or above ``upsample``
    times the number of frequencies, and interpolates linearly.
    """

    upsample: int = 4
    """Oversampling of its range profiles; 8 is its own default: a quarter of the error."""

    @property
    def name(self) -> str:
        """As it stands in tables."""
        return f"fastsar, upsample {self.upsample}"

    @property
    def scope(self) -> Scope:
        """From samples to image."""
        return Scope.END_TO_END

    def version(self) -> str:
        """Version of fastsar."""
        return installed_version("fastsar")

    def prepare(self, sweep: Sweep, window: Window | None, threads: int) -> FormImage:
        """Lay the channels out as pulses and have fastsar compile its kernel.

        Raises
        ------
        MissingExtraError
            If fastsar or threadpoolctl is missing.
        """
        fastsar = loaded("fastsar")
        limited = loaded("threadpoolctl").threadpool_limits

        order = np.argsort(sweep.frequencies_hz)
        weights = window_weights(window, sweep.frequencies_hz)[order]
        by_frequency = sweep.samples.reshape(len(order), -1)[order] * weights[:, np.newaxis]
        pulses = np.ascontiguousarray(by_frequency.T, dtype=np.complex64)
        # fastsar knows the speed of light in vacuum only; wavelengths decide, so scale frequencies.
        frequencies_hz = sweep.frequencies_hz[order] * (
            SPEED_OF_LIGHT_M_S / sweep.propagation_speed_m_s
        )
        step_hz = (frequencies_hz[-1] - frequencies_hz[0]) / (len(order) - 1)
        tx, rx = sweep.array.channels.T

        def form(points_m: NDArray[np.float64]) -> NDArray[np.complex64]:
            with limited(threads, user_api="openmp"):
                image: NDArray[np.complex64] = fastsar.backproject(
                    pulses,
                    sweep.tx_positions_m[tx],
                    frequencies_hz[0],
                    step_hz,
                    points_m,
                    rcv=sweep.rx_positions_m[rx],
                    ref=np.zeros(len(pulses)),
                    backend="cpu",
                    upsample=self.upsample,
                    window=False,
                )
            return image

        # The first call compiles and loads; threads can be limited only in what is loaded.
        form(np.zeros((1, 3)))
        return form
