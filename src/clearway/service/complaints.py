"""What goes wrong again and again, told without drowning what else there is to tell."""

from __future__ import annotations

from collections import Counter

from clearway.domain import nanoseconds

_MOST_OF_ONE = 5
_MOST = 100
_LONGEST = 300


class Complaints:
    """Lets each complaint through once in ten seconds, with how often it came.

    A hostile peer may send a thousand faulty messages a second, each faulty in another way, or
    come under another name each time: of one origin five different complaints are let through in
    ten seconds, of all together a hundred.  What is held back is counted and told afterwards.

    Parameters
    ----------
    window_s : float, optional
        Another time than ten seconds.
    """

    def __init__(self, window_s: float = 10.0) -> None:
        self._window_ns = nanoseconds(window_s)
        self._ends_ns = 0
        self._now: Counter[tuple[str, str]] = Counter()
        self._before: Counter[tuple[str, str]] = Counter()
        self._different: Counter[str] = Counter()
        self._held_back = 0

    def sentence(self, who: str, what: str, now_ns: int, alike: str | None = None) -> str | None:
        """Take in a complaint.

        Parameters
        ----------
        who : str
            Its origin.
        what : str
            In words.
        now_ns : int
        alike : str, optional
            What it has in common with those that count as the same; by default ``what``.

        Returns
        -------
        str or None
            What to tell, without the origin; None if nothing now.
        """
        if now_ns >= self._ends_ns:
            self._ends_ns = now_ns + self._window_ns
            self._before, self._now = self._now, Counter()
            self._different.clear()
        key = who, (what if alike is None else alike)[:_LONGEST]
        if key in self._now:
            self._now[key] += 1
            return None
        if self._different[who] >= _MOST_OF_ONE or len(self._now) >= _MOST:
            self._held_back += 1
            return None
        self._different[who] += 1
        self._now[key] = 1
        # Parts of it may be a peer's own words, with line ends and worse.
        line = " ".join(what[:_LONGEST].split())
        text = "".join(letter if letter.isprintable() else "?" for letter in line)
        # Of the last ten seconds only the first was told.
        times = self._before.pop(key, 1)
        if times > 1:
            text += f" ({times} times)"
        if self._held_back:
            text += f"; {self._held_back} other complaints were not told"
            self._held_back = 0
        return text
