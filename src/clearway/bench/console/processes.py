"""Processes beside the one that measures, each asked and answering over a pipe of its own."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any

from clearway.errors import ArgumentError

__all__ = ["Beside", "beside"]

_END_S = 20.0


class Beside:
    """The other end of a process; see `beside`."""

    def __init__(self, link: Connection) -> None:
        self._link = link

    def tell(self, what: object) -> None:
        """Ask for something without waiting for the answer."""
        self._link.send(what)

    def hear(self, timeout_s: float = 120.0) -> Any:
        """Wait for an answer.

        Raises
        ------
        ArgumentError
            The process has ended, or does not answer.
        """
        try:
            if self._link.poll(timeout_s):
                return self._link.recv()
        except (EOFError, ConnectionError):
            pass
        raise ArgumentError(
            "console", "a process of the benchmark ended or did not answer", "see its error above"
        )

    def ask(self, what: object, timeout_s: float = 120.0) -> Any:
        """Ask, and wait for the answer."""
        self.tell(what)
        return self.hear(timeout_s)


@contextmanager
def beside(task: Callable[..., None], *arguments: object) -> Iterator[Beside]:
    """Run a task in a fresh process as long as the block does.

    Parameters
    ----------
    task : callable
        A function of a module.  It is given the arguments and a pipe, and is to end when None
        comes over that.
    *arguments
        Are sent to the process.
    """
    # A forked process would have the event loop and the memory of this one.
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=task, args=(*arguments, theirs), daemon=True)
    process.start()
    # Ours alone is left open here: the end of the process is then the end of the pipe.
    theirs.close()
    try:
        yield Beside(ours)
    finally:
        if process.is_alive():
            ours.send(None)
        process.join(_END_S)
        process.terminate()
        process.join()
