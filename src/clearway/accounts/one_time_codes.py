"""The second factor: codes of an authenticator on somebody's phone (RFC 6238)."""

from __future__ import annotations

import hmac
from base64 import b32encode
from typing import Final

import pyotp

from clearway.accounts.tokens import RandomBytes
from clearway.domain import NANOSECONDS

__all__ = ["accepted_step", "enrolment_uri", "new_secret"]

STEP_S: Final = 30
_SECRET_BYTES: Final = 20
"""The length of the hash's output, as RFC 4226, 4, recommends."""
_TOLERANCE: Final = 1
"""Steps that a phone's clock may be off, either way (RFC 6238, 5.2)."""


def new_secret(random_bytes: RandomBytes) -> str:
    """A secret for a new authenticator, in the base 32 that people type."""
    return b32encode(random_bytes(_SECRET_BYTES)).decode()


def enrolment_uri(secret: str, user_name: str, site_name: str) -> str:
    """What an authenticator reads as a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=user_name, issuer_name=site_name)


def accepted_step(secret: str, code: str, now_ns: int, last_step: int) -> int | None:
    """Check a code.

    Parameters
    ----------
    secret : str
    code : str
    now_ns : int
        UTC.
    last_step : int
        Of the code accepted last: that one and earlier ones are refused, since somebody may have
        looked over a shoulder (RFC 6238, 5.2: a code is good for one use).

    Returns
    -------
    int or None
        The step of 30 s that the code is of, to be kept as ``last_step``; None if it is refused.
    """
    code = code.replace(" ", "")
    totp = pyotp.TOTP(secret)
    now = now_ns // (STEP_S * NANOSECONDS)
    accepted = None
    # All steps are tried, so that the time taken tells nothing.
    for step in range(now - _TOLERANCE, now + _TOLERANCE + 1):
        matches = hmac.compare_digest(totp.generate_otp(step).encode(), code.encode())
        if matches and step > last_step:
            accepted = step
    return accepted
