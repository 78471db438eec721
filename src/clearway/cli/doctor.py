"""`clearway doctor`: what of Clearway this machine can use, and how to get the rest."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from rich.console import Console
from rich.table import Table

from clearway.errors import ArgumentError, ClearwayError

__all__ = ["doctor"]

_CROWD = (
    'pip install "clearway[crowd]", or without its GUI packages: '
    "pip install --no-deps -r requirements-crowd.txt"
)
_EXTRAS = {
    "crowd": ("simulated people", ("jupedsim",), _CROWD),
    "gpu": ("images on a graphics card", ("cupy",), 'pip install "clearway[gpu]"'),
    "history": (
        "questions to the track history",
        ("duckdb",),
        'pip install "clearway[history]"',
    ),
    "bench": (
        "peers of `clearway bench`",
        ("fastsar", "numba", "threadpoolctl"),
        'pip install "clearway[bench]"',
    ),
}
"""Of each optional extra: what for, its modules, and how to install it."""
_VECTOR_UNITS = {"avx2": "AVX2", "avx512f": "AVX-512", "avx512_vnni": "AVX-512 VNNI"}
"""What the kernels make use of, as Linux spells it."""
_COMPILE = "install a C++17 compiler, then reinstall Clearway: pip install --force-reinstall ."


def doctor() -> None:
    """Say how images are formed on this machine and why, and which optional parts are missing."""
    console = Console(highlight=False, markup=False, soft_wrap=True)
    console.print(_table("This machine", _machine()))
    console.print(_table("Images", _imaging()))
    console.print(_table("Optional parts", _extras()))


def _machine() -> list[tuple[str, str]]:
    import numpy as np

    import clearway
    from clearway.bench.machine import cpu_name, usable_cores

    flags = Path("/proc/cpuinfo").read_text("utf-8").split()
    units = [name for flag, name in _VECTOR_UNITS.items() if flag in flags]
    return [
        ("Clearway", clearway.__version__),
        ("Python, NumPy", f"{platform.python_version()}, {np.__version__}"),
        ("processor", f"{cpu_name()}, {usable_cores()} usable cores"),
        ("vector units", ", ".join(units) or "none that the kernels use"),
    ]


def _imaging() -> list[tuple[str, str]]:
    from clearway.imaging.backends.choice import (
        BACKEND_VARIABLE,
        IS_COMPILED,
        backend_names,
        choose,
    )

    wanted = os.environ.get(BACKEND_VARIABLE)
    try:
        taken, _ = choose("auto")
        why = f"as {BACKEND_VARIABLE} says" if wanted else "the fastest of these"
        auto = f"{taken}, {why}"
    except ArgumentError as error:
        auto = f"none: {error.fault.field} {error.fault.problem}; {error.fault.remedy}"
    return [
        ("back ends", ", ".join(backend_names())),
        ('"auto" takes', auto),
        (BACKEND_VARIABLE, wanted or "not set"),
        (
            "compiled kernels",
            "present" if IS_COMPILED else f"missing, so NumPy forms the images; {_COMPILE}",
        ),
        ("graphics card", _graphics_card()),
    ]


def _graphics_card() -> str:
    from clearway.imaging.backends.cuda.device import cupy_with_device

    try:
        properties = cupy_with_device().cuda.runtime.getDeviceProperties(0)
    except ClearwayError as error:
        return f"not used: {error}"
    name: bytes = properties["name"]
    return f'{name.decode()}, as back end "cuda"'


def _extras() -> list[tuple[str, str]]:
    from importlib.metadata import packages_distributions, version

    distributions = packages_distributions()
    rows = []
    for extra, (purpose, modules, install) in _EXTRAS.items():
        states = [
            f"{name} {version(distributions[name][0])}"
            if name in distributions
            else f"{name} is missing"
            for name in modules
        ]
        is_whole = all(name in distributions for name in modules)
        rows.append(
            (f"{extra}: {purpose}", ", ".join(states) + ("" if is_whole else f"; {install}"))
        )
    return rows


def _table(title: str, rows: list[tuple[str, str]]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", show_header=False)
    for row in rows:
        table.add_row(*row)
    return table
