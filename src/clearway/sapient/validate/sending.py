"""Strict on what is sent: a message of our own has no finding at all."""

from __future__ import annotations

from collections.abc import Sequence

from clearway.errors import ArgumentError
from clearway.sapient.bindings import SapientMessage
from clearway.sapient.validate.binary import check
from clearway.sapient.validate.findings import Finding

__all__ = ["InvalidMessageError", "check_sent"]


class InvalidMessageError(ArgumentError):
    """A message that must not be sent.

    Parameters
    ----------
    findings : sequence of Finding
        Why not.
    """

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        places = "; ".join(
            f"{finding.path or 'message'}: {finding.message} ({finding.rule})"
            for finding in self.findings
        )
        super().__init__("message", places, "send only messages without any finding")


def check_sent(message: SapientMessage) -> None:
    """Make sure that a message of our own may go out.

    Others are forgiven what messages in the field do; what Clearway sends gives no cause for
    that, so that warnings count as well.

    Raises
    ------
    InvalidMessageError
        If there is any finding.
    """
    findings = check(message)
    if findings:
        raise InvalidMessageError(findings)
