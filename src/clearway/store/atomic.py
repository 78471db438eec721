"""Writing an output file whole or not at all."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from clearway.errors import OutputError

__all__ = ["atomic_write", "refusal"]

_REMEDIES = {
    errno.ENOSPC: "free some space or write to another disk; nothing was changed",
    errno.EDQUOT: "free some of your quota or write to another disk; nothing was changed",
    errno.EFBIG: "raise the limit on file sizes or write to another disk; nothing was changed",
    errno.ENOENT: "create the folder first",
    errno.ENOTDIR: "a part of the path is a file; choose another folder",
    errno.EACCES: "choose a folder in which you may write",
    errno.EPERM: "choose a folder in which you may write",
    errno.EROFS: "choose a folder in which you may write",
}


@contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """Give a temporary path beside the target, which becomes the target at the end.

    The temporary file has the target's suffix, so that writers which choose their format by it
    work.  On any exception it is removed and the target stays as it was.

    Parameters
    ----------
    path : Path
        The output; an existing file is replaced, a device or folder never.

    Yields
    ------
    Path
        Where to write.

    Raises
    ------
    OutputError
        If the target is no file, or the file system refuses.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     target = Path(folder, "plan.txt")
    ...     with atomic_write(target) as temporary:
    ...         _ = temporary.write_text("a plan")
    ...     target.read_text(), len(list(Path(folder).iterdir()))
    ('a plan', 1)
    """
    target = path.resolve()  # a link stays, and what it points to is replaced
    temporary = target.parent / f".{uuid4().hex[:12]}{path.suffix}"
    try:
        if target.exists() and not target.is_file():
            what = "a folder" if target.is_dir() else "a device"
            raise OutputError(path, f"cannot be written (it is {what})", "name a file")
        yield temporary
        # The name must not appear before the content is on the disk.
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        temporary.replace(target)
    except OSError as error:
        if error.filename and str(error.filename) not in (str(temporary), str(target)):
            raise  # the body failed at something else, such as its own input
        raise refusal(path, error) from None
    finally:
        with suppress(OSError):
            temporary.unlink()


def refusal(path: Path, error: OSError) -> OutputError:
    """What the file system's refusal to write ``path`` means for the user."""
    problem = f"cannot be written ({error.strerror or error})"
    remedy = _REMEDIES.get(error.errno or 0, "check the disk, or write somewhere else")
    return OutputError(path, problem, remedy)
