"""The service as a node of a higher fusion node (BSI Flex 335 v2.0, 4.11)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import numpy as np

from clearway.domain import nanoseconds
from clearway.profile import fusion_registration, site_frame, status_message
from clearway.sapient.bindings import AlertAck, SapientMessage, TaskAck
from clearway.sapient.client import Client, ClientEvent, ClientSettings
from clearway.sapient.location import Converter
from clearway.sapient.security import node_context, peer_node_id
from clearway.sapient.session import (
    AlertAcknowledged,
    Connected,
    Disconnected,
    EdgeSettings,
    ErrorReceived,
    Refused,
    Rejected,
    TaskReceived,
    ulid_source,
)
from clearway.service.alert_desk import Answer
from clearway.service.live import LiveService
from clearway.service.notices import first_reason
from clearway.site.schema import Site

_ANSWERS = {
    AlertAck.ALERT_ACK_STATUS_ACCEPTED: Answer.TAKEN,
    AlertAck.ALERT_ACK_STATUS_REJECTED: Answer.REJECTED,
    AlertAck.ALERT_ACK_STATUS_CANCELLED: Answer.WITHDRAWN,
}
_BEFORE_START_NS = nanoseconds(86_400.0)
_UNNOTICED_NS = nanoseconds(300.0)
"""A connection may have been dead for as long before anybody noticed."""


class Parent:
    """The way up: people and alerts go out, answers of the operators there come back.

    Whenever the higher node is back, it is told of the alerts that are open, and of the ends that
    it has missed.

    Parameters
    ----------
    site : Site
    address : (str, int)
        Host and port of the higher node.
    service : LiveService
        Is given the answers.
    certificates : Path or None
        Folder with the service's own; None for a connection without TLS.
    on_notice : callable
        Is told of the connection in one sentence each.
    clock : callable
        UTC nanoseconds.

    Raises
    ------
    InputError
        The service has no certificate in that folder.
    """

    def __init__(
        self,
        site: Site,
        address: tuple[str, int],
        service: LiveService,
        *,
        certificates: Path | None,
        on_notice: Callable[[str], None],
        clock: Callable[[], int],
    ) -> None:
        self._service = service
        self._notice = on_notice
        self._clock = clock
        self._connected = False
        self._away_since_ns = clock() - _BEFORE_START_NS
        """Since when the higher node may have missed something."""
        self._faults = service.faults
        node_id = service.node_id
        converter = Converter(site_frame(site))
        self._place = converter.to_wire(0.0, 0.0, 0.0, None)
        self.client = Client(
            *address,
            node_id,
            fusion_registration(site, converter),
            self._status().status_report,
            ulid_source(np.random.default_rng()),
            self._heard,
            # A middleware passes fused reports on only if they name nobody.
            settings=ClientSettings(session=EdgeSettings(fill_destination=False)),
            tls=node_context(certificates, node_id),
            identify=None if certificates is None else peer_node_id,
            clock=clock,
        )

    def tell(self, message: SapientMessage) -> None:
        """Report upwards, while there is a connection."""
        if self.client.connected:
            self.client.send(message)

    def advance(self) -> None:
        """Report upwards what has begun or ceased to work."""
        faults = self._service.faults
        if self._faults != faults:
            self._faults = faults
            self.client.set_status(self._status().status_report)

    def _status(self) -> SapientMessage:
        return status_message(
            self._service.node_id,
            self._clock(),
            new=True,
            location=self._place,
            faults=self._faults,
        )

    def _heard(self, event: ClientEvent) -> None:
        match event:
            case Connected():
                self._connected = True
                self._notice(f"registered with the higher node {event.node_id}")
                # Not before the first status report, which goes out after this event.
                asyncio.get_running_loop().call_soon(
                    self._service.tell_alerts, self.tell, self._away_since_ns
                )
            case Rejected():
                self._notice(f"the higher node refuses: {'; '.join(event.reasons)}")
            case Disconnected():
                if self._connected:
                    self._away_since_ns = self._clock() - _UNNOTICED_NS
                self._connected = False
                self._notice(f"no connection to the higher node: {event.detail}")
            case AlertAcknowledged() if event.status in _ANSWERS:
                self._service.answer(
                    event.alert_id,
                    _ANSWERS[event.status],
                    reasons=event.reasons,
                    who=self._name,
                )
            case TaskReceived():
                # Every task is answered (6.5.7); there is nothing that this service can be told.
                self.client.answer_task(
                    event.task.task_id, TaskAck.TASK_STATUS_REJECTED, ["no tasks are taken here"]
                )
            case ErrorReceived():
                self._service.complain(self._name, f"finds fault: {'; '.join(event.messages)}")
            case Refused():
                why = first_reason(event.findings)
                self._service.complain(self._name, f"sends what cannot be used: {why}")
            case _:
                pass

    @property
    def _name(self) -> str:
        return self.client.peer_id or "the higher node"
