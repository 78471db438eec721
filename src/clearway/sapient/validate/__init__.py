"""Is a message what BSI Flex 335 v2.0 asks for?  Findings with stable ids, and a verdict.

A verdict depends on the content of one message only: no session, no clock, no other message;
`check_declared` alone looks at the sender's Registration too.
Errors refuse a message, warnings do not.  Most rules are read from the options of the .proto
files; what these do not express is in ``content`` and ``whole``.
"""

from clearway.sapient.validate.binary import check, read_payload
from clearway.sapient.validate.declared import Declaration, check_declared
from clearway.sapient.validate.findings import Finding, Rule, Severity, is_valid
from clearway.sapient.validate.json_text import read_json
from clearway.sapient.validate.plan import RULES
from clearway.sapient.validate.sending import InvalidMessageError, check_sent

__all__ = [
    "RULES",
    "Declaration",
    "Finding",
    "InvalidMessageError",
    "Rule",
    "Severity",
    "check",
    "check_declared",
    "check_sent",
    "is_valid",
    "read_json",
    "read_payload",
]
