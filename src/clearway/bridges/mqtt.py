"""MQTT 5: what Clearway sees, for the systems around it.

========================================  =========================  =======================
topic                                     payload                    kept by the broker
========================================  =========================  =======================
``clearway/<site>/person/<object id>``    ``detection_report``       no; expires
``clearway/<site>/alert/<alert id>``      ``alert``                  until cleared
``clearway/<site>/status/<node id>``      ``status_report``          yes
``clearway/<site>/bridge/<identifier>``   ``online`` or ``offline``  yes; the last will
========================================  =========================  =======================

A payload is the whole SAPIENT message as protobuf JSON with the names of the .proto file.  When an
alert is cleared, its last message is published and then the retained one removed by an empty
payload.  Alerts of type INFORMATION and MODE_CHANGE ask for nothing and are not retained.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import quote

from google.protobuf.json_format import MessageToJson

from clearway.bridges.bridge import Bridge, Pace
from clearway.bridges.content import permit_plain, without_evidence
from clearway.bridges.outbox import Outbox
from clearway.errors import ArgumentError, MissingExtraError
from clearway.sapient.bindings import Alert, SapientMessage, content_of

try:
    from aiomqtt import Client, ProtocolVersion, Will
    from paho.mqtt.packettypes import PacketTypes
    from paho.mqtt.properties import Properties
except ImportError as error:
    raise MissingExtraError("the MQTT bridge (aiomqtt)", 'pip install "clearway[mqtt]"') from error

__all__ = ["MqttBridge", "MqttSettings", "Publication", "publications"]

_AT_MOST_ONCE, _AT_LEAST_ONCE = 0, 1
_STANDING_TYPES = frozenset(
    {
        Alert.ALERT_TYPE_WARNING,
        Alert.ALERT_TYPE_CRITICAL,
        Alert.ALERT_TYPE_ERROR,
        Alert.ALERT_TYPE_FATAL,
    }
)


@dataclass(frozen=True, slots=True)
class MqttSettings:
    """Where and how to publish."""

    site: str
    """Second part of every topic."""
    host: str = "localhost"
    """The broker."""
    port: int | None = None
    """None: 8883 with TLS, 1883 without."""
    tls: ssl.SSLContext | None = None
    """How the broker is verified, and the client certificate where it asks for one."""
    allow_plain: bool = False
    """Publish without TLS to another machine."""
    username: str | None = None
    """Where the broker asks for one."""
    password: str | None = field(default=None, repr=False)
    """Belongs to the user name."""
    identifier: str = "clearway"
    """Client identifier; different for every bridge of a site."""
    evidence: bool = False
    """Whether measurements of single sensors and links to images go out too."""
    person_expiry_s: int = 5
    """The broker forgets an undelivered report of a person after this time."""
    keep_alive_s: int = 15
    """A broker that is silent for longer is taken for lost."""


@dataclass(frozen=True, slots=True)
class Publication:
    """One MQTT message."""

    topic: str
    """Where."""
    payload: str
    """What; empty removes the retained message."""
    retain: bool
    """Whether the broker hands it to whoever subscribes later."""
    quality: int
    """Quality of service: 0 at most once, 1 at least once."""
    expiry_s: int | None = None
    """When an undelivered message is no longer worth delivering."""


def publications(message: SapientMessage, settings: MqttSettings) -> list[Publication]:
    """The MQTT messages that tell of a SAPIENT message.

    Raises
    ------
    ArgumentError
        If the thing it is about has no id.
    """
    kind = content_of(message)
    document = MessageToJson(
        message if settings.evidence else without_evidence(message),
        preserving_proto_field_name=True,
        indent=None,
        ensure_ascii=False,
    )
    if kind == "detection_report":
        topic = _topic(settings, "person", message.detection_report.object_id)
        expiry_s = settings.person_expiry_s
        return [
            Publication(topic, document, retain=False, quality=_AT_MOST_ONCE, expiry_s=expiry_s)
        ]
    if kind == "status_report":
        topic = _topic(settings, "status", message.node_id)
        return [Publication(topic, document, retain=True, quality=_AT_LEAST_ONCE)]
    alert = message.alert
    topic = _topic(settings, "alert", alert.alert_id)
    over = alert.status == Alert.ALERT_STATUS_CLEAR
    retain = alert.alert_type in _STANDING_TYPES and not over
    published = [Publication(topic, document, retain=retain, quality=_AT_LEAST_ONCE)]
    if over:
        published.append(Publication(topic, "", retain=True, quality=_AT_LEAST_ONCE))
    return published


class MqttBridge(Bridge[Publication]):
    """Publishes to an MQTT 5 broker.

    Parameters
    ----------
    settings : MqttSettings
        Where and how.
    pace : Pace, optional
        Times; as they come by default.
    outbox : Outbox, optional
        The queue, where other limits are wanted.

    Raises
    ------
    ArgumentError
        If the site is no part of a topic, or the way to the broker is not protected.
    """

    def __init__(
        self, settings: MqttSettings, pace: Pace | None = None, outbox: Outbox | None = None
    ) -> None:
        super().__init__("mqtt", pace or Pace(), outbox)
        if not settings.site or quote(settings.site, safe="") != settings.site:
            raise ArgumentError(
                "site", f"{settings.site!r} is no part of a topic", "use letters, digits, - and _"
            )
        if settings.tls is None:
            permit_plain(settings.host, allowed=settings.allow_plain)
        self._settings = settings

    def _translate(self, message: SapientMessage) -> list[Publication]:
        return publications(message, self._settings)

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[_MqttLink]:
        settings = self._settings
        presence = _topic(settings, "bridge", settings.identifier)
        client = Client(
            settings.host,
            settings.port or (1883 if settings.tls is None else 8883),
            protocol=ProtocolVersion.V5,
            identifier=settings.identifier,
            username=settings.username,
            password=settings.password,
            tls_context=settings.tls,
            keepalive=settings.keep_alive_s,
            timeout=self._pace.send_timeout_s,
            will=Will(presence, "offline", qos=_AT_LEAST_ONCE, retain=True),
        )
        async with client:
            link = _MqttLink(client)
            await link.send(Publication(presence, "online", retain=True, quality=_AT_LEAST_ONCE))
            try:
                yield link
            except asyncio.CancelledError:
                # Taking leave in order suppresses the last will.
                await link.send(
                    Publication(presence, "offline", retain=True, quality=_AT_LEAST_ONCE)
                )
                raise


class _MqttLink:
    def __init__(self, client: Client) -> None:
        self._client = client

    async def send(self, item: Publication) -> None:
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        if item.payload:
            properties.PayloadFormatIndicator = 1  # text
        if item.expiry_s is not None:
            properties.MessageExpiryInterval = item.expiry_s
        await self._client.publish(
            item.topic, item.payload, qos=item.quality, retain=item.retain, properties=properties
        )

    async def watch(self) -> None:
        async for _ in self._client.messages:  # nothing is subscribed to; it raises when cut off
            pass


def _topic(settings: MqttSettings, kind: str, identity: str) -> str:
    if not identity:
        raise ArgumentError(f"{kind} id", "is empty", "send valid SAPIENT messages")
    return f"clearway/{settings.site}/{kind}/{quote(identity, safe='')}"
