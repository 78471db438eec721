"""Which ways of summing echoes there are, and which of them this machine has."""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clearway.errors import ArgumentError
from clearway.imaging import SPEED_OF_LIGHT_M_S
from clearway.imaging.checks import complex_array, finite_real_array
from clearway.imaging.sweep import checked_frequencies, checked_speed
from clearway.scattering.echo_sum import exact

IS_COMPILED = find_spec("clearway.scattering.echo_sum._kernels") is not None
"""Whether the package was installed with a compiler at hand."""
if IS_COMPILED:
    from clearway.scattering.echo_sum import native

__all__ = ["IS_COMPILED", "backend_names", "echo_sum"]


def backend_names() -> list[str]:
    """Back ends of this machine; the first is the one that ``"auto"`` prefers."""
    return ["native", "exact"] if IS_COMPILED else ["exact"]


def echo_sum(
    tx_amplitude: Any,
    rx_amplitude: Any,
    tx_range_m: Any,
    rx_range_m: Any,
    frequencies_hz: ArrayLike,
    propagation_speed_m_s: float = SPEED_OF_LIGHT_M_S,
    *,
    backend: str = "auto",
    threads: int | None = None,
    out: Any = None,
) -> Any:
    r"""Sum the echoes of facets for every frequency, transmitter and receiver.

    .. math:: S_f[t, r] = \sum_k \sum_i a_k[t, i] \, b_k[r, i] \,
              e^{-j 2 \pi f (R_t[t, i] + R_r[r, i]) / v}

    Parameters
    ----------
    tx_amplitude : (K, n_tx, n_facets) complex
        a, without the phase of the path; NumPy, or CuPy for ``"exact"``.
    rx_amplitude : (K, n_rx, n_facets) complex
        b.
    tx_range_m : (n_tx, n_facets) float64
        From each transmitter to each facet.
    rx_range_m : (n_rx, n_facets) float64
        From each facet to each receiver.
    frequencies_hz : (n_freq,) array_like of float
        Evenly spaced, rising or falling.
    propagation_speed_m_s : float
        Of the medium.
    backend : {"auto", "native", "exact"}
        ``"exact"`` multiplies matrices for each frequency in the amplitudes' own precision.
        ``"native"`` needs the compiled kernels and computes in single precision; its error is
        below 0.5 % of the samples' root mean square where echoes of many facets overlap
        (`clearway.scattering.echo_sum.native`).  ``"auto"`` is ``"native"`` for amplitudes in
        single precision where there is a kernel, else ``"exact"``.
    threads : int, optional
        For ``"native"``; all processors of this process by default.  Changes no bit of the result.
    out : (n_freq, n_tx, n_rx) complex array, optional
        Where the samples go.

    Returns
    -------
    (n_freq, n_tx, n_rx) complex array
        ``out`` if given; else complex64, or complex128 from ``"exact"`` for such amplitudes.

    Raises
    ------
    ArgumentError
        Shapes that disagree, NaN or infinity, uneven frequencies, or a back end that this machine
        does not have.

    Examples
    --------
    >>> one = np.ones((1, 1, 1), np.complex64)
    >>> quarter_wave_m = np.full((1, 1), 0.25)
    >>> echo_sum(one, one, quarter_wave_m, quarter_wave_m, [1.0], 1.0, backend="exact").round(6)
    array([[[-1.-0.j]]], dtype=complex64)
    """
    frequencies = _in_order(checked_frequencies(frequencies_hz))
    speed = checked_speed(propagation_speed_m_s)
    shape = _shape(tx_amplitude, rx_amplitude, tx_range_m, rx_range_m)
    samples_shape = (len(frequencies), *shape[1:3])
    if threads is not None and threads < 1:
        raise ArgumentError("threads", f"is {threads}", "give at least 1")
    if out is not None and out.shape != samples_shape:
        raise ArgumentError("out", f"has shape {out.shape}, expected {samples_shape}", "match it")
    ranges = tx_range_m, rx_range_m
    amplitudes = tx_amplitude, rx_amplitude
    if isinstance(tx_amplitude, np.ndarray):
        amplitudes, ranges = _checked(*amplitudes, *ranges, shape)
    samples: Any
    if _chosen(backend, tx_amplitude) == "native":
        samples = native.echo_sum(
            np.asarray(amplitudes[0], dtype=np.complex64),
            np.asarray(amplitudes[1], dtype=np.complex64),
            *ranges,
            frequencies,
            speed,
            threads=threads or len(os.sched_getaffinity(0)),
        )
    else:
        samples = exact.echo_sum(*amplitudes, *ranges, frequencies, speed)
    if out is None:
        return samples
    out[...] = samples
    return out


def _chosen(name: str, amplitude: Any) -> str:
    if name == "auto":
        is_single = isinstance(amplitude, np.ndarray) and amplitude.dtype == np.complex64
        return backend_names()[0] if is_single else "exact"
    if name not in backend_names():
        raise ArgumentError(
            "backend", f"is {name!r}", f"this machine has {', '.join(backend_names())}"
        )
    if name == "native" and not isinstance(amplitude, np.ndarray):
        raise ArgumentError("tx_amplitude", "is not a NumPy array", "choose the back end 'exact'")
    return name


def _in_order(frequencies_hz: NDArray[np.float64]) -> NDArray[np.float64]:
    steps = np.diff(frequencies_hz)
    if (steps > 0).any() and (steps < 0).any():
        raise ArgumentError("frequencies_hz", "are in no order", "give them rising or falling")
    return frequencies_hz


def _shape(tx_amplitude: Any, rx_amplitude: Any, *ranges_m: Any) -> tuple[int, int, int, int]:
    """K, n_tx, n_rx, n_facets, in which all four arrays agree."""
    if len(tx_amplitude.shape) != 3 or 0 in tx_amplitude.shape:
        raise ArgumentError(
            "tx_amplitude", f"has shape {tx_amplitude.shape}", "give (K, n_tx, n_facets), none 0"
        )
    n_terms, n_tx, n_facets = tx_amplitude.shape
    n_rx = rx_amplitude.shape[1] if len(rx_amplitude.shape) == 3 else 0
    for name, array, expected in (
        ("rx_amplitude", rx_amplitude, (n_terms, max(n_rx, 1), n_facets)),
        ("tx_range_m", ranges_m[0], (n_tx, n_facets)),
        ("rx_range_m", ranges_m[1], (n_rx, n_facets)),
    ):
        if array.shape != expected:
            words = " x ".join(str(length) for length in expected)
            raise ArgumentError(
                name, f"has shape {array.shape}, expected {words}", "give matching arrays"
            )
    return n_terms, n_tx, n_rx, n_facets


def _checked(
    tx_amplitude: NDArray[Any],
    rx_amplitude: NDArray[Any],
    tx_range_m: NDArray[Any],
    rx_range_m: NDArray[Any],
    shape: tuple[int, int, int, int],
) -> tuple[tuple[NDArray[Any], NDArray[Any]], tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Both sides' amplitudes and ranges, all finite."""
    n_terms, n_tx, n_rx, n_facets = shape
    tx = _amplitudes("tx_amplitude", tx_amplitude, (n_terms, n_tx, n_facets))
    rx = _amplitudes("rx_amplitude", rx_amplitude, (n_terms, n_rx, n_facets))
    if tx.dtype != rx.dtype:
        raise ArgumentError(
            "rx_amplitude", f"is {rx.dtype}, tx_amplitude {tx.dtype}", "give one type"
        )
    return (tx, rx), (
        _ranges("tx_range_m", tx_range_m, (n_tx, n_facets)),
        _ranges("rx_range_m", rx_range_m, (n_rx, n_facets)),
    )


def _amplitudes(name: str, value: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    if value.dtype != np.complex128:
        return complex_array(name, value, shape)
    if not np.isfinite(value.sum()):
        complex_array(name, value, shape)  # says which are not finite
    return value


def _ranges(name: str, value: NDArray[Any], shape: tuple[int, ...]) -> NDArray[np.float64]:
    array = np.ascontiguousarray(value, dtype=np.float64)
    return array if np.isfinite(array.sum()) else finite_real_array(name, value, shape)
