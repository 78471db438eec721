"""Passwords: what makes one good enough, and how it is recognised without being kept.

argon2id with the parameters that RFC 9106 recommends where memory is scarce: 64 MiB, three passes.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from argon2 import PasswordHasher, profiles
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

__all__ = ["hash_password", "is_outdated", "password_faults", "password_matches"]

SHORTEST: Final = 12
_LONGEST: Final = 128
_GUESSES: Final = 1e10
"""As many as somebody who has stolen the hashes might try in years, at a hundred per second."""
_CONTEXT: Final = ("clearway", "operator", "security", "station", "curtain", "guard")

_HASHER: Final = PasswordHasher.from_parameters(profiles.RFC_9106_LOW_MEMORY)


def password_faults(password: str, *own_words: str) -> tuple[str, ...]:
    """Why a password may not be used.

    No rules on kinds of characters, and no expiry: they make people choose worse ones
    (NIST SP 800-63B, 5.1.1.2).  Strength is an estimate of how many guesses a clever attacker
    needs (Wheeler, "zxcvbn: Low-Budget Password Strength Estimation", USENIX Security 2016).

    Parameters
    ----------
    password : str
    *own_words : str
        Names of the person and the site, which anybody would try first.

    Returns
    -------
    tuple of str
        In words for the person; empty if it is good enough.

    Examples
    --------
    >>> password_faults("winter2026")
    ('use at least 12 characters',)
    >>> password_faults("seven mauve tapirs waltz")
    ()
    """
    if len(password) < SHORTEST:
        return (f"use at least {SHORTEST} characters",)
    if len(password) > _LONGEST:
        return (f"use at most {_LONGEST} characters",)
    result = zxcvbn(password, user_inputs=[*_CONTEXT, *own_words], max_length=_LONGEST)
    if float(result["guesses"]) >= _GUESSES:
        return ()
    return ("it is too easy to guess; join four words that have nothing to do with each other",)


def hash_password(password: str) -> str:
    """What is kept of a password: parameters, salt and hash in one text.

    Takes some 0.1 s and 64 MiB on purpose.
    """
    return _HASHER.hash(password)


def password_matches(password: str, kept: str | None) -> bool:
    """Whether a password is the one that ``kept`` was made of.

    None stands for somebody who has no account, and takes as long.
    """
    try:
        _HASHER.verify(_nobodys() if kept is None else kept, password)
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


@cache
def _nobodys() -> str:
    return _HASHER.hash("nobody's")


def is_outdated(kept: str) -> bool:
    """Whether today's parameters are others than those of the hash."""
    return _HASHER.check_needs_rehash(kept)
