"""Token buckets: how much a peer may do on the long run, and how much at once."""

from __future__ import annotations

from clearway.errors import ArgumentError
from clearway.sapient.session.settings import SECOND_NS

__all__ = ["TokenBucket"]


class TokenBucket:
    """Grants ``burst`` at once and ``per_s`` on the long run.

    Parameters
    ----------
    per_s : float
        Tokens that come in per second.
    burst : float
        Tokens it holds at most.
    first : float or None
        Tokens it holds at first; None for all.

    Notes
    -----
    A clock that goes backwards brings no tokens and takes none.

    Examples
    --------
    >>> bucket = TokenBucket(per_s=1.0, burst=1.0)
    >>> bucket.take(1.0, 0), bucket.take(1.0, 0), bucket.take(1.0, 1_000_000_000)
    (True, False, True)
    """

    def __init__(self, per_s: float, burst: float, first: float | None = None) -> None:
        if not (0 <= per_s < float("inf") and 0 <= burst < float("inf")):
            raise ArgumentError("per_s", f"{per_s} or {burst} is no rate", "give finite numbers")
        self._per_s = per_s
        self._burst = burst
        self._tokens = burst if first is None else min(first, burst)
        self._at_ns: int | None = None

    def take(self, tokens: float, now_ns: int) -> bool:
        """Take so many tokens, or none of them if there are too few."""
        self._fill(now_ns)
        if self._tokens < tokens:
            return False
        self._tokens -= tokens
        return True

    def spend(self, tokens: float, now_ns: int) -> int:
        """Take so many tokens in any case, on credit if need be.

        Returns
        -------
        int
            Nanoseconds until the bucket is out of debt; 0 if it never got into any.
        """
        self._fill(now_ns)
        self._tokens -= tokens
        if self._tokens >= 0:
            return 0
        if self._per_s == 0:
            return SECOND_NS
        return int(-self._tokens / self._per_s * SECOND_NS) + 1

    def _fill(self, now_ns: int) -> None:
        if self._at_ns is not None and now_ns > self._at_ns:
            grown = self._tokens + (now_ns - self._at_ns) / SECOND_NS * self._per_s
            self._tokens = min(self._burst, grown)
        self._at_ns = now_ns
