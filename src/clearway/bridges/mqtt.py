"""MQTT 5: what Clearway sees, for the systems around it.

========================================  =========================  =======================
topic                                     payload                    kept by the broker
========================================  =========================  =======================
``clearway/<site>/person/<object id>``    ``detection_report``       no; expires
``clearway/<site>/alert/<alert id>``      ``alert``                  until cleared; expires
``clearway/<site>/status/<node id>``      ``status_report``          yes
``clearway/<site>/bridge/<identifier>``   ``online`` or ``offline``  yes; the last will
========================================  =========================  =======================

Names and ids are percent-encoded (RFC 3986): all but ASCII letters, digits and ``-._~`` become
``%`` and two hexadecimal digits for each byte of UTF-8.  Each is so one level of the topic without
a wildcard in it, and two that differ stay different.

A payload is the whole SAPIENT message as protobuf JSON with the names of the .proto file.  When an
alert is cleared, its last message is published and then the retained one removed by an empty
payload.  Alerts of type INFORMATION and MODE_CHANGE ask for nothing and are not retained.

An alert that has not ended is published again each minute, and expires three minutes after the
last time.  Whatever befalls bridge, broker or the machine of either, no broker goes on telling of
an alert for which nobody vouches any more.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import quote

from google.protobuf.json_format import MessageToJson

from clearway.bridges.bridge import Bridge, Pace
from clearway.bridges.content import permit_plain, without_evidence
from clearway.bridges.outbox import STANDING_TYPES, Outbox
from clearway.errors import ArgumentError, MissingExtraError
from clearway.sapient.bindings import Alert, SapientMessage, content_of

try:
    from aiomqtt import Client, MqttError, ProtocolVersion, Will
    from paho.mqtt.packettypes import PacketTypes
    from paho.mqtt.properties import Properties
except ImportError as error:
    raise MissingExtraError("the MQTT bridge (aiomqtt)", 'pip install "clearway[mqtt]"') from error

__all__ = ["MQTT_PACE", "MqttBridge", "MqttSettings", "Publication", "publications"]

MQTT_PACE = Pace(alert_repeat_s=60.0)
"""Persons as they come; alerts are repeated, as the broker forgets those that are not."""

_AT_MOST_ONCE, _AT_LEAST_ONCE = 0, 1


@dataclass(frozen=True, slots=True)
class MqttSettings:
    """Where and how to publish."""

    site: str
    """Name of the site, which is the second level of every topic."""
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
    """Different for every bridge of a site."""
    evidence: bool = False
    """Whether measurements of single sensors and links to images go out too."""
    person_expiry_s: int = 5
    """The broker forgets an undelivered report of a person after this time."""
    alert_expiry_s: int = 180
    """The broker forgets an alert after this time; three times the interval in which those that
    have not ended are sent again."""
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
        return [
            Publication(
                topic,
                document,
                retain=False,
                quality=_AT_MOST_ONCE,
                expiry_s=settings.person_expiry_s,
            )
        ]
    if kind == "status_report":
        topic = _topic(settings, "status", message.node_id)
        return [Publication(topic, document, retain=True, quality=_AT_LEAST_ONCE)]
    alert = message.alert
    topic = _topic(settings, "alert", alert.alert_id)
    over = alert.status == Alert.ALERT_STATUS_CLEAR
    retain = alert.alert_type in STANDING_TYPES and not over
    expiry_s = settings.alert_expiry_s if retain else None
    published = [
        Publication(topic, document, retain=retain, quality=_AT_LEAST_ONCE, expiry_s=expiry_s)
    ]
    if over:
        published.append(Publication(topic, "", retain=True, quality=_AT_LEAST_ONCE))
    return published


class MqttBridge(Bridge[Publication]):
    """Publishes to an MQTT 5 broker.

    Parameters
    ----------
    settings : MqttSettings
        Where and how.
    pace : Pace
        Times.
    outbox : Outbox, optional
        The queue, where other limits are wanted.

    Raises
    ------
    ArgumentError
        If the site has no name, or the way to the broker is not protected.
    """

    def __init__(
        self, settings: MqttSettings, pace: Pace = MQTT_PACE, outbox: Outbox | None = None
    ) -> None:
        super().__init__("mqtt", pace, outbox)
        if not settings.site:
            raise ArgumentError("site", "is empty", "give the site's name")
        if settings.tls is None:
            permit_plain(settings.host, allowed=settings.allow_plain)
        self._settings = settings

    def _translate(self, message: SapientMessage) -> list[Publication]:
        return publications(message, self._settings)

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[_MqttLink]:
        settings = self._settings
        presence = _topic(settings, "bridge", settings.identifier)
        online, offline = (
            Publication(presence, word, retain=True, quality=_AT_LEAST_ONCE)
            for word in ("online", "offline")
        )
        client = Client(
            settings.host,
            settings.port or (1883 if settings.tls is None else 8883),
            protocol=ProtocolVersion.V5,
            # Two of a name cut each other off for ever, and other sites may use the same broker.
            identifier=":".join(map(_level, ("clearway", settings.site, settings.identifier))),
            username=settings.username,
            password=settings.password,
            tls_context=settings.tls,
            keepalive=settings.keep_alive_s,
            timeout=self._pace.send_timeout_s,
            will=Will(presence, offline.payload, qos=offline.quality, retain=offline.retain),
        )
        async with client:
            link = _MqttLink(client)
            try:
                await link.send(online)
                yield link
            finally:
                # The library takes leave in order, which suppresses the last will.
                with suppress(MqttError):
                    await link.send(offline)


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
    return "/".join(map(_level, ("clearway", settings.site, kind, identity)))


def _level(name: str) -> str:
    """A name as one level of a topic."""
    return quote(name, safe="")
