"""A recorded campaign: one folder of sweeps with labels."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from clearway.errors import Fault, InputError
from clearway.imaging.files import ArrayMapping, load_mapping, shipped_mappings
from clearway.recognition.recorded.checking import checked_rows, checked_toml
from clearway.recognition.recorded.schema import (
    PASSAGE,
    CampaignFile,
    FrameRow,
    PanelTable,
    PassageRow,
)

__all__ = ["CAMPAIGN_FILE", "FRAMES_FILE", "PASSAGES_FILE", "Campaign", "read_campaign"]

CAMPAIGN_FILE = "campaign.toml"
PASSAGES_FILE = "passages.csv"
FRAMES_FILE = "frames.csv"


@dataclass(frozen=True, eq=False)
class Campaign:
    """What the files of a folder say, checked; `read_campaign` makes one."""

    folder: Path
    about: CampaignFile
    passages: tuple[PassageRow, ...]
    frames: Mapping[tuple[str, str], tuple[FrameRow, ...]]
    """By passage and panel, in the order of time; where there is no key, every sweep of the file
    counts."""

    def panels_of(self, passage: PassageRow) -> tuple[PanelTable, ...]:
        """Panels that recorded a passage."""
        named = passage.panels or tuple(panel.name for panel in self.about.panels)
        return tuple(panel for panel in self.about.panels if panel.name in named)

    def sweep_file(self, passage: PassageRow, panel: PanelTable) -> Path:
        """Sweeps that a panel took of a passage."""
        return self.folder / panel.files.replace(PASSAGE, passage.passage)

    def correction_files(self, panel: PanelTable) -> dict[str, Path]:
        """Files of background and gain, where there are any."""
        named = {"background": panel.background, "gain": panel.calibration}
        return {kind: self.folder / name for kind, name in named.items() if name is not None}

    def mapping(self) -> ArrayMapping | None:
        """How to read sweeps of other software's layout.

        Raises
        ------
        InputError
            As `load_mapping`.
        """
        name = self.about.mapping
        if name is None:
            return None
        return load_mapping(name if name in shipped_mappings() else self.folder / name)


def read_campaign(folder: Path | str) -> Campaign:
    """Read the labels of a folder; the sweeps themselves are read later, one by one.

    Parameters
    ----------
    folder : Path or str

    Returns
    -------
    Campaign

    Raises
    ------
    InputError
        A file that is absent or holds anything wrong, or files that do not agree; it names file,
        line and column.
    """
    place = Path(folder)
    about = checked_toml(place / CAMPAIGN_FILE, CampaignFile)
    passages = checked_rows(place / PASSAGES_FILE, PassageRow)
    frames_file = place / FRAMES_FILE
    frames = checked_rows(frames_file, FrameRow) if frames_file.exists() else ()
    _refuse(place / CAMPAIGN_FILE, _faults_of_panels(about))
    _refuse(place / PASSAGES_FILE, _faults_of_passages(about, passages))
    by_look: dict[tuple[str, str], list[FrameRow]] = defaultdict(list)
    for _, row in frames:
        by_look[row.passage, row.panel].append(row)
    ordered = {
        key: tuple(sorted(rows, key=lambda row: (row.time_s, row.frame)))
        for key, rows in by_look.items()
    }
    campaign = Campaign(place, about, tuple(row for _, row in passages), ordered)
    _refuse(frames_file, _faults_of_frames(campaign, frames))
    missing = [path for path in _sweep_files(campaign) if not path.exists()]
    if missing:
        problem = f"no such file or folder, and {len(missing) - 1} others are missing"
        remedy = "copy the recordings here, or name in the column `panels` those that recorded"
        told = problem if len(missing) > 1 else "no such file or folder"
        raise InputError(missing[0], Fault(told, remedy))
    return campaign


def _refuse(path: Path, faults: Iterator[Fault]) -> None:
    found = list(faults)
    if found:
        raise InputError(path, found)


def _faults_of_panels(about: CampaignFile) -> Iterator[Fault]:
    names = [panel.name for panel in about.panels]
    for number, name in enumerate(names):
        if name in names[:number]:
            problem = f"holds {name!r}, as does an earlier panel"
            yield Fault(problem, "give each panel its own name", f"panels[{number}].name")


def _faults_of_passages(
    about: CampaignFile, rows: tuple[tuple[int, PassageRow], ...]
) -> Iterator[Fault]:
    if not rows:
        yield Fault("holds no passages", "write one row for each")
    panels = {panel.name for panel in about.panels}
    seen: dict[str, int] = {}
    for line, row in rows:
        if row.passage in seen:
            problem = f"holds {row.passage!r}, as does line {seen[row.passage]}"
            yield Fault(problem, "give each passage its own id", "passage", line)
        seen.setdefault(row.passage, line)
        for name in row.panels:
            if name not in panels:
                problem = f"holds {name!r}, which {CAMPAIGN_FILE} does not describe"
                yield Fault(problem, f"known are: {', '.join(sorted(panels))}", "panels", line)


def _faults_of_frames(
    campaign: Campaign, rows: tuple[tuple[int, FrameRow], ...]
) -> Iterator[Fault]:
    looked = {
        (passage.passage, panel.name)
        for passage in campaign.passages
        for panel in campaign.panels_of(passage)
    }
    seen: dict[tuple[str, str, int], int] = {}
    for line, row in rows:
        if (row.passage, row.panel) not in looked:
            problem = f"names passage {row.passage!r} and panel {row.panel!r}"
            remedy = f"name a passage of {PASSAGES_FILE} and a panel that recorded it"
            yield Fault(problem, remedy, "passage", line)
        key = (row.passage, row.panel, row.frame)
        if key in seen:
            problem = f"holds {row.frame}, as does line {seen[key]}"
            yield Fault(problem, "give one row for each sweep", "frame", line)
        seen.setdefault(key, line)


def _sweep_files(campaign: Campaign) -> Iterator[Path]:
    for panel in campaign.about.panels:
        yield from campaign.correction_files(panel).values()
    for passage in campaign.passages:
        for panel in campaign.panels_of(passage):
            yield campaign.sweep_file(passage, panel)
