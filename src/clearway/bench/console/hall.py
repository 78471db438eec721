"""What a service would show a control room: people who walk, and alarms about some of them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from clearway.bench.sapient.load import Walkers
from clearway.domain import (
    Alert,
    AlertState,
    Belief,
    Candidate,
    Detection,
    Evidence,
    Modality,
    ThreatClass,
    Track,
    TrackPicture,
    TrackStates,
)
from clearway.domain.detection import Covariance
from clearway.sapient.bindings import SapientMessage
from clearway.service.outputs import AlertTold, PeopleReported, Reading
from clearway.site.schema import Site
from clearway.twin.random_streams import random_stream

__all__ = ["LOOP_S", "Hall"]

LOOP_S = 10.0
"""After this the people walk the same ways again."""

_RIFLE = Evidence(
    Modality.CURTAIN,
    (0.0, 0.0, 3.0, 3.0, 9.0, 9.0, 1.0),
    examined=0.9,
    declared=(ThreatClass.LONG_GUN,),
)
_SUSPECTED = np.array([0.02, 0.0, 0.03, 0.0, 0.9, 0.0, 0.05])
_SIGMA_M = 0.15
_SOON_S = 0.01
"""Over which velocities are taken."""


class Hall:
    """People in the station's corridor, made beforehand: what the engine costs is not counted.

    Parameters
    ----------
    site : Site
        Whose first curtain raises the alarms.
    people : int
    rate_hz : float
        Of the reports.
    seed : int
    """

    def __init__(self, site: Site, people: int, rate_hz: float, seed: int = 1) -> None:
        rng = random_stream(seed, "hall")
        walkers = Walkers(people, rng)
        self._curtain = site.curtains[0].id
        self._track_ids = np.arange(1, people + 1)
        self._covariances = np.tile(_SIGMA_M**2 * np.eye(4), (people, 1, 1))
        steps = max(1, round(LOOP_S * rate_hz))
        self._states: list[NDArray[np.float64]] = []
        for time_s in np.arange(steps) * LOOP_S / steps:
            now, soon = walkers.at(time_s), walkers.at(time_s + _SOON_S)
            self._states.append(np.hstack([now, (soon - now) / _SOON_S]))
        prior = np.array([0.9579, 5e-6, 3e-5, 1e-6, 3e-5, 1e-6, 0.042033])
        self._prior = prior / prior.sum()
        self._beliefs = tuple(self._belief(rng) for _ in range(people))
        self._shown: dict[str, NDArray[Any]] = {
            "sigma_m": np.full(people, _SIGMA_M),
            "threat": np.array([belief.threat for belief in self._beliefs]),
            "examined_curtain": self._examined(Modality.CURTAIN),
            "examined_trace": self._examined(Modality.TRACE),
            "mark": np.zeros(people, np.uint8),
        }

    def report(self, step: int, time_ns: int) -> PeopleReported:
        """Everybody at one instant.

        Parameters
        ----------
        step : int
            Counted from 0; after `LOOP_S` everything comes again.
        time_ns : int
            What the report says of its time.
        """
        states = self._states[step % len(self._states)]
        tracks = TrackStates(time_ns, self._track_ids, states, self._covariances)
        return PeopleReported(tracks, self._beliefs)

    def picture(self, step: int, time_ns: int) -> TrackPicture:
        """The same as `report`, as the plan shows it, and without the work of making it so."""
        states = self._states[step % len(self._states)]
        return TrackPicture(
            time_ns=time_ns,
            track_id=self._track_ids,
            x_m=states[:, 0],
            y_m=states[:, 1],
            velocity_x_m_s=states[:, 2],
            velocity_y_m_s=states[:, 3],
            **self._shown,
        )

    def alarm(self, number: int, time_ns: int) -> AlertTold:
        """A rifle, seen on one person after the other, with two others who may be meant.

        Parameters
        ----------
        number : int
            Also names the alarm.
        time_ns : int
            When it is told.
        """
        people = len(self._track_ids)
        first = number % people
        x_m, y_m, velocity_x_m_s, velocity_y_m_s = self._states[0][first].tolist()
        seen = Detection(
            self._curtain,
            number,
            time_ns,
            time_ns,
            x_m,
            y_m,
            Covariance(_SIGMA_M**2, 0.0, _SIGMA_M**2),
            evidence=_RIFLE,
        )
        shares = (0.8, 0.15, 0.05)[:people]
        alert = Alert(
            alert_id=number,
            state=AlertState.OPEN,
            time_ns=time_ns,
            opened_ns=time_ns,
            candidates=tuple(
                Candidate(1 + (first + other) % people, share) for other, share in enumerate(shares)
            ),
            probability=0.93,
            belief=Belief(_SUSPECTED, self._prior, {Modality.CURTAIN: 0.9}),
            evidence=((self._curtain, number),),
        )
        message = SapientMessage()
        message.alert.description = "Long gun suspected."
        lead = Track(first + 1, time_ns, x_m, y_m, velocity_x_m_s, velocity_y_m_s, _SIGMA_M)
        return AlertTold(f"alarm-{number}", alert, message, (Reading(seen, 3),), lead, None)

    def _examined(self, modality: Modality) -> NDArray[np.float64]:
        return np.array([belief.examined.get(modality, 0.0) for belief in self._beliefs])

    def _belief(self, rng: np.random.Generator) -> Belief:
        """Somebody who was examined wholly, partly or not at all."""
        examined = {Modality.CURTAIN: float(rng.choice([0.0, 0.5, 1.0]))}
        if rng.random() < 0.5:
            examined[Modality.TRACE] = float(rng.choice([0.5, 1.0]))
        return Belief(self._prior, self._prior, examined)
