"""Back-projection by the compiled kernels."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clearway.imaging.backends import _kernels
from clearway.imaging.backends.problem import Part, Problem, Progress
from clearway.imaging.backends.schedule import Schedule, ScheduleShape, schedule_channels
from clearway.imaging.backends.tiling import TilePlan, plan_tiles

__all__ = ["NativeFormer", "native_kernels"]

_CHANNELS_AT_ONCE = 384
"""About as many, so that profiles are packed while they still lie in the cache."""
_TILES_BETWEEN_REPORTS = 512
_ROUNDING_SAMPLES = 0.01
"""Positions in a window are rounded, to 1/2048 sample at worst, and must stay inside."""
_DRIFT_PHASE_RAD = 0.02
"""Largest phase error of a moving scene at the corners of a tile."""


@dataclass(frozen=True)
class _PreparedPart:
    mask: NDArray[np.bool_] | None
    schedule: Schedule
    tiles: TilePlan
    margin_samples: float


@dataclass(frozen=True)
class _Stretch:
    """Channels that are compressed together."""

    channels: NDArray[np.int64]
    """By transmitter."""
    place: slice | NDArray[np.int64]
    """Where the samples have them: a slice where that is possible, since it copies nothing."""
    transmitters: NDArray[np.intp]
    starts: NDArray[np.intp]
    """First channel of each transmitter, counted in this stretch."""


class NativeFormer:
    """A compiled kernel, prepared for one problem.

    Cost O(n_voxels n_pairs) and one Fourier transform per channel; memory for the profiles, 2 N
    samples of 2 or 4 bytes per channel, besides the image.
    """

    kernel: str
    lanes: int
    schedule_shape: ScheduleShape
    largest_sample: float

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._compression = problem.range_compression()
        self._parts = [self._prepare(part) for part in problem.parts]
        self._stretches = _whole_transmitters(problem.array.channels[:, 0])
        self._packed = _kernels.Packed(
            self.kernel, problem.array.n_pairs, self._compression.n_samples
        )

    def form(
        self, samples: NDArray[np.complex64], progress: Progress | None = None
    ) -> NDArray[np.complex64]:
        """See `clearway.imaging.backends.problem.Former`."""
        tx_scale = self._pack(samples)
        image = np.zeros(self._problem.grid.shape, dtype=np.complex64)
        total = sum(len(part.tiles.first) for part in self._parts)
        done = 0
        for part in self._parts:
            # Tiles reach beyond a mask, so parts must not share the array that they write.
            own = image if len(self._parts) == 1 else np.zeros_like(image)
            for tiles in _in_turns(part.tiles.first, progress):
                self._compute(tx_scale, part, tiles, own)
                done += len(tiles)
                if progress is not None:
                    progress(done / total)
            if part.mask is not None and own is image:
                image[~part.mask] = 0
            elif own is not image:
                np.copyto(image, own, where=True if part.mask is None else part.mask)
        return image

    def _prepare(self, part: Part) -> _PreparedPart:
        problem, spacing_m = self._problem, self._compression.spacing_m
        displacement_m = np.inf
        margin_samples = _ROUNDING_SAMPLES
        if part.velocity_m_s is not None:
            displacement_m = self._longest_displacement_m(part)
            margin_samples += displacement_m / spacing_m
        # Each end of the path begins at a whole sample, which costs up to one.
        longest_m = spacing_m * (_kernels.WINDOW - 2 - 2 * margin_samples) / 2
        schedule = schedule_channels(
            problem.array,
            self.schedule_shape,
            velocity_m_s=part.velocity_m_s,
            longest_displacement_m=displacement_m,
        )
        tiles = plan_tiles(problem.grid, part.mask, longest_m, self.lanes)
        return _PreparedPart(part.mask, schedule, tiles, margin_samples)

    def _longest_displacement_m(self, part: Part) -> float:
        """How far the scene may move within a pass.

        The way back changes by u v dt with the direction u from receiver to voxel.  The kernel
        takes u at the tile's centre; at its corner u differs by half a diagonal over the range.
        """
        problem = self._problem
        half_m = self._compression.spacing_m * 8
        points_m = problem.grid.points_m()
        if part.mask is not None:
            points_m = points_m[part.mask.ravel()]
        corners = np.array([points_m.min(axis=0), points_m.max(axis=0)])
        away = np.maximum(corners[0] - problem.array.rx_positions_m, 0)
        away = np.maximum(away, problem.array.rx_positions_m - corners[1])
        range_m = max(float(np.linalg.norm(away, axis=1).min()), half_m)
        allowed = _DRIFT_PHASE_RAD * range_m / (self._compression.wavenumber_rad_m * half_m)
        return min(allowed, self._compression.spacing_m)

    def _pack(self, samples: NDArray[np.complex64]) -> NDArray[np.float32]:
        """Profiles into the kernel's layout; gives what undoes the scale of each transmitter's."""
        tx_scale = np.ones(self._problem.array.n_tx, dtype=np.float32)

        def pack(stretch: _Stretch) -> None:
            profiles = self._compression.profiles(samples[:, stretch.place])
            highest = np.maximum.reduceat(_kernels.peaks(profiles), stretch.starts)
            # The inverse of the smallest normal number is still finite.
            scale = np.maximum(highest / self.largest_sample, np.finfo(np.float32).tiny)
            scale = scale.astype(np.float32)
            tx_scale[stretch.transmitters] = scale
            n_channels = np.diff(stretch.starts, append=len(profiles))
            self._packed.pack(profiles, stretch.channels, np.repeat(1 / scale, n_channels))

        if self._problem.threads == 1 or len(self._stretches) == 1:
            for stretch in self._stretches:
                pack(stretch)
        else:
            with ThreadPoolExecutor(self._problem.threads) as pool:
                list(pool.map(pack, self._stretches))
        return tx_scale

    def _compute(
        self,
        tx_scale: NDArray[np.float32],
        part: _PreparedPart,
        tiles: NDArray[np.int32],
        image: NDArray[np.complex64],
    ) -> None:
        grid, schedule = self._problem.grid, part.schedule
        self._packed.compute(
            samples_per_metre=1.0 / self._compression.spacing_m,
            turns_per_metre=self._compression.wavenumber_rad_m / (2 * np.pi),
            passes=schedule.passes,
            receivers_m=schedule.receivers_m,
            transmitters_m=schedule.transmitters_m,
            transmit_scale=tx_scale[schedule.transmitter],
            displacement_m=schedule.displacement_m,
            first_entry=schedule.first_entry,
            receiver=schedule.receiver,
            channel=schedule.channel,
            monostatic=schedule.monostatic,
            x_m=grid.x_m,
            y_m=grid.y_m,
            z_m=grid.z_m,
            shape=list(part.tiles.shape),
            tiles=tiles,
            margin_samples=part.margin_samples,
            threads=self._problem.threads,
            image=image,
        )


def native_kernels() -> dict[str, type[NativeFormer]]:
    """Formers that run on this machine, by kernel name, the fastest first."""
    return {
        name: type(
            f"{name.title()}Former",
            (NativeFormer,),
            {
                "kernel": name,
                "lanes": lanes,
                "schedule_shape": ScheduleShape(_kernels.BLOCK, receivers, _kernels.MOST_RECEIVERS),
                "largest_sample": largest_sample,
            },
        )
        for name, lanes, receivers, largest_sample in _kernels.available()
    }


def _whole_transmitters(tx: NDArray[np.intp]) -> list[_Stretch]:
    """Channels, sorted by transmitter, in stretches that hold all those of their transmitters."""
    by_tx = np.argsort(tx, kind="stable")
    transmitters, starts = np.unique(tx[by_tx], return_index=True)
    cuts = [0]
    for i, start in enumerate(starts):
        if start - starts[cuts[-1]] >= _CHANNELS_AT_ONCE:
            cuts.append(i)
    stretches = []
    for low, high in zip(cuts, [*cuts[1:], len(starts)], strict=True):
        end = starts[high] if high < len(starts) else len(by_tx)
        channels = by_tx[starts[low] : end]
        is_run = bool((np.diff(channels) == 1).all())
        place = slice(channels[0], channels[-1] + 1) if is_run else channels
        stretches.append(
            _Stretch(channels, place, transmitters[low:high], starts[low:high] - starts[low])
        )
    return stretches


def _in_turns(tiles: NDArray[np.int32], progress: Progress | None) -> Iterator[NDArray[np.int32]]:
    """Tiles in stretches between which Python may report and be interrupted."""
    step = len(tiles) if progress is None else _TILES_BETWEEN_REPORTS
    for start in range(0, len(tiles), step):
        yield tiles[start : start + step]
