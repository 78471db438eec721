from pathlib import Path

import pytest

import clearway.site
from clearway.site.reading import load_site
from clearway.site.schema import Site


@pytest.fixture(scope="session")
def station() -> Site:
    """The site that the package brings along."""
    return load_site(Path(clearway.site.__file__).with_name("station.toml"))
