"""Facets gathered until they are worth a call of the echo sum."""

from __future__ import annotations

from collections import defaultdict
from importlib.util import find_spec
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from clearway.errors import ArgumentError
from clearway.scattering.devices import array_module
from clearway.scattering.echo_sum import exact
from clearway.scattering.settings import Settings

__all__ = ["IS_COMPILED", "EchoTotal", "Tables"]

IS_COMPILED = find_spec("clearway.scattering.echo_sum._kernels") is not None
"""Whether the package was installed with a compiler at hand."""
if IS_COMPILED:
    from clearway.scattering.echo_sum import native

_EXACT_BATCH = 2048
"""Facets: both sides' matrices stay in the cache."""
_NATIVE_BATCH = 32768
"""Facets: enough for the kernels' transform at the end of each call to be a small part."""


class Tables(NamedTuple):
    """Both sides of some facets' echoes; see `clearway.scattering.echo_sum.exact.echo_sum`."""

    tx_amplitude: Any
    rx_amplitude: Any
    tx_range_m: Any
    rx_range_m: Any


class EchoTotal:
    """Sum over all tables that were added.

    Parameters
    ----------
    samples : (n_freq, n_tx, n_rx) complex array
        Zeros, of the device and precision of the result.
    frequencies_hz : (n_freq,) float64
    settings : Settings

    Raises
    ------
    ArgumentError
        Native kernels are asked for that this machine, device or precision does not have.
    """

    def __init__(
        self, samples: Any, frequencies_hz: NDArray[np.float64], settings: Settings
    ) -> None:
        self._samples = samples
        self._frequencies_hz = frequencies_hz
        self._speed_m_s = settings.propagation_speed_m_s
        self._is_native = _is_native(settings)
        self._batch = _NATIVE_BATCH if self._is_native else _EXACT_BATCH
        self._waiting: dict[tuple[range, tuple[int, ...] | None], list[Tables]] = defaultdict(list)

    def add(self, band: range, transmitters: tuple[int, ...] | None, tables: Tables) -> None:
        """Add echoes at a part of the frequencies, from some of the transmitters or from all."""
        key = (band, transmitters)
        self._waiting[key].append(tables)
        if sum(one.tx_range_m.shape[1] for one in self._waiting[key]) >= self._batch:
            self._sum(key)

    def finished(self) -> Any:
        """Samples with all that was added."""
        for key in list(self._waiting):
            self._sum(key)
        return self._samples

    def _sum(self, key: tuple[range, tuple[int, ...] | None]) -> None:
        band, transmitters = key
        waiting = self._waiting.pop(key)
        module = native if self._is_native else exact
        xp = np if self._is_native else array_module(self._samples)
        columns = [
            own[0] if len(own) == 1 else xp.concatenate(own, axis=-1)
            for own in zip(*waiting, strict=True)
        ]
        summed = module.echo_sum(*columns, self._frequencies_hz[band], self._speed_m_s)
        own = self._samples[band.start : band.stop]
        if transmitters is None:
            own += summed
        else:
            own[:, list(transmitters)] += summed


def _is_native(settings: Settings) -> bool:
    fits = IS_COMPILED and settings.device == "cpu" and settings.precision == "single"
    if settings.echo_sum == "native" and not fits:
        raise ArgumentError(
            "echo_sum",
            "is 'native', which needs compiled kernels, the cpu and single precision",
            "choose 'auto'",
        )
    return fits and settings.echo_sum != "exact"
