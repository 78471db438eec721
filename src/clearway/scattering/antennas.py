"""Antenna elements: how strongly and with what polarisation they send and hear."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clearway.errors import ArgumentError
from clearway.imaging.array import Array
from clearway.imaging.checks import finite_real_array

__all__ = ["Antenna", "Elements"]


class Antenna:
    """Linearly polarised element with a ``cos^n`` power pattern, deaf behind itself.

    Parameters
    ----------
    peak_gain : float, optional
        Power gain on boresight, linear.  Without it, that of a loss-free antenna of the pattern,
        ``2 (n + 1)``.
    pattern_exponent : float
        n; 2 gives 90 degrees between the half-power directions, as open waveguides and Vivaldi
        elements have roughly.
    boresight : (3,) or (n_elements, 3) array_like of float
        Direction of the peak; any length.  The default faces from a panel to the person.
    polarisation : (3,) or (n_elements, 3) array_like of float
        Direction of the electric field on boresight.  Elsewhere the field has the direction of
        this vector's projection across the line of sight.

    Raises
    ------
    ArgumentError
        A gain or exponent out of range, wrong shapes, or a vector without length.

    Examples
    --------
    >>> Antenna().peak_gain, Antenna(pattern_exponent=0).peak_gain
    (6.0, 2.0)
    """

    def __init__(
        self,
        peak_gain: float | None = None,
        pattern_exponent: float = 2.0,
        boresight: ArrayLike = (0.0, 1.0, 0.0),
        polarisation: ArrayLike = (0.0, 0.0, 1.0),
    ) -> None:
        if not 0 <= pattern_exponent < np.inf:
            raise ArgumentError("pattern_exponent", f"is {pattern_exponent}", "give 0 or more")
        self.pattern_exponent = float(pattern_exponent)
        self.peak_gain = 2 * (self.pattern_exponent + 1) if peak_gain is None else float(peak_gain)
        if not 0 < self.peak_gain < np.inf:
            raise ArgumentError("peak_gain", f"is {peak_gain}", "give a power ratio above 0")
        self.boresight = _unit("boresight", boresight)
        self.polarisation = _unit("polarisation", polarisation)

    def gain(self, cos_off_boresight: NDArray[np.float64]) -> NDArray[np.float64]:
        """Power gain in directions given by the cosine of their angle from boresight."""
        ahead = np.maximum(cos_off_boresight, 0.0)
        gain: NDArray[np.float64] = np.where(
            cos_off_boresight > 0, self.peak_gain * ahead**self.pattern_exponent, 0.0
        )
        return gain

    def of_element(self, number: int) -> Antenna:
        """Antenna of one element."""
        boresight, polarisation = (
            vectors[number if len(vectors) > 1 else 0]
            for vectors in (self.boresight, self.polarisation)
        )
        return Antenna(self.peak_gain, self.pattern_exponent, boresight, polarisation)


def _unit(name: str, given: ArrayLike) -> NDArray[np.float64]:
    """(1 or n, 3) vectors of length 1."""
    vectors = np.atleast_2d(np.asarray(given, dtype=np.float64))
    checked = finite_real_array(name, vectors, (-1, 3))
    lengths = np.linalg.norm(checked, axis=1, keepdims=True)
    if not (lengths > 0).all():
        raise ArgumentError(name, "has no length", "give a direction")
    unit: NDArray[np.float64] = checked / lengths
    return unit


@dataclass(frozen=True)
class Elements:
    """An array with the antennas of its transmitters and of its receivers."""

    array: Array
    tx_antenna: Antenna = field(default_factory=Antenna)
    rx_antenna: Antenna = field(default_factory=Antenna)

    def __post_init__(self) -> None:
        for side, antenna, number in (
            ("tx_antenna", self.tx_antenna, self.array.n_tx),
            ("rx_antenna", self.rx_antenna, self.array.n_rx),
        ):
            for name in ("boresight", "polarisation"):
                given = len(getattr(antenna, name))
                if given not in (1, number):
                    raise ArgumentError(
                        f"{side}.{name}",
                        f"is given for {given} elements of {number}",
                        "give one for all or one for each",
                    )

    @property
    def positions_m(self) -> NDArray[np.float64]:
        """(n_tx + n_rx, 3) places, transmitters first."""
        return np.concatenate((self.array.tx_positions_m, self.array.rx_positions_m))
