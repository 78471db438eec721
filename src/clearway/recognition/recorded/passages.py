"""The passages of a campaign, ready to be scored or trained on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import cos, radians
from pathlib import Path

from clearway.recognition.evaluation.truth import PassageTruth, aspect_words
from clearway.recognition.recorded.campaign import Campaign
from clearway.recognition.recorded.looks import PanelReader
from clearway.recognition.recorded.schema import PanelTable, PassageRow
from clearway.recognition.roi import RegionOfInterest
from clearway.recognition.view import View
from clearway.recognition.volume import Volume

__all__ = ["RecordedPassage", "recorded_passages"]

_SEEN_BY = ("speed_m_s", "direction_deg", "height_m", "panels")
"""Labels that decide where a look is imaged."""


@dataclass(frozen=True, eq=False)
class RecordedPassage:
    """One row of ``passages.csv`` with its sweeps."""

    truth: PassageTruth
    fingerprint: str
    """Of sizes and times of its files, and of all labels that decide what is imaged."""
    _row: PassageRow = field(repr=False)
    _readers: tuple[PanelReader, ...] = field(repr=False)

    def frames(self, interest: RegionOfInterest) -> Iterator[tuple[Volume, View]]:
        """Image every look, one panel after the other.

        Raises
        ------
        InputError
            A sweep that cannot be read, or of another array.
        """
        for reader in self._readers:
            for look in reader.looks(self._row):
                yield reader.volume(look, interest), look.view


def recorded_passages(
    campaign: Campaign, *, threads: int | None = None
) -> tuple[RecordedPassage, ...]:
    """All passages of a campaign; sweeps are read when their frames are asked for.

    Parameters
    ----------
    campaign : Campaign
    threads : int, optional
        For the image former.

    Raises
    ------
    InputError
        Background, gain or a panel's first sweep that cannot be used.
    """
    used = {panel.name for row in campaign.passages for panel in campaign.panels_of(row)}
    readers = {
        panel.name: PanelReader(campaign, panel, threads=threads)
        for panel in campaign.about.panels
        if panel.name in used
    }
    shared = {name: _stamp_of_panel(campaign, reader.panel) for name, reader in readers.items()}
    return tuple(_passage(campaign, row, readers, shared) for row in campaign.passages)


def _passage(
    campaign: Campaign,
    row: PassageRow,
    readers: Mapping[str, PanelReader],
    shared: Mapping[str, object],
) -> RecordedPassage:
    panels = campaign.panels_of(row)
    own = tuple(readers[panel.name] for panel in panels)
    stamp = [
        row.model_dump(mode="json", include=set(_SEEN_BY)),
        *(
            [
                shared[panel.name],
                _rows(campaign, row, panel),
                _stamp(campaign.sweep_file(row, panel)),
            ]
            for panel in panels
        ),
    ]
    digest = hashlib.sha256(json.dumps(stamp, sort_keys=True).encode()).hexdigest()
    return RecordedPassage(_truth(row, panels, own), digest, row, own)


def _truth(
    row: PassageRow, panels: tuple[PanelTable, ...], readers: tuple[PanelReader, ...]
) -> PassageTruth:
    return PassageTruth(
        passage=row.passage,
        body=str(row.body),
        outcome=row.outcome,
        object_family=row.object_family or "",
        object_name=row.object_name or "",
        object_size_m=row.object_size_m,
        place=row.place,
        clothing=row.clothing,
        wet=row.wet,
        speed_m_s=row.speed_m_s,
        aspect=_aspect(row, panels),
        radar="; ".join(dict.fromkeys(reader.radar_words for reader in readers)),
    )


def _aspect(row: PassageRow, panels: tuple[PanelTable, ...]) -> str:
    """Which sides of the body the panels saw."""
    return aspect_words(
        [cos(radians(row.direction_deg - panel.turned_deg)) >= 0 for panel in panels]
    )


def _rows(campaign: Campaign, row: PassageRow, panel: PanelTable) -> list[object]:
    told = campaign.frames.get((row.passage, panel.name), ())
    return [frame.model_dump(mode="json") for frame in told]


def _stamp_of_panel(campaign: Campaign, panel: PanelTable) -> object:
    mapping = campaign.mapping()
    return [
        panel.model_dump(mode="json"),
        campaign.about.frame_rate_hz,
        campaign.about.speed_error_m_s,
        None if mapping is None else mapping.model_dump(mode="json"),
        [_stamp(path) for path in campaign.correction_files(panel).values()],
    ]


def _stamp(path: Path) -> list[object]:
    """Names, sizes and times of a file, or of all files of a folder."""
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    stats = [(file, file.stat()) for file in files if file.is_file()]
    return [[str(file.relative_to(path)), stat.st_size, stat.st_mtime_ns] for file, stat in stats]
