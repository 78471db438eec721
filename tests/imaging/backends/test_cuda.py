"""The CUDA source: compiled for two cards, and run thread by thread on the CPU for its numbers."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from clearway.errors import ArgumentError, ClearwayError, MissingExtraError
from clearway.imaging.array import Array
from clearway.imaging.backends.cuda import CudaFormer, has_device, projector
from clearway.imaging.backends.cuda.layout import group_transmitters
from clearway.imaging.backends.cuda.projector import CudaProjector
from clearway.imaging.backends.problem import Problem, parts_of
from clearway.imaging.backends.range_profiles import RangeCompression
from clearway.imaging.backends.reference import delay_and_sum
from clearway.imaging.echo import point_echoes
from clearway.imaging.grid import Grid, Region
from clearway.imaging.sweep import Sweep
from tests.imaging.scenes import some_pairs
from tests.support.cupy_on_cpu import cupy_on_cpu

SOURCE = Path(str(files("clearway.imaging.backends.cuda") / "backprojection.cu"))
FREQUENCIES_HZ = np.linspace(8e9, 18e9, 40)
GRID = Grid.over((-0.06, 0.95, 0.92), (0.07, 1.02, 1.04), 0.01)
TARGETS_M = [[0.0, 1.0, 1.0], [0.043, 0.98, 0.951]]

needs_cpp = pytest.mark.skipif(shutil.which("g++") is None, reason="g++ is not installed")


@pytest.fixture
def on_cpu(emulation: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cupy", emulation)


@pytest.fixture(scope="session")
def emulation(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return cupy_on_cpu(tmp_path_factory.mktemp("kernels"))


def panel(n_tx: int, n_rx: int, seed: int = 1, offset_m: float = 0.0) -> Array:
    """Irregular elements in the plane y = 0, 2 m x 2 m."""
    rng = np.random.default_rng(seed)
    tx, rx = (rng.uniform((-1, 0, 0), (1, 0, 2), (n, 3)) + offset_m for n in (n_tx, n_rx))
    return Array(tx, rx)


def problem_of(
    sweep: Sweep,
    grid: Grid,
    mask: NDArray[np.bool_] | None = None,
    regions: Sequence[Region] | None = None,
) -> Problem:
    return Problem(
        array=sweep.array,
        frequencies_hz=sweep.frequencies_hz,
        propagation_speed_m_s=sweep.propagation_speed_m_s,
        grid=grid,
        parts=parts_of(grid, sweep.array, regions, mask),
        window=None,
        oversampling=4.0,
        threads=1,
    )


def cuda_image(sweep: Sweep, grid: Grid, **parts: Any) -> NDArray[np.complex64]:
    samples = sweep.samples.reshape(len(sweep.frequencies_hz), -1)
    return CudaFormer(problem_of(sweep, grid, **parts)).form(samples)


def projected(
    profiles: NDArray[np.complex64], spacing_m: float, wavenumber: float, array: Array, grid: Grid
) -> NDArray[np.complex64]:
    """Image of profiles that no sweep needs to have."""
    compression = RangeCompression(
        profiles.shape[1], spacing_m, wavenumber, np.ones((1, 1), np.float32), np.zeros(1, np.intp)
    )
    image = np.zeros(grid.shape, dtype=np.complex64)
    CudaProjector(sys.modules["cupy"], array, grid, None, compression).project(profiles, image)
    return image


def interpolated(
    profiles: NDArray[np.complex64],
    profile_spacing_m: float,
    wavenumber_rad_m: float,
    array: Array,
    points_m: NDArray[np.float64],
) -> NDArray[np.complex128]:
    """What the kernel computes, in float64 and one voxel after the other."""
    tx, rx = array.channels.T
    rows = np.arange(len(profiles))
    image = []
    for point in points_m:
        path_m = np.linalg.norm(point - array.tx_positions_m, axis=1)[tx]
        path_m += np.linalg.norm(point - array.rx_positions_m, axis=1)[rx]
        fraction, whole = np.modf(path_m / profile_spacing_m)
        sample = whole.astype(np.intp) % profiles.shape[1]
        here, after = profiles[rows, sample], profiles[rows, (sample + 1) % profiles.shape[1]]
        value = (1 - fraction) * here + fraction * after
        image.append((value * np.exp(1j * wavenumber_rad_m * path_m)).sum())
    return np.array(image)


def nrmse(image: NDArray[Any], sweep: Sweep, grid: Grid) -> float:
    exact = delay_and_sum(sweep, grid.points_m())
    return float(np.linalg.norm(image.ravel() - exact) / np.linalg.norm(exact))


@pytest.mark.skipif(shutil.which("nvcc") is None, reason="nvcc is not installed")
@pytest.mark.parametrize("tx_group", [1, 8])
@pytest.mark.parametrize("architecture", ["sm_75", "sm_90"])
def test_the_source_compiles_without_a_warning(
    architecture: str, tx_group: int, tmp_path: Path
) -> None:
    flags = ["-std=c++17", "-ftz=true", "-Werror", "all-warnings", "-Xptxas", "-warn-spills"]
    target = ["-cubin", f"-arch={architecture}", f"-DTX_GROUP={tx_group}"]
    command = ["nvcc", *flags, *target, "-o", str(tmp_path / "out.cubin"), str(SOURCE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@needs_cpp
@pytest.mark.usefixtures("on_cpu")
@settings(max_examples=12)
@given(
    st.integers(1, 17),
    st.integers(1, 7),
    st.integers(1, 200),
    st.floats(0.002, 0.1),
    st.floats(20.0, 600.0),
    st.integers(0, 1000),
)
def test_any_profiles_are_summed_as_in_float64(
    n_tx: int, n_rx: int, n_samples: int, spacing_m: float, wavenumber: float, seed: int
) -> None:
    array = panel(n_tx, n_rx, seed)
    parts = np.random.default_rng(seed).standard_normal((2, array.n_pairs, n_samples))
    profiles = (parts[0] + 1j * parts[1]).astype(np.complex64)
    image = projected(profiles, spacing_m, wavenumber, array, GRID)
    exact = interpolated(profiles, spacing_m, wavenumber, array, GRID.points_m())
    assert np.linalg.norm(image.ravel() - exact) < 3e-5 * np.linalg.norm(exact)


@needs_cpp
@pytest.mark.usefixtures("on_cpu")
@pytest.mark.parametrize(
    "grid",
    [
        GRID,
        Grid([0.01], [1.0], [1.0]),
        Grid.over((-0.15, 1.0, 0.9), (0.15, 1.0, 1.1), 0.013),
        Grid(np.linspace(0.1, -0.1, 7), [0.9, 0.93, 1.1], [0.8, 0.95, 1.0, 1.3]),
        Grid.over((-2.0, 0.5, -1.0), (2.0, 3.5, 2.0), 0.7),
    ],
    ids=["box", "one voxel", "plane", "uneven and falling", "coarse, beyond the unambiguous path"],
)
def test_any_grid_gives_the_exact_image(grid: Grid) -> None:
    points_m = grid.points_m()[:: max(1, grid.size // 5)]
    sweep = point_echoes(panel(9, 6), FREQUENCIES_HZ, points_m)
    assert nrmse(cuda_image(sweep, grid), sweep, grid) < 0.01


@needs_cpp
@pytest.mark.usefixtures("on_cpu")
def test_the_voxel_that_lies_nearest_is_looked_up_in_its_own_channel() -> None:
    array = Array([[0.0, 0.0, 0.0]], [[0.0, 0.0, 0.0], [0.0, 0.1, 0.0]])
    grid = Grid([0.0], 1.0 + 0.01 * np.arange(256), [0.0])
    profiles = np.array([[1.0], [1.0j]], dtype=np.complex64)  # of one sample: begin in each tile
    image = projected(profiles, 0.01, 270.0, array, grid)
    exact = interpolated(profiles, 0.01, 270.0, array, grid.points_m())
    np.testing.assert_allclose(image.ravel(), exact, atol=1e-3)


@needs_cpp
@pytest.mark.usefixtures("on_cpu")
def test_an_element_inside_the_grid_is_no_singularity() -> None:
    array = Array([GRID.points_m()[100]], [[0.02, 0.97, 0.95]])
    profiles = np.ones((1, 64), dtype=np.complex64)
    image = projected(profiles, 0.01, 270.0, array, GRID)
    exact = interpolated(profiles, 0.01, 270.0, array, GRID.points_m())
    np.testing.assert_allclose(image.ravel(), exact, atol=1e-4)


@needs_cpp
@pytest.mark.usefixtures("on_cpu")
def test_a_list_of_pairs_gives_the_exact_image() -> None:
    full = panel(10, 4)
    pairs = some_pairs(10, 4, 23, np.random.default_rng(2))
    array = Array(full.tx_positions_m, full.rx_positions_m, pairs=pairs)
    sweep = point_echoes(array, FREQUENCIES_HZ, TARGETS_M)
    assert nrmse(cuda_image(sweep, GRID), sweep, GRID) < 0.01


@needs_cpp
@pytest.mark.usefixtures("on_cpu")
def test_a_monostatic_scan_gives_the_exact_image() -> None:
    array = Array.monostatic(panel(25, 1).tx_positions_m)
    sweep = point_echoes(array, FREQUENCIES_HZ, TARGETS_M)
    assert group_transmitters(array).size == 1
    assert nrmse(cuda_image(sweep, GRID), sweep, GRID) < 0.01


@needs_cpp
@pytest.mark.usefixtures("on_cpu")
def test_a_kilometre_away_the_image_is_the_same() -> None:
    sweep = point_echoes(panel(6, 5), FREQUENCIES_HZ, TARGETS_M)
    far_sweep = Sweep.of(sweep.samples, FREQUENCIES_HZ, panel(6, 5, offset_m=1000.0))
    far_grid = Grid(*(axis + 1000.0 for axis in GRID.axes_m))
    image, far_image = cuda_image(sweep, GRID), cuda_image(far_sweep, far_grid)
    assert np.abs(far_image - image).max() < 1e-5 * np.abs(image).max()


@needs_cpp
@pytest.mark.usefixtures("on_cpu")
@pytest.mark.parametrize("times_s", [np.arange(9) * 5e-4, np.repeat([0.0, 2e-3, 4e-3], 3)])
def test_a_scene_that_moves_is_imaged_as_it_was_at_time_0(times_s: NDArray[np.float64]) -> None:
    still = panel(9, 4)
    array = Array(still.tx_positions_m, still.rx_positions_m, tx_times_s=times_s)
    velocity_m_s = (1.2, -0.7, 0.3)
    sweep = point_echoes(array, FREQUENCIES_HZ, TARGETS_M, velocity_m_s=velocity_m_s)
    region = Region((-1.0, 0.0, 0.0), (1.0, 2.0, 2.0), velocity_m_s)
    image = cuda_image(sweep, GRID, regions=[region]).ravel()
    exact = delay_and_sum(sweep, GRID.points_m(), velocity_m_s=np.array(velocity_m_s))
    assert np.linalg.norm(image - exact) < 0.01 * np.linalg.norm(exact)


@needs_cpp
@pytest.mark.usefixtures("on_cpu")
def test_only_the_mask_is_imaged_and_each_voxel_as_without_it() -> None:
    mask = np.random.default_rng(3).random(GRID.shape) < 0.2
    sweep = point_echoes(panel(4, 3), FREQUENCIES_HZ, TARGETS_M)
    image = cuda_image(sweep, GRID, mask=mask)
    assert not image[~mask].any()
    whole = cuda_image(sweep, GRID)
    np.testing.assert_allclose(image[mask], whole[mask], atol=1e-4 * np.abs(whole).max())


@needs_cpp
@pytest.mark.usefixtures("on_cpu")
def test_batches_and_parts_do_not_change_the_image(monkeypatch: pytest.MonkeyPatch) -> None:
    sweep = point_echoes(panel(20, 3), FREQUENCIES_HZ, TARGETS_M)
    split = cuda_image(sweep, GRID)
    monkeypatch.setattr(projector, "_BATCH_BYTES", 1)
    monkeypatch.setattr(projector, "_BLOCKS", 1)
    np.testing.assert_allclose(cuda_image(sweep, GRID), split, atol=1e-5 * np.abs(split).max())


@needs_cpp
@pytest.mark.usefixtures("on_cpu")
def test_one_former_serves_frame_after_frame_and_tells_its_progress() -> None:
    array = panel(3, 3)
    one, other = (point_echoes(array, FREQUENCIES_HZ, [target]) for target in TARGETS_M)
    halves = [Region((-1.0, 0.0, 0.0), (0.0, 2.0, 2.0)), Region((0.0, 0.0, 0.0), (1.0, 2.0, 2.0))]
    former = CudaFormer(problem_of(one, GRID, regions=halves))
    told: list[float] = []
    first = former.form(one.samples.reshape(40, 9), told.append)
    assert told[-1] == 1.0
    assert nrmse(former.form(other.samples.reshape(40, 9)), other, GRID) < 0.01
    np.testing.assert_array_equal(former.form(one.samples.reshape(40, 9)), first)


def any_problem() -> Problem:
    return problem_of(point_echoes(panel(2, 3), FREQUENCIES_HZ, TARGETS_M), GRID)


@needs_cpp
@pytest.mark.usefixtures("on_cpu")
def test_an_array_that_32_bit_numbers_cannot_count_is_refused() -> None:
    long_profiles = replace(any_problem(), oversampling=2e7)
    with pytest.raises(ArgumentError, match=r"array: needs \d+ table entries .* more than 2\^32"):
        CudaFormer(long_profiles)


def test_without_cupy_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cupy", None)
    with pytest.raises(MissingExtraError, match=r'pip install "clearway\[gpu\]"'):
        CudaFormer(any_problem())
    assert not has_device()


def test_without_a_card_the_message_says_so(
    emulation: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_driver() -> int:
        raise RuntimeError("cudaErrorNoDevice")

    monkeypatch.setitem(sys.modules, "cupy", emulation)
    assert has_device()
    monkeypatch.setattr(emulation.cuda.runtime, "getDeviceCount", no_driver)
    with pytest.raises(ClearwayError, match="no CUDA device can be used: cudaErrorNoDevice"):
        CudaFormer(any_problem())
    assert not has_device()


@pytest.mark.gpu
@pytest.mark.skipif(not has_device(), reason="no CuPy, or no CUDA device")
def test_a_card_gives_the_exact_image() -> None:
    sweep = point_echoes(panel(20, 17), FREQUENCIES_HZ, TARGETS_M, [1.0, 0.5j])
    image = cuda_image(sweep, GRID)
    assert nrmse(image, sweep, GRID) < 0.01
    np.testing.assert_array_equal(cuda_image(sweep, GRID), image)
