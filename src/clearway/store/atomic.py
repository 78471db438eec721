"""Writing an output file or folder whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from clearway.errors import OutputError

__all__ = ["atomic_folder", "atomic_write", "refusal", "sync_folder"]

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


@contextmanager
def atomic_folder(
    path: Path,
    may_be_replaced: Callable[[Path], bool],
    *,
    problem: str = "exists and holds something else",
    remedy: str = "choose another name or remove it yourself",
) -> Iterator[Path]:
    """Give a hidden folder beside the target, which becomes the target at the end.

    Parameters
    ----------
    path : Path
        The output folder.
    may_be_replaced : callable
        Whether what stands there now may go.
    problem, remedy : str
        What to say where it must stay.

    Yields
    ------
    Path
        The folder to write into.

    Raises
    ------
    OutputError
        If the place cannot be written, is full, or holds something that must stay.  On this and
        any other exception, an interrupt included, the hidden folder is removed and ``path`` is as
        it was.
    """
    target = path.absolute()
    staging: Path | None = None
    try:
        if target.exists() and not may_be_replaced(target):
            raise OutputError(path, problem, remedy)
        staging = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
        staging.chmod(0o755)
        yield staging
        _put_in_place(staging, target)
    except OSError as error:
        raise refusal(path, error) from error
    finally:
        if staging is not None:
            shutil.rmtree(staging, ignore_errors=True)


def _put_in_place(staging: Path, target: Path) -> None:
    """Swap the finished folder in; the earlier one is removed only after that."""
    if not target.exists():
        staging.rename(target)
        return
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as aside:
        earlier = Path(aside) / "earlier"
        try:
            target.rename(earlier)
            staging.rename(target)
        except BaseException:  # an interrupt must not cost the earlier folder either
            if not target.exists():
                earlier.rename(target)
            raise


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut, as `os.fsync` does for content."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def refusal(path: Path, error: OSError) -> OutputError:
    """What the file system's refusal to write ``path`` means for the user."""
    problem = f"cannot be written ({error.strerror or error})"
    remedy = _REMEDIES.get(error.errno or 0, "check the disk, or write somewhere else")
    return OutputError(path, problem, remedy)
