"""What a campaign's files may hold, and that every fault names its place and its remedy."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.domain.body import BodyPlace
from clearway.errors import InputError
from clearway.recognition.classes import OUTCOMES
from clearway.recognition.recorded import read_campaign
from clearway.recognition.recorded.checking import checked_rows, checked_toml
from clearway.recognition.recorded.schema import CampaignFile, FrameRow, PassageRow

ABOUT = """\
format = 1
name = "Hall"
source = "a test of the reader"
rights = "for this test"
consent = "nobody took part"
frame_rate_hz = 10.0
speed_error_m_s = 0.1

[[panels]]
name = "north"
files = "{passage}.h5"
"""
PASSAGES = """\
passage,body,outcome,clothing,wet,speed_m_s,direction_deg,object_family,place
p1,1,none,shirt,no,1.2,0,,
p2,1,handgun,shirt,no,1.2,180,pistol,right_hip
"""
FRAMES = """\
passage,panel,frame,time_s,x_m,y_m
p1,north,0,0.0,0.1,1.2
p1,north,1,0.1,,
"""


@pytest.fixture
def campaign(tmp_path: Path) -> Path:
    (tmp_path / "campaign.toml").write_text(ABOUT, encoding="utf-8")
    (tmp_path / "passages.csv").write_text(PASSAGES, encoding="utf-8")
    (tmp_path / "frames.csv").write_text(FRAMES, encoding="utf-8")
    for name in ("p1", "p2"):
        (tmp_path / f"{name}.h5").write_bytes(b"read later")
    return tmp_path


def test_a_campaign_is_read(campaign: Path) -> None:
    read = read_campaign(campaign)
    first, second = read.passages
    assert (first.outcome, first.object_family, first.place) == ("none", None, None)
    assert (second.body, second.place, second.wet) == (1, BodyPlace.RIGHT_HIP, False)
    assert [row.x_m for row in read.frames["p1", "north"]] == [0.1, None]
    assert ("p2", "north") not in read.frames


def test_a_spreadsheet_may_add_a_mark_and_blank_lines(campaign: Path) -> None:
    text = PASSAGES.replace("\n", "\r\n") + ",,,,,,,,\r\n\r\n"
    (campaign / "passages.csv").write_text(text, encoding="utf-8-sig", newline="")
    assert len(read_campaign(campaign).passages) == 2


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("campaign.toml", 'name = "Hall"\n', "", "name: is missing"),
        ("campaign.toml", "format = 1", "format = 2", "format: holds 2\n    remedy: give 1"),
        ("campaign.toml", "rights", "rigths", 'did you mean "rights"?'),
        ("campaign.toml", "= 10.0", "= -1", "frame_rate_hz: holds -1"),
        ("campaign.toml", "= 10.0", "= nan", "frame_rate_hz: holds nan"),
        ("campaign.toml", "{passage}.h5", "one.h5", "panels[0].files: holds 'one.h5'"),
        ("campaign.toml", "{passage}.h5", "../{passage}.h5", "below the folder"),
        ("campaign.toml", 'files = "', 'file = "', "panels[0].file: is not a key of this table"),
        ("campaign.toml", "format = 1", "format = ", "is not valid TOML"),
        ("passages.csv", "wet,", "damp,", "line 1, damp: is not a column"),
        ("passages.csv", "wet,", "", "line 1, wet: is missing"),
        ("passages.csv", "wet,", "body,", "line 1, body: is there twice"),
        ("passages.csv", "p1,1,none", "p1,Ana,none", "line 2, body: holds 'Ana'"),
        ("passages.csv", "p2,1,handgun", "p2,1,knife", "line 3, outcome: holds 'knife'"),
        ("passages.csv", "right_hip", "right_hipp", "a place on the body, such as right_hip"),
        ("passages.csv", "p2,1", "p1,1", "line 3, passage: holds 'p1', as does line 2"),
        ("passages.csv", "180,pistol", "180,", "outcome handgun with object_family None"),
        ("passages.csv", "0,,", "0,phone,", "outcome none with object_family phone"),
        ("passages.csv", "0,,", "0,,waist", "outcome none with an object"),
        ("passages.csv", "0,,", "0,", "line 2: has 8 fields, the header 9"),
        ("passages.csv", "1.2,0", "inf,0", "line 2, speed_m_s: holds 'inf'"),
        ("passages.csv", "p2,1", "p3,1", "p3.h5: no such file"),
        ("passages.csv", "p1,1,none", '"p1,1,none', "is not CSV"),
        ("frames.csv", "p1,north,1", "p9,north,1", "line 3, passage: names passage 'p9'"),
        ("frames.csv", "p1,north,1", "p1,north,0", "line 3, frame: holds 0, as does line 2"),
        ("frames.csv", "0.1,1.2", "0.1,", "x_m and y_m belong together"),
        ("frames.csv", "p1,north,1,0.1", "p1,north,-1,0.1", "line 3, frame: holds '-1'"),
    ],
)
def test_each_fault_names_its_place(
    campaign: Path, file: str, old: str, new: str, words: str
) -> None:
    text = (campaign / file).read_text(encoding="utf-8")
    assert old in text
    (campaign / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError) as refused:
        read_campaign(campaign)
    assert words in str(refused.value)
    assert "remedy: " in str(refused.value)


def test_all_faults_are_told_at_once(campaign: Path) -> None:
    text = PASSAGES.replace("p1,1,none", "p1,x,none").replace("right_hip", "nowhere")
    (campaign / "passages.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as refused:
        read_campaign(campaign)
    assert [fault.line for fault in refused.value.faults] == [2, 3]


def test_panels_of_a_passage_are_known(campaign: Path) -> None:
    text = PASSAGES.replace("place\n", "place,panels\n").replace(",,\n", ",,,south\n")
    text = text.replace("right_hip", "right_hip,")
    (campaign / "passages.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="holds 'south', which"):
        read_campaign(campaign)


def test_without_a_file_the_folder_is_no_campaign(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="name the folder of a campaign"):
        read_campaign(tmp_path)


_WORDS = st.from_regex(r"[a-z0-9][a-z0-9_.+-]{0,8}", fullmatch=True)
_IDS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,8}", fullmatch=True)
_FINITE = st.floats(allow_nan=False, allow_infinity=False)
_LENGTHS = st.floats(min_value=1e-6, max_value=1e6)


@st.composite
def passage_rows(draw: st.DrawFn) -> PassageRow:
    outcome = draw(st.sampled_from(OUTCOMES))
    carried = outcome != "none"
    return PassageRow.model_validate(
        {
            "passage": draw(_IDS),
            "body": draw(st.integers(0, 10**9)),
            "outcome": outcome,
            "clothing": draw(_WORDS),
            "wet": draw(st.booleans()),
            "speed_m_s": draw(st.floats(min_value=0.0, max_value=1e3)),
            "direction_deg": draw(_FINITE),
            "object_family": draw(_WORDS) if carried else None,
            "object_name": draw(st.none() | _WORDS) if carried else None,
            "object_size_m": draw(st.none() | _LENGTHS) if carried else None,
            "place": draw(st.none() | st.sampled_from(BodyPlace)) if carried else None,
            "height_m": draw(st.none() | st.floats(min_value=0.5, max_value=2.5)),
            "panels": " ".join(draw(st.lists(_IDS, max_size=3))),
            "notes": draw(
                st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), max_size=9)
            ),
        }
    )


@given(st.lists(passage_rows(), max_size=5), st.randoms(use_true_random=False))
def test_rows_survive_a_file_whatever_the_order_of_the_columns(
    rows: list[PassageRow], shuffler: Random
) -> None:
    names = list(PassageRow.model_fields)
    shuffler.shuffle(names)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(names)
    for row in rows:
        writer.writerow([_cell(getattr(row, name)) for name in names])
    assert [row for _, row in _read(text.getvalue(), PassageRow)] == rows


@given(st.text() | st.text("pabody,\n\"'01.#").map(lambda text: f"passage,body\n{text}"))
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    for model in (PassageRow, FrameRow):
        try:
            _read(text, model)
        except InputError as refused:
            assert all(fault.remedy for fault in refused.faults)  # noqa: PT017 - either is right


@given(st.text() | st.text("=[]{}panels.\n\"'01").map(lambda text: f"format = 1\n{text}"))
def test_any_toml_is_read_or_refused_in_words(text: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "campaign.toml")
        path.write_bytes(text.encode("utf-8", errors="surrogatepass"))
        with pytest.raises(InputError) as refused:
            checked_toml(path, CampaignFile)
        assert all(fault.remedy for fault in refused.value.faults)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(value) if isinstance(value, tuple) else str(value)


def _read(text: str, model: type[PassageRow | FrameRow]) -> tuple[tuple[int, object], ...]:
    with TemporaryDirectory() as folder:
        path = Path(folder, "rows.csv")
        path.write_bytes(text.encode("utf-8", errors="surrogatepass"))
        return checked_rows(path, model)
