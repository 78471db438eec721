"""The validator beside sapient-pydantic, on the messages of the load."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from clearway.bench.peers.base import installed_version, loaded
from clearway.bench.sapient.load import Load, camera_scans, camera_site
from clearway.bench.timing import Spread, paired_seconds, repeated_seconds
from clearway.errors import MissingExtraError
from clearway.profile import detection_message, sensor_node_id, site_frame
from clearway.sapient.bindings import SapientMessage
from clearway.sapient.location import Converter
from clearway.sapient.validate import read_payload
from clearway.twin.world import START_NS

__all__ = ["PEER", "ValidatorRates", "payloads_of", "validator_rates"]

PEER = "sapient-pydantic"


@dataclass(frozen=True, slots=True)
class ValidatorRates:
    """Messages per second of one core, from bytes to a verdict."""

    messages: int
    own_per_s: Spread
    peer_per_s: Spread | None
    """None where the peer is not installed."""
    ratio: Spread | None
    """Own rate over the peer's, within each pair of runs."""
    peer_version: str
    """Or how to get it."""


def validator_rates(load: Load, messages: int = 2_000, repeats: int = 7) -> ValidatorRates:
    """Time both validators in turn on the same bytes.

    Clearway decodes, checks and looks for fields of other editions; the peer decodes, makes its
    model of the message, which checks identifiers, and gives the message back, which checks the
    mandatory fields.  Run it on one core.

    Parameters
    ----------
    load : Load
        Whose messages.
    messages : int
    repeats : int
    """
    payloads = payloads_of(load, messages)

    def own() -> None:
        for payload in payloads:
            read_payload(payload)

    try:
        other, version = _peer(payloads), installed_version(PEER)
    except MissingExtraError as error:
        rates = [len(payloads) / spent for spent in repeated_seconds(own, repeats)]
        return ValidatorRates(len(payloads), Spread.of(rates), None, None, str(error))
    pairs = paired_seconds(own, other, repeats)
    return ValidatorRates(
        len(payloads),
        Spread.of([len(payloads) / one for one, _ in pairs]),
        Spread.of([len(payloads) / two for _, two in pairs]),
        Spread.of([two / one for one, two in pairs]),
        version,
    )


def payloads_of(load: Load, messages: int) -> list[bytes]:
    """The first detections of the first camera, serialised."""
    site, _ = camera_site(load)
    node_id = sensor_node_id(site, site.cameras[0])
    converter = Converter(site_frame(site))
    found: list[bytes] = []
    for _, scan in camera_scans(site, load, 0, START_NS):
        found += [
            detection_message(one, node_id, converter).SerializeToString() for one in scan
        ]  # fmt: skip
        if len(found) >= messages:
            break
    return found[:messages]


def _peer(payloads: Sequence[bytes]) -> Callable[[], None]:
    model = loaded("sapient_msg_pydantic.bsi_flex_335_v2_0.sapient_message").SapientMessage

    def validate() -> None:
        for payload in payloads:
            model.from_pb2(SapientMessage.FromString(payload)).to_pb2()

    return validate
