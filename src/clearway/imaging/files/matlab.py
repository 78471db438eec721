"""MATLAB files up to version 7; those of version 7.3 are HDF5."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from clearway.errors import Fault, InputError
from clearway.imaging.files.tables import NumpyArchive

__all__ = ["MatlabFile"]

_COPIER = Path(__file__).with_name("matlab_copy.py")
_LONGEST_S = 600.0


class MatlabFile(NumpyArchive):
    """Arrays of a MATLAB file; ``a.b`` names field b of the structure a.

    SciPy's compiled reader ends the whole process on some damaged files, so it runs in a process
    of its own, which copies the arrays into a NumPy archive.  Cells, objects, function handles
    and sparse matrices are refused, and none is ever run.
    """

    kind = "a MATLAB file"

    def _begin(self) -> None:
        copy = Path(self._open.enter_context(TemporaryDirectory())) / "arrays.npz"
        # Without -P the modules beside the script would stand in for others of the same name.
        command: list[str | Path] = [sys.executable, "-P", _COPIER, self.path, copy]
        ended = subprocess.run(  # noqa: S603 - this interpreter, our script
            command, capture_output=True, text=True, timeout=_LONGEST_S, check=False
        )
        if ended.returncode != 0:
            raise ValueError(f"the reader ended with status {ended.returncode}")
        told = json.loads(ended.stdout)
        if "fault" in told:
            remedy = "copy the whole file again, or write it anew"
            raise InputError(self.path, Fault(told["fault"], remedy, told["array"]))
        self._refused: dict[str, str] = told["refused"]
        self._load(copy)

    def _shape(self, name: str) -> tuple[int, ...]:
        if name in self._refused:
            problem = f"is a {self._refused[name]}"
            raise InputError(self.path, Fault(problem, "save it as a plain numeric array", name))
        return super()._shape(name)
