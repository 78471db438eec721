from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.errors import ArgumentError
from clearway.imaging.design.panels import jittered_panel


@given(
    st.integers(1, 150),
    st.integers(1, 150),
    st.floats(0.1, 5.0),
    st.floats(0.1, 5.0),
    st.floats(0, 1),
    st.integers(0, 1000),
)
def test_all_elements_lie_on_the_panel(
    n_tx: int, n_rx: int, width_m: float, height_m: float, jitter: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    panel = jittered_panel(n_tx, n_rx, rng, width_m=width_m, height_m=height_m, jitter=jitter)
    assert (panel.n_tx, panel.n_rx, panel.n_pairs) == (n_tx, n_rx, n_tx * n_rx)
    for x, y, z in (panel.tx_positions_m.T, panel.rx_positions_m.T):
        assert np.abs(x).max() <= width_m / 2 * (1 + 1e-12)
        assert not y.any()
        assert z.min() >= 0
        assert z.max() <= height_m * (1 + 1e-12)


@given(st.integers(1, 12), st.integers(0, 1000))
def test_each_square_cell_holds_one_element_of_each_kind(side: int, seed: int) -> None:
    panel = jittered_panel(side**2, side**2, np.random.default_rng(seed))
    for x, _, z in (panel.tx_positions_m.T, panel.rx_positions_m.T):
        cell = np.floor((x + 1) / 2 * side) * side + np.floor(z / 2 * side)
        assert sorted(cell) == list(range(side**2))


def test_without_jitter_the_pitch_is_even() -> None:
    panel = jittered_panel(100, 100, np.random.default_rng(1), jitter=0.0)
    for axis in (0, 2):
        np.testing.assert_allclose(np.diff(np.unique(panel.tx_positions_m[:, axis].round(9))), 0.2)


@pytest.mark.parametrize("missing", [0.0, 1.0])
def test_the_reference_panel_is_filled_evenly(missing: float) -> None:
    panel = jittered_panel(96, 96, np.random.default_rng(1), jitter=missing)
    quarter = (panel.tx_positions_m[:, 0] > 0).astype(int) * 2 + (panel.tx_positions_m[:, 2] > 1)
    assert np.ptp(np.bincount(quarter, minlength=4)) <= 10


def test_transmitters_and_receivers_are_drawn_apart_and_by_the_generator() -> None:
    first, again, other = (
        jittered_panel(96, 96, np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    assert not np.isin(first.tx_positions_m[:, 0], first.rx_positions_m[:, 0]).any()
    np.testing.assert_array_equal(first.tx_positions_m, again.tx_positions_m)
    assert not np.array_equal(first.tx_positions_m, other.tx_positions_m)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_tx": 0}, "n_tx: is 0"),
        ({"n_rx": -1}, "n_rx: is -1"),
        ({"width_m": 0.0}, "width_m: is 0"),
        ({"height_m": np.nan}, "height_m: is nan"),
        ({"jitter": 1.1}, "jitter: is 1.1"),
    ],
)
def test_a_panel_that_cannot_be_is_refused(arguments: dict[str, Any], message: str) -> None:
    usable: dict[str, Any] = {"n_tx": 2, "n_rx": 2, "rng": np.random.default_rng(1)}
    with pytest.raises(ArgumentError, match=message):
        jittered_panel(**(usable | arguments))
