"""What a session finds: the third group of findings, beside those of content and declaration."""

from __future__ import annotations

from clearway.sapient.validate.findings import Catalogue, Finding, Severity

__all__ = ["SESSION_RULES", "found"]

_ERROR, _WARNING = Severity.ERROR, Severity.WARNING

SESSION_RULES = Catalogue()
"""Every rule of a session by its id."""

for _rule, _severity, _clause, _summary in (
    ("order.before_registration", _ERROR, "6.2.2", "a message before the node registered"),
    ("order.before_status", _ERROR, "6.3.1", "a detection before the initial StatusReport"),
    ("order.unexpected", _ERROR, "6.1", "content that this side of a connection never receives"),
    ("registration.resumed", _WARNING, "4.9", "a node went on without registering again"),
    ("node_id.changed", _ERROR, "6.2.4", "another node_id than the connection registered"),
    ("node_id.certificate", _ERROR, "", "another node_id than the certificate names"),
    ("destination.other", _WARNING, "6.1", "a message addressed to somebody else"),
    ("time.backwards", _WARNING, "4.1", "content older than that of the message before"),
    ("time.late", _WARNING, "4.1", "content older than the bound for late data"),
    ("time.ahead", _WARNING, "4.1", "content from the future"),
    ("time.useless", _ERROR, "4.1", "content too far from the present to be of any use"),
    ("time.scan_split", _WARNING, "4.1", "detections of one scan with several timestamps"),
    ("clock.offset", _WARNING, "4.1", "a node whose clock differs from ours, by all it sends"),
    ("clock.drift", _WARNING, "4.1", "a node whose clock runs away from ours"),
    ("class.undeclared", _WARNING, "6.2.5", "a class that the Registration does not declare"),
    ("behaviour.undeclared", _WARNING, "6.2.5", "a behaviour that the Registration does not name"),
    ("object_info.undeclared", _WARNING, "6.2.5", "object_info the Registration does not declare"),
    ("task.unknown", _WARNING, "6.5.7", "an acknowledgement of a task that is not open"),
    ("task.order", _WARNING, "6.5.7", "a task completed or failed that was not accepted before"),
    ("alert.unknown", _WARNING, "6.6", "an acknowledgement of an alert that is not open"),
):
    SESSION_RULES.declare(f"session.{_rule}", _severity, _clause, _summary)


def found(rule: str, path: str, message: str) -> Finding:
    """Finding of one of these rules.

    Examples
    --------
    >>> found("time.late", "timestamp", "9 s old").severity.value
    'warning'
    """
    name = f"session.{rule}"
    stated = SESSION_RULES[name]
    return Finding(name, stated.severity, path, message, stated.clause)
