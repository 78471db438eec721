"""Identifiers on the wire: who sends, and what is the same thing as before.

A node is known by a version 4 UUID for life; objects, reports, tasks and alerts by ULIDs (BSI Flex
335 v2.0, 6.2.4).  All of ours are derived, not drawn: a replay names everything as the live run
did, and a restarted service goes on with the identifiers it had.
"""

from __future__ import annotations

import hashlib
from uuid import UUID

from ulid import ULID

from clearway.domain import NANOSECONDS
from clearway.site.schema import Sensor, Site

_MILLISECOND_NS = NANOSECONDS // 1000


def site_node_id(site: Site) -> str:
    """Node id of a site's fusion node: the one in its site file, or one derived from its name."""
    given = site.service.node_id
    return str(given) if given is not None else _derived_uuid(site.name, "fusion node")


def sensor_node_id(site: Site, sensor: Sensor) -> str:
    """Node id of a sensor: the one in the site file, or one derived from site and sensor names."""
    if sensor.node_id is not None:
        return str(sensor.node_id)
    return _derived_uuid(site.name, sensor.id)


def ulid_of(time_ns: int, *names: object) -> str:
    """The ULID of a thing: the same time and names always give the same one.

    Parameters
    ----------
    time_ns : int
        UTC; goes into the sortable part, in milliseconds.
    *names : object
        What tells the thing from all others of that millisecond.

    Examples
    --------
    >>> ulid_of(1_767_225_600_000_000_000, "camera-1", 7)
    '01KDVDNA00E0EX6J8RWD4FHDS6'
    """
    digest = hashlib.blake2b("\n".join(map(str, names)).encode(), digest_size=10).digest()
    milliseconds = max(time_ns, 0) // _MILLISECOND_NS
    return str(ULID.from_bytes((milliseconds % (1 << 48)).to_bytes(6, "big") + digest))


def number_of(identifier: str) -> int:
    """A 63-bit number for a wire identifier, where the engine wants a number.

    A digest, not a part of the identifier: some nodes fill a part of theirs with zeros.  Two of a
    million identifiers meet with a probability of 5e-8.
    """
    digest = hashlib.blake2b(identifier.upper().encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def _derived_uuid(*names: str) -> str:
    digest = hashlib.blake2b("\n".join(names).encode(), digest_size=16).digest()
    return str(UUID(bytes=digest, version=4))
