"""Dividing a training set by bodies."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from clearway.errors import ArgumentError

__all__ = ["split_by_body"]


def split_by_body(
    body: NDArray[np.str_], shares: tuple[float, ...], rng: np.random.Generator
) -> tuple[NDArray[np.bool_], ...]:
    """Divide frames such that no body is in two parts.

    Parameters
    ----------
    body : (n,) names
    shares : tuple of float
        Of the bodies in each part, summing to 1.
    rng : numpy.random.Generator

    Returns
    -------
    tuple of (n,) bool
        One mask per part; each has at least one body.

    Raises
    ------
    ArgumentError
        If there are fewer bodies than parts.

    Examples
    --------
    >>> body = np.array(["a", "a", "b", "c"])
    >>> parts = split_by_body(body, (0.7, 0.3), np.random.default_rng(0))
    >>> sorted(len(set(body[part])) for part in parts)
    [1, 2]
    """
    names = np.unique(body)
    if len(names) < len(shares):
        raise ArgumentError(
            "body",
            f"names {len(names)} bodies for {len(shares)} parts",
            "train on frames of more bodies",
        )
    order = rng.permutation(names)
    ends = np.rint(np.cumsum(shares) * len(names)).astype(int)
    first, last = np.arange(1, len(shares) + 1), len(names) - np.arange(len(shares))[::-1]
    ends = np.clip(ends, first, last)
    return tuple(np.isin(body, group) for group in np.split(order, ends[:-1]))
