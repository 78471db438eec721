"""Tasks and alerts that wait for an answer: who answered what, and what never was answered."""

from __future__ import annotations

from dataclasses import dataclass

from clearway.errors import ArgumentError
from clearway.sapient.bindings import Alert, AlertAck, Task, TaskAck
from clearway.sapient.session.actions import AlertAcknowledged, TaskEnd, TaskEnded
from clearway.sapient.session.deadline import Deadline
from clearway.sapient.session.rules import found
from clearway.sapient.validate import Finding
from clearway.sapient.validate.findings import shown

__all__ = ["AlertLedger", "ReceivedTasks", "TaskLedger"]

_ENDS = {
    TaskAck.TASK_STATUS_REJECTED: TaskEnd.REJECTED,
    TaskAck.TASK_STATUS_COMPLETED: TaskEnd.COMPLETED,
    TaskAck.TASK_STATUS_FAILED: TaskEnd.FAILED,
}


@dataclass(slots=True)
class _Open:
    due: Deadline | None
    accepted: bool = False


class TaskLedger:
    """Tasks that were sent (BSI Flex 335 v2.0, clause 6.5.7).

    Each is answered by ACCEPTED or REJECTED; an accepted one by COMPLETED or FAILED.

    Parameters
    ----------
    reply_ns : int
        How long a task waits for its first answer.
    end_ns : int or None
        How long an accepted task waits for its end; None for ever.
    limit : int
        Tasks kept open; the oldest is given up for a new one.
    """

    def __init__(self, reply_ns: int, end_ns: int | None, limit: int) -> None:
        self._reply_ns = reply_ns
        self._end_ns = end_ns
        self._limit = limit
        self._open: dict[str, _Open] = {}

    @property
    def open(self) -> tuple[str, ...]:
        """Ids of the tasks still waited for, oldest first."""
        return tuple(self._open)

    @property
    def next_deadline_ns(self) -> int | None:
        """When the next one times out."""
        return min((task.due.at_ns for task in self._open.values() if task.due), default=None)

    def sent(self, task: Task, now_ns: int) -> list[TaskEnded]:
        """A task goes out; the same id again starts it anew, as a pause or a stop does."""
        self._open.pop(task.task_id, None)
        ended = []
        while len(self._open) >= self._limit:
            oldest = next(iter(self._open))
            del self._open[oldest]
            ended.append(TaskEnded(oldest, TaskEnd.GIVEN_UP))
        self._open[task.task_id] = _Open(Deadline(now_ns, self._reply_ns))
        return ended

    def acknowledged(self, ack: TaskAck, now_ns: int) -> tuple[list[Finding], list[TaskEnded]]:
        """An answer came in."""
        task = self._open.get(ack.task_id)
        if task is None:
            text = f"no task {shown(ack.task_id)} is open; answer each task once, and in time"
            return [found("task.unknown", "task_ack.task_id", text)], []
        end = _ENDS.get(ack.task_status)
        if end is None:
            task.accepted = True
            task.due = None if self._end_ns is None else Deadline(now_ns, self._end_ns)
            return [], []
        del self._open[ack.task_id]
        findings = []
        if not task.accepted and end is not TaskEnd.REJECTED:
            text = f"{end.value} without having been accepted; accept a task first"
            findings.append(found("task.order", "task_ack.task_status", text))
        return findings, [TaskEnded(ack.task_id, end, tuple(ack.reason))]

    def expired(self, now_ns: int) -> list[TaskEnded]:
        """Tasks that have waited too long; they are not waited for any more."""
        ended = [
            TaskEnded(task_id, TaskEnd.NO_END if task.accepted else TaskEnd.NO_REPLY)
            for task_id, task in self._open.items()
            if task.due is not None and task.due.passed(now_ns)
        ]
        for task in ended:
            del self._open[task.task_id]
        return ended

    def lost(self) -> list[TaskEnded]:
        """The connection is gone, and all tasks with it."""
        ended = [TaskEnded(task_id, TaskEnd.LOST) for task_id in self._open]
        self._open.clear()
        return ended


class ReceivedTasks:
    """Tasks that this node was given and has not ended.

    Parameters
    ----------
    limit : int
        Tasks kept; the oldest is forgotten for a new one.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._senders: dict[str, str] = {}

    @property
    def open(self) -> tuple[str, ...]:
        """Their ids, oldest first."""
        return tuple(self._senders)

    def received(self, task: Task, sender: str) -> None:
        """A task came in."""
        self._senders.pop(task.task_id, None)
        while len(self._senders) >= self._limit:
            del self._senders[next(iter(self._senders))]
        self._senders[task.task_id] = sender

    def answer(self, task_id: str, status: int) -> str:
        """Who gave the task that this side answers; an end closes it.

        Raises
        ------
        ArgumentError
            If no such task is open.
        """
        sender = self._senders.get(task_id)
        if sender is None:
            raise ArgumentError("task_id", f"no task {shown(task_id)} is open", "answer open tasks")
        if status in _ENDS:
            del self._senders[task_id]
        return sender

    def clear(self) -> None:
        """The connection is gone; whoever gave the tasks holds them for lost."""
        self._senders.clear()


class AlertLedger:
    """Alerts that wait for an AlertAck, in one direction (BSI Flex 335 v2.0, clause 6.6).

    An alert keeps its id through its life: updates wait together.  Alerts of type INFORMATION
    need no answer and are not kept.

    Parameters
    ----------
    limit : int
        Alerts kept; the oldest is forgotten for a new one.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._senders: dict[str, str] = {}

    @property
    def open(self) -> tuple[str, ...]:
        """Ids of the alerts without an answer, oldest first."""
        return tuple(self._senders)

    def passed(self, alert: Alert, sender: str) -> None:
        """An alert went out, or came in."""
        if alert.alert_type == Alert.ALERT_TYPE_INFORMATION:
            return
        self._senders.pop(alert.alert_id, None)
        while len(self._senders) >= self._limit:
            del self._senders[next(iter(self._senders))]
        self._senders[alert.alert_id] = sender

    def acknowledged(self, ack: AlertAck) -> tuple[list[Finding], list[AlertAcknowledged]]:
        """An answer came in; only one to an open alert means anything."""
        if self._senders.pop(ack.alert_id, None) is None:
            return [found("alert.unknown", "alert_ack.alert_id", _unknown(ack.alert_id))], []
        answer = AlertAcknowledged(ack.alert_id, ack.alert_ack_status, tuple(ack.reason))
        return [], [answer]

    def answer(self, alert_id: str) -> str:
        """Who sent the alert that this side answers.

        Raises
        ------
        ArgumentError
            If no such alert waits for an answer.
        """
        sender = self._senders.pop(alert_id, None)
        if sender is None:
            raise ArgumentError("alert_id", _unknown(alert_id), "answer each alert once")
        return sender

    def clear(self) -> None:
        """The connection is gone."""
        self._senders.clear()


def _unknown(alert_id: str) -> str:
    return f"no alert {shown(alert_id)} waits for an answer"
