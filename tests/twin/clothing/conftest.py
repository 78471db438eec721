from __future__ import annotations

import pytest

from tests.twin.clothing.figure import Figure, standing_figure


@pytest.fixture(scope="session")
def figure() -> Figure:
    return standing_figure(stride_m=0.5)
