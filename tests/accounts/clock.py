"""Times, chance and codes for tests of accounts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyotp

SECOND = 1_000_000_000
START_NS = 1_800_000_000 * SECOND
PASSWORD = "seven mauve tapirs waltz"  # noqa: S105 - of nobody


def chance(seed: int = 1) -> Callable[[int], bytes]:
    """Bytes that are the same in every run."""
    return np.random.default_rng(seed).bytes


def code_at(secret: str, now_ns: int) -> str:
    """What the authenticator shows."""
    return pyotp.TOTP(secret).at(now_ns // SECOND)
