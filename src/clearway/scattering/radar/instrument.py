"""Samples of a radar that was built: ideal samples with all that the instrument does to them.

A receiver r that listens to transmitter t at frequency f measures, of an echo s::

    x = j_ft g_t g_r (s + b_tr) + interference + thermal noise
    m = quantised(alpha_r x + beta_r conj(x))

with the leakage b, the drift g of each element since the calibration (gain, phase, cable delay,
and the displacement of its phase centre), the clock's jitter j and the receiver's imbalance of
in-phase and quadrature channels, ``alpha = (1 + e exp(-j phi)) / 2`` and ``beta = (1 - e exp(j
phi)) / 2`` for a gain ratio e and a phase error phi (M. Valkama, M. Renfors and V. Koivunen, IEEE
Trans. Signal Processing 49(10), 2001).  The image rejection is ``|beta / alpha|^2``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clearway.imaging.array import Array
from clearway.imaging.calibration import Calibration
from clearway.imaging.checks import complex_array, finite_real_array
from clearway.imaging.sweep import SPEED_OF_LIGHT_M_S, checked_frequencies
from clearway.scattering.radar.link_budget import LinkBudget
from clearway.scattering.radar.tolerances import InstrumentErrors

__all__ = ["Instrument"]

_LEAST_COUPLING_DISTANCE_M = 0.05
"""Nearer elements couple no stronger: they would not be built overlapping."""


class Instrument:
    """One radar with its own errors.

    Parameters
    ----------
    rng : numpy.random.Generator
        Draws the errors that stay.  Each is drawn whatever its size, so that two instruments of
        one seed differ only in what their settings differ in; of a growing share of dead
        elements, the first ones stay dead.
    errors : InstrumentErrors
    array : Array
        As drawn, in the view frame.
    frequencies_hz : (n_freq,) array_like of float
    budget : LinkBudget
        Thermal noise follows from it.
    focus_m : (3,) array_like of float, optional
        Where the scene is.  A displaced phase centre becomes the phase that an echo from there
        has, right to first order nearby, which lets scenes be computed once for all instruments.
        None where the ideal samples are computed for `built_array`, which is exact.

    Attributes
    ----------
    built_array : Array
        With the phase centres where they really are.
    dead_tx, dead_rx : (n_tx,) and (n_rx,) bool arrays
        Elements that do not work: such channels hold nothing but noise.
    leakage : complex64 array of the samples' shape
        Direct coupling at the time of the calibration.

    Examples
    --------
    >>> array = Array([[0, 0, 0]], [[0.1, 0, 0]])
    >>> rng = np.random.default_rng(1)
    >>> radar = Instrument(rng, InstrumentErrors(), array, [8e9, 9e9], LinkBudget())
    >>> frame = radar.measure(np.zeros((2, 1, 1)), rng)
    >>> echo = radar.calibration().apply(frame)
    >>> frame.dtype, bool(np.abs(echo).max() < np.abs(frame).max() / 5)
    (dtype('complex64'), True)
    """

    def __init__(
        self,
        rng: np.random.Generator,
        errors: InstrumentErrors,
        array: Array,
        frequencies_hz: ArrayLike,
        budget: LinkBudget,
        *,
        focus_m: ArrayLike | None = (0.0, 1.2, 1.0),
    ) -> None:
        self.errors, self.array, self.budget = errors, array, budget
        self.frequencies_hz = checked_frequencies(frequencies_hz)
        places = array.tx_positions_m, array.rx_positions_m
        displaced = [p + errors.position_sigma_m * rng.standard_normal(p.shape) for p in places]
        self.built_array = Array(*displaced, pairs=array.pairs, tx_times_s=array.tx_times_s)
        self.dead_tx, self.dead_rx = (_dead(rng, len(p), errors.dead_share) for p in places)
        gains = [self._drift(rng, len(p)) for p in places]
        if focus_m is not None:
            focus = finite_real_array("focus_m", focus_m, (3,))
            turns = map(self._displacement, (focus, focus), places, displaced)
            gains = [gain * turn for gain, turn in zip(gains, turns, strict=True)]
        of_tx = self._of_tx(np.where(self.dead_tx, 0.0, gains[0]))
        of_rx = self._of_rx(np.where(self.dead_rx, 0.0, gains[1]))
        self._response = (of_tx * of_rx).astype(np.complex64)
        self._alpha, self._beta = self._imbalance(rng)
        self.leakage = self._leakage(rng)

    @property
    def sample_shape(self) -> tuple[int, ...]:
        """Of one frame."""
        return self.array.sample_shape(len(self.frequencies_hz))

    @property
    def live_channels(self) -> NDArray[np.bool_]:
        """(n_pairs,): channels whose transmitter and receiver both work, in the samples' order."""
        tx, rx = self.array.channels.T
        live: NDArray[np.bool_] = ~(self.dead_tx[tx] | self.dead_rx[rx])
        return live

    @property
    def live_array(self) -> Array:
        """The drawn array without dead channels: give it to an imager with `live_samples`."""
        live = self.live_channels
        if live.all():
            return self.array
        return Array(
            self.array.tx_positions_m,
            self.array.rx_positions_m,
            pairs=self.array.channels[live],
            tx_times_s=self.array.tx_times_s,
        )

    def live_samples(self, samples: ArrayLike) -> NDArray[np.complex64]:
        """Leave the dead channels out of samples, to fit `live_array`."""
        given = complex_array("samples", samples, self.sample_shape)
        live = self.live_channels
        return given if live.all() else given.reshape(len(given), -1)[:, live]

    def calibration(self) -> Calibration:
        """What the calibration knows: the empty scene as it was then, before any drift."""
        live = self.live_channels.reshape(self.sample_shape[1:])
        return Calibration(background=self._mixed(self.leakage * live))

    def measure(self, ideal: ArrayLike, rng: np.random.Generator) -> NDArray[np.complex64]:
        """One frame as this instrument takes it.

        Parameters
        ----------
        ideal : complex array of `sample_shape`
            Echoes at the antenna ports of a perfect instrument.
        rng : numpy.random.Generator
            Draws what differs from frame to frame: noise, jitter and interference.

        Returns
        -------
        complex64 array of `sample_shape`

        Raises
        ------
        ArgumentError
            Samples of another shape, or NaN or infinity among them.
        """
        echo = complex_array("ideal", ideal, self.sample_shape)
        received = (echo + self.leakage) * self._response * self._jitter(rng)
        received += self._interference(rng)
        received += _complex_normal(rng, received.shape, self.budget.noise_variance)
        return self._digitised(self._mixed(received))

    def _of_tx(self, values: NDArray[np.complex128]) -> NDArray[np.complex128]:
        """Spread (n_freq, n_tx) over the samples."""
        if self.array.pairs is None:
            return values[:, :, None]
        return values[:, self.array.channels[:, 0]]

    def _of_rx(self, values: NDArray[np.complex128]) -> NDArray[np.complex128]:
        """Spread (n_freq, n_rx) over the samples."""
        if self.array.pairs is None:
            return values[:, None, :]
        return values[:, self.array.channels[:, 1]]

    def _drift(self, rng: np.random.Generator, n: int) -> NDArray[np.complex128]:
        """(n_freq, n) complex gains of the elements of one kind."""
        gain_db = self.errors.gain_sigma_db * rng.standard_normal(n)
        phase = np.radians(self.errors.phase_sigma_deg) * rng.standard_normal(n)
        delay_s = self.errors.delay_sigma_s * rng.standard_normal(n)
        turn = phase - 2 * np.pi * np.outer(self.frequencies_hz, delay_s)
        drift: NDArray[np.complex128] = 10 ** (gain_db / 20) * np.exp(1j * turn)
        return drift

    def _displacement(
        self, focus: NDArray[np.float64], drawn: NDArray[np.float64], built: NDArray[np.float64]
    ) -> NDArray[np.complex128]:
        """(n_freq, n) phases by which the way from the focus has grown."""
        grown_m = np.linalg.norm(focus - built, axis=1) - np.linalg.norm(focus - drawn, axis=1)
        turn = 2 * np.pi / SPEED_OF_LIGHT_M_S * np.outer(self.frequencies_hz, grown_m)
        return np.asarray(np.exp(-1j * turn))

    def _imbalance(
        self, rng: np.random.Generator
    ) -> tuple[NDArray[np.complex64], NDArray[np.complex64]]:
        """Direct and image coefficients of the receivers, spread over the samples."""
        n = self.array.n_rx
        ratio = 10 ** (self.errors.iq_gain_sigma_db * rng.standard_normal(n) / 20)
        phase = np.radians(self.errors.iq_phase_sigma_deg) * rng.standard_normal(n)
        alpha = (1 + ratio * np.exp(-1j * phase)) / 2
        beta = (1 - ratio * np.exp(1j * phase)) / 2
        direct, image = (self._of_rx(part[None]).astype(np.complex64) for part in (alpha, beta))
        return direct, image

    def _leakage(self, rng: np.random.Generator) -> NDArray[np.complex64]:
        tx, rx = self.array.channels.T
        strength = _complex_normal(rng, (len(tx),), 1.0)
        if self.errors.leakage_db is None:
            return np.zeros(self.sample_shape, dtype=np.complex64)
        apart_m: NDArray[np.float64] = np.linalg.norm(
            self.array.tx_positions_m[tx] - self.array.rx_positions_m[rx], axis=1
        )
        strength *= 10 ** (self.errors.leakage_db / 20)
        strength /= np.maximum(apart_m, _LEAST_COUPLING_DISTANCE_M)
        turn = 2 * np.pi / SPEED_OF_LIGHT_M_S * np.outer(self.frequencies_hz, apart_m)
        leakage = (strength * np.exp(-1j * turn)).astype(np.complex64)
        return np.asarray(leakage.reshape(self.sample_shape))

    def _jitter(self, rng: np.random.Generator) -> NDArray[np.complex64]:
        late_s = rng.standard_normal((len(self.frequencies_hz), self.array.n_tx))
        late_s *= self.errors.clock_jitter_s
        turn = 2 * np.pi * self.frequencies_hz[:, None] * late_s
        return self._of_tx(np.exp(1j * turn)).astype(np.complex64)

    def _interference(self, rng: np.random.Generator) -> NDArray[np.complex64]:
        """What other emitters add, all through the frame, where a frequency meets theirs."""
        n = len(self.frequencies_hz)
        struck = rng.choice(n, min(n, rng.poisson(self.errors.interferers_per_frame)), False)
        added = np.zeros(self.sample_shape, dtype=np.complex64)
        power = 10 ** (self.errors.interference_db / 10)
        added[struck] = _complex_normal(rng, (len(struck), *self.sample_shape[1:]), power)
        hears = self._of_rx(np.where(self.dead_rx, 0.0, 1.0).astype(np.complex128)[None])
        return (added * hears).astype(np.complex64)

    def _mixed(self, received: NDArray[np.complex64]) -> NDArray[np.complex64]:
        mixed: NDArray[np.complex64] = self._alpha * received + self._beta * received.conj()
        return mixed

    def _digitised(self, mixed: NDArray[np.complex64]) -> NDArray[np.complex64]:
        bits = self.errors.adc_bits
        if bits is None:
            return mixed
        step = 10 ** (self.errors.adc_full_scale_db / 20) / 2 ** (bits - 1)
        codes = np.round(mixed.view(np.float32) / np.float32(step))
        np.clip(codes, -(2 ** (bits - 1)), 2 ** (bits - 1) - 1, out=codes)
        return (codes * np.float32(step)).view(np.complex64)


def _dead(rng: np.random.Generator, n: int, share: float) -> NDArray[np.bool_]:
    dead = np.zeros(n, dtype=bool)
    dead[rng.permutation(n)[: round(share * n)]] = True
    return dead


def _complex_normal(
    rng: np.random.Generator, shape: tuple[int, ...], variance: float
) -> NDArray[np.complex64]:
    """Circular normal numbers of a mean square."""
    parts = rng.standard_normal((*shape, 2), dtype=np.float32)
    parts *= np.float32(np.sqrt(variance / 2))
    return parts.view(np.complex64)[..., 0]
