"""Reading and writing the site file."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import tomli_w
from pydantic import ValidationError

from clearway.errors import Fault, InputError
from clearway.site.consistency import consistency_findings
from clearway.site.geometry import geometry_findings
from clearway.site.lines import LineIndex
from clearway.site.schema import Curtain, Site
from clearway.site.wording import explain

__all__ = ["load_site", "parse_toml", "read_text", "site_from_text", "site_to_toml"]


def load_site(path: Path) -> Site:
    """Read and validate a site file.

    Parameters
    ----------
    path : Path
        A TOML file in the format of `clearway.site.schema`.

    Returns
    -------
    Site
        Valid in every value, and consistent in names, figures and geometry.

    Raises
    ------
    InputError
        If the file cannot be read or anything in it is wrong; it lists all faults found.
    """
    return site_from_text(read_text(path), path)


def site_from_text(text: str, path: Path) -> Site:
    """Validate the text of a site file.

    Parameters
    ----------
    text : str
        TOML.
    path : Path
        Where the text comes from, for messages.

    Returns
    -------
    Site
        As `load_site` returns it.

    Raises
    ------
    InputError
        If anything is wrong; it lists all faults found.
    """
    data = parse_toml(text, path)
    lines = LineIndex(text)
    try:
        # Strict JSON mode takes lists for tuples and strings for enumerations, yet refuses a
        # quoted number or a true/false where a number belongs.
        site = Site.model_validate_json(json.dumps(data, default=str), strict=True)
    except ValidationError as error:
        faults = [lines.fault(*finding) for finding in explain(error, data)]
        raise InputError(path, faults) from None
    findings = [*consistency_findings(site), *geometry_findings(site)]
    if findings:
        raise InputError(path, [lines.fault(*finding) for finding in findings])
    return _with_places_of_figures(site, path.parent)


def _with_places_of_figures(site: Site, folder: Path) -> Site:
    """Name files of figures by whole paths, so that whoever has the site can read them."""
    if not any(curtain.figures for curtain in site.curtains):
        return site
    sensors = tuple(
        sensor.model_copy(update={"figures": str(folder.absolute() / sensor.figures)})
        if isinstance(sensor, Curtain) and sensor.figures
        else sensor
        for sensor in site.sensors
    )
    return site.model_copy(update={"sensors": sensors})


def site_to_toml(site: Site) -> str:
    """Write a site as TOML; reading the text gives an equal site."""
    return tomli_w.dumps(site.model_dump(mode="json", exclude_none=True))


def read_text(path: Path) -> str:
    """Read a whole UTF-8 file, with or without byte-order mark.

    Raises
    ------
    InputError
        If there is no such file, it cannot be read or is not UTF-8.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        fault = Fault("no such file", "check the path")
        raise InputError(path, fault) from None
    except IsADirectoryError:
        fault = Fault("this is a folder, not a file", "name the file inside it")
        raise InputError(path, fault) from None
    except OSError as error:
        problem = f"the file cannot be read ({error.strerror})"
        raise InputError(path, Fault(problem, "check the path and its permissions")) from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        fault = Fault(
            "the text is not UTF-8",
            "save the file with the encoding UTF-8",
            line=content.count(b"\n", 0, error.start) + 1,
        )
        raise InputError(path, fault) from None


def parse_toml(text: str, path: Path) -> dict[str, Any]:
    """Parse TOML.

    Raises
    ------
    InputError
        If it is not valid, with the line.
    """
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        message = re.sub(r" \(at .*\)$", "", str(error))
        place = re.search(r"at line (\d+)", str(error))
        line = int(place[1]) if place else text.rstrip().count("\n") + 1
        remedy = (
            "correct the TOML there: `key = value` with text in quotes, tables as `[table]`, "
            "lists in closed brackets, every key once"
        )
        raise InputError(path, Fault(f"not valid TOML: {message}", remedy, line=line)) from None
