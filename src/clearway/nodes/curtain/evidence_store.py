"""Images of alarms: nothing else is kept, only for a while, and only for those who may see them.

An image is a look at the body from three sides with voxels of some centimetres: a shape with bright
places on it.  At this resolution no face can be told from another.  It is still an image of a
person under the clothes, and so

- none is written of anybody of whom no threat was declared,
- the folder belongs to one user of the system, who alone can enter it,
- each image is deleted when its time is over, also if the node was not running then.

The time is that of the file's last change, which the node sets to that of the look.
"""

from __future__ import annotations

import io
import os
import re
import struct
import zipfile
import zlib
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clearway.domain import nanoseconds
from clearway.errors import ArgumentError, Fault, InputError
from clearway.recognition import Volume
from clearway.store.atomic import atomic_write, refusal

__all__ = ["AlarmImage", "EvidenceStore", "alarm_image"]

_LARGEST_BYTES = 4 * 2**20
_REPORT_ID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")
"""A ULID."""
_SUFFIX = ".npz"
_DAMAGE = (
    ValueError,
    KeyError,
    OSError,
    EOFError,
    RuntimeError,
    NotImplementedError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)
"""What the readers of archives and arrays raise at bytes that are none."""


@dataclass(frozen=True, eq=False, slots=True)
class AlarmImage:
    """The largest level along each axis of a `Volume`, as `Volume.quantised` gives it.

    Axes are in metres and of the person: forward, depth away from the panel, height.
    """

    from_panel: NDArray[np.uint8]
    """(n_forward, n_height)"""
    from_front: NDArray[np.uint8]
    """(n_depth, n_height)"""
    from_above: NDArray[np.uint8]
    """(n_forward, n_depth)"""
    forward_m: NDArray[np.float64]
    depth_m: NDArray[np.float64]
    height_m: NDArray[np.float64]

    def __post_init__(self) -> None:
        n_forward, n_depth, n_height = (
            len(np.atleast_1d(axis)) for axis in (self.forward_m, self.depth_m, self.height_m)
        )
        expected = ((n_forward, n_height), (n_depth, n_height), (n_forward, n_depth))
        pictures = (self.from_panel, self.from_front, self.from_above)
        if any(
            picture.shape != shape or picture.dtype != np.uint8
            for picture, shape in zip(pictures, expected, strict=True)
        ):
            raise ArgumentError("image", "has sides that do not fit", "give those of one volume")


def alarm_image(volume: Volume) -> AlarmImage:
    """See a volume from three sides.

    Examples
    --------
    >>> axis = np.arange(2.0)
    >>> alarm_image(Volume.of(np.eye(2)[:, :, None] + 1.0, axis, axis, axis[:1])).from_panel.shape
    (2, 1)
    """
    levels = volume.quantised()
    return AlarmImage(
        levels.max(axis=1),
        levels.max(axis=0),
        levels.max(axis=2),
        volume.forward_m,
        volume.depth_m,
        volume.height_m,
    )


class EvidenceStore:
    """Keeps the images of alarms in one folder.

    Parameters
    ----------
    folder : Path
        Made with mode 0700 if absent; one that others can enter is refused.
    hours : float
        For how long an image is kept.

    Raises
    ------
    InputError
        A folder that others can enter, or that belongs to somebody else.
    OutputError
        A folder that cannot be made.
    """

    def __init__(self, folder: Path, hours: float = 24.0) -> None:
        if not hours > 0:
            raise ArgumentError("hours", f"is {hours}", "give more than 0")
        self._folder = folder
        self._kept_ns = nanoseconds(3600.0 * hours)
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            status = folder.stat()
        except OSError as error:
            raise refusal(folder, error) from None
        if status.st_mode & 0o077 or status.st_uid != os.getuid():
            problem = f"can be entered by others (mode {status.st_mode & 0o777:o})"
            remedy = f"run `chmod 700 {folder}`, as the user who runs the node"
            raise InputError(folder, Fault(problem, remedy))

    def save(self, report_id: str, image: AlarmImage, time_ns: int) -> None:
        """Keep the image of an alarm.

        Parameters
        ----------
        report_id : str
            Of the detection report that declared it.
        image : AlarmImage
        time_ns : int
            UTC of the look; the image goes when it is so many hours old.

        Raises
        ------
        OutputError
            If it cannot be written.
        """
        path = self._path(report_id)
        content = io.BytesIO()
        arrays = {one.name: getattr(image, one.name) for one in fields(image)}
        np.savez_compressed(content, allow_pickle=False, **arrays)
        with atomic_write(path) as temporary:
            descriptor = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content.getbuffer())
            os.utime(temporary, ns=(time_ns, time_ns))

    def read(self, report_id: str) -> AlarmImage | None:
        """Image of an alarm; None if there was none, or its time is over.

        Raises
        ------
        InputError
            A damaged file.
        """
        path = self._path(report_id)
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            problem = f"cannot be read ({error.strerror or error})"
            raise InputError(path, Fault(problem, "read it as the node's user")) from None
        try:
            return _read(content)
        except _DAMAGE:
            fault = Fault("is no image of an alarm, or damaged", "delete it")
            raise InputError(path, fault) from None

    def expire(self, now_ns: int) -> int:
        """Delete what has been kept long enough; gives the number of images deleted."""
        deleted = 0
        for path in self._folder.iterdir():
            # Also what a write that was cut short has left, hidden.
            if path.suffix != _SUFFIX:
                continue
            with suppress(OSError):
                if now_ns - path.lstat().st_mtime_ns >= self._kept_ns:
                    path.unlink()
                    deleted += 1
        return deleted

    def _path(self, report_id: str) -> Path:
        if not _REPORT_ID.fullmatch(report_id):
            raise ArgumentError("report_id", f"is {report_id[:40]!r}", "give a ULID")
        return self._folder / f"{report_id}{_SUFFIX}"


def _read(content: bytes) -> AlarmImage:
    if len(content) > _LARGEST_BYTES:
        raise ValueError
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        # A small file may unpack to any size.
        if sum(member.file_size for member in archive.infolist()) > _LARGEST_BYTES:
            raise ValueError
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        return AlarmImage(*(arrays[one.name] for one in fields(AlarmImage)))
