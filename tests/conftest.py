from pathlib import Path

import pytest
from hypothesis import settings

import clearway.site
from clearway.site.reading import load_site
from clearway.site.schema import Site

# The same examples on every machine, however slow it is; and new ones for whoever looks for more.
settings.register_profile("clearway", derandomize=True, deadline=None, max_examples=40)
settings.register_profile("thorough", deadline=None, max_examples=1_000)
settings.load_profile("clearway")


@pytest.fixture(scope="session")
def station() -> Site:
    """The site that the package brings along."""
    return load_site(Path(clearway.site.__file__).with_name("station.toml"))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Recorded data beside the checkout, which a user does not have."""
    folder = Path(__file__).parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no recorded data at {folder}")
    return folder


@pytest.fixture(scope="session")
def merit_archive(shared_data: Path) -> Path:
    """Measured multistatic scans."""
    return shared_data / "merit" / "merit_scans.npz"
