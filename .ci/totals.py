"""Adds up what a log holds of pytest's closing lines, and prints one line of the same form.

``totals.py LOG RUNS``: a run that did not come to its end counts as an error.
"""

import re
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

CLOSING = re.compile(r"^=+ (.+) in ([0-9.]+)s(?: \([0-9:]+\))? =+$", re.MULTILINE)
COUNT = re.compile(r"(\d+) (failed|passed|skipped|xfailed|xpassed|warning|error)s?\b")


def total(log: str, runs: int) -> str:
    """One closing line for all runs of pytest; tests that one run leaves to another are no news."""
    closing = CLOSING.findall(log)
    if not closing:
        return "pytest was not reached"
    counts: Counter[str] = Counter()
    for said, _ in closing:
        for number, what in COUNT.findall(said):
            counts[what] += int(number)
    if len(closing) < runs:
        counts["error"] += runs - len(closing)
    words = ("failed", "passed", "skipped", "xfailed", "xpassed", "warning", "error")
    told = [f"{counts[word]} {_plural(word, counts[word])}" for word in words if counts[word]]
    seconds = sum(float(lasted) for _, lasted in closing)
    clock = timedelta(seconds=round(seconds))
    return f" {', '.join(told) or 'no tests ran'} in {seconds:.2f}s ({clock}) ".center(80, "=")


def _plural(word: str, number: int) -> str:
    return f"{word}s" if word in ("warning", "error") and number > 1 else word


if __name__ == "__main__":
    log = Path(sys.argv[1]).read_text("utf-8", "replace")
    sys.stdout.write(f"{total(log, runs=int(sys.argv[2]))}\n")
