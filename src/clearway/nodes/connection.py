"""What every sensor node does to speak with the fusion node."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from clearway.profile import sensor_node_id, sensor_registration, site_frame, status_message
from clearway.sapient.client import Client, ClientEvent
from clearway.sapient.location import Converter
from clearway.sapient.security import node_context, peer_node_id
from clearway.sapient.session import (
    Connected,
    Disconnected,
    ErrorReceived,
    Rejected,
    ulid_source,
)
from clearway.site.schema import Sensor, Site
from clearway.twin.random_streams import random_stream

__all__ = ["print_nothing", "sensor_client", "sentence"]


def print_nothing(_: str) -> None:
    """Keep silent; unlike a lambda this can be handed to another process."""


def sensor_client(
    site: Site,
    sensor: Sensor,
    seed: int,
    address: tuple[str, int],
    certificates: Path | None,
    heard: Callable[[ClientEvent], None],
) -> Client:
    """A client that speaks for one sensor of a site.

    Parameters
    ----------
    site : Site
    sensor : Sensor
    seed : int
        Of the random part of the messages' identifiers.
    address : (str, int)
        Host and port of the fusion node.
    certificates : Path or None
        Folder of the site's authority; None for a connection without TLS.
    heard : callable
        Is told what comes.

    Raises
    ------
    InputError
        A certificate that is absent.
    """
    node_id = sensor_node_id(site, sensor)
    converter = Converter(site_frame(site))
    east_m, north_m, height_m = sensor.position_m
    place = converter.to_wire(east_m, north_m, height_m, None)
    rng: np.random.Generator = random_stream(seed, f"node {sensor.id}")
    return Client(
        *address,
        node_id,
        sensor_registration(sensor, converter),
        status_message(node_id, time.time_ns(), new=True, location=place).status_report,
        ulid_source(rng),
        heard,
        tls=node_context(certificates, node_id),
        identify=None if certificates is None else peer_node_id,
    )


def sentence(sensor_id: str, event: ClientEvent) -> str | None:
    """What an operator should know of an event; None where that is nothing."""
    match event:
        case Connected():
            return f"{sensor_id}: registered with {event.node_id}"
        case Rejected():
            return f"{sensor_id}: refused: {'; '.join(event.reasons)}"
        case ErrorReceived():
            return f"{sensor_id}: fault found: {'; '.join(event.messages)}"
        case Disconnected():
            return f"{sensor_id}: {event.detail}"
        case _:
            return None
