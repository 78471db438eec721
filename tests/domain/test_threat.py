import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from clearway.domain import HYPOTHESES, ThreatClass
from clearway.domain.threat import CLASS_MEMBERS, HARMLESS_OBJECT, N_CELLS, table_of

weights = (
    st.lists(st.floats(0.0, 1.0), min_size=7, max_size=7)
    .filter(lambda values: sum(values) > 1e-3)
    .map(lambda values: np.array(values) / np.sum(values))
)


def test_cells_are_the_table_in_row_major_order() -> None:
    table = np.array(HYPOTHESES[:N_CELLS]).reshape(3, 2)
    assert table.tolist() == [
        ["none", "explosive"],
        ["handgun", "handgun_explosive"],
        ["long_gun", "long_gun_explosive"],
    ]
    assert HYPOTHESES[HARMLESS_OBJECT] == "harmless_object"


def test_every_threat_belongs_to_a_class_and_nothing_else_does() -> None:
    members = {index for indices in CLASS_MEMBERS.values() for index in indices}
    assert members == set(range(1, N_CELLS))


def test_nobody_carries_a_handgun_and_a_long_gun() -> None:
    handgun, long_gun, explosive = (
        set(CLASS_MEMBERS[threat])
        for threat in (ThreatClass.HANDGUN, ThreatClass.LONG_GUN, ThreatClass.EXPLOSIVE)
    )
    assert not handgun & long_gun
    assert {HYPOTHESES[index] for index in explosive & handgun} == {"handgun_explosive"}
    assert {HYPOTHESES[index] for index in explosive & long_gun} == {"long_gun_explosive"}


@given(weights)
def test_table_keeps_all_probability(probabilities: NDArray[np.float64]) -> None:
    table = table_of(probabilities)
    assert np.isclose(table.sum(), 1.0)
    assert np.isclose(table[0, 0], probabilities[0] + probabilities[HARMLESS_OBJECT])
    assert np.array_equal(table.ravel()[1:], probabilities[1:N_CELLS])


@given(weights)
def test_table_is_a_copy(probabilities: NDArray[np.float64]) -> None:
    before = probabilities.copy()
    table_of(probabilities)[:] = -1.0
    assert np.array_equal(probabilities, before)
