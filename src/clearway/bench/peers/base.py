"""What every peer in a comparison offers."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from importlib import import_module, metadata
from types import ModuleType
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from clearway.errors import MissingExtraError
from clearway.imaging.sweep import Sweep
from clearway.imaging.windows import Window

__all__ = ["BENCH_EXTRA", "FormImage", "Peer", "Scope", "installed_version", "loaded"]

FormImage: TypeAlias = Callable[[NDArray[np.float64]], NDArray[np.complex64]]
"""From (n, 3) points in metres to the complex image at them, in their order."""

BENCH_EXTRA = 'pip install "clearway[bench]"'


class Scope(StrEnum):
    """What is done each time an image is formed, and therefore timed."""

    END_TO_END = "end to end"
    """From the samples of the sweep: range compression and back-projection."""
    KERNEL = "kernel only"
    """From range profiles made beforehand: back-projection alone."""


class Peer(Protocol):
    """Another way to the image of `clearway.imaging.backends.reference.delay_and_sum`."""

    @property
    def name(self) -> str:
        """As it stands in tables."""

    @property
    def scope(self) -> Scope:
        """What `prepare` leaves to be done for each image."""

    def version(self) -> str:
        """Version of the library that computes.

        Raises
        ------
        MissingExtraError
            If it is not installed, with the way to get it.
        """

    def prepare(self, sweep: Sweep, window: Window | None, threads: int) -> FormImage:
        """Do what is not timed: compiling, loading and, for `Scope.KERNEL`, range compression.

        Parameters
        ----------
        sweep : Sweep
            Of a scene at rest.
        window : {None, "hann", "taylor"}
        threads : int
            At most as many as the process has cores.

        Raises
        ------
        MissingExtraError
            As `version`.
        """


def installed_version(package: str, remedy: str = BENCH_EXTRA) -> str:
    """Version of an installed package.

    Raises
    ------
    MissingExtraError
        If it is not installed.
    """
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        raise MissingExtraError(f"the comparison with {package}", remedy) from None


def loaded(module: str, remedy: str = BENCH_EXTRA) -> ModuleType:
    """Import a library that a plain install leaves out.

    Raises
    ------
    MissingExtraError
        If it cannot be imported.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise MissingExtraError(f"the comparison with {module}", remedy) from error
