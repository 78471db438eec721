"""What goes wrong again and again, told without drowning what else there is to tell."""

from __future__ import annotations

from collections import Counter

from clearway.domain import nanoseconds

_WINDOW_NS = nanoseconds(10.0)
_MOST_OF_ONE = 5
_MOST = 100
_LONGEST = 300


class Complaints:
    """Lets each complaint through once in ten seconds, with how often it came.

    A hostile peer may send a thousand faulty messages a second, each faulty in another way, or
    come under another name each time: of one origin five different complaints are let through in
    ten seconds, of all together a hundred.  What is held back is counted and told afterwards.
    """

    def __init__(self) -> None:
        self._ends_ns = 0
        self._now: Counter[tuple[str, str]] = Counter()
        self._before: Counter[tuple[str, str]] = Counter()
        self._different: Counter[str] = Counter()
        self._held_back = 0

    def sentence(self, who: str, what: str, now_ns: int) -> str | None:
        """Take in a complaint.

        Parameters
        ----------
        who : str
            Its origin.
        what : str
            In words.
        now_ns : int

        Returns
        -------
        str or None
            What to tell, without the origin; None if nothing now.
        """
        if now_ns >= self._ends_ns:
            self._ends_ns = now_ns + _WINDOW_NS
            self._before, self._now = self._now, Counter()
            self._different.clear()
        # Parts of it may be a peer's own words, with line ends and worse.
        line = " ".join(what[:_LONGEST].split())
        key = who, "".join(letter if letter.isprintable() else "?" for letter in line)
        if key in self._now:
            self._now[key] += 1
            return None
        if self._different[who] >= _MOST_OF_ONE or len(self._now) >= _MOST:
            self._held_back += 1
            return None
        self._different[who] += 1
        self._now[key] = 1
        text = key[1]
        # Of the last ten seconds only the first was told.
        times = self._before.pop(key, 1)
        if times > 1:
            text += f" ({times} times)"
        if self._held_back:
            text += f"; {self._held_back} other complaints were not told"
            self._held_back = 0
        return text
