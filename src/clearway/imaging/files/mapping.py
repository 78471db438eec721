"""Mapping files: which array of a foreign file is which, in what order of axes and what unit."""

from __future__ import annotations

import json
import reprlib
import tomllib
from collections.abc import Iterator
from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from clearway.errors import Fault, InputError
from clearway.imaging.files.arrays import suggestion
from clearway.imaging.sweep import SPEED_OF_LIGHT_M_S

__all__ = ["ArrayMapping", "Coordinates", "Scan", "load_mapping", "shipped_mappings"]

_SHIPPED = files("clearway.imaging.files") / "mappings"

Name: TypeAlias = Annotated[str, Field(min_length=1)]
Coordinates: TypeAlias = Name | tuple[Name, Name, Name]
"""One array of positions, or one array each of x, y and z."""
Point: TypeAlias = tuple[float, float, float]
Positive: TypeAlias = Annotated[float, Field(gt=0)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Arrays(_Table):
    """Names of the arrays in the file (``a.b`` is field b of structure or group a), or values."""

    samples: Name | tuple[Name, Name] = Field(
        description='a name, two names (real and imaginary part), or "*": each array that is not '
        "named elsewhere is one frame"
    )
    frequencies_hz: Name | tuple[Positive, Positive] = Field(
        description="a name, or the first and the last frequency in Hz"
    )
    tx_positions_m: Coordinates = Field(
        default="tx_positions_m", description="a name, or three names: x, y and z"
    )
    rx_positions_m: Coordinates | None = Field(
        default=None, description="a name, or three names: x, y and z"
    )
    pairs: Name | None = Field(
        default=None, description="the name of (transmitter, receiver) per channel"
    )
    tx_times_s: Name | None = Field(default=None, description="a name")
    propagation_speed_m_s: Name | Positive = Field(
        default=SPEED_OF_LIGHT_M_S, description="a name, or a speed in m/s"
    )


class Axes(_Table):
    """Order of the axes in the file; for MATLAB the order that MATLAB shows."""

    samples: tuple[Literal["frame", "freq", "tx", "rx", "channel", "x", "y", "z"], ...] = Field(
        description='a list with "freq", perhaps "frame", and either "tx" and "rx", or "channel", '
        'or the coordinates along which one antenna was moved: "x", "y", "z"'
    )
    positions: Literal["element, xyz", "xyz, element"] = Field(
        default="element, xyz", description='"element, xyz" or "xyz, element"'
    )


class Units(_Table):
    """Units of the arrays in the file; values in the mapping itself are in SI units."""

    frequencies: Literal["Hz", "kHz", "MHz", "GHz"] = Field(
        default="Hz", description="Hz, kHz, MHz or GHz"
    )
    positions: Literal["m", "cm", "mm"] = Field(default="m", description="m, cm or mm")
    times: Literal["s", "ms", "us", "ns"] = Field(default="s", description="s, ms, us or ns")


class Signal(_Table):
    """How the samples differ from Clearway's convention exp(-j 2 pi f L / v)."""

    conjugate: bool = Field(
        default=False, description="true where a path adds exp(+j 2 pi f L / v), else false"
    )
    delay_s: float = Field(
        default=0.0, description="the delay inside the instrument, which is removed, in seconds"
    )
    first_element: Literal[0, 1] = Field(
        default=0, description="0 or 1, the number of the first element in pairs"
    )


class Scan(_Table):
    """One antenna that both transmits and receives, moved in even steps."""

    first_m: Point = Field(description="x, y and z of the corner with index 0, metres")
    spacing_m: Point = Field(description="steps along x, y and z, metres")
    snake: Literal["x", "y", "z"] | None = Field(
        default=None, description="the axis that runs backwards on every second line"
    )


class ArrayMapping(_Table):
    """A mapping file, checked by `load_mapping`."""

    title: str = Field(description="what files it is for")
    source: str = Field(description="where the layout is described")
    confidence: Literal["published", "assumed"] = Field(description="published or assumed")
    arrays: Arrays = Field(description="a table [arrays]")
    axes: Axes = Field(description="a table [axes]")
    units: Units = Field(default=Units(), description="a table [units]")
    signal: Signal = Field(default=Signal(), description="a table [signal]")
    scan: Scan | None = Field(default=None, description="a table [scan]")

    @property
    def channel_axes(self) -> tuple[str, ...]:
        """Axes of the samples that are neither frames nor frequencies, in the file's order."""
        return tuple(axis for axis in self.axes.samples if axis not in {"frame", "freq"})

    def with_samples(self, name: str) -> ArrayMapping:
        """Give the same mapping for one named array of samples."""
        arrays = self.arrays.model_copy(update={"samples": name})
        return self.model_copy(update={"arrays": arrays})


_TABLES: dict[str, type[_Table]] = {
    "arrays": Arrays,
    "axes": Axes,
    "units": Units,
    "signal": Signal,
    "scan": Scan,
}

_GEOMETRIES: dict[str, list[set[str]]] = {
    "rx tx": [{"tx_positions_m", "rx_positions_m"}],
    "channel": [{"tx_positions_m"}, {"tx_positions_m", "rx_positions_m", "pairs"}],
    "scan": [{"scan"}],
}
"""By the axes of the samples: the keys of which one set says where the antennas are."""


def shipped_mappings() -> list[str]:
    """Names of the mappings that the package brings along.

    Examples
    --------
    >>> shipped_mappings()
    ['3dried', 'merit', 'merit_npz', 'wang_mimo']
    """
    return sorted(entry.name.removesuffix(".toml") for entry in _SHIPPED.iterdir())


def load_mapping(mapping: Path | str) -> ArrayMapping:
    """Read a mapping file.

    Parameters
    ----------
    mapping : Path or str
        A TOML file, or the name of a shipped mapping, such as ``"wang_mimo"``.

    Returns
    -------
    ArrayMapping

    Raises
    ------
    InputError
        No such file, or anything wrong in it; it lists all faults found.
    """
    if str(mapping) in shipped_mappings():
        with as_file(_SHIPPED / f"{mapping}.toml") as shipped:
            return load_mapping(shipped)
    path = Path(mapping)
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        remedy = f"name a mapping file, or one of {', '.join(shipped_mappings())}"
        raise InputError(path, Fault(f"cannot be read ({error.strerror})", remedy)) from None
    except (ValueError, RecursionError) as error:
        raise InputError(path, Fault(f"is not valid TOML: {error}", "correct it there")) from None
    try:
        # Strict JSON mode takes lists for tuples, yet refuses a quoted number.
        checked = ArrayMapping.model_validate_json(json.dumps(data, default=str))
    except ValidationError as error:
        # A key that may be of several kinds has an error for each of them.
        faults = [_fault(detail, data) for detail in error.errors()]
        raise InputError(path, list(dict.fromkeys(faults))) from None
    inconsistencies = list(_inconsistencies(checked))
    if inconsistencies:
        raise InputError(path, inconsistencies)
    return checked


def _fault(detail: ErrorDetails, data: dict[str, Any]) -> Fault:
    """Put an error of pydantic into words; deeper than table and key it need not go."""
    keys = [str(key) for key in detail["loc"][:2]]
    table, given = ArrayMapping.model_fields, data
    if len(keys) == 2 and keys[0] in _TABLES:
        table, given = _TABLES[keys[0]].model_fields, data[keys[0]]
    else:
        keys = keys[:1]
    key, field = keys[-1], ".".join(keys)
    if key not in table:
        return Fault("is not a key of a mapping", suggestion(key, table), field)
    problem = f"holds {reprlib.repr(given[key])}" if key in given else "is missing"
    return Fault(problem, f"give {table[key].description}", field)


def _inconsistencies(mapping: ArrayMapping) -> Iterator[Fault]:
    """Faults between keys that are each right by themselves."""
    axes, channels, scan = list(mapping.axes.samples), set(mapping.channel_axes), mapping.scan
    is_scan = bool(channels) and channels <= {"x", "y", "z"}
    geometries = _GEOMETRIES.get("scan" if is_scan else " ".join(sorted(channels)))
    if geometries is None or "freq" not in axes or len(set(axes)) < len(axes):
        allowed = Axes.model_fields["samples"].description
        yield Fault(f"holds {axes}", f"give {allowed}", "axes.samples")
        return
    given = mapping.arrays.model_fields_set & {"tx_positions_m", "rx_positions_m", "pairs"}
    if given | ({"scan"} if scan else set()) not in geometries:
        wanted = ", or ".join(" and ".join(sorted(keys)) for keys in geometries)
        found = " and ".join(sorted(given | ({"scan"} if scan else set()))) or "nothing"
        remedy = f"give {wanted}; no more and no less"
        yield Fault(f"with the axes {axes}, {found} is given", remedy, "axes.samples")
    if mapping.arrays.samples == "*" and "frame" in axes:
        remedy = 'leave "frame" out, or name one array of samples'
        yield Fault("holds frames, but each array is one", remedy, "axes.samples")
    if scan and scan.snake and not {scan.snake} < channels:
        remedy = f"name one of at least two axes of the scan; there are {sorted(channels)}"
        yield Fault(f"holds {scan.snake!r}", remedy, "scan.snake")
