"""Messages that are refused, and what their sender is told of it."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from clearway.sapient.bindings import Error, SapientMessage
from clearway.sapient.session.actions import Action, Refused, Send
from clearway.sapient.session.rates import TokenBucket
from clearway.sapient.session.settings import PeerSettings
from clearway.sapient.validate import Finding

__all__ = ["Refusals"]

_FINDINGS_TOLD = 16
_TEXT_CHARACTERS = 400


class Refusals:
    """Refuses messages of one peer, and tells it why in an Error (BSI Flex 335 v2.0, clause 6.7).

    A peer that sends nothing but rubbish must not be able to make this side send much: Errors are
    bounded in size and in number, and beyond the rate its messages are refused without a word.

    Parameters
    ----------
    settings : PeerSettings
        The bounds.
    """

    def __init__(self, settings: PeerSettings) -> None:
        self._bucket = TokenBucket(settings.errors_per_s, settings.error_burst)
        self._packet_bytes = settings.error_packet_bytes

    def refuse(
        self,
        answer: SapientMessage | None,
        content: str,
        payload: bytes,
        findings: tuple[Finding, ...],
        now_ns: int,
    ) -> list[Action]:
        """Refuse one message.

        Parameters
        ----------
        answer : SapientMessage or None
            The envelope of an Error; None if nothing may be sent.
        content : str
            What kind of message it is; empty if that is not known.
        payload : bytes
            The message.
        findings : tuple of Finding
            What is wrong with it.
        now_ns : int
            The present.
        """
        # An Error is never answered by an Error, or two programs could go on for ever.
        errors = [] if content == "error" else self.tell(answer, payload, _lines(findings), now_ns)
        return [Refused(findings, answered=bool(errors)), *errors]

    def tell(
        self, answer: SapientMessage | None, packet: bytes, texts: Iterable[str], now_ns: int
    ) -> list[Send]:
        """An Error about some bytes, or nothing if this peer was told enough.

        Parameters
        ----------
        answer : SapientMessage or None
            The envelope; None if nothing may be sent.
        packet : bytes
            What was refused.
        texts : iterable of str
            What is wrong with it; the first 16 are told.
        now_ns : int
            The present.
        """
        if answer is None or not self._bucket.take(1.0, now_ns):
            return []
        told = [text[:_TEXT_CHARACTERS] for text in islice(texts, _FINDINGS_TOLD)]
        # Both fields are mandatory: nothing at all was sent if the packet is empty.
        error = Error(packet=packet[: self._packet_bytes] or b"\0", error_message=told)
        answer.error.CopyFrom(error)
        return [Send(answer)]


def _lines(findings: Iterable[Finding]) -> list[str]:
    """Findings as lines of an Error; those that refuse the message come first."""
    lines = sorted(findings, key=lambda finding: finding.severity.value)
    return [f"{finding.rule}: {finding.path or 'message'}: {finding.message}" for finding in lines]
