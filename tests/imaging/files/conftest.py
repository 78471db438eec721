from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def merit_archive() -> Path:
    archive = PROJECT.parent / "shared" / "data" / "merit" / "merit_scans.npz"
    if not archive.is_file():
        pytest.skip(f"no recorded data at {archive}")
    return archive
