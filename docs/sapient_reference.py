"""Writes the table of every rule that SAPIENT messages and files are checked against."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from clearway.sapient.files import FILE_RULES
from clearway.sapient.session.rules import SESSION_RULES
from clearway.sapient.validate import RULES, Rule

INTRODUCTION = """# Rules for SAPIENT messages

`clearway sapient validate` and every connection check messages against these rules. Each finding
carries the rule's id, its severity, the place in the message and what to do about it; ids do not
change from one release to the next. An *error* refuses a message, a *warning* does not, but
Clearway itself sends no message with either. Rules of sessions need a connection; all others look
at one message, or at one message and the Registration of its sender. The clauses are those of
BSI Flex 335 v2.0:2024-03, which BSI gives away free of charge; a rule without one is Clearway's
own.
"""

# Start of a rule's id, and what the section about such rules is called, in reading order.
SECTIONS = {
    "file": "Files",
    "frame": "Frames",
    "payload": "Messages in binary form",
    "json": "Messages in JSON",
    "message": "Every message",
    "registration": "Registration",
    "taxonomy": "Registration: extensions of the taxonomy",
    "registration_ack": "Registration acknowledgement",
    "status_report": "Status report",
    "detection_report": "Detection report",
    "task": "Task",
    "follow_object": "Task: object to follow",
    "task_ack": "Task acknowledgement",
    "alert": "Alert",
    "alert_ack": "Alert acknowledgement",
    "error": "Error",
    "location": "Location",
    "location_list": "List of locations",
    "location_or_range_bearing": "Area",
    "range_bearing": "Range and bearing",
    "range_bearing_cone": "Cone of ranges and bearings",
    "enu_velocity": "Velocity",
    "enu_velocity_units": "Units of velocity",
    "associated_detection": "Associated detection",
    "associated_file": "Associated file",
    "session": "Sessions: order, time and what was declared",
}


def page() -> str:
    """Give the Markdown of all rules, in sections by what they are about."""
    rules = {**FILE_RULES, **RULES, **SESSION_RULES}
    sections = {start: _section(start, title, rules) for start, title in SECTIONS.items()}
    return "\n".join([INTRODUCTION, *(line for lines in sections.values() for line in lines)])


def _section(start: str, title: str, rules: Mapping[str, Rule]) -> Iterator[str]:
    yield f"## {title}\n"
    yield "| Rule | Severity | Clause | Broken by |"
    yield "|---|---|---|---|"
    for name in sorted(name for name in rules if name.partition(".")[0] == start):
        rule = rules[name]
        yield f"| `{name}` | {rule.severity} | {rule.clause} | {rule.summary} |"
    yield ""
