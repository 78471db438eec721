"""Rate of the CUDA back end, beside fastsar's CUDA path on the same card and the same voxels.

An update is one voxel and one pair of transmitter and receiver.  The reference configuration is a
panel of 96 x 96 elements, 100 frequencies from 8 to 18 GHz, and either the space around one
person or the full volume, in voxels of 1 cm.

    python bench/cuda.py [--full] [--repeats 20]
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clearway.errors import ClearwayError
from clearway.imaging.backends.cuda import CudaFormer
from clearway.imaging.backends.cuda.device import cupy_with_device
from clearway.imaging.backends.cuda.projector import CudaProjector
from clearway.imaging.backends.problem import Problem, parts_of
from clearway.imaging.backends.range_profiles import RangeCompression
from clearway.imaging.backends.reference import delay_and_sum
from clearway.imaging.design.panels import jittered_panel
from clearway.imaging.echo import point_echoes
from clearway.imaging.grid import Grid
from clearway.imaging.sweep import Sweep

PERSON = Grid.over((-0.26, 0.92, 0.04), (0.25, 1.07, 1.95), 0.01)
VOLUME = Grid.over((-1.0, 0.8, 0.0), (0.99, 1.79, 1.99), 0.01)
OVERSAMPLING = 4.0
CHECKED_VOXELS = 200


def main() -> None:
    """Print the table, or why there is none."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="the full volume, not one person")
    parser.add_argument("--repeats", type=int, default=20)
    arguments = parser.parse_args()
    try:
        cupy = cupy_with_device()
    except ClearwayError as error:
        sys.exit(f"nothing measured: {error}")

    rng = np.random.default_rng(1)
    grid = VOLUME if arguments.full else PERSON
    points_m = grid.points_m()
    scatterers_m = points_m[rng.choice(len(points_m), 50, replace=False)]
    frequencies_hz = np.linspace(8e9, 18e9, 100)
    sweep = point_echoes(jittered_panel(96, 96, rng), frequencies_hz, scatterers_m)
    checked = rng.choice(len(points_m), CHECKED_VOXELS, replace=False)
    exact = delay_and_sum(sweep, points_m[checked])
    updates = grid.size * sweep.array.n_pairs

    form, project = our_calls(cupy, sweep, grid)
    calls: dict[str, Callable[[], Any]] = {
        "kernels alone": project,
        "samples to image": form,
    }
    peer = fastsar_call(sweep, points_m)
    if peer is not None:
        calls["fastsar, samples to image"] = peer
    properties = cupy.cuda.runtime.getDeviceProperties(cupy.cuda.Device().id)
    print(f"{properties['name'].decode()}, {grid.size} voxels, {sweep.array.n_pairs} pairs")
    print(f"{'':<26} {'median ms':>10} {'fastest':>9} {'giga-updates/s':>15} {'NRMSE':>8}")
    for name, call in calls.items():
        image = cupy.asnumpy(call())  # the first call compiles
        spent = [elapsed(call) for _ in range(arguments.repeats)]
        nrmse = np.linalg.norm(image.ravel()[checked] - exact) / np.linalg.norm(exact)
        rate = updates / median(spent) / 1e9
        times_ms = f"{1e3 * median(spent):>10.2f} {1e3 * min(spent):>9.2f}"
        print(f"{name:<26} {times_ms} {rate:>15.1f} {nrmse:>8.4f}")
    if peer is None:
        print("fastsar is not installed: pip install fastsar")


def our_calls(
    cupy: Any, sweep: Sweep, grid: Grid
) -> tuple[Callable[[], NDArray[np.complex64]], Callable[[], Any]]:
    """The whole back end, and its kernels with the profiles and the image on the card."""
    problem = Problem(
        array=sweep.array,
        frequencies_hz=sweep.frequencies_hz,
        propagation_speed_m_s=sweep.propagation_speed_m_s,
        grid=grid,
        parts=parts_of(grid, sweep.array, None, None),
        window=None,
        oversampling=OVERSAMPLING,
        threads=1,
    )
    samples = sweep.samples.reshape(len(sweep.frequencies_hz), -1)
    compression = RangeCompression.of(
        sweep.frequencies_hz, sweep.propagation_speed_m_s, None, OVERSAMPLING
    )
    profiles = cupy.asarray(compression.profiles(samples, 1))
    projector = CudaProjector(cupy, sweep.array, grid, None, compression)
    image = cupy.zeros(grid.shape, dtype=np.complex64)
    former = CudaFormer(problem)

    def project() -> Any:
        projector.project(profiles, image)
        cupy.cuda.Device().synchronize()
        return image

    return lambda: former.form(samples), project


def fastsar_call(
    sweep: Sweep, points_m: NDArray[np.float64], backend: str = "cuda"
) -> Callable[[], NDArray[np.complex64]] | None:
    """Give the same image by fastsar, where it is installed."""
    try:
        fastsar = importlib.import_module("fastsar")
    except ImportError:
        return None
    array = sweep.array
    tx, rx = array.channels.T
    history = np.ascontiguousarray(sweep.samples.reshape(len(sweep.frequencies_hz), -1).T)
    step_hz = float(sweep.frequencies_hz[1] - sweep.frequencies_hz[0])

    def call() -> NDArray[np.complex64]:
        image: NDArray[np.complex64] = fastsar.backproject(
            history,
            array.tx_positions_m[tx],
            float(sweep.frequencies_hz[0]),
            step_hz,
            points_m,
            rcv=array.rx_positions_m[rx],
            ref=np.zeros(len(tx)),
            backend=backend,
            upsample=int(OVERSAMPLING),
            window=False,
        )
        return image

    return call


def elapsed(call: Callable[[], Any]) -> float:
    """Seconds of one call."""
    started = perf_counter()
    call()
    return perf_counter() - started


if __name__ == "__main__":
    main()
