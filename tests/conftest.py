from pathlib import Path

import pytest
from hypothesis import settings

import clearway.site
from clearway.site.reading import load_site
from clearway.site.schema import Site

# The same examples on every machine, however slow it is.
settings.register_profile("clearway", derandomize=True, deadline=None)
settings.load_profile("clearway")


@pytest.fixture(scope="session")
def station() -> Site:
    """The site that the package brings along."""
    return load_site(Path(clearway.site.__file__).with_name("station.toml"))
