"""The content times of one node: late, early, backwards, and how far off its clock is.

BSI Flex 335 v2.0, clause 4.1: clocks are synchronised, and a timestamp is the time of the
content, not of the sending.
"""

from __future__ import annotations

from collections import deque

from clearway.sapient.session.rules import found
from clearway.sapient.session.settings import SECOND_NS, TimeSettings
from clearway.sapient.validate.findings import Finding

__all__ = ["ContentClock"]

_SLOTS = 6
_DETECTION = "detection_report"
_JUDGED = frozenset({_DETECTION, "alert"})
"""Content that loses its use with age; a StatusReport with a wrong clock still shows life."""


class ContentClock:
    """Judges the timestamps of one node as they come.

    Parameters
    ----------
    settings : TimeSettings
        The bounds.

    Notes
    -----
    A message's age is its time under way plus the difference of the two clocks.  The time under
    way is never negative, so that the smallest age of many messages comes close to the
    difference from above [1]_.  It is taken over a window that moves in six steps; memory does
    not grow with the number of messages.

    References
    ----------
    .. [1] V. Paxson, "On calibrating measurements of packet transit times", ACM SIGMETRICS
       1998: clock offset and skew from the minima of one-way delays.
    """

    def __init__(self, settings: TimeSettings) -> None:
        self._settings = settings
        self._newest_ns: dict[str, int] = {}
        self._slot: int | None = None
        self._slot_ns = max(1, settings.window_ns // _SLOTS)
        self._smallest: deque[tuple[int, int]] = deque(maxlen=_SLOTS)
        self._reference_ns: int | None = None

    @property
    def offset_ns(self) -> int | None:
        """How far the node's clock is behind ours, at most; negative ahead; None before any."""
        return min((age for _, age in self._smallest), default=None)

    def observe(self, content: str, content_ns: int, now_ns: int) -> list[Finding]:
        """Take the time of one message into account.

        Parameters
        ----------
        content : str
            Kind of the message; times are compared within a kind, as a status is of now and an
            image of a while ago.
        content_ns : int
            The message's own time.
        now_ns : int
            When it was received.

        Returns
        -------
        list of Finding
            What is wrong with it; one of severity error if it is of no use.
        """
        settings, age_ns = self._settings, now_ns - content_ns
        findings: list[Finding] = []
        judged = content in _JUDGED
        if not -settings.ahead_ns <= age_ns <= settings.late_ns:
            findings.append(self._off(age_ns, judged=judged))
        newest_ns = self._newest_ns.get(content)
        if newest_ns is not None and content_ns != newest_ns:
            if content_ns < newest_ns:
                text = f"{_s(newest_ns - content_ns)} before the message before; send in order"
                findings.append(found("time.backwards", "timestamp", text))
            elif content == _DETECTION and content_ns - newest_ns < settings.scan_gap_ns:
                text = (
                    f"{_s(content_ns - newest_ns)} after the detection before; give all detections "
                    "of one scan the same timestamp"
                )
                findings.append(found("time.scan_split", "timestamp", text))
        # A single message from a far future would make all that follow it look old.
        near = -settings.useless_ns <= age_ns <= settings.useless_ns
        if near and (newest_ns is None or content_ns > newest_ns):
            self._newest_ns[content] = content_ns
        return self._estimate(age_ns, now_ns, findings)

    def restart(self) -> None:
        """Forget the order of messages, not the clock: a new connection may start over."""
        self._newest_ns.clear()

    def _off(self, age_ns: int, *, judged: bool) -> Finding:
        settings = self._settings
        sense = "old" if age_ns > 0 else "ahead"
        text = f"{_s(abs(age_ns))} {sense}; synchronise the node's clock or send sooner"
        if judged and abs(age_ns) > settings.useless_ns:
            return found("time.useless", "timestamp", text)
        return found("time.late" if age_ns > 0 else "time.ahead", "timestamp", text)

    def _estimate(self, age_ns: int, now_ns: int, findings: list[Finding]) -> list[Finding]:
        slot = now_ns // self._slot_ns
        if slot == self._slot:
            newest, smallest_ns = self._smallest[-1]
            if age_ns < smallest_ns:
                self._smallest[-1] = (newest, age_ns)
            return findings
        self._slot = slot
        offset_ns = self.offset_ns
        if offset_ns is not None:
            findings += self._compared(offset_ns)
        while self._smallest and not 0 <= slot - self._smallest[0][0] < _SLOTS:
            self._smallest.popleft()
        self._smallest.append((slot, age_ns))
        return findings

    def _compared(self, offset_ns: int) -> list[Finding]:
        """Judge the estimate, once per slot and not once per message."""
        findings = []
        if abs(offset_ns) > self._settings.offset_ns:
            sense = "behind" if offset_ns > 0 else "ahead of"
            text = f"about {_s(abs(offset_ns))} {sense} ours; synchronise it"
            findings.append(found("clock.offset", "timestamp", text))
        if len(self._smallest) < _SLOTS:
            return findings
        if self._reference_ns is None:
            self._reference_ns = offset_ns
        elif abs(offset_ns - self._reference_ns) > self._settings.drift_ns:
            text = f"{_s(offset_ns - self._reference_ns)} further behind ours than it was"
            findings.append(found("clock.drift", "timestamp", text))
            self._reference_ns = offset_ns
        return findings


def _s(time_ns: int) -> str:
    return f"{time_ns / SECOND_NS:.3f} s"
