"""Who walks through a curtain and what they carry: drawn for training, or for a test of the new."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.stats import truncnorm

from clearway.domain import ThreatClass
from clearway.errors import ArgumentError
from clearway.twin.bodies import (
    Body,
    BoulicGait,
    Gait,
    Habits,
    MeasuredGait,
    drawn_habits,
    population,
)
from clearway.twin.clothing import Outfit, Use, draw_outfit, family_names
from clearway.twin.objects import (
    BENIGN,
    CONTAINERS,
    CarriedObject,
    Split,
    draw_site,
    families_of,
    ways_to_carry,
)

__all__ = [
    "CONTAINED",
    "HELD",
    "Belongings",
    "Companion",
    "Load",
    "Walk",
    "bodies_of",
    "draw_contained",
    "draw_load",
    "draw_walk",
]

_TEST_BODIES = 3
"""Each third body is kept for tests."""
_MEAN_M_S, _SIGMA_M_S, _SLOWEST_M_S, _FASTEST_M_S = 1.34, 0.26, 0.6, 2.2
"""Free walking speed of pedestrians: U. Weidmann, Transporttechnik der Fussgaenger, 1993."""
_POCKET_KINDS = ("phone", "keys", "wallet")
_MOST_IN_POCKETS = 2
_POCKET_SITES = ("right_hip", "left_hip", "right_thigh", "left_thigh", "chest_right", "chest_left")
HELD = frozenset({"right_hand", "left_hand"})
"""Sites at which things are carried in the open."""
_OPEN_KINDS = frozenset(
    {"backpack", "shoulder_bag", "long_bag", "trolley", "child", "camera", "books"}
)
_UNDER_COAT_SHARE = 0.5
CONTAINED = frozenset({"backpack", "shoulder_bag", "long_bag", "trolley"})
"""Kinds of containers: what is in them is scored apart."""
_TRIES = 20
_AHEAD_M = 1.0
"""Whoever walks beside somebody is at the most so far ahead or behind."""
_APART_M = 0.5
"""From middle to middle of two bodies, at least."""


@dataclass(frozen=True, eq=False)
class Load:
    """Something that one person carries at one place."""

    carried: CarriedObject
    site: str
    """As `clearway.twin.objects` names it."""
    under: int | None
    """How many garments lie over it, from the outermost; None for against the skin."""
    seed: int
    """Of how it lies: the same at each moment of a walk."""

    @property
    def threat(self) -> ThreatClass | None:
        """Its class."""
        return self.carried.threat


@dataclass(frozen=True, eq=False)
class Walk:
    """One person's way past a curtain, in the view frame of its first panel."""

    body: Body
    gait: Gait
    habits: Habits
    outfit: Outfit
    pockets: tuple[Load, ...]
    """Everyday things that the person has anyhow."""
    speed_m_s: float
    lateral_m: float
    """Distance from the first panel's plane."""
    forward: int
    """+1 for a person who walks along +x, -1 for the other way."""
    phase: float
    """Of the gait, where the body is in front of the panel's middle."""
    seed: int
    """Of the folds of the clothes."""


@dataclass(frozen=True, eq=False)
class Belongings:
    """What a person has along at each moment of a walk, besides the things in the pockets."""

    carried: tuple[Load, ...] = ()
    room_for: tuple[Load, ...] = ()
    """What the arms make room for, whether it is carried or not: so that how they are held does
    not tell what is."""


@dataclass(frozen=True, eq=False)
class Companion:
    """Another person beside the one who is looked at."""

    walk: Walk
    ahead_s: float
    """Time for which the other is ahead of its own way past the first panel's middle; negative for
    one who comes after."""
    belongings: Belongings = field(default_factory=Belongings)


def bodies_of(split: Split) -> tuple[Body, ...]:
    """Bodies for training, or those kept for tests.

    Examples
    --------
    >>> len(bodies_of(Split.TRAIN)), len(bodies_of(Split.TEST_ONLY))
    (40, 20)
    """
    kept = split is Split.TEST_ONLY
    return tuple(
        body for number, body in enumerate(population()) if (number % _TEST_BODIES == 0) == kept
    )


def draw_walk(
    rng: np.random.Generator,
    split: Split,
    *,
    lane_m: tuple[float, float],
    wet_share: float = 0.1,
    body: Body | None = None,
) -> Walk:
    """Draw a person who walks by.

    Parameters
    ----------
    rng : numpy.random.Generator
    split : Split
        Bodies, gait and types of clothing are of this side only.
    lane_m : (float, float)
        Least and largest distance of the body's middle from the first panel.
    wet_share : float
        How many come out of the rain.
    body : Body, optional
        Whose; drawn when left out.
    """
    bodies = bodies_of(split)
    use = Use.TEST_ONLY if split is Split.TEST_ONLY else Use.TRAIN
    low, high = ((end - _MEAN_M_S) / _SIGMA_M_S for end in (_SLOWEST_M_S, _FASTEST_M_S))
    speed = truncnorm(low, high, _MEAN_M_S, _SIGMA_M_S).rvs(random_state=rng)
    return Walk(
        body=bodies[int(rng.integers(len(bodies)))] if body is None else body,
        gait=MeasuredGait() if split is Split.TEST_ONLY else BoulicGait(),
        habits=drawn_habits(rng),
        outfit=draw_outfit(rng, family_names(use), wet_share),
        pockets=_pockets(rng, split),
        speed_m_s=float(speed),
        lateral_m=float(rng.uniform(*lane_m)),
        forward=1 if rng.random() < 0.5 else -1,
        phase=float(rng.random()),
        seed=_seed(rng),
    )


def draw_companions(
    rng: np.random.Generator,
    walk: Walk,
    split: Split,
    share: float,
    *,
    lane_m: tuple[float, float],
    wet_share: float = 0.1,
) -> tuple[Companion, ...]:
    """Nobody, or with the given probability one other person within the lane.

    The draws taken from the generator do not depend on which it is.
    """
    accompanied = rng.random() < share
    other = draw_walk(rng, split, lane_m=lane_m, wet_share=wet_share)
    ahead_m = float(rng.uniform(-_AHEAD_M, _AHEAD_M))
    own = np.random.default_rng(_seed(rng))
    while np.hypot(other.lateral_m - walk.lateral_m, ahead_m) < _APART_M:
        other = replace(other, lateral_m=float(own.uniform(*lane_m)))
        ahead_m = float(own.uniform(-_AHEAD_M, _AHEAD_M))
    along = replace(other, speed_m_s=walk.speed_m_s, forward=walk.forward)
    return (Companion(along, ahead_m / walk.speed_m_s),) if accompanied else ()


def draw_load(
    rng: np.random.Generator,
    split: Split,
    threat: ThreatClass | None,
    family: str | None = None,
    *,
    beside: Sequence[Load] = (),
) -> Load:
    """Draw something carried on the body: a threat, or (None) a harmless thing.

    Parameters
    ----------
    rng : numpy.random.Generator
    split : Split
    threat : ThreatClass or None
    family : str, optional
        Of this family only.
    beside : sequence of Load
        What is carried already, each at a place of its own.

    Raises
    ------
    ArgumentError
        No such family in this split.
    """
    families = [one for one in families_of(threat, split) if family is None or one.name == family]
    if not families:
        raise ArgumentError(
            "family", f"{family!r} is none of {threat or 'the harmless'}", "see CATALOGUE"
        )
    # A kind first, so that one with many families is not drawn more often.
    kinds = sorted({one.kind for one in families})
    kind = kinds[int(rng.integers(len(kinds)))]
    of_kind = [one for one in families if one.kind == kind]
    return _load(rng, of_kind[int(rng.integers(len(of_kind)))].draw(rng), beside)


def draw_contained(rng: np.random.Generator, split: Split, threat: ThreatClass | None) -> Load:
    """Draw a bag or trolley, with a threat in it, or without one.

    What is worn round the body does not lie in bags: of explosives there is then nothing to draw.

    Raises
    ------
    ArgumentError
        Nothing of the class fits into any container.
    """
    containers = [one for one in CONTAINERS if one.split is split]
    if threat is None:
        return _load(rng, containers[int(rng.integers(len(containers)))].draw(rng))
    families = families_of(threat, split)
    for _ in range(_TRIES):
        content = families[int(rng.integers(len(families)))].draw(rng)
        container = containers[int(rng.integers(len(containers)))]
        with suppress(ArgumentError):
            return _load(rng, container.draw(rng, content))
    raise ArgumentError("threat", f"{threat} fits into no container", "draw it on the body")


def _pockets(rng: np.random.Generator, split: Split) -> tuple[Load, ...]:
    """None to two everyday things, each in a pocket of its own."""
    families = [one for one in BENIGN if one.kind in _POCKET_KINDS and one.split is split]
    free = list(_POCKET_SITES)
    loads = []
    for _ in range(int(rng.integers(_MOST_IN_POCKETS + 1))):
        carried = families[int(rng.integers(len(families)))].draw(rng)
        if not ways_to_carry(carried).keys() & set(free):
            continue
        site = draw_site(carried, rng, free)
        free.remove(site)
        loads.append(Load(carried, site, 1, _seed(rng)))
    return tuple(loads)


def _load(rng: np.random.Generator, carried: CarriedObject, beside: Sequence[Load] = ()) -> Load:
    taken = {load.site for load in beside}
    free = ways_to_carry(carried).keys() - taken or ways_to_carry(carried).keys()
    site = draw_site(carried, rng, free)
    return Load(carried, site, _garments_over(rng, carried, site), _seed(rng))


def _garments_over(rng: np.random.Generator, carried: CarriedObject, site: str) -> int | None:
    """Threats are concealed: under the outermost garment, or under all of them."""
    if carried.kind in CONTAINED:
        return 0
    if carried.threat is not None:
        return 1 if rng.random() < _UNDER_COAT_SHARE else None
    return 0 if site in HELD or carried.kind in _OPEN_KINDS else 1


def _seed(rng: np.random.Generator) -> int:
    return int(rng.integers(2**32))
