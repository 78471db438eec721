"""Secrets that are handed out once and recognised later, without being kept."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Final, TypeAlias

__all__ = ["RandomBytes", "new_token", "token_hash"]

RandomBytes: TypeAlias = Callable[[int], bytes]
"""Gives so many unpredictable bytes; `secrets.token_bytes` outside of tests."""

_BYTES: Final = 32


def new_token(random_bytes: RandomBytes) -> str:
    """256 unpredictable bits, as text for a cookie or a link."""
    return urlsafe_b64encode(random_bytes(_BYTES)).rstrip(b"=").decode()


def token_hash(token: str) -> str:
    """What is kept of a token.

    A plain hash will do: nobody can try 2^256 tokens, while a password needs a slow one.
    """
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()
