"""Tasks and alerts of one connection, as either side sees them."""

from __future__ import annotations

from clearway.sapient.bindings import SapientMessage
from clearway.sapient.session.actions import (
    Action,
    AlertAcknowledged,
    AlertReceived,
    ErrorReceived,
    TaskEnded,
    TaskReceived,
)
from clearway.sapient.session.ledgers import AlertLedger, ReceivedTasks, TaskLedger
from clearway.sapient.session.settings import EdgeSettings, FusionSettings
from clearway.sapient.validate import Finding

__all__ = ["EdgeExchanges", "FusionExchanges"]


class FusionExchanges:
    """Tasks given to a node, its alerts, and the alerts it was sent.

    Parameters
    ----------
    settings : FusionSettings
        Times and bounds.
    """

    def __init__(self, settings: FusionSettings) -> None:
        self.tasks = TaskLedger(settings.task_reply_ns, settings.task_end_ns, settings.open_tasks)
        self.alerts_in = AlertLedger(settings.open_tasks)
        self.alerts_out = AlertLedger(settings.open_tasks)

    def received(
        self, content: str, message: SapientMessage, now_ns: int
    ) -> tuple[list[Finding], list[Action]]:
        """A faultless message came in: what is wrong with its place in an exchange, and news."""
        findings: list[Finding] = []
        news: list[TaskEnded] | list[AlertAcknowledged] = []
        if content == "alert":
            self.alerts_in.passed(message.alert, message.node_id)
        elif content == "task_ack":
            findings, news = self.tasks.acknowledged(message.task_ack, now_ns)
        elif content == "alert_ack":
            findings, news = self.alerts_out.acknowledged(message.alert_ack)
        return findings, [*news]

    def sent(self, content: str, message: SapientMessage, now_ns: int) -> list[Action]:
        """A message goes out."""
        if content == "task":
            return [*self.tasks.sent(message.task, now_ns)]
        if content == "alert":
            self.alerts_out.passed(message.alert, message.node_id)
        return []

    def lost(self) -> list[Action]:
        """The connection is gone."""
        self.alerts_in.clear()
        self.alerts_out.clear()
        return [*self.tasks.lost()]


class EdgeExchanges:
    """Tasks that a node was given, its alerts, and the alerts it was sent.

    Parameters
    ----------
    settings : EdgeSettings
        Bounds.
    """

    def __init__(self, settings: EdgeSettings) -> None:
        self.tasks = ReceivedTasks(settings.open_tasks)
        self.alerts_in = AlertLedger(settings.open_tasks)
        self.alerts_out = AlertLedger(settings.open_tasks)

    def received(self, content: str, message: SapientMessage) -> tuple[list[Finding], list[Action]]:
        """A faultless message came in: what is wrong with its place in an exchange, and news."""
        if content == "task":
            self.tasks.received(message.task, message.node_id)
            return [], [TaskReceived(message.task, message.node_id)]
        if content == "alert":
            self.alerts_in.passed(message.alert, message.node_id)
            return [], [AlertReceived(message.alert, message.node_id)]
        if content == "error":
            error = message.error
            return [], [ErrorReceived(error.packet, tuple(error.error_message))]
        if content == "alert_ack":
            findings, answers = self.alerts_out.acknowledged(message.alert_ack)
            return findings, [*answers]
        return [], []

    def lost(self) -> None:
        """The connection is gone.

        Alerts of this node stay: they are as true as before, and their answers may still come.
        """
        self.tasks.clear()
        self.alerts_in.clear()
