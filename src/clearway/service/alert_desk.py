"""Alerts from the first word to the last: kept, told, answered, and ended when nobody can."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Container, Sequence
from enum import StrEnum

from clearway.domain import nanoseconds
from clearway.errors import OutputError
from clearway.profile.wire import timestamp
from clearway.recording import Direction, FactValue, LogWriter
from clearway.sapient.bindings import Alert, SapientMessage
from clearway.service.alert_store import AlertStore
from clearway.service.listeners import Listener, Listeners
from clearway.service.notices import Notices
from clearway.service.outputs import NoticeLevel

_ENDS_KNOWN = 256
"""How many ended alerts are remembered, whose answers may still be under way."""
_UNKEPT = 1_000
"""Changes that wait for the disk; the oldest give way."""
_RETRY_NS = nanoseconds(1.0)


class Answer(StrEnum):
    """What a person says to an alert."""

    TAKEN = "taken"
    """Somebody attends to it."""
    REJECTED = "rejected"
    """Nobody goes."""
    WITHDRAWN = "given back"
    """An earlier answer holds no longer."""


_STATUS = {
    Answer.TAKEN: Alert.ALERT_STATUS_ACKNOWLEDGE,
    Answer.REJECTED: Alert.ALERT_STATUS_REJECT,
    Answer.WITHDRAWN: Alert.ALERT_STATUS_ACTIVE,
}


class AlertDesk:
    """The open alerts of one service.

    Each change is in the log, then on the disk, then told.  Where the disk refuses it is told all
    the same, and kept as soon as the disk lets it.

    Parameters
    ----------
    node_id : str
        The service's own.
    deadline_s : float
        How long an alert stays open whose people nobody follows any more.
    store : AlertStore
        What it holds as open is open from the start.
    log : LogWriter
    listeners : Listeners
    notices : Notices
    """

    def __init__(
        self,
        node_id: str,
        deadline_s: float,
        *,
        store: AlertStore,
        log: LogWriter,
        listeners: Listeners,
        notices: Notices,
    ) -> None:
        self._node_id = node_id
        self._deadline_ns = nanoseconds(deadline_s)
        self._store = store
        self._log = log
        self._listeners = listeners
        self._notices = notices
        self._open = {alert.alert_id: alert.message for alert in store.open_alerts()}
        self._orphans: dict[str, int] = {}
        """When each alert is ended whose people nobody follows."""
        self._ended: deque[str] = deque(maxlen=_ENDS_KNOWN)
        self._unkept: deque[tuple[str, SapientMessage]] = deque(maxlen=_UNKEPT)
        """Changes that are not on the disk yet, in their order."""
        self._retry_ns = 0

    @property
    def open_ids(self) -> frozenset[str]:
        """Of the alerts that are open."""
        return frozenset(self._open)

    def tell_open(self, listener: Listener, now_ns: int) -> None:
        """Tell one that has just come of the alerts that are open, as of now."""
        for message in self._open.values():
            self._listeners.tell_one(listener, _as_of(message, now_ns))

    def tell_ends(self, listener: Listener, since_ns: int, now_ns: int) -> None:
        """Tell one that was away of the alerts that have ended meanwhile, as of now."""
        try:
            ends = [end.message for end in self._store.ended_since(since_ns)]
        except OutputError as error:
            self._notices.now_and_then("disk", str(error), NoticeLevel.ALARM)
            ends = []
        ends += [message for _, message in self._unkept if _is_end(message)]
        for message in ends:
            self._listeners.tell_one(listener, _as_of(message, now_ns))

    def tell(self, alert_id: str, message: SapientMessage, now_ns: int) -> None:
        """Tell a change as the engine gives it; an answer given before stays with the alert."""
        payload = message.SerializeToString()
        self._log.message(self._node_id, message, payload, now_ns, Direction.SENT)
        last = self._open.get(alert_id)
        self._orphans.pop(alert_id, None)  # the engine knows of it after all
        if last is not None and not _is_end(message):
            message.alert.status = last.alert.status
        self._keep_and_tell(alert_id, message)
        self._notices.tell(f"alert {alert_id}: {message.alert.description}", None)

    def answer(
        self, alert_id: str, answer: Answer, *, reasons: Sequence[str], who: str, now_ns: int
    ) -> None:
        """Take a person's answer (BSI Flex 335 v2.0, 6.6); see `LiveService.answer`."""
        last = self._open.get(alert_id)
        if last is None:
            # To its end there is nothing to be answered, and some answer all the same.
            if alert_id not in self._ended:
                what = f"alert {alert_id} was answered and is not open"
                self._notices.now_and_then(who, what)
            return
        why = "; ".join(reasons)
        details: dict[str, FactValue] = {
            "alert": alert_id,
            "by": who,
            "answer": answer.value,
            "why": why,
        }
        self._log.fact("alert_answered", now_ns, details)
        if last.alert.status == _STATUS[answer]:
            # Told again it would be answered again, by a node that answers whatever it is told.
            return
        message = _as_of(last, now_ns)
        message.alert.status = _STATUS[answer]
        self._keep_and_tell(alert_id, message)
        what = f"alert {alert_id} was {answer} by {who}" + (f": {why}" if why else "")
        self._notices.tell(what, None)

    def orphan(
        self, followed: Container[str], now_ns: int, patience_ns: int | None = None
    ) -> list[str]:
        """Let open alerts end after the deadline.

        Parameters
        ----------
        followed : container of str
            Those whose people the engine still follows; they go on.
        now_ns : int
        patience_ns : int, optional
            In place of the deadline; see `watched`.

        Returns
        -------
        list of str
            Ids of the others.  One that is an orphan already does not live any longer for it.
        """
        orphans = [alert_id for alert_id in self._open if alert_id not in followed]
        for alert_id in orphans:
            self._orphans.setdefault(alert_id, now_ns + (patience_ns or self._deadline_ns))
        return orphans

    def watched(self, now_ns: int) -> None:
        """Cameras are back: whose people they do not show within the deadline has an end."""
        for alert_id, end_ns in self._orphans.items():
            self._orphans[alert_id] = min(end_ns, now_ns + self._deadline_ns)

    def overdue(
        self, follows: Callable[[str], bool], now_ns: int
    ) -> list[tuple[str, SapientMessage]]:
        """Orphans whose time is over.

        Parameters
        ----------
        follows : callable
            Whether the person of an object id is followed now.  An alert about anybody who is
            stays, for as long as that and the deadline after: what spoke against them may be
            lost, they are not.
        now_ns : int

        Returns
        -------
        list of (str, SapientMessage)
            Ids and last words, to be told now.
        """
        over = []
        for alert_id in [one for one, end_ns in self._orphans.items() if now_ns >= end_ns]:
            message = self._open[alert_id]
            about = message.alert.associated_detection
            if any(one.node_id == self._node_id and follows(one.object_id) for one in about):
                self._orphans[alert_id] = now_ns + self._deadline_ns
            else:
                over.append((alert_id, _ended(message, now_ns)))
        return over

    def advance(self, now_ns: int) -> None:
        """Try again to keep what the disk refused."""
        if not self._unkept or now_ns < self._retry_ns:
            return
        self._retry_ns = now_ns + _RETRY_NS
        if self._keep_waiting():
            self._notices.tell("the disk works again; every change of an alert is kept by now")

    def _keep_and_tell(self, alert_id: str, message: SapientMessage) -> None:
        if _is_end(message):
            self._open.pop(alert_id, None)
            self._orphans.pop(alert_id, None)
            self._ended.append(alert_id)
        else:
            self._open[alert_id] = message
        # Changes are kept in their order: the last one decides what is open after a restart.
        self._unkept.append((alert_id, message))
        if len(self._unkept) == 1:
            self._keep_waiting()
        self._listeners.tell(message)

    def _keep_waiting(self) -> bool:
        """Keep what is not on the disk yet; whether all of it is by now."""
        while self._unkept:
            try:
                self._store.keep(*self._unkept[0])
            except OutputError as error:
                self._notices.now_and_then("disk", str(error), NoticeLevel.ALARM)
                return False
            self._unkept.popleft()
        return True


def _is_end(message: SapientMessage) -> bool:
    return message.alert.status == Alert.ALERT_STATUS_CLEAR


def _as_of(message: SapientMessage, now_ns: int) -> SapientMessage:
    """An alert told again: receivers refuse what is dated long ago."""
    told = SapientMessage()
    told.CopyFrom(message)
    told.timestamp.CopyFrom(timestamp(now_ns))
    return told


def _ended(message: SapientMessage, now_ns: int) -> SapientMessage:
    ended = _as_of(message, now_ns)
    ended.alert.status = Alert.ALERT_STATUS_CLEAR
    ended.alert.description += " Closed: the engine was restarted and follows nobody of them."
    return ended
