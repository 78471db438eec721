"""Copies the plain arrays of a MATLAB file into a NumPy archive: ``matlab_copy.py FROM TO``.

A script of its own, which needs little and so starts fast; `clearway.imaging.files.matlab` says
why.  It prints one JSON object: the kinds of what is no plain array, or a fault.
"""

from __future__ import annotations

import json
import sys
import zipfile
from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy.io import loadmat, whosmat


def copy_arrays(source: str, target: str) -> dict[str, Any]:
    """Copy what can be copied; tell the kinds of the rest by name, or the first fault.

    Returns
    -------
    dict
        ``refused``, or ``fault`` and ``array``.
    """
    refused: dict[str, str] = {}
    place, problem = None, "is not a MATLAB file that can be read"
    try:
        with zipfile.ZipFile(target, "w") as archive:
            for variable, shape, kind in whosmat(source, appendmat=False):
                place, problem = variable, f"declares {kind} of shape {shape}, but cannot be read"
                content = loadmat(source, variable_names=[variable], appendmat=False)[variable]
                for name, value in _leaves(variable, content):
                    if type(value) is np.ndarray and value.dtype.kind in "biufc":
                        # Not by `savez`, which takes some names for arguments of its own.
                        with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                            np.lib.format.write_array(member, value, allow_pickle=False)
                    else:
                        # MATLAB's objects are subclasses of arrays, its cells arrays of objects.
                        plain = type(value) is np.ndarray
                        refused[name] = "cell or text" if plain else type(value).__name__
    except Exception as error:  # noqa: BLE001 - damaged bytes can make SciPy raise anything
        return {"fault": f"{problem} ({str(error)[:300] or type(error).__name__})", "array": place}
    return {"refused": refused}


def _leaves(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Walk through structures of one element each."""
    fields = value.dtype.names if type(value) is np.ndarray and value.size == 1 else None
    if not fields:
        yield name, value
        return
    for field in fields:
        yield from _leaves(f"{name}.{field}", value[field].item())


if __name__ == "__main__":
    json.dump(copy_arrays(*sys.argv[1:]), sys.stdout)
