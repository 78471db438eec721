"""`clearway attribute`: recorded alarms to the people in recorded detections."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from clearway.cli.track import (
    DetectionsArgument,
    SensorsOption,
    refuse_to_overwrite,
    rows_in_words,
    say_left_out,
    scans_in_words,
    showing_share,
)
from clearway.store.atomic import atomic_write

__all__ = ["attribute"]


def attribute(
    detections: DetectionsArgument,
    sensors: SensorsOption,
    alarms: Annotated[
        Path,
        typer.Option(
            metavar="ALARMS.csv",
            help="Columns alarm_id, sensor_id, time_s, received_s, x_m, y_m, sigma_m, source_id "
            "and perhaps height_m, height_sigma_m.",
            show_default=False,
        ),
    ],
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            metavar="ATTRIBUTION.csv",
            help="A row per alarm and person who may be its source: alarm_id, track_id or none, "
            "probability.",
            show_default=False,
        ),
    ],
) -> None:
    """Say to whom each recorded alarm belongs, with what was known when it arrived."""
    from clearway.replay.attribute import attribute as attribute_alarms
    from clearway.replay.files import read_alarms, read_detections, write_attribution
    from clearway.replay.sensors import read_sensors

    console = Console(highlight=False, markup=False, soft_wrap=True)
    refuse_to_overwrite(output, detections, sensors, alarms)
    with atomic_write(output) as temporary:
        known = read_sensors(sensors)
        raised = read_alarms(alarms)
        found = read_detections(detections, known)
        say_left_out(found, detections, "detections")
        say_left_out(raised, alarms, "alarms")
        with showing_share(console) as progress:
            attributions = attribute_alarms(found, known, raised, progress=progress)
        write_attribution(temporary, attributions)
    named = {track_id for track_id in attributions.track_id if track_id is not None}
    console.print(
        f"{output}: {len(raised):,} alarms, {len(named):,} tracks that may be a source, "
        f"{scans_in_words(attributions)}",
        f"{rows_in_words(found, 'detections')}; {rows_in_words(raised, 'alarms')}",
        sep="\n",
    )
