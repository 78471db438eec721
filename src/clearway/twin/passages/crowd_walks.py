"""People of a crowd as walks past a curtain: who they are, and how they go by."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from clearway.recognition.classes import HARMLESS, THREATS
from clearway.site.view_frame import ViewFrame
from clearway.twin.carriers import Loads
from clearway.twin.figures.conditions import conditions_at
from clearway.twin.figures.drawing import outcomes_of
from clearway.twin.objects import Split
from clearway.twin.passages.people import Belongings, Load, Walk, draw_load, draw_walk
from clearway.twin.random_streams import random_stream

__all__ = ["Cast", "going_by"]

_SLOWEST_M_S, _FASTEST_M_S = 0.1, 2.5
"""Speeds of a walk: a slower one takes so long past the panels that nobody else keeps straight on
meanwhile; nobody walks faster."""


class Cast:
    """Bodies, clothes and things of the people of a crowd: of each the same at all curtains.

    Who a person is depends on the seed and the number of the person alone, not on who is asked for
    first.  As in the figures of a curtain, each person has a harmless thing and a threat of each
    class, which the arms make room for; what is carried of them is of the class that the crowd's
    loads say.  Of somebody with a firearm and explosives it is both, at two places.

    Parameters
    ----------
    loads : Loads
        What each person carries.
    seed : int
        Of the run.
    split : Split
        Bodies, gait, clothing and objects are of this side.
    wet_share : float
        How many come out of the rain.
    """

    def __init__(
        self,
        loads: Loads,
        seed: int,
        *,
        split: Split = Split.TEST_ONLY,
        wet_share: float = 0.1,
    ) -> None:
        self._loads = loads
        self._seed = seed
        self._split = split
        self._wet_share = wet_share

    def person(self, number: int) -> tuple[Walk, Belongings]:
        """Give somebody, and what he or she carries; the walk's speed and place mean nothing yet.

        Parameters
        ----------
        number : int
            In the crowd.
        """
        rng = random_stream(self._seed, f"body and things of person {number}")
        # Where the person walks is drawn too, and comes to nothing: the crowd says it.
        walk = draw_walk(rng, self._split, lane_m=(0.0, 0.0), wet_share=self._wet_share)
        wanted = outcomes_of(int(self._loads.hypothesis[number]))
        things: list[Load] = []
        carried: list[Load] = []
        for threat in (None, *THREATS):
            # Two things that are carried at once do not lie at one place.
            thing = draw_load(rng, self._split, threat, beside=(*walk.pockets, *carried))
            things.append(thing)
            if (threat or HARMLESS) in wanted:
                carried.append(thing)
        return walk, Belongings(tuple(carried), tuple(things))


def going_by(
    walk: Walk,
    frame: ViewFrame,
    position_m: NDArray[np.float64],
    velocity_m_s: NDArray[np.float64],
    rng: np.random.Generator,
) -> tuple[Walk, float]:
    """Let somebody go by a panel as at one moment of the crowd: straight on, along the panel.

    Parameters
    ----------
    walk : Walk
        Who it is.
    frame : ViewFrame
        Of the first panel.
    position_m, velocity_m_s : (2,) float64
        In the site frame.  The speed counts whole, its direction only as one of the two along the
        panel; it is limited to 0.1 to 2.5 m/s.
    rng : numpy.random.Generator
        Draws where in the step the person is.

    Returns
    -------
    Walk
        At that speed, distance and direction.
    float
        Seconds since the person was in front of the panel's middle; negative before.
    """
    now = conditions_at([frame], position_m, velocity_m_s, np.empty((0, 2)))
    speed_m_s = min(max(now.speed_m_s, _SLOWEST_M_S), _FASTEST_M_S)
    forward = int(now.direction)
    along_m = float(frame.to_view([*position_m.tolist(), 0.0])[0])
    gone_by = replace(
        walk,
        speed_m_s=speed_m_s,
        lateral_m=now.distance_m,
        forward=forward,
        phase=float(rng.random()),
    )
    return gone_by, forward * along_m / speed_m_s
