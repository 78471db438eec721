import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.domain import Attribution
from clearway.fusion.candidates import candidate_set, smallest_set

weights = st.lists(st.floats(0.0, 1.0), min_size=1, max_size=8).filter(lambda w: sum(w) > 0.1)


@given(weights, st.floats(0.01, 0.99))
def test_no_smaller_set_holds_the_mass(raw: list[float], mass: float) -> None:
    shares = np.array(raw) / sum(raw)
    chosen = smallest_set(shares, mass)
    assert shares[chosen].sum() >= mass - 1e-9
    largest = np.sort(shares)[::-1]
    assert largest[: len(chosen) - 1].sum() < mass
    assert shares[chosen].tolist() == largest[: len(chosen)].tolist()


def test_of_equal_shares_the_earlier_comes_first() -> None:
    assert smallest_set([0.25, 0.25, 0.25, 0.25], 0.5) == [0, 1]


def test_nobody_without_a_share_is_named() -> None:
    assert smallest_set([0.5, 0.0, 0.3], 0.95) == [0, 2]


@pytest.mark.parametrize(
    ("none", "expected"), [(0.0, (4, 8)), (0.2, (4, None, 8)), (0.9, (None, 4))]
)
def test_nobody_tracked_competes(none: float, expected: tuple[int | None, ...]) -> None:
    left = 1.0 - none
    attribution = Attribution((8, 4), (0.15 * left, 0.85 * left), none)
    assert candidate_set(attribution, 0.95) == expected
