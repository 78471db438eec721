"""An output appears whole or not at all, and every refusal has a remedy."""

import errno
import os
import stat
from pathlib import Path

import pytest

from clearway.errors import OutputError
from clearway.store.atomic import atomic_write


def test_file_is_replaced_at_the_end(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    target.write_text("old", encoding="utf-8")
    with atomic_write(target) as temporary:
        temporary.write_text("new", encoding="utf-8")
        assert target.read_text(encoding="utf-8") == "old"
        assert temporary.suffix == ".txt"
    assert target.read_text(encoding="utf-8") == "new"
    assert list(tmp_path.iterdir()) == [target]


def test_permissions_follow_the_umask(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    with atomic_write(tmp_path / "a") as temporary:
        temporary.touch()
    modes = {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("plain", "a")}
    assert len(modes) == 1


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, ValueError])
def test_nothing_is_left_after_an_exception(
    tmp_path: Path, interruption: type[BaseException]
) -> None:
    target = tmp_path / "a.txt"
    target.write_text("old", encoding="utf-8")

    def write() -> None:
        with atomic_write(target) as temporary:
            temporary.write_text("half", encoding="utf-8")
            raise interruption

    with pytest.raises(interruption):
        write()
    assert list(tmp_path.iterdir()) == [target]
    assert target.read_text(encoding="utf-8") == "old"


def refused(target: Path, error: OSError | None = None) -> str:
    """Message of a write that the file system, or the writer, refuses."""

    def write() -> None:
        with atomic_write(target) as temporary:
            temporary.write_text("half", encoding="utf-8")
            if error:
                raise error

    with pytest.raises(OutputError) as caught:
        write()
    return str(caught.value)


def test_full_disk(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    message = refused(target, OSError(errno.ENOSPC, "No space left on device"))
    assert message.startswith(f"{target}: cannot be written (No space left")
    assert "free some space" in message
    assert list(tmp_path.iterdir()) == []


def test_missing_folder(tmp_path: Path) -> None:
    assert "create the folder first" in refused(tmp_path / "none" / "a.txt")


def test_file_in_place_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "choose another folder" in refused(tmp_path / "file" / "a.txt")


def test_folder_in_place_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    assert "it is a folder" in refused(tmp_path / "folder")
    assert [entry.name for entry in tmp_path.iterdir()] == ["folder"]


def test_no_permission(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    message = refused(target, PermissionError(errno.EACCES, "Permission denied"))
    assert "in which you may write" in message


def test_failure_of_another_file_keeps_its_name(tmp_path: Path) -> None:
    def write() -> None:
        with atomic_write(tmp_path / "a.txt"):
            (tmp_path / "input.txt").read_text(encoding="utf-8")

    with pytest.raises(FileNotFoundError, match=r"input\.txt"):
        write()
    assert list(tmp_path.iterdir()) == []


def test_name_that_no_file_system_takes(tmp_path: Path) -> None:
    assert "File name too long" in refused(tmp_path / ("a" * 300))


def test_device_is_not_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    message = refused(tmp_path / "pipe")
    assert "it is a device" in message
    assert "name a file" in message
    assert (tmp_path / "pipe").is_fifo()


def test_link_stays_and_its_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "file")
    with atomic_write(tmp_path / "link") as temporary:
        temporary.write_text("new", encoding="utf-8")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_text(encoding="utf-8") == "new"
