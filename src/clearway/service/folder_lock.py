"""One service per folder: a second one would mix its log and its state with those of the first."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clearway.errors import OutputError
from clearway.store.atomic import refusal

LOCK_FILE = "lock"

_PRIVATE = 0o600
_PRIVATE_FOLDER = 0o700


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold a service's folder, which is made if it is not there.

    The system lets it go when the process ends, however it ends.

    Raises
    ------
    OutputError
        Another service holds it, or it cannot be written.
    """
    path = folder / LOCK_FILE
    try:
        folder.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _PRIVATE)
    except OSError as error:
        raise refusal(folder, error) from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise OutputError(
            folder, "is in use by another service", "stop that one, or name another --log folder"
        ) from None
    finally:
        os.close(descriptor)
