"""Damaged files, and what every reader owes its user when it meets one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from clearway.errors import InputError

SPOILT = (b"nan", b"-", b"1e999", b"\n", b'"')
"""What tends to upset a reader of text."""


@st.composite
def damaged(
    draw: st.DrawFn, files: Mapping[str, bytes], spoilt: tuple[bytes, ...] = SPOILT
) -> tuple[str, bytes]:
    """Name and content of a valid file with some bytes cut out, put in or changed."""
    name = draw(st.sampled_from(sorted(files)))
    content = bytearray(files[name])
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(content)))
        stop = start + draw(st.integers(0, 8))
        content[start:stop] = draw(st.one_of(st.binary(max_size=6), st.sampled_from(spoilt)))
    return name, bytes(content)


def read_all(
    readers: Mapping[str, Callable[[Path], Any]], folder: Path, name: str, content: bytes
) -> None:
    """Let every reader read it; each gives a result or one error that names the file."""
    path = folder / name
    path.write_bytes(content)
    for reader in readers.values():
        try:
            reader(path)
        except InputError as error:
            told = error
        else:
            continue
        assert told.faults
        assert str(path) in str(told)
        assert all(fault.problem and fault.remedy for fault in told.faults)
