"""Passages by hand, and files of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import nan
from pathlib import Path
from typing import Any

from clearway.domain import HYPOTHESES, ThreatClass
from clearway.domain.body import BodyPlace
from clearway.recognition.classes import NONE, OUTCOMES
from clearway.site.radar_schema import RadarTable
from clearway.site.schema import Curtain
from clearway.twin.figures.file import Provenance, radar_digest, write_figures
from clearway.twin.figures.row import PassageRow
from clearway.twin.passages.lane import facing_panels

PROVENANCE = Provenance(
    recogniser="made up (baseline 0)",
    recogniser_sha256="ab" * 32,
    radar_sha256="cd" * 32,
    simulation="made up for a test",
    clearway_version="0.0",
    seed=1,
    command="clearway curtain characterise site.toml",
    made="2026-01-01T00:00:00+00:00",
)


def passage_row(outcome: str = NONE, *declared: ThreatClass, **changes: Any) -> PassageRow:
    """A passage in which these threats were declared."""
    carries = outcome != NONE
    ratios = [
        sum(5.0 for threat in declared if threat in name) if name != NONE else 0.0
        for name in HYPOTHESES
    ]
    row = PassageRow(
        walk=0,
        outcome=outcome,
        object_kind="kind" if carries else "",
        object_family="family" if carries else "",
        object_size_m=0.2 if carries else nan,
        true_place=BodyPlace.WAIST if carries else None,
        body="body",
        clothing="coat",
        wet=False,
        speed_m_s=1.3,
        distance_m=1.2,
        direction=1,
        occlusion=0.0,
        n_frames=8,
        n_examined=8,
        examined=0.9,
        log_likelihood_ratio=tuple(ratios) if any(ratios) else (0.0, *(-1.0,) * 6),
        declared=declared,
        said_place=BodyPlace.WAIST,
        error_x_m=0.0,
        error_y_m=0.0,
    )
    return replace(row, **changes)


def not_examined(outcome: str = NONE, **changes: Any) -> PassageRow:
    """A passage without a good frame."""
    silent = {"examined": 0.0, "n_examined": 0, "log_likelihood_ratio": (0.0,) * len(HYPOTHESES)}
    nowhere = {"said_place": None, "error_x_m": nan, "error_y_m": nan}
    return passage_row(outcome, **silent | nowhere | changes)


def one_of_each(**changes: Any) -> list[PassageRow]:
    """A passage with each outcome, nothing declared."""
    return [passage_row(outcome, **changes) for outcome in OUTCOMES]


def all_but(outcome: str, **changes: Any) -> list[PassageRow]:
    """A passage with each other outcome, nothing declared."""
    return [row for row in one_of_each(**changes) if row.outcome != outcome]


def figures_file(path: Path, rows: Sequence[PassageRow], radar: RadarTable | None = None) -> Path:
    """A file of these passages, made with a radar."""
    digest = PROVENANCE.radar_sha256 if radar is None else radar_digest(radar)
    write_figures(path, rows, replace(PROVENANCE, radar_sha256=digest))
    return path


def radar_beside(x_m: float) -> RadarTable:
    """A small radar of two panels across a walkway to the east, whose middle is at north 3 m."""
    table = facing_panels(n_elements=4, n_frequencies=8)
    panels = tuple(
        panel.model_copy(update={"position_m": (x_m, panel.position_m[1] + 1.7, 0.0)})
        for panel in table.panels
    )
    return table.model_copy(update={"panels": panels})


def with_figures(curtain: Curtain, path: Path, radar: RadarTable | None = None) -> Curtain:
    """A curtain that draws from a file."""
    return curtain.model_copy(update={"figures": str(path), "radar": radar})
