"""`clearway image`: from a sweep file to an image volume and its picture."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TimeElapsedColumn
from typer.models import OptionInfo

from clearway.errors import OutputError
from clearway.store.atomic import atomic_write

if TYPE_CHECKING:
    from clearway.imaging import Grid, Sweep
    from clearway.imaging.calibration import Calibration

__all__ = ["image"]

_GRID, _SAMPLES = "Grid", "Samples"


def _bounds(text: str) -> OptionInfo:
    option: OptionInfo = typer.Option(help=text, metavar="LOW HIGH", rich_help_panel=_GRID)
    return option


OutputOption = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="OUT",
        help="Writes OUT.zarr and OUT.png.",
        show_default="SWEEP-image",
    ),
]
SpacingOption = Annotated[
    float | None,
    typer.Option(
        help="Between voxels, m.",
        show_default="a quarter of the shortest wavelength, or more for 4 million voxels",
        rich_help_panel=_GRID,
    ),
]
FrameOption = Annotated[
    str,
    typer.Option(help="Which sweep of the file: number from 0, or name.", rich_help_panel=_SAMPLES),
]
MappingOption = Annotated[
    str | None,
    typer.Option(
        help="For files of other software: a mapping file, or the name of a shipped mapping.",
        rich_help_panel=_SAMPLES,
    ),
]
BackgroundOption = Annotated[
    Path | None,
    typer.Option(help="Sweep of the empty scene, to subtract.", rich_help_panel=_SAMPLES),
]
BackgroundFrameOption = Annotated[
    str, typer.Option(help="Which sweep of that file.", rich_help_panel=_SAMPLES)
]
CalibrationOption = Annotated[
    Path | None,
    typer.Option(
        help="Sweep file whose samples are the gains to divide by.", rich_help_panel=_SAMPLES
    ),
]
SpeedOption = Annotated[
    float | None,
    typer.Option(
        metavar="M_PER_S",
        help="How fast waves travel where the scene is.",
        show_default="what the file says, else as in vacuum",
        rich_help_panel=_SAMPLES,
    ),
]
WindowOption = Annotated[
    Literal["none", "hann", "taylor"], typer.Option(help="Weighting over frequency.")
]
RangeOption = Annotated[float, typer.Option(min=1.0, help="Levels in the picture, dB.")]
BackendOption = Annotated[str, typer.Option(help="A name that `clearway doctor` lists, or auto.")]
OversamplingOption = Annotated[
    float | None,
    typer.Option(
        min=2.0, help="Accuracy against speed: samples per range cell.", show_default="5.2"
    ),
]
ThreadsOption = Annotated[int | None, typer.Option(min=1, show_default="one per core")]


def image(
    sweep: Annotated[
        Path,
        typer.Argument(
            help="Zarr, HDF5, MATLAB, NumPy or CSV file.", metavar="SWEEP", show_default=False
        ),
    ],
    output: OutputOption = None,
    x: Annotated[
        tuple[float, float] | None, _bounds("Across, m; default as wide as the array.")
    ] = None,
    y: Annotated[
        tuple[float, float] | None,
        _bounds("Depth, m; default before a flat array, from 0.4 to 0.9 of its longest side."),
    ] = None,
    z: Annotated[
        tuple[float, float] | None, _bounds("Height, m; default as high as the array.")
    ] = None,
    spacing: SpacingOption = None,
    frame: FrameOption = "0",
    mapping: MappingOption = None,
    background: BackgroundOption = None,
    background_frame: BackgroundFrameOption = "0",
    calibration: CalibrationOption = None,
    speed: SpeedOption = None,
    window: WindowOption = "hann",
    dynamic_range: RangeOption = 30.0,
    backend: BackendOption = "auto",
    oversampling: OversamplingOption = None,
    threads: ThreadsOption = None,
) -> None:
    """Form the image of a sweep, and draw it from three sides and by depth."""
    from clearway.imaging import Imager, Sweep
    from clearway.imaging.files import read_sweep, write_image
    from clearway.imaging.imager import OVERSAMPLING
    from clearway.imaging.pictures.framing import grid_for
    from clearway.imaging.pictures.peak import peak_words
    from clearway.imaging.pictures.picture import image_picture

    console = Console(highlight=False, markup=False, soft_wrap=True)
    volume, picture = _outputs(output or Path(f"{sweep.stem}-image"))
    with atomic_write(picture) as unfinished_picture:
        taken = read_sweep(sweep, frame=_frame(frame), mapping=mapping)
        corrections = _corrections(
            taken,
            None if background is None else (background, _frame(background_frame), mapping),
            calibration,
        )
        if speed is not None:
            taken = Sweep.of(taken.samples, taken.frequencies_hz, taken.array, speed)
        grid = grid_for(taken, x_m=x, y_m=y, z_m=z, spacing_m=spacing)
        title = f"{sweep.name}, frame {frame}"
        console.print(*_facts(title, taken, grid), sep="\n")
        imager = Imager(
            taken.array,
            taken.frequencies_hz,
            grid,
            window=None if window == "none" else window,
            backend=backend,
            oversampling=OVERSAMPLING if oversampling is None else oversampling,
            threads=threads,
            propagation_speed_m_s=taken.propagation_speed_m_s,
        )
        columns = (BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
        with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
            task = bar.add_task("image", total=1.0)
            formed = imager.form(
                corrections.apply(taken.samples),
                # Reported even if nobody looks: only between reports can the work be interrupted.
                progress=lambda done: bar.update(task, completed=done),
            )
        peak = image_picture(
            unfinished_picture, formed, grid, title=title, dynamic_range_db=dynamic_range
        )
        about = {
            "sweep": sweep.name,
            "frame": frame,
            "background": background.name if background else "none",
            "calibration": calibration.name if calibration else "none",
            "window": window,
            "backend": imager.backend,
        }
        write_image(volume, formed, grid, about)
    console.print(peak_words(peak, grid), f"Image: {volume}", f"Picture: {picture}", sep="\n")


def _outputs(output: Path) -> tuple[Path, Path]:
    """Places of volume and picture, refused before any work if they cannot be used."""
    from clearway.imaging.files.layout import IMAGE_FORMAT, check_format
    from clearway.imaging.files.zarr3 import ZarrFile

    stem = output.with_suffix("") if output.suffix in {".zarr", ".png"} else output
    volume, picture = (stem.with_name(stem.name + suffix) for suffix in (".zarr", ".png"))
    if not volume.parent.is_dir():
        raise OutputError(volume, "its folder does not exist", "create the folder first")
    if volume.exists():  # an image may be replaced, a recording never
        with ZarrFile(volume) as file:
            check_format(file, IMAGE_FORMAT)
    return volume, picture


def _frame(text: str) -> int | str:
    return int(text) if text.isdecimal() else text


def _corrections(
    taken: Sweep,
    background: tuple[Path, int | str, str | None] | None,
    gain_file: Path | None,
) -> Calibration:
    """Read background and gains, which must be of the sweep's array and frequencies."""
    from clearway.imaging.calibration import Calibration, check_same_setup
    from clearway.imaging.files import read_sweep
    from clearway.imaging.files.arrays import as_input_error

    found = Calibration()
    gain = None if gain_file is None else (gain_file, 0, None)
    for name, place in (("background", background), ("gain", gain)):
        if place is not None:
            path, frame, mapping = place
            other = read_sweep(path, frame=frame, mapping=mapping)
            with as_input_error(path):
                check_same_setup(name, other, taken)
                found = replace(found, **{name: other.samples})
    return found


def _facts(title: str, taken: Sweep, grid: Grid) -> list[str]:
    """What is imaged and where, in lines."""
    from clearway.imaging.pictures.framing import shortest_wavelength_m

    array, hz = taken.array, taken.frequencies_hz
    box = ", ".join(
        f"{name} {axis[0]:.4g} to {axis[-1]:.4g} m"
        for name, axis in zip("xyz", grid.axes_m, strict=True)
    )
    steps_m = [float(axis[1] - axis[0]) for axis in grid.axes_m if len(axis) > 1]
    radar = (
        f"{array.n_tx} transmitters, {array.n_rx} receivers, {array.n_pairs:,} channels, "
        f"{len(hz)} frequencies from {hz.min() / 1e9:.4g} to {hz.max() / 1e9:.4g} GHz, waves at "
        f"{taken.propagation_speed_m_s:.5g} m/s"
    )
    voxels = f"{' x '.join(map(str, grid.shape))} = {grid.size:,} voxels"
    lines = [f"{title}: {radar}", f"grid: {box}; {voxels}"]
    half_m = shortest_wavelength_m(taken) / 2
    if max(steps_m, default=0.0) > half_m:
        lines.append(
            f"note: the voxels lie {max(steps_m):.3g} m apart, more than half the shortest "
            f"wavelength ({half_m:.3g} m): a point may look weaker than it is. A smaller box or "
            "--spacing helps."
        )
    return lines
