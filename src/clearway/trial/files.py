"""The small files of a run folder."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from clearway.errors import Fault, InputError
from clearway.store.run_folder import RUN_FILE

SUMMARY_FILE = "summary.json"
TIMINGS_FILE = "timings.json"
REPORT_FILE = "report.html"

_REPEAT = "name the folder of a finished run, or repeat the run"


def json_text(content: Mapping[str, Any]) -> str:
    """JSON whose bytes depend on the content alone; NaN is refused."""
    return json.dumps(content, indent=2, sort_keys=True, allow_nan=False) + "\n"


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write `json_text` into a folder that is put in place later."""
    path.write_text(json_text(content), encoding="utf-8")


def read_json(path: Path) -> dict[str, Any]:
    """Read one of the JSON files of a run folder.

    Raises
    ------
    InputError
        If it is absent or not JSON.
    """
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(path, Fault(f"cannot be read: {error}", _REPEAT)) from error
    return content


def read_run_file(folder: Path) -> dict[str, Any]:
    """Read ``run.toml`` of a run folder.

    Raises
    ------
    InputError
        If the folder is not that of a run.
    """
    path = folder / RUN_FILE
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(path, Fault(f"cannot be read: {error}", _REPEAT)) from error
