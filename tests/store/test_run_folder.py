"""A run folder appears whole or not at all, and nothing else is ever left."""

import errno
import os
from pathlib import Path

import pytest

from clearway.errors import InputError, OutputError
from clearway.store.run_folder import RUN_FILE, run_folder


def write_run(path: Path, content: str) -> None:
    with run_folder(path) as folder:
        (folder / RUN_FILE).write_text(content)


def write_run_and_fail(path: Path, error: BaseException) -> None:
    with run_folder(path) as folder:
        (folder / RUN_FILE).write_text("new")
        raise error


def files_in(path: Path) -> list[str]:
    """Every file and folder, hidden ones too."""
    return sorted(str(found.relative_to(path)) for found in path.rglob("*"))


def test_nothing_is_seen_before_the_end(tmp_path: Path) -> None:
    with run_folder(tmp_path / "run") as folder:
        (folder / RUN_FILE).write_text("new")
        assert not (tmp_path / "run").exists()
    assert files_in(tmp_path) == ["run", f"run/{RUN_FILE}"]


def test_folders_above_are_made(tmp_path: Path) -> None:
    write_run(tmp_path / "deep" / "down" / "run", "new")
    assert (tmp_path / "deep" / "down" / "run" / RUN_FILE).read_text() == "new"


def test_others_may_read_it(tmp_path: Path) -> None:
    write_run(tmp_path / "run", "new")
    assert (tmp_path / "run").stat().st_mode & 0o777 == 0o755


def test_an_earlier_run_is_replaced_whole(tmp_path: Path) -> None:
    write_run(tmp_path / "run", "old")
    (tmp_path / "run" / "report.html").write_text("of the earlier run")
    write_run(tmp_path / "run", "new")
    assert (tmp_path / "run" / RUN_FILE).read_text() == "new"
    assert files_in(tmp_path) == ["run", f"run/{RUN_FILE}"]


def test_notes_beside_an_earlier_run_are_kept(tmp_path: Path) -> None:
    write_run(tmp_path / "run", "old")
    (tmp_path / "run" / "my-notes.txt").write_text("thoughts")
    with pytest.raises(OutputError, match="holds more than an earlier run"):
        write_run(tmp_path / "run", "new")
    assert (tmp_path / "run" / RUN_FILE).read_text() == "old"
    assert (tmp_path / "run" / "my-notes.txt").read_text() == "thoughts"


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    write_run(tmp_path / "run", "new")
    assert files_in(tmp_path) == ["run", f"run/{RUN_FILE}"]


@pytest.mark.parametrize(
    "error", [ValueError("defect"), KeyboardInterrupt(), InputError("crowd.csv", ())], ids=repr
)
@pytest.mark.parametrize("earlier", [False, True])
def test_whatever_happens_nothing_half_written_is_left(
    tmp_path: Path, error: BaseException, earlier: bool
) -> None:
    if earlier:
        write_run(tmp_path / "run", "old")
    before = files_in(tmp_path)
    with pytest.raises(type(error)) as caught:
        write_run_and_fail(tmp_path / "run", error)
    assert caught.value is error
    assert files_in(tmp_path) == before
    if earlier:
        assert (tmp_path / "run" / RUN_FILE).read_text() == "old"


def test_a_folder_that_is_no_run_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("years of work")
    with pytest.raises(OutputError, match="holds more than an earlier run"):
        write_run(tmp_path / "thesis", "new")
    assert files_in(tmp_path) == ["thesis", "thesis/chapter.txt"]


def test_a_file_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("a file")
    with pytest.raises(OutputError, match="remedy"):
        write_run(tmp_path / "run", "new")
    assert (tmp_path / "run").read_text() == "a file"


def test_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    with pytest.raises(OutputError, match="No space left on device") as caught:
        write_run_and_fail(tmp_path / "run", full)
    assert "free some space" in str(caught.value)
    assert files_in(tmp_path) == []


def test_a_parent_that_is_a_file_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file")
    with pytest.raises(OutputError, match="remedy"):
        write_run(tmp_path / "file" / "run", "new")
    assert files_in(tmp_path) == ["file"]


def test_a_parent_in_which_nobody_may_write_is_an_output_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The permission bits would not stop a test that runs as root.
    def refuse(**_: object) -> str:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr("tempfile.mkdtemp", refuse)
    with pytest.raises(OutputError, match=r"Permission denied[\s\S]*you may write"):
        write_run(tmp_path / "run", "new")
    assert files_in(tmp_path) == []


def test_a_name_that_is_too_long_is_an_output_error(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="too long"):
        write_run(tmp_path / ("r" * 300), "new")
    assert files_in(tmp_path) == []


@pytest.mark.parametrize("error", [OSError(errno.EIO, "fault"), KeyboardInterrupt()], ids=repr)
def test_the_earlier_run_survives_a_failure_in_the_very_last_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    write_run(tmp_path / "run", "old")
    rename = Path.rename

    def fail_once(self: Path, target: Path) -> Path:
        if target == tmp_path / "run":
            # Putting the earlier run back works again.
            monkeypatch.setattr(Path, "rename", rename)
            raise error
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail_once)
    with pytest.raises((OutputError, KeyboardInterrupt)):
        write_run(tmp_path / "run", "new")
    assert files_in(tmp_path) == ["run", f"run/{RUN_FILE}"]
    assert (tmp_path / "run" / RUN_FILE).read_text() == "old"
