"""The command line as a user meets it: exit code and what goes to either stream.

Almost every test calls `clearway`, which starts no process: Python and the libraries load once for
all of them.  Where the process itself is what is tested (signals, limits, libraries that are not
there) there is `clearway_process`.
"""

from __future__ import annotations

import io
import logging
import os
import signal
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, chdir, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from subprocess import CompletedProcess, run
from unittest.mock import patch

from clearway.cli.main import main

COMMAND = [sys.executable, "-c", "from clearway.cli.main import main; main()"]
"""Is followed by the arguments."""


def clearway(*arguments: str | Path) -> CompletedProcess[str]:
    """Run the command line within this process and leave it as it was.

    A user's mistake ends as it does for the user.  A defect is not turned into a traceback on
    the error stream: it is raised here, as in any other test.

    Parameters
    ----------
    *arguments : str or Path
        After the name of the command.
    """
    words = ["clearway", *map(str, arguments)]
    # Bytes below: what cannot be encoded fails here too.
    streams = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors=e) for e in _ERRORS]
    said, told = streams
    with ExitStack() as stack:
        stack.enter_context(patch.object(sys, "argv", words))
        stack.enter_context(patch.object(sys, "stdin", io.StringIO()))
        stack.enter_context(redirect_stdout(said))
        stack.enter_context(redirect_stderr(told))
        stack.enter_context(_restored())
        try:
            main()
            code = 0
        except SystemExit as leaving:
            code = _exit_code(leaving)
    return CompletedProcess(words, code, *map(_text, streams))


def clearway_process(
    *arguments: str | Path, without: str | None = None, limit: Callable[[], None] | None = None
) -> CompletedProcess[str]:
    """Run the command line in a process of its own.

    Parameters
    ----------
    *arguments : str or Path
        After the name of the command.
    without : str, optional
        A library that the process is not to find.
    limit : callable, optional
        Is called in the process before the command.
    """
    *python, program = COMMAND
    if without is not None:
        program = f"import sys; sys.modules[{without!r}] = None; {program}"
    words = [*python, program, *map(str, arguments)]
    return run(words, capture_output=True, text=True, check=False, timeout=240, preexec_fn=limit)


_ERRORS = ("strict", "backslashreplace")
"""What a process does to characters that the output and the error stream cannot write."""


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    stream.seek(0)
    return stream.read()


def _exit_code(leaving: SystemExit) -> int:
    """What Python makes of the ways to leave a program."""
    if leaving.code is None or isinstance(leaving.code, int):
        return leaving.code or 0
    sys.stderr.write(f"{leaving.code}\n")
    return 1


@contextmanager
def _restored() -> Iterator[None]:
    """Give back what a command, which has its process to itself, may change."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    root = logging.getLogger()
    logged, level = [*root.handlers], root.level
    try:
        with patch.dict(os.environ), chdir(Path.cwd()), warnings.catch_warnings():
            yield
    finally:
        root.handlers[:] = logged
        root.setLevel(level)
        for number, handler in handlers.items():
            signal.signal(number, handler)
