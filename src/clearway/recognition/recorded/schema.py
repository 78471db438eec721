"""The files of a recorded campaign: every key and column, and what to write there.

Nothing here says who anybody is: a body is a number that means the same person within one campaign,
so that figures can allow for passages of one body being alike.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from clearway.domain.body import BodyPlace

__all__ = ["PASSAGE", "CampaignFile", "FrameRow", "PanelTable", "PassageRow"]

PASSAGE = "{passage}"
"""Stands for the passage's id in the names of its files."""

_Text = Annotated[str, Field(min_length=8)]
_Positive = Annotated[float, Field(gt=0.0)]
_NonNegative = Annotated[float, Field(ge=0.0)]
_Word = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.+-]*$", max_length=60)]
_Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=60)]


class _Table(BaseModel):
    """No unknown keys, no infinities; the text below a key says what to write there."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, use_attribute_docstrings=True
    )


class PanelTable(_Table):
    """One panel of antennas and where its files are."""

    name: _Id
    """a name of letters, digits, `_`, `.` and `-`"""
    files: str
    """the sweep file of a passage below the folder, with {passage} for its id"""
    background: str | None = None
    """a sweep file of the empty scene; the mean of all its sweeps is subtracted"""
    calibration: str | None = None
    """a sweep file whose samples are the gains to divide by"""
    origin_m: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """x, y and z of the floor below the panel's middle, as the sweep files count"""
    turned_deg: float = 0.0
    """the angle from the sweep files' x axis to the panel's, counter-clockwise from above"""
    sweep_time_s: _Positive | None = None
    """how long a sweep takes, above 0 s, where its files do not say when each transmitter fires"""
    dead_share: Annotated[float, Field(ge=0.0, le=1.0)] = 0.0
    """the share of the elements that were left out as they do not work, 0 to 1"""

    @field_validator("files", "background", "calibration")
    @classmethod
    def _below_the_folder(cls, name: str | None) -> str | None:
        if name is not None and (not name or name.startswith("/") or ".." in name.split("/")):
            raise ValueError("names no file below the folder")
        return name

    @field_validator("files")
    @classmethod
    def _of_the_passage(cls, name: str) -> str:
        if PASSAGE not in name:
            raise ValueError(f"holds no {PASSAGE}")
        return name


class CampaignFile(_Table):
    """``campaign.toml``."""

    format: Literal[1]
    """1"""
    name: Annotated[str, Field(min_length=1)]
    """a name for the report"""
    source: _Text
    """who recorded it and with what instrument, in 8 letters or more"""
    rights: _Text
    """the licence, or who may use the recordings and for what, in 8 letters or more"""
    consent: _Text
    """how the participants agreed, and who approved the trial, in 8 letters or more"""
    frame_rate_hz: _Positive
    """sweeps per second of each panel, above 0"""
    speed_error_m_s: _NonNegative
    """the standard deviation of the speeds given, 0 or more"""
    mapping: str | None = None
    """a mapping file in the folder, or the name of a shipped mapping"""
    panels: Annotated[tuple[PanelTable, ...], Field(min_length=1)]
    """one table [[panels]] for each panel"""


class PassageRow(_Table):
    """A row of ``passages.csv``: the truth of one walk past the panels."""

    passage: _Id
    """an id of letters, digits, `_`, `.` and `-`, which no other passage has"""
    body: Annotated[int, Field(ge=0)]
    """a number for the participant, the same in all passages of that person; never a name"""
    outcome: Literal["none", "harmless_object", "long_gun", "handgun", "explosive"]
    """none, harmless_object, long_gun, handgun or explosive"""
    clothing: _Word
    """a word for what lies over the object, such as wool_coat"""
    wet: bool
    """yes or no"""
    speed_m_s: _NonNegative
    """the walking speed, 0 m/s or more"""
    direction_deg: float
    """where the person walks: the angle from the sweep files' x axis, counter-clockwise"""
    object_family: _Word | None = None
    """a word for the kind of object, such as rifle or phone"""
    object_name: _Word | None = None
    """a word for the single object"""
    object_size_m: _Positive | None = None
    """the object's longest side, above 0 m"""
    place: BodyPlace | None = None
    """a place on the body, such as right_hip; right is the person's own right"""
    height_m: Annotated[float, Field(ge=0.5, le=2.5)] | None = None
    """the person's height with shoes, 0.5 to 2.5 m"""
    panels: tuple[_Id, ...] = ()
    """the panels that recorded it, with a blank between them; all where left empty"""
    notes: str = ""
    """anything that does not tell who the person is"""

    @field_validator("panels", mode="before")
    @classmethod
    def _separated(cls, names: object) -> object:
        return tuple(names.split()) if isinstance(names, str) else names

    @model_validator(mode="after")
    def _object_where_one_is(self) -> Self:
        if (self.outcome == "none") == (self.object_family is not None):
            raise ValueError(f"outcome {self.outcome} with object_family {self.object_family}")
        if self.outcome == "none" and (self.object_name or self.object_size_m or self.place):
            raise ValueError("outcome none with an object")
        return self


class FrameRow(_Table):
    """A row of ``frames.csv``: what is known of one sweep."""

    passage: _Id
    """the id of a passage"""
    panel: _Id
    """the name of a panel"""
    frame: Annotated[int, Field(ge=0)]
    """the number of the sweep in its file, from 0"""
    time_s: float
    """when it was taken, on one clock for all panels"""
    x_m: float | None = None
    """the middle of the person, in the frame of the sweep files; empty where nobody tracked"""
    y_m: float | None = None
    """the middle of the person, in the frame of the sweep files; empty where nobody tracked"""
    velocity_x_m_s: float | None = None
    """the person's velocity along x; without it that of passages.csv counts"""
    velocity_y_m_s: float | None = None
    """the person's velocity along y; without it that of passages.csv counts"""

    @model_validator(mode="after")
    def _both_or_neither(self) -> Self:
        for one, other in (("x_m", "y_m"), ("velocity_x_m_s", "velocity_y_m_s")):
            if (getattr(self, one) is None) != (getattr(self, other) is None):
                raise ValueError(f"{one} and {other} belong together")
        return self
