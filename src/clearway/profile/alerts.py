"""An alert as it goes to a guard's display (BSI Flex 335 v2.0, 6.6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from clearway.domain import Alert, AlertState, Closing, ThreatClass
from clearway.profile.wire import envelope, timestamp
from clearway.sapient.bindings import Alert as AlertMessage
from clearway.sapient.bindings import AssociatedDetection, Location, SapientMessage

_IN_WORDS = {
    ThreatClass.HANDGUN: "handgun",
    ThreatClass.LONG_GUN: "long gun",
    ThreatClass.EXPLOSIVE: "explosive",
}
_CLOSING = {
    Closing.DEPARTED: "all candidates have left",
    Closing.WITHDRAWN: "later readings made a threat improbable",
    Closing.MERGED: "it is about the same person as an earlier alert",
}


def alert_message(
    alert: Alert,
    alert_id: str,
    node_id: str,
    *,
    location: Location | None,
    people: Mapping[int, str],
    evidence: Iterable[AssociatedDetection],
) -> SapientMessage:
    """What the service tells of an alert whenever it changes.

    Parameters
    ----------
    alert : Alert
    alert_id : str
        The same from opening to closing.
    node_id : str
        The service's.
    location : Location, optional
        Where the leading candidate is.
    people : mapping of int to str
        Object ids of the candidates' tracks; a candidate without one is left out.
    evidence : iterable of AssociatedDetection
        The sensors' detections behind it; they follow the candidates in the message.
    """
    message = envelope(alert.time_ns, node_id)
    told = message.alert
    told.alert_id = alert_id
    told.alert_type = AlertMessage.ALERT_TYPE_WARNING
    closed = alert.state is AlertState.CLOSED
    told.status = AlertMessage.ALERT_STATUS_CLEAR if closed else AlertMessage.ALERT_STATUS_ACTIVE
    told.priority = AlertMessage.DISCRETE_PRIORITY_HIGH
    told.confidence = min(max(alert.probability, 0.0), 1.0)
    told.ranking = told.confidence
    told.description = _description(alert)
    if location is not None:
        told.location.CopyFrom(location)
    for candidate in alert.candidates:
        if candidate.track_id not in people:
            continue
        told.associated_detection.append(
            AssociatedDetection(
                node_id=node_id,
                object_id=people[candidate.track_id],
                timestamp=timestamp(alert.time_ns),
            )
        )
    told.associated_detection.extend(evidence)
    return message


def leading_threat(alert: Alert) -> ThreatClass:
    """The class that the leading candidate most probably carries."""
    return max(ThreatClass, key=alert.belief.probability_of)


def _description(alert: Alert) -> str:
    threat = _IN_WORDS[leading_threat(alert)]
    several = len(alert.candidates)
    if several == 0:
        who = "somebody whom no camera follows"
    elif several == 1:
        who = "one person"
    else:
        who = f"one of {several} people"
    text = f"Possible {threat} on {who}, probability {alert.probability:.2f}."
    if alert.closed_because is not None:
        text += f" Closed: {_CLOSING[alert.closed_because]}."
    return text
