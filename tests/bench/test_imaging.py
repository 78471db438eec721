import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from typer.testing import CliRunner

from clearway.bench import imaging
from clearway.bench.imaging import bench_imaging, compared
from clearway.bench.machine import checked_threads, cpu_name, peak_memory_bytes, usable_cores
from clearway.bench.peers import FormImage, Scope
from clearway.bench.reference_case import (
    REFERENCE,
    CaseSize,
    ReferenceCase,
    _on_body,
    box,
    reference_case,
)
from clearway.bench.scaling import (
    FULL_PLAN,
    ScalingAxis,
    ScalingPlan,
    measure_scaling,
    scaling_figure,
)
from clearway.bench.timing import paired_seconds, repeated_seconds
from clearway.cli.bench import bench_app
from clearway.cli.bench_table import print_bench
from clearway.errors import ArgumentError, MissingExtraError
from clearway.imaging import Sweep
from clearway.imaging.backends.choice import choose
from clearway.imaging.backends.reference import delay_and_sum
from clearway.imaging.windows import Window

TINY = CaseSize(12, 40, (12, 8, 16), (4, 8, 8), (14, 10, 16), 5, 40)


@dataclass(frozen=True)
class Exact:
    """The reference, as a peer."""

    name: str = "exact"
    scope: Scope = Scope.END_TO_END

    def version(self) -> str:
        return "1"

    def prepare(self, sweep: Sweep, window: Window | None, threads: int) -> FormImage:
        assert threads == 1
        return lambda points_m: delay_and_sum(sweep, points_m, window).astype(np.complex64)


class Absent(Exact):
    def version(self) -> str:
        raise MissingExtraError("the comparison with absent", "get it")


@pytest.fixture(scope="module")
def tiny() -> ReferenceCase:
    return reference_case(TINY, np.random.default_rng(1))


def test_one_run_holds_ratios_rates_accuracy_and_memory(
    tiny: ReferenceCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imaging, "_PEERS", (Exact(), Absent("absent")))
    monkeypatch.setattr(imaging, "_CANDIDATES", (Exact(), Absent("absent")))
    monkeypatch.setattr(imaging, "peak_memory_bytes", lambda task, *given: task(*given) or 2000000)
    found = bench_imaging(tiny, repeats=3, threads=1)

    assert list(found.missing) == ["absent"]
    (one,) = found.comparisons
    assert one.ratio.smallest <= one.ratio.median <= one.ratio.largest
    assert one.clearway.updates == one.other.updates == 4 * 8 * 8 * 144
    settings = [rates.setting for rates in found.rates]
    assert settings[0].backend == choose("auto")[0]
    for rates in found.rates:
        assert rates.roi.updates == 12 * 8 * 16 * 144
        assert rates.volume is not None
        assert rates.volume.updates == 14 * 10 * 16 * 144
    names = [*(f"Clearway, {setting}" for setting in settings), "exact"]
    assert {(a.name, a.window) for a in found.accuracy} == {
        (name, window) for name in names for window in (None, "hann")
    }
    assert all(a.nrmse < (1e-6 if a.name == "exact" else 0.02) for a in found.accuracy)

    console = Console(width=120)
    with console.capture() as printed:
        print_bench(console, found)
    for words in ("exact (1)", "not installed", "remedy: get it", cpu_name()):
        assert words in printed.get()


def test_a_ratio_is_per_update(tiny: ReferenceCase) -> None:
    on_part = compared(tiny, Exact(), 1, 1)
    on_roi = compared(tiny, Exact(scope=Scope.KERNEL), 1, 1)
    for one, voxels in ((on_part, 4 * 8 * 8), (on_roi, 12 * 8 * 16)):
        assert one.clearway.updates == voxels * 144
        assert one.ratio.median == pytest.approx(
            one.clearway.giga_updates_per_s / one.other.giga_updates_per_s
        )


@given(st.integers(0, 2**32 - 1))
def test_scatterers_lie_on_the_front_of_a_body_in_the_region(seed: int) -> None:
    roi = box(REFERENCE.roi)
    x, y, z = _on_body(50, roi, np.random.default_rng(seed)).T
    for coordinate, axis_m in zip((x, y, z), roi.axes_m, strict=True):
        assert axis_m[0] <= coordinate.min() <= coordinate.max() <= axis_m[-1]
    # The shoulders, 44 cm across and 14 cm deep, hold every other cross section.
    assert np.all(np.hypot(x / 0.22, (roi.y_m[-1] - y) / 0.14) <= 1 + 1e-9)


def test_the_voxels_to_check_differ(tiny: ReferenceCase) -> None:
    assert len(np.unique(tiny.checked)) == TINY.n_checked
    assert tiny.checked.max() < tiny.roi.size


def test_the_reference_configuration_is_the_documented_one() -> None:
    assert REFERENCE.n_elements**2 == 9216
    assert np.prod(REFERENCE.roi) == 159_744
    assert np.prod(REFERENCE.part) == 32_768
    assert np.prod(REFERENCE.volume) == 4_000_000


@pytest.mark.parametrize("threads", [0, 10**6])
def test_threads_beyond_the_cores_are_refused(threads: int) -> None:
    with pytest.raises(ArgumentError, match=f"usable cores|is {threads}"):
        checked_threads(threads)
    assert checked_threads(None) == usable_cores()


def test_no_repetition_is_refused(tiny: ReferenceCase) -> None:
    with pytest.raises(ArgumentError, match="repeats: is 0"):
        bench_imaging(tiny, repeats=0)


def test_tasks_run_in_turn_after_one_untimed_run_each() -> None:
    ran: list[str] = []
    pairs = paired_seconds(lambda: ran.append("A"), lambda: ran.append("B"), 3)
    assert "".join(ran) == "AB" + "ABABAB"
    assert len(pairs) == 3
    assert len(repeated_seconds(lambda: ran.append("C"), 2)) == 2
    assert ran.count("C") == 3


def test_peak_memory_is_that_of_a_fresh_process() -> None:
    held = np.ones(60_000_000)
    small = peak_memory_bytes(np.ones, 1)
    large = peak_memory_bytes(np.ones, 25_000_000)
    assert small < held.nbytes
    assert large - small == pytest.approx(25_000_000 * 8, rel=0.05)


def test_the_full_plan_covers_two_decades_of_each() -> None:
    voxels = [int(np.prod(shape)) for shape in FULL_PLAN.grids]
    for counts in (voxels, [n**2 for n in FULL_PLAN.elements], list(FULL_PLAN.frames)):
        assert counts == sorted(counts)
        assert counts[-1] / counts[0] >= 100


def test_scaling_measures_and_draws_every_size() -> None:
    plan = ScalingPlan(10, 4, (4, 4, 4), ((2, 2, 2), (4, 8, 8)), (2, 4), (1, 3))
    points = measure_scaling(plan, np.random.default_rng(1), repeats=2, threads=1)
    assert [(point.axis, point.count) for point in points] == [
        (ScalingAxis.VOXELS, 8),
        (ScalingAxis.VOXELS, 256),
        (ScalingAxis.CHANNELS, 4),
        (ScalingAxis.CHANNELS, 16),
        (ScalingAxis.FRAMES, 1),
        (ScalingAxis.FRAMES, 3),
    ]
    for axes, axis in zip(scaling_figure(points).axes, ScalingAxis, strict=True):
        own = [point for point in points if point.axis is axis]
        np.testing.assert_array_equal(axes.lines[1].get_xdata(), [p.count for p in own])
        np.testing.assert_array_equal(axes.lines[1].get_ydata(), [p.seconds.median for p in own])


def test_the_command_writes_picture_and_figures(tmp_path: Path) -> None:
    picture, figures = tmp_path / "scaling.svg", tmp_path / "scaling.json"
    arguments = ["imaging", "--quick", "--repeats", "1", "--threads", "1"]
    done = CliRunner().invoke(
        bench_app, [*arguments, "--scaling", str(picture), "--output", str(figures)]
    )
    assert done.exit_code == 0, done.output
    assert picture.read_text("utf-8").count("</svg>") == 1
    axes = {point["axis"] for point in json.loads(figures.read_text("utf-8"))["points"]}
    assert axes == {axis.value for axis in ScalingAxis}
