"""The few parts of CuPy that Clearway uses, on the CPU: the CUDA source itself gives the numbers.

Kernels are compiled by g++ and called once per thread, one thread after the other.  That checks
every index and formula; the card's speed and its approximate intrinsics it cannot check.
"""

from __future__ import annotations

import ctypes
import itertools
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

_SHIM = Path(__file__).with_name("cuda_on_cpu.hpp")


class _Index(ctypes.Structure):
    _fields_ = (("x", ctypes.c_uint), ("y", ctypes.c_uint), ("z", ctypes.c_uint))


class CompiledModule:
    """A CUDA source as a shared library, with the interface of `cupy.RawModule`."""

    def __init__(self, source: str, macros: tuple[str, ...], folder: Path) -> None:
        code, library = folder / "kernels.cpp", folder / "kernels.so"
        code.write_text(source, encoding="utf-8")
        flags = ("-std=c++17", "-O2", "-w", "-shared", "-fPIC", "-include", str(_SHIM))
        subprocess.run(["g++", *flags, *macros, "-o", library, code], check=True)
        self._library = ctypes.CDLL(str(library))

    def get_function(self, name: str) -> Callable[..., None]:
        kernel = self._library[name]
        kernel.restype = None

        def launch(
            blocks: tuple[int, ...], threads: tuple[int, ...], arguments: tuple[Any, ...]
        ) -> None:
            converted = [_as_ctypes(argument) for argument in arguments]
            self._set("gridDim", blocks, otherwise=1)
            self._set("blockDim", threads, otherwise=1)
            for block in itertools.product(*map(range, blocks)):
                self._set("blockIdx", block)
                for thread in itertools.product(*map(range, threads)):
                    self._set("threadIdx", thread)
                    kernel(*converted)

        return launch

    def _set(self, name: str, values: tuple[int, ...], otherwise: int = 0) -> None:
        index = _Index.in_dll(self._library, name)
        index.x, index.y, index.z = (*values, *(otherwise,) * (3 - len(values)))


def cupy_on_cpu(folder: Path) -> SimpleNamespace:
    """Stand-in for the module `cupy`; libraries are kept in the folder."""
    modules: dict[tuple[str, ...], CompiledModule] = {}

    def raw_module(code: str, options: tuple[str, ...]) -> CompiledModule:
        macros = tuple(option for option in options if option.startswith("-D"))
        if (code, *macros) not in modules:
            own = folder / str(len(modules))
            own.mkdir()
            modules[code, *macros] = CompiledModule(code, macros, own)
        return modules[code, *macros]

    return SimpleNamespace(
        asarray=np.ascontiguousarray,
        ascontiguousarray=np.ascontiguousarray,
        asnumpy=np.asarray,
        # What a kernel leaves unwritten must show in the result.
        empty=lambda shape, dtype: np.full(shape, 255 if dtype is np.uint8 else np.nan, dtype),
        zeros=np.zeros,
        fft=np.fft,
        RawModule=raw_module,
        cuda=SimpleNamespace(
            runtime=SimpleNamespace(getDeviceCount=lambda: 1, CUDARuntimeError=RuntimeError)
        ),
    )


def _as_ctypes(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        assert value.flags.c_contiguous
        return ctypes.c_void_p(value.ctypes.data)
    return np.ctypeslib.as_ctypes_type(value.dtype)(value.item())
