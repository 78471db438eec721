"""Everything that can be drawn."""

from __future__ import annotations

from clearway.domain.threat import ThreatClass
from clearway.twin.objects.aids import AIDS
from clearway.twin.objects.belts import BELTS
from clearway.twin.objects.carried import Family, Split
from clearway.twin.objects.explosives import EXPLOSIVES
from clearway.twin.objects.firearms import FIREARMS
from clearway.twin.objects.held_things import HELD_THINGS
from clearway.twin.objects.pocket_things import POCKET_THINGS

__all__ = ["BENIGN", "CATALOGUE", "THREATS", "families_of"]

THREATS: tuple[Family, ...] = FIREARMS + EXPLOSIVES
BENIGN: tuple[Family, ...] = POCKET_THINGS + BELTS + HELD_THINGS + AIDS
CATALOGUE: tuple[Family, ...] = THREATS + BENIGN


def families_of(threat: ThreatClass | None, split: Split) -> tuple[Family, ...]:
    """Families of a class (None: the harmless ones) that may occur in a split.

    Examples
    --------
    >>> [family.name for family in families_of(ThreatClass.LONG_GUN, Split.TEST_ONLY)]
    ['bullpup', 'double_barrel']
    """
    return tuple(
        family for family in CATALOGUE if family.threat is threat and family.split is split
    )
