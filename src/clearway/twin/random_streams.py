"""Independent random streams from one seed.

Each purpose (a sensor, the carriers, the crowd) has a stream of its own, so that one camera or
curtain more or less, or another number of threads, changes nothing for the others.
"""

from __future__ import annotations

import zlib

import numpy as np


def random_stream(seed: int, purpose: str) -> np.random.Generator:
    """A generator that depends on the seed and the purpose alone.

    Examples
    --------
    >>> first = random_stream(1, "sensor camera-1").random()
    >>> first == random_stream(1, "sensor camera-1").random()
    True
    """
    return np.random.default_rng([seed, zlib.crc32(purpose.encode())])
