"""Facets of a body and elements of a panel in front of it, and their echoes in double precision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clearway.imaging import SPEED_OF_LIGHT_M_S


@dataclass(frozen=True)
class Echoes:
    """What a sum of echoes is given."""

    tx_amplitude: NDArray[np.complex64]
    rx_amplitude: NDArray[np.complex64]
    tx_range_m: NDArray[np.float64]
    rx_range_m: NDArray[np.float64]
    frequencies_hz: NDArray[np.float64]

    @property
    def arguments(self) -> tuple[Any, ...]:
        return (
            self.tx_amplitude,
            self.rx_amplitude,
            self.tx_range_m,
            self.rx_range_m,
            self.frequencies_hz,
            SPEED_OF_LIGHT_M_S,
        )

    def samples(self) -> NDArray[np.complex128]:
        """The sum as it is written, by the definition's own loops over frequency and term."""
        wavenumbers = 2 * np.pi * self.frequencies_hz / SPEED_OF_LIGHT_M_S
        return np.array(
            [
                sum(
                    (a * np.exp(-1j * k * self.tx_range_m))
                    @ (b * np.exp(-1j * k * self.rx_range_m)).T
                    for a, b in zip(
                        self.tx_amplitude.astype(complex),
                        self.rx_amplitude.astype(complex),
                        strict=True,
                    )
                )
                for k in wavenumbers
            ]
        )


def body(
    generator: np.random.Generator, n_facets: int, n_terms: int, n_tx: int, n_rx: int, n_freq: int
) -> Echoes:
    """A torso of an elliptic cylinder, of which each element sees what faces it."""
    angle = generator.uniform(0, 2 * np.pi, n_facets)
    height_m = generator.uniform(0.8, 1.5, n_facets)
    points_m = np.stack([0.2 * np.cos(angle), 1.2 + 0.12 * np.sin(angle), height_m], axis=1)
    normals = np.stack([0.12 * np.cos(angle), 0.2 * np.sin(angle), 0 * angle], axis=1)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)

    def side(n: int) -> tuple[NDArray[np.complex64], NDArray[np.float64]]:
        elements_m = generator.uniform([-1, 0, 0], [1, 0, 2], (n, 3))
        towards = elements_m[:, np.newaxis] - points_m
        range_m = np.linalg.norm(towards, axis=2)
        cosine = np.einsum("enx,nx->en", towards, normals) / range_m
        strength = complex_normal(generator, (n_terms, 1, n_facets))
        amplitude = strength * np.maximum(cosine, 0) / range_m
        return amplitude.astype(np.complex64), range_m

    (a, tx_range_m), (b, rx_range_m) = side(n_tx), side(n_rx)
    return Echoes(a, b, tx_range_m, rx_range_m, np.linspace(8e9, 18e9, n_freq))


def scattered(
    generator: np.random.Generator,
    n_facets: int,
    n_terms: int,
    n_tx: int,
    n_rx: int,
    n_freq: int,
    *,
    hidden: float = 0.3,
) -> Echoes:
    """Ranges and amplitudes that have nothing to do with each other; some amplitudes are zero."""

    def side(n: int) -> tuple[NDArray[np.complex64], NDArray[np.float64]]:
        amplitude = complex_normal(generator, (n_terms, n, n_facets))
        amplitude *= generator.uniform(size=(n, n_facets)) >= hidden
        return amplitude.astype(np.complex64), generator.uniform(0.5, 8.0, (n, n_facets))

    (a, tx_range_m), (b, rx_range_m) = side(n_tx), side(n_rx)
    return Echoes(a, b, tx_range_m, rx_range_m, np.linspace(8e9, 18e9, n_freq))


def complex_normal(
    generator: np.random.Generator, shape: tuple[int, ...]
) -> NDArray[np.complex128]:
    return generator.normal(size=shape) + 1j * generator.normal(size=shape)


def error(found: NDArray[Any], expected: NDArray[np.complex128]) -> float:
    """Root mean square error over the root mean square of what is expected."""
    size = float(np.linalg.norm(expected))
    return float(np.linalg.norm(found - expected)) / size if size else float(np.abs(found).max())
