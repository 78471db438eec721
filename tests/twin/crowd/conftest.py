from pathlib import Path

import pytest

from clearway.site.reading import load_site
from clearway.site.schema import Site

PROJECT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def site() -> Site:
    return load_site(PROJECT / "examples" / "station.toml")
