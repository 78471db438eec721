from pathlib import Path

import pytest

from clearway.errors import InputError
from clearway.store.run_folder import RUN_FILE
from clearway.trial.files import json_text, read_json, read_run_file, write_json


def test_json_depends_on_the_content_alone() -> None:
    assert json_text({"b": 1, "a": [1.5, None]}) == json_text({"a": [1.5, None], "b": 1})
    assert json_text({}).endswith("\n")


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_json_holds_no_number_that_json_does_not_know(value: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        json_text({"value": value})


def test_json_is_read_as_written(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"name": "Größe", "n": 3})
    assert read_json(tmp_path / "a.json") == {"name": "Größe", "n": 3}


@pytest.mark.parametrize("content", [None, b"", b'{"a": 1', b"\xff\xfe"])
def test_json_that_cannot_be_read_is_the_users_to_mend(
    tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "summary.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=r"summary\.json[\s\S]*remedy"):
        read_json(path)


@pytest.mark.parametrize("content", [None, b"not = = toml", b"\xff\xfe"])
def test_a_folder_that_is_no_run_is_the_users_to_mend(
    tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / RUN_FILE).write_bytes(content)
    with pytest.raises(InputError, match=r"run\.toml[\s\S]*remedy"):
        read_run_file(tmp_path)
