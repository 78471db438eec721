"""What an operator is told."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable

from clearway.profile import sensor_node_id
from clearway.sapient.validate import Finding
from clearway.service.complaints import Complaints
from clearway.service.outputs import Notice, NoticeLevel
from clearway.site.schema import Site

_LOG = logging.getLogger(__name__)
_WARNED_AGAIN_S = 600.0
"""Nobody suffers from what a warning is about: it is for the sensor's maker, and can wait."""
_NUMBER = re.compile(r"\d+")


class Notices:
    """Tells an operator in one sentence each what to know, whoever else tells a thousand things.

    Parameters
    ----------
    site : Site
        Names its sensors by what the site file calls them.
    tell : callable
        Is given each sentence.  Where it raises, that sentence is lost and nothing else.
    clock : callable
        UTC nanoseconds.
    show : callable
        Is given each with its level and time, for a control room.
    """

    def __init__(
        self,
        site: Site,
        tell: Callable[[str], None],
        clock: Callable[[], int],
        show: Callable[[Notice], object] = lambda _: None,
    ) -> None:
        self._names = {sensor_node_id(site, sensor): sensor.id for sensor in site.sensors}
        self._tell = tell
        self._show = show
        self._clock = clock
        self._complaints = Complaints()
        self._warnings = Complaints(_WARNED_AGAIN_S)

    def name(self, who: str) -> str:
        """A sensor's id in the site file; anybody else keeps the name given."""
        return self._names.get(who.lower(), who)

    def tell(self, sentence: str, level: NoticeLevel | None = NoticeLevel.INFO) -> None:
        """Tell it now; without a level to the terminal alone: a control room shows it by itself."""
        if level is not None:
            self._show(Notice(sentence, level, self._clock()))
        try:
            self._tell(sentence)
        except Exception:  # noqa: BLE001 - people are followed whether or not anybody reads of it
            _LOG.exception("nobody could be told: %s", sentence)

    def now_and_then(self, who: str, what: str, level: NoticeLevel = NoticeLevel.WARNING) -> bool:
        """Tell of something that may come a thousand times a second; whether it was told."""
        return self._told(who, self._complaints.sentence(who, what, self._clock()), level)

    def warn(self, who: str, findings: Iterable[Finding]) -> None:
        """Tell what is better not done in messages that were accepted."""
        now_ns = self._clock()
        for finding in findings:
            what = f"{finding.path}: {finding.message}" if finding.path else finding.message
            # A delay or a place in a list may be another each time.
            alike = _NUMBER.sub("", what)
            told = self._warnings.sentence(who, f"accepted, but {what}", now_ns, alike)
            self._told(who, told, NoticeLevel.WARNING)

    def _told(self, who: str, sentence: str | None, level: NoticeLevel) -> bool:
        if sentence is not None:
            self.tell(f"{self.name(who)}: {sentence}", level)
        return sentence is not None


def first_reason(findings: Iterable[Finding]) -> str:
    """Why a message was refused, in short."""
    first = next(iter(findings), None)
    return "no reason" if first is None else f"{first.path}: {first.message}"
