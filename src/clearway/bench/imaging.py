"""Clearway's imaging beside its peers: one problem, one machine, one run.

Only voxels that the caller asked for count as work: an update is the contribution of one measured
channel to one of them, and whatever a method computes beyond that is its own loss.  Clearway is
timed end to end, range compression included, also against peers that are given range profiles.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import isqrt

import numpy as np
from numpy.typing import NDArray

import clearway
from clearway.bench.machine import checked_threads, cpu_name, peak_memory_bytes, usable_cores
from clearway.bench.peers import (
    FactoredNumba,
    FastSar,
    MonostaticPlane,
    Peer,
    Scope,
    block_order,
)
from clearway.bench.reference_case import ReferenceCase
from clearway.bench.results import (
    Accuracy,
    Comparison,
    ImagingBench,
    Machine,
    PeakMemory,
    Rate,
    Setting,
    SettingRates,
)
from clearway.bench.timing import Spread, paired_seconds, repeated_seconds
from clearway.errors import ArgumentError, MissingExtraError
from clearway.imaging.backends.choice import backend_names, choose
from clearway.imaging.backends.reference import delay_and_sum
from clearway.imaging.grid import Grid
from clearway.imaging.imager import OVERSAMPLING, Imager
from clearway.imaging.windows import Window

__all__ = ["bench_imaging", "compared", "errors_of"]

_PEERS: tuple[Peer, ...] = (FastSar(4), FastSar(8), FactoredNumba(), FactoredNumba(split=True))
_CANDIDATES: tuple[Peer | MonostaticPlane, ...] = (*_PEERS, MonostaticPlane())
_LESS_OVERSAMPLING = 4.2
"""As fast as the image of a body allows: an NRMSE of 0.4 %."""
_LONGEST_S = 60.0
_WINDOWS: tuple[Window | None, ...] = (None, "hann")


def bench_imaging(
    case: ReferenceCase,
    *,
    repeats: int = 5,
    threads: int | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> ImagingBench:
    """Measure rates, ratios, accuracy and memory.

    Parameters
    ----------
    case : ReferenceCase
    repeats : int
        Timed runs of each; one more before them is not timed.
    threads : int, optional
        For every method; all usable cores by default.
    progress : callable
        Is told what begins.

    Raises
    ------
    ArgumentError
        Fewer than one repetition, or more threads than cores.
    """
    if repeats < 1:
        raise ArgumentError("repeats", f"is {repeats}", "give at least 1")
    n_threads = checked_threads(threads)
    settings = _settings()
    rates = []
    for setting in settings:
        progress(f"{setting}")
        rates.append(_rates(case, setting, repeats, n_threads))
    comparisons: list[Comparison] = []
    missing: dict[str, str] = {}
    for peer in _CANDIDATES:
        progress(f"against {peer.name}")
        try:
            comparisons.append(compared(case, peer, repeats, n_threads))
        except MissingExtraError as error:
            missing[peer.name] = str(error)
    installed = [peer for peer in _PEERS if peer.name not in missing]
    progress("accuracy")
    accuracy = _accuracy(case, settings, installed, n_threads)
    progress("memory")
    return ImagingBench(
        Machine(cpu_name(), usable_cores(), n_threads, settings[0].backend, clearway.__version__),
        case.sweep.array.n_pairs,
        case.roi.size,
        case.volume.size,
        len(case.checked),
        comparisons,
        missing,
        rates,
        accuracy,
        _memory(case, installed, n_threads),
    )


def compared(
    case: ReferenceCase, peer: Peer | MonostaticPlane, repeats: int, threads: int
) -> Comparison:
    """Time Clearway and a peer in turn.

    A peer that works end to end forms the same part of the region of interest as Clearway.  A
    kernel is given all of that region, where Clearway's range compression, which counts, weighs
    as it does in use.

    Raises
    ------
    MissingExtraError
        If the peer is not installed.
    """
    version = peer.version()
    channels = case.sweep.array.n_pairs
    grid = case.part if peer.scope is Scope.END_TO_END else case.roi
    if isinstance(peer, MonostaticPlane):
        side = isqrt(grid.size)
        form, voxels = peer.prepare_plane(case.sweep, side, threads), side * side
    else:
        points_m = grid.points_m()[block_order(grid.shape)]
        form, voxels = partial(peer.prepare(case.sweep, None, threads), points_m), grid.size
    imager = _imager(case, grid, threads)
    pairs = paired_seconds(lambda: imager.form(case.sweep.samples), form, repeats)
    own_s, other_s = zip(*pairs, strict=True)
    own = Rate(Spread.of(own_s), grid.size * channels)
    other = Rate(Spread.of(other_s), voxels * channels)
    per_update = own.updates / other.updates
    ratio = Spread.of([per_update * theirs / ours for ours, theirs in pairs])
    return Comparison(peer.name, version, peer.scope, ratio, own, other)


def errors_of(
    image: NDArray[np.complex64], exact: NDArray[np.complex128], peak: float
) -> tuple[float, float]:
    """NRMSE, and maximum error in decibels of the image's peak.

    Examples
    --------
    >>> nrmse, max_db = errors_of(np.array([1.01, 0], "c8"), np.array([1.0, 0], "c16"), 10.0)
    >>> round(nrmse, 4), round(max_db, 1)
    (0.01, -60.0)
    """
    error = np.abs(image - exact)
    nrmse = np.linalg.norm(error) / np.linalg.norm(exact)
    return float(nrmse), float(20 * np.log10(error.max() / peak))


def _imager(
    case: ReferenceCase,
    grid: Grid,
    threads: int,
    window: Window | None = None,
    setting: Setting | None = None,
) -> Imager:
    sweep = case.sweep
    used = setting or Setting("auto", OVERSAMPLING)
    return Imager(
        sweep.array,
        sweep.frequencies_hz,
        grid,
        window=window,
        backend=used.backend,
        oversampling=used.oversampling,
        threads=threads,
    )


def _settings() -> list[Setting]:
    """The default, what else is compiled, and the fastest at less oversampling."""
    default, _ = choose("auto")
    exact = [
        name
        for name in ("avx512", "avx512_int16", "avx2_int16", "avx2", "portable")
        if name in backend_names()
    ]
    others = [Setting(name, OVERSAMPLING) for name in exact if name != default]
    fast = [Setting(name, _LESS_OVERSAMPLING) for name in exact if name.endswith("_int16")]
    return [Setting(default, OVERSAMPLING), *others, *fast]


def _rates(case: ReferenceCase, setting: Setting, repeats: int, threads: int) -> SettingRates:
    roi = _rate(case, _imager(case, case.roi, threads, setting=setting), case.roi, repeats)
    volume = None
    if roi.seconds.median * case.volume.size / case.roi.size * repeats < _LONGEST_S:
        imager = _imager(case, case.volume, threads, setting=setting)
        volume = _rate(case, imager, case.volume, repeats)
    return SettingRates(setting, roi, volume)


def _rate(case: ReferenceCase, imager: Imager, grid: Grid, repeats: int) -> Rate:
    seconds = repeated_seconds(lambda: imager.form(case.sweep.samples), repeats)
    return Rate(Spread.of(seconds), grid.size * case.sweep.array.n_pairs)


def _accuracy(
    case: ReferenceCase, settings: list[Setting], peers: list[Peer], threads: int
) -> list[Accuracy]:
    voxels_m = case.roi.points_m()
    points_m = voxels_m[case.checked]
    found = []
    for window in _WINDOWS:
        exact = delay_and_sum(case.sweep, points_m, window)
        whole = _imager(case, case.roi, threads, window).form(case.sweep.samples).ravel()
        brightest_m = voxels_m[[np.argmax(np.abs(whole))]]
        peak = float(np.abs(delay_and_sum(case.sweep, brightest_m, window)[0]))
        images = {
            f"Clearway, {setting}": _imager(case, case.roi, threads, window, setting)
            .form(case.sweep.samples)
            .ravel()[case.checked]
            for setting in settings
        }
        for peer in peers:
            images[peer.name] = peer.prepare(case.sweep, window, threads)(points_m)
        found += [
            Accuracy(name, window, *errors_of(image, exact, peak)) for name, image in images.items()
        ]
    return found


def _memory(case: ReferenceCase, peers: list[Peer], threads: int) -> list[PeakMemory]:
    found = [
        PeakMemory("Clearway", grid.size, peak_memory_bytes(_form_once, case, grid, threads))
        for grid in (case.roi, case.volume, case.part)
    ]
    for peer in peers:
        peak = peak_memory_bytes(_peer_once, case, peer, threads)
        found.append(PeakMemory(peer.name, case.part.size, peak))
    return found


def _form_once(case: ReferenceCase, grid: Grid, threads: int) -> None:
    _imager(case, grid, threads).form(case.sweep.samples)


def _peer_once(case: ReferenceCase, peer: Peer, threads: int) -> None:
    peer.prepare(case.sweep, None, threads)(case.part.points_m()[block_order(case.part.shape)])
