"""How often somebody may ask, so that guessing is slow and nobody keeps the others out."""

from __future__ import annotations

import ipaddress
import math
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from clearway.console.security.problems import Refusal
from clearway.sapient.session.rates import TokenBucket

__all__ = ["RateLimit", "Rates", "address_of"]

_MOST_KEYS: Final = 10_000


class RateLimit:
    """So many at once, and so many per minute on the long run, for each key.

    Keys that were not seen for the longest are forgotten when there are too many.

    Parameters
    ----------
    per_min : float
    burst : int
    """

    def __init__(self, per_min: float, burst: int) -> None:
        self._per_min = per_min
        self._burst = burst
        self._buckets: OrderedDict[str, TokenBucket] = OrderedDict()

    def take(self, key: str, now_ns: int) -> None:
        """Count one.

        Raises
        ------
        Refusal
            It is one too many.
        """
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = TokenBucket(self._per_min / 60.0, self._burst)
            if len(self._buckets) > _MOST_KEYS:
                self._buckets.popitem(last=False)
        self._buckets.move_to_end(key)
        if not bucket.take(1.0, now_ns):
            wait_s = math.ceil(60.0 / self._per_min)
            raise Refusal(
                429,
                "too-many-requests",
                "Too many requests in a short time.",
                "Wait a little, then try again.",
                headers={"Retry-After": str(wait_s)},
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """How much is let through."""

    requests_per_min: float = 3000.0
    """Of one address."""
    request_burst: int = 600
    """A page takes some forty, and all guards may stand behind one address."""
    sign_ins_per_min: float = 20.0
    """Attempts from one address."""
    sign_in_burst: int = 20
    attempts_per_min: float = 10.0
    """Attempts at one account, from wherever; failures lock it as well."""
    attempt_burst: int = 10
    checks_per_min: float = 6.0
    """Verifications of the whole audit log by one person."""
    check_burst: int = 3


def address_of(client: Sequence[object] | None) -> str:
    """Whose requests are counted together: an address, or a network of IPv6.

    Whoever has one address of IPv6 usually has 2^64 of them (RFC 6177).

    Parameters
    ----------
    client : sequence or None
        The other end of a connection, its address first.

    Examples
    --------
    >>> address_of(("2001:db8::17", 50_000))
    '2001:db8::'
    """
    return _group_of(str(client[0])) if client else "unknown"


@lru_cache(10_000)
def _group_of(host: str) -> str:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    if address.version == 6 and not address.is_loopback:
        return str(ipaddress.ip_network((int(address) >> 64 << 64, 64)).network_address)
    return str(address)
