"""Where the antenna elements are, and which of their pairs are measured."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clearway.errors import ArgumentError
from clearway.imaging.checks import finite_real_array, positions

__all__ = ["Array"]


class Array:
    """Positions of transmitters and receivers, in the same frame as the image grid.

    Parameters
    ----------
    tx_positions_m : (n_tx, 3) array_like of float
        Phase centres of the transmitters in metres.
    rx_positions_m : (n_rx, 3) array_like of float
        Phase centres of the receivers.
    pairs : (n_pairs, 2) array_like of int, optional
        (transmitter, receiver) numbers, counted from 0, of each measured channel.  Without it
        every transmitter is heard by every receiver.
    tx_times_s : (n_tx,) array_like of float, optional
        When each transmitter fires, in seconds from the instant the image is to show.  Needed
        only to image what moves during a time-multiplexed sweep.

    Raises
    ------
    ArgumentError
        Wrong shapes, an empty array, NaN or infinity, or a pair that names no element or is
        named twice.

    Examples
    --------
    >>> array = Array([[0, 0, 0], [0.1, 0, 0]], [[0, 0, 0.1]])
    >>> array.n_pairs, array.sample_shape(5)
    (2, (5, 2, 1))
    """

    def __init__(
        self,
        tx_positions_m: ArrayLike,
        rx_positions_m: ArrayLike,
        *,
        pairs: ArrayLike | None = None,
        tx_times_s: ArrayLike | None = None,
    ) -> None:
        self.tx_positions_m = positions("tx_positions_m", tx_positions_m)
        self.rx_positions_m = positions("rx_positions_m", rx_positions_m)
        self.pairs = None if pairs is None else self._checked_pairs(pairs)
        self.tx_times_s = (
            None
            if tx_times_s is None
            else finite_real_array("tx_times_s", tx_times_s, (self.n_tx,))
        )

    @classmethod
    def monostatic(cls, positions_m: ArrayLike, *, times_s: ArrayLike | None = None) -> Array:
        """Antennas that each hear only their own echo, as in a scan with one antenna.

        Parameters
        ----------
        positions_m : (n, 3) array_like of float
            Metres.
        times_s : (n,) array_like of float, optional
            When each position is measured.
        """
        own = positions("positions_m", positions_m)
        diagonal = np.repeat(np.arange(len(own))[:, np.newaxis], 2, axis=1)
        return cls(own, own, pairs=diagonal, tx_times_s=times_s)

    @property
    def n_tx(self) -> int:
        """Number of transmitters."""
        return len(self.tx_positions_m)

    @property
    def n_rx(self) -> int:
        """Number of receivers."""
        return len(self.rx_positions_m)

    @property
    def n_pairs(self) -> int:
        """Number of measured channels."""
        return self.n_tx * self.n_rx if self.pairs is None else len(self.pairs)

    @cached_property
    def is_monostatic(self) -> bool:
        """Whether each channel has a transmitter of its own, and its receiver at the same place."""
        if self.pairs is None or len(np.unique(self.pairs[:, 0])) < len(self.pairs):
            return False
        return bool(
            np.array_equal(
                self.tx_positions_m[self.pairs[:, 0]], self.rx_positions_m[self.pairs[:, 1]]
            )
        )

    @cached_property
    def channels(self) -> NDArray[np.intp]:
        """(n_pairs, 2) transmitter and receiver of each channel, in the order of the samples."""
        if self.pairs is not None:
            return self.pairs
        tx, rx = np.divmod(np.arange(self.n_pairs), self.n_rx)
        return np.column_stack((tx, rx))

    def sample_shape(self, n_frequencies: int) -> tuple[int, ...]:
        """Shape of one sweep's samples: (n_freq, n_tx, n_rx), or (n_freq, n_pairs)."""
        if self.pairs is None:
            return (n_frequencies, self.n_tx, self.n_rx)
        return (n_frequencies, self.n_pairs)

    def _checked_pairs(self, pairs: ArrayLike) -> NDArray[np.intp]:
        given = np.asarray(pairs)
        if given.ndim != 2 or given.shape[1] != 2 or len(given) == 0:
            raise ArgumentError(
                "pairs", f"has shape {given.shape}, expected any x 2", "give (tx, rx) per channel"
            )
        if given.dtype.kind not in "iu":
            raise ArgumentError("pairs", f"has dtype {given.dtype}", "give whole numbers")
        if (given < 0).any() or (given >= (self.n_tx, self.n_rx)).any():
            bad = given[((given < 0) | (given >= (self.n_tx, self.n_rx))).any(axis=1)][0]
            raise ArgumentError(
                "pairs",
                f"names transmitter {bad[0]} and receiver {bad[1]} of {self.n_tx} and {self.n_rx}",
                "count elements from 0",
            )
        kinds, times = np.unique(given, axis=0, return_counts=True)
        if times.max() > 1:
            tx, rx = kinds[times.argmax()]
            raise ArgumentError(
                "pairs",
                f"names transmitter {tx} and receiver {rx} twice",
                "average repeated channels",
            )
        checked = given.astype(np.intp)
        checked.flags.writeable = False
        return checked
