"""Frames over a connection: the instrument connects to the node, by TCP or a Unix socket.

One instrument is served at a time.  Bytes that are no frame end the connection, and the node waits
for the next one.  A connection by TCP is neither encrypted nor does it know who sends: leave it on
this machine or on a wire of its own.  A Unix socket lets in only the user who runs the node.
"""

from __future__ import annotations

import socket
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event

from clearway.errors import OutputError
from clearway.nodes.connection import print_nothing
from clearway.nodes.curtain.frames import Gaps, RadarFrame
from clearway.nodes.curtain.sources.record import LARGEST_BYTES, FrameRecordError, read_record

__all__ = ["FrameListener"]

_POLL_S = 0.2


class FrameListener:
    """Waits for an instrument and reads its frames.

    Parameters
    ----------
    address : (str, int) or Path
        Host and port, port 0 for any; or the Unix socket to make.
    largest_bytes : int
        Of one frame's samples.
    on_notice : callable
        Is told in one sentence each what an operator should know, in the reader's thread.

    Raises
    ------
    OutputError
        An address that cannot be had.
    """

    live = True

    def __init__(
        self,
        address: tuple[str, int] | Path,
        *,
        largest_bytes: int = LARGEST_BYTES,
        on_notice: Callable[[str], None] = print_nothing,
    ) -> None:
        self._largest_bytes = largest_bytes
        self._notice = on_notice
        self._gaps = Gaps()
        self._begun = False
        self._closed = Event()
        self._path = address if isinstance(address, Path) else None
        name = str(address) if isinstance(address, Path) else ":".join(map(str, address))
        try:
            self._socket = _bound(address)
        except OSError as error:
            problem = f"cannot be listened at ({error.strerror or error})"
            raise OutputError(name, problem, "choose another address") from None
        self._socket.settimeout(_POLL_S)

    @property
    def port(self) -> int:
        """Port that was given, of a TCP address; 0 of a Unix socket."""
        return 0 if self._path is not None else int(self._socket.getsockname()[1])

    @property
    def dropped(self) -> int:
        """Frames whose running numbers are missing."""
        return self._gaps.missing

    def frames(self) -> Iterator[RadarFrame]:
        """Frames of one instrument after another, until closed."""
        self._begun = True
        try:
            while not self._closed.is_set():
                try:
                    connection, _ = self._socket.accept()
                except TimeoutError:
                    continue
                with connection:
                    connection.settimeout(_POLL_S)
                    yield from self._read(connection)
        finally:
            self._end()

    def close(self) -> None:
        """End `frames` within a moment."""
        self._closed.set()
        if not self._begun:
            self._end()

    def _end(self) -> None:
        self._socket.close()
        if self._path is not None:
            with suppress(OSError):
                self._path.unlink()

    def _read(self, connection: socket.socket) -> Iterator[RadarFrame]:
        self._notice("the instrument has connected")

        def fill(room: memoryview) -> int:
            while not self._closed.is_set():
                with suppress(TimeoutError):
                    return connection.recv_into(room)
            return 0

        try:
            while (frame := read_record(fill, self._largest_bytes)) is not None:
                self._gaps.note(frame.sequence)
                yield frame
            self._notice("the instrument has disconnected")
        except (FrameRecordError, OSError) as error:
            if not self._closed.is_set():
                self._notice(f"the instrument's connection was closed: {error}")


def _bound(address: tuple[str, int] | Path) -> socket.socket:
    if not isinstance(address, Path):
        return socket.create_server(address)
    # What a node that was killed leaves behind; anything but a socket is not ours to remove.
    with suppress(FileNotFoundError):
        if stat.S_ISSOCK(address.lstat().st_mode):
            address.unlink()
    listening = socket.socket(socket.AF_UNIX)
    try:
        listening.bind(str(address))
        address.chmod(0o600)
        listening.listen()
    except BaseException:
        listening.close()
        raise
    return listening
