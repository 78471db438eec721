"""The command that trains a recogniser."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

from clearway.errors import ClearwayError
from clearway.recognition.training.boosting import BoostingSettings
from clearway.recognition.training.loop import NetworkSettings
from clearway.recognition.training.training import DEFAULT_PFA, train

__all__ = ["main"]

_KINDS = {"baseline": BoostingSettings, "network": NetworkSettings}
_REDUCED = {"baseline": {"rounds": 30}, "network": {"epochs": 3, "width": 8}}
"""What `--reduced` changes, unless it is given: minutes on a CPU instead of hours."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Train; 0 when the model is written, 2 for what the user can mend."""
    options = vars(_parser().parse_args(arguments))
    kind = _KINDS[options["kind"]]
    values = {field.name: options[field.name] for field in fields(kind)}
    if options["reduced"]:
        values = _REDUCED[options["kind"]] | {k: v for k, v in values.items() if v is not None}
    settings = kind(**{name: value for name, value in values.items() if value is not None})
    try:
        about = train(
            options["data"], options["model"], settings, pfa=options["pfa"], progress=_say
        )
    except ClearwayError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    _say(f"{options['model']}: {about.kind} {about.version}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m clearway.recognition.training", description=__doc__)
    parser.add_argument("data", type=Path, help="folder of frames")
    parser.add_argument("model", type=Path, help="folder to write")
    parser.add_argument("--kind", choices=sorted(_KINDS), default="network")
    parser.add_argument("--pfa", type=float, default=DEFAULT_PFA, help="for the thresholds")
    parser.add_argument("--reduced", action="store_true", help="minutes on a CPU, to try it out")
    known: dict[str, type] = {}
    for kind in _KINDS.values():
        defaults = kind()
        known |= {field.name: type(getattr(defaults, field.name)) for field in fields(kind)}
    for name, of_type in known.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=of_type, default=None)
    return parser


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
