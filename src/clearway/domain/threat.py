"""What a person may carry: the hypotheses that evidence speaks about.

A person is in exactly one of six *cells*: firearm {none, handgun, long gun} x bulk explosive
{no, yes}.  The cell (none, no) has a second face: a harmless object that looks like a threat to
the sensors (a laptop, an umbrella).  It is kept as a seventh *hypothesis*, because two sensors
that alarm at the same laptop are not two independent errors: given the laptop both are likely.
Without it two nuisance alarms would multiply into false certainty.

An explosive trace is evidence of handling explosives, not a class of its own.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

ThreatTable: TypeAlias = NDArray[np.float64]
"""Joint probabilities, shape (3, 2): firearm {none, handgun, long gun} x explosive {no, yes}."""


class ThreatClass(StrEnum):
    """The classes that go on a wire or a screen; each is a sum of cells."""

    HANDGUN = "handgun"
    LONG_GUN = "long_gun"
    EXPLOSIVE = "explosive"


class Modality(StrEnum):
    """How a threat sensor examines a person."""

    CURTAIN = "curtain"
    TRACE = "trace"


HYPOTHESES = (
    "none",
    "explosive",
    "handgun",
    "handgun_explosive",
    "long_gun",
    "long_gun_explosive",
    "harmless_object",
)
"""Names of the seven hypotheses, in the order of every vector over them.

The first six are the cells of a `ThreatTable` in row-major order."""

N_CELLS = 6
HARMLESS_OBJECT = 6

CLASS_MEMBERS: dict[ThreatClass, tuple[int, ...]] = {
    threat: tuple(
        index
        for index, name in enumerate(HYPOTHESES[:N_CELLS])
        if (threat is ThreatClass.EXPLOSIVE and name.endswith("explosive"))
        or (threat is not ThreatClass.EXPLOSIVE and name.startswith(threat.value))
    )
    for threat in ThreatClass
}
"""Which hypotheses make up each class."""


def table_of(weights: NDArray[np.float64]) -> ThreatTable:
    """Fold probabilities of the seven hypotheses into the joint table.

    Parameters
    ----------
    weights : (7,) float64
        Probabilities in the order of `HYPOTHESES`, summing to one.

    Returns
    -------
    (3, 2) float64
        The harmless object counts as (none, no).

    Examples
    --------
    >>> table_of(np.array([0.7, 0.0, 0.1, 0.0, 0.0, 0.0, 0.2])).tolist()
    [[0.8999999999999999, 0.0], [0.1, 0.0], [0.0, 0.0]]
    """
    table = weights[:N_CELLS].reshape(3, 2).copy()
    table[0, 0] += weights[HARMLESS_OBJECT]
    return table
