"""What the measurements ran on, and how much memory they took."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from clearway.errors import ArgumentError

__all__ = ["checked_threads", "cpu_name", "peak_memory_bytes", "usable_cores"]


def cpu_name() -> str:
    """Name of the processor, as the system gives it."""
    found = re.search(
        r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text("utf-8"), re.MULTILINE
    )
    return found[1] if found else platform.machine()


def usable_cores() -> int:
    """Number of cores that this process may run on."""
    return len(os.sched_getaffinity(0))


def checked_threads(threads: int | None) -> int:
    """Give the number of threads, by default one per usable core.

    Raises
    ------
    ArgumentError
        Fewer than one, or more than there are cores: threads that wait for each other measure
        nothing.
    """
    cores = usable_cores()
    if threads is None:
        return cores
    if not 1 <= threads <= cores:
        raise ArgumentError("threads", f"is {threads}", f"give 1 to {cores}, the usable cores")
    return threads


def peak_memory_bytes(task: Callable[..., object], *arguments: object) -> int:
    """Largest resident memory of a fresh process that does one task.

    The interpreter and all loaded libraries count.

    Parameters
    ----------
    task : callable
        A function of a module; it and its arguments are sent to the process.
    """
    # A forked process would start with the memory of this one.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as fresh:
        return fresh.submit(_peak_after, task, arguments).result()


def _peak_after(task: Callable[..., object], arguments: tuple[object, ...]) -> int:
    task(*arguments)
    # The maximum that `getrusage` gives is inherited from the parent.
    status = Path("/proc/self/status").read_text("utf-8")
    found = re.search(r"^VmHWM:\s*(\d+) kB$", status, re.MULTILINE)
    if found is None:
        raise RuntimeError("/proc/self/status has no VmHWM")
    return int(found[1]) * 1024
