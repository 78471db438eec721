"""The engine's events and the truth, as the tables of a run folder."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from clearway.domain import Belief, Detection, Modality, ThreatClass, TrackStates
from clearway.domain.threat import HYPOTHESES
from clearway.engine import (
    AlertChanged,
    DetectionRefused,
    Event,
    EvidenceJudged,
    Refusal,
    TracksReported,
)
from clearway.fusion import Judgement
from clearway.store.tables import SCHEMAS, TableWriter
from clearway.twin.observation import NOBODY, Observation
from clearway.twin.world import World

NOBODY_ID = -1
"""Person id of nobody in the tables."""


class Recorder:
    """Writes one run's tables; a context manager that finishes the files.

    Parameters
    ----------
    folder : Path
        The run folder.
    world : World
        The truth.
    """

    def __init__(self, folder: Path, world: World) -> None:
        self._world = world
        self._tables = {name: TableWriter(folder, name) for name in SCHEMAS}
        self._truth_of: dict[tuple[str, int], Observation] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for table in self._tables.values():
            table.close()

    def remember(self, observations: Iterable[Observation]) -> None:
        """Keep the truth of threat sensors' detections until the engine has judged them."""
        for observation in observations:
            detection = observation.detection
            if detection.evidence is not None and not detection.evidence.position_only:
                self._truth_of[detection.sensor_id, detection.sequence] = observation

    def record(self, events: Sequence[Event]) -> None:
        """Append what the engine said."""
        for event in events:
            match event:
                case TracksReported():
                    self._record_tracks(event.tracks, event.beliefs)
                    self._record_truth(event.tracks.time_ns)
                case EvidenceJudged():
                    self._record_evidence(event.detection, event.judgement, event.clock_ns)
                case DetectionRefused() if event.detection.evidence is not None:
                    detection = event.detection
                    self._record_evidence(detection, None, detection.received_ns, event.reason)
                case AlertChanged():
                    self._record_alert(event)
                case _:
                    pass

    def _record_tracks(self, tracks: TrackStates, beliefs: Sequence[Belief]) -> None:
        if not beliefs:
            return
        self._tables["tracks"].append(
            {
                "time_ns": np.full(len(tracks), tracks.time_ns),
                "track_id": tracks.track_ids,
                "x_m": tracks.states[:, 0],
                "y_m": tracks.states[:, 1],
                "velocity_x_m_s": tracks.states[:, 2],
                "velocity_y_m_s": tracks.states[:, 3],
                "sigma_m": tracks.sigma_m,
                **_probability_columns(beliefs),
                "examined_curtain": [b.examined.get(Modality.CURTAIN, 0.0) for b in beliefs],
                "examined_trace": [b.examined.get(Modality.TRACE, 0.0) for b in beliefs],
            }
        )

    def _record_truth(self, time_ns: int) -> None:
        present = self._world.crowd.at(self._world.elapsed_s(time_ns))
        self._tables["truth"].append(
            {
                "time_ns": np.full(len(present.person), time_ns),
                "person_id": self._world.crowd.person_id[present.person],
                "x_m": present.position_m[:, 0],
                "y_m": present.position_m[:, 1],
                "carries": [self._carries(person) for person in present.person.tolist()],
            }
        )

    def _record_evidence(
        self,
        detection: Detection,
        judgement: Judgement | None,
        clock_ns: int,
        refused: Refusal | None = None,
    ) -> None:
        truth = self._truth_of.pop((detection.sensor_id, detection.sequence), None)
        evidence = detection.evidence
        if evidence is None or truth is None:
            return  # a repeated message, whose first copy has been recorded, or no reading at all
        nobody = truth.person == NOBODY
        row = {
            "time_ns": detection.time_ns,
            "true_ns": truth.true_ns,
            "judged_ns": clock_ns,
            "sensor_id": detection.sensor_id,
            "sequence": detection.sequence,
            "x_m": detection.x_m,
            "y_m": detection.y_m,
            "modality": evidence.modality.value,
            "examined": evidence.examined,
            "declared": [threat.value for threat in evidence.declared],
            "substance": evidence.substance,
            "body_place": evidence.body_place,
            "log_likelihood_ratio": list(evidence.log_likelihood_ratio),
            "track_ids": [] if judgement is None else list(judgement.attribution.track_ids),
            "probabilities": [] if judgement is None else list(judgement.attribution.probabilities),
            "p_none": None if judgement is None else judgement.attribution.none,
            "p_source_threat": None if judgement is None else judgement.source_threat,
            "refused": None if refused is None else refused.name.lower(),
            "true_person_id": (
                NOBODY_ID if nobody else int(self._world.crowd.person_id[truth.person])
            ),
            "true_carries": "nobody" if nobody else self._carries(truth.person),
            "truly_harmless_alarm": (
                not nobody and bool(self._world.loads.is_harmlessly_alarming[truth.person])
            ),
        }
        self._tables["evidence"].append({name: [value] for name, value in row.items()})

    def _record_alert(self, event: AlertChanged) -> None:
        alert = event.alert
        row = {
            "time_ns": alert.time_ns,
            "alert_id": alert.alert_id,
            "state": alert.state.value,
            "opened_ns": alert.opened_ns,
            "probability": alert.probability,
            "prior_threat": alert.belief.prior_threat,
            "log_likelihood_ratio": alert.belief.log_likelihood_ratio,
            "candidate_track_ids": [candidate.track_id for candidate in alert.candidates],
            "candidate_probabilities": [candidate.probability for candidate in alert.candidates],
            "evidence_sensor_ids": [sensor_id for sensor_id, _ in alert.evidence],
            "evidence_sequences": [sequence for _, sequence in alert.evidence],
            "closed_because": alert.closed_because and alert.closed_because.value,
            "merged_into": alert.merged_into,
        }
        columns = {name: [value] for name, value in row.items()}
        self._tables["alerts"].append({**columns, **_probability_columns([alert.belief])})

    def _carries(self, person: int) -> str:
        return HYPOTHESES[int(self._world.loads.hypothesis[person])]


def _probability_columns(beliefs: Sequence[Belief]) -> dict[str, list[float]]:
    return {
        "p_threat": [belief.threat for belief in beliefs],
        **{
            f"p_{threat.value}": [belief.probability_of(threat) for belief in beliefs]
            for threat in ThreatClass
        },
    }
