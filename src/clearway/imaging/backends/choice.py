"""Which ways of forming an image there are, and which of them this machine has."""

from __future__ import annotations

import os
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from clearway.errors import ArgumentError
from clearway.imaging.backends.cuda import CudaFormer, has_device
from clearway.imaging.backends.problem import Former, Problem, Progress
from clearway.imaging.backends.range_migration import range_migration_image
from clearway.imaging.backends.reference import delay_and_sum
from clearway.imaging.backends.vectorised import NumpyFormer
from clearway.imaging.sweep import Sweep

IS_COMPILED = find_spec("clearway.imaging.backends._kernels") is not None
"""Whether the package was installed with a compiler at hand."""
if IS_COMPILED:
    from clearway.imaging.backends.native import native_kernels

__all__ = ["BACKEND_VARIABLE", "IS_COMPILED", "ReferenceFormer", "backend_names", "choose"]

BACKEND_VARIABLE = "CLEARWAY_IMAGING_BACKEND"
"""Environment variable that names what ``"auto"`` means."""


class ReferenceFormer:
    """Delay-and-sum in float64 (`clearway.imaging.backends.reference`)."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem

    def form(
        self, samples: NDArray[np.complex64], progress: Progress | None = None
    ) -> NDArray[np.complex64]:
        """See `clearway.imaging.backends.problem.Former`."""
        problem = self._problem
        sweep = _sweep(problem, samples)
        points_m = problem.grid.points_m()
        image = np.zeros(len(points_m), dtype=np.complex64)
        for done, part in enumerate(problem.parts, start=1):
            own = np.arange(len(points_m)) if part.mask is None else np.flatnonzero(part.mask)
            image[own] = delay_and_sum(sweep, points_m[own], problem.window, part.velocity_m_s)
            if progress is not None:
                progress(done / len(problem.parts))
        return image.reshape(problem.grid.shape)


class RangeMigrationFormer:
    """k-space imaging of dense flat scans (`clearway.imaging.backends.range_migration`)."""

    def __init__(self, problem: Problem) -> None:
        if any(part.velocity_m_s is not None for part in problem.parts):
            raise ArgumentError(
                "regions", "move, and range migration has one frame", "choose another back end"
            )
        self._problem = problem

    def form(
        self, samples: NDArray[np.complex64], progress: Progress | None = None
    ) -> NDArray[np.complex64]:
        """See `clearway.imaging.backends.problem.Former`."""
        problem = self._problem
        whole = range_migration_image(_sweep(problem, samples), problem.grid, problem.window)
        image = np.zeros_like(whole)
        for part in problem.parts:
            np.copyto(image, whole, where=True if part.mask is None else part.mask)
        if progress is not None:
            progress(1.0)
        return image


def _sweep(problem: Problem, samples: NDArray[np.complex64]) -> Sweep:
    shape = problem.array.sample_shape(len(problem.frequencies_hz))
    return Sweep.of(
        samples.reshape(shape),
        problem.frequencies_hz,
        problem.array,
        problem.propagation_speed_m_s,
    )


def backend_names() -> list[str]:
    """Back ends of this machine; the first is the one that ``"auto"`` chooses."""
    return list(_formers())


def choose(name: str) -> tuple[str, type[Former]]:
    """Find a back end.

    Parameters
    ----------
    name : str
        ``"auto"`` stands for what the environment names, else for the fastest.

    Returns
    -------
    str and type of Former

    Raises
    ------
    ArgumentError
        For a name that this machine does not have.
    """
    formers = _formers()
    asked, source = name, "backend"
    if name == "auto":
        asked, source = os.environ.get(BACKEND_VARIABLE, ""), BACKEND_VARIABLE
        asked = asked or next(iter(formers))
    if asked == "cuda":  # says itself what is missing
        return asked, CudaFormer
    if asked not in formers:
        raise ArgumentError(source, f"is {asked!r}", f"this machine has {', '.join(formers)}")
    return asked, formers[asked]


def _formers() -> dict[str, type[Former]]:
    compiled = native_kernels() if IS_COMPILED else {}
    # Behind the kernels, since its rate has not been measured.
    cuda = {"cuda": CudaFormer} if has_device() else {}
    return {
        **compiled,
        **cuda,
        "numpy": NumpyFormer,
        "reference": ReferenceFormer,
        "range_migration": RangeMigrationFormer,
    }
