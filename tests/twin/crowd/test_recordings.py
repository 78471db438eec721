import gzip
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from clearway.errors import InputError
from clearway.site.schema import RecordingFormat
from clearway.twin.crowd import Origin, read_recording

HERMES = "".join(
    f"{who} {frame} {100 * who:.3f} {frame * 7.5:.3f} 172.5\r\n"
    for who in (1, 2)
    for frame in range(10 * who, 10 * who + 32)
)
"""Two people, 1.2 m/s along y, 16 frames/s, centimetres."""
CSV = "person_id,time_s,x_m,y_m,height_m\n" + "".join(
    f"7,{t / 8},{t * 0.15:.3f},2.5,1.8\n" for t in range(16)
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "walk.txt"


def refusal(path: Path, text: str | bytes) -> str:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(InputError) as caught:
        read_recording(path)
    assert "remedy: " in str(caught.value)
    assert str(caught.value).startswith(str(path))
    return str(caught.value)


@pytest.mark.parametrize("packed", [False, True])
def test_hermes_text_is_read_by_its_convention(path: Path, packed: bool) -> None:
    path.write_bytes(gzip.compress(HERMES.encode()) if packed else HERMES.encode())
    crowd = read_recording(path)
    assert (len(crowd), crowd.rate_hz, crowd.origin) == (2, 16.0, Origin.RECORDED)
    assert crowd.first_frame.tolist() == [0, 10]
    np.testing.assert_allclose(crowd.height_m, 1.725)
    np.testing.assert_allclose(crowd.at(0.0).position_m, [(1.0, 0.75)])
    np.testing.assert_allclose(crowd.at(0.0).velocity_m_s, [(0.0, 1.2)], atol=1e-9)
    assert "read as HERMES text: centimetres, 16 frames/s" in crowd.description


def test_a_petrack_header_states_unit_and_rate(path: Path) -> None:
    path.write_text(
        "# framerate: 25.00 fps\n# id frame x/m y/m z/m\n"
        + "".join(f"1 {frame} {frame * 0.05} 0.0 1.7\n" for frame in range(50))
    )
    crowd = read_recording(path)
    assert crowd.rate_hz == 25.0
    assert crowd.at(1.0).position_m[0, 0] == pytest.approx(1.25)
    assert "metres, 25 frames/s" in crowd.description


def test_the_site_overrides_header_and_convention(path: Path) -> None:
    path.write_text(
        "# framerate: 25 fps\n# x/cm\n"
        + "".join(f"1 {frame} {frame * 100.0} 0\n" for frame in range(30))
    )
    crowd = read_recording(path, RecordingFormat(unit="mm", rate_hz=10.0))
    np.testing.assert_allclose(crowd.at(0.5).velocity_m_s, [(1.0, 0.0)], atol=1e-9)
    assert np.isnan(crowd.height_m).all()


def test_csv_states_its_unit_and_rate(path: Path) -> None:
    path.write_text(CSV)
    crowd = read_recording(path, RecordingFormat(unit="mm", rate_hz=50.0))
    assert (crowd.rate_hz, crowd.person_id.tolist()) == (8.0, [7])
    np.testing.assert_allclose(crowd.at(1.0).position_m, [(1.2, 2.5)])
    np.testing.assert_allclose(crowd.height_m, [1.8])


def test_csv_without_heights(path: Path) -> None:
    path.write_text("\n".join(line.rpartition(",")[0] for line in CSV.splitlines()))
    assert np.isnan(read_recording(path).height_m).all()


def test_unit_mistake_is_refused_with_the_speed(path: Path) -> None:
    metres = "".join(f"1 {frame} 0.0 {frame * 0.075}\n" for frame in range(32))
    assert "the median speed is 0.012 m/s, too slow" in refusal(path, metres)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot be read \(No such file"):
        read_recording(tmp_path / "none.txt")


@pytest.mark.parametrize("text", ["", " \n\n", b"\x1f\x8b", gzip.compress(b"", mtime=0)])
def test_empty_files_are_refused(path: Path, text: str | bytes) -> None:
    expected = "cut off" if text == b"\x1f\x8b" else "the file is empty"
    assert expected in refusal(path, text)


def test_a_file_of_comments_has_no_rows(path: Path) -> None:
    assert "the file has no rows" in refusal(path, "# framerate: 16 fps\n")


def test_a_header_without_rows(path: Path) -> None:
    assert "the file has no rows" in refusal(path, CSV.splitlines()[0])


def test_a_cut_gzip_file(path: Path) -> None:
    whole = gzip.compress(HERMES.encode())
    assert "cut off before its end" in refusal(path, whole[: len(whole) // 2])


def test_a_damaged_gzip_file(path: Path) -> None:
    whole = bytearray(gzip.compress(HERMES.encode()))
    whole[-6] ^= 0xFF
    assert "the gzip file is damaged" in refusal(path, bytes(whole))


@pytest.mark.parametrize(("text", "line"), [(HERMES, 64), (CSV, 17)])
def test_a_file_cut_in_mid_line(path: Path, text: str, line: int) -> None:
    start, _, last = text.rstrip().rpartition("\n")
    separator = "," if "," in last else " "
    message = refusal(path, f"{start}\n{separator.join(last.split(separator)[:2])}")
    assert f"line {line}: the file ends in mid-line, after 2 of 5 fields" in message
    assert "copy the whole file again" in message


def test_a_row_with_too_few_fields_in_the_middle(path: Path) -> None:
    lines = HERMES.splitlines()
    lines[9] = "1 20 100.0"
    assert "line 10: 3 fields where 5 are expected" in refusal(path, "\n".join(lines))


def test_too_few_columns_throughout(path: Path) -> None:
    assert "line 1: 3 fields where 4 are expected" in refusal(path, "1 2 3\n1 3 4\n")


@pytest.mark.parametrize(
    ("text", "place"), [(HERMES, "line 6, y"), (f"# a\n\n{HERMES}", "line 8, y")]
)
def test_a_field_that_is_no_number_is_located(path: Path, text: str, place: str) -> None:
    assert f"{place}: '1l2.500' is not a number" in refusal(path, text.replace("112.5", "1l2.5", 1))


def test_decimal_commas_and_digit_groups_in_csv_are_located(path: Path) -> None:
    message = refusal(path, CSV.replace("7,1.0,", "7,1,0,"))
    assert "line 10: 6 fields where 5 are expected" in message
    message = refusal(path, CSV.replace("7,1.0,", "7,1_0,"))
    assert "line 10, time_s: '1_0' is not a number" in message


def test_a_position_that_is_not_finite_is_located(path: Path) -> None:
    assert "line 4, y: nan is not" in refusal(path, f"# a\n{HERMES.replace('90.000', 'nan', 1)}")
    assert "line 4, x: inf is not" in refusal(path, CSV.replace("0.300", "inf"))


def test_a_person_that_is_not_a_whole_number(path: Path) -> None:
    assert "line 3, person: 7.5 is not a whole number" in refusal(
        path, CSV.replace("7,0.125", "7.5,0.125")
    )


def test_time_backwards_and_twice_are_located(path: Path) -> None:
    lines = CSV.splitlines()
    assert "line 5, time: time of person 7 goes backwards" in refusal(
        path, "\n".join([*lines[:3], lines[4], lines[3], *lines[5:]])
    )
    assert "line 4, time: person 7 is given twice" in refusal(
        path, "\n".join([*lines[:3], lines[2], *lines[3:]])
    )


def test_an_unknown_csv_header(path: Path) -> None:
    message = refusal(path, "id,t,x,y\n1,0,0,0\n")
    assert "line 1: the header is 'id,t,x,y'" in message
    assert "person_id,time_s,x_m,y_m,height_m" in message


def test_a_picture_is_no_recording(path: Path) -> None:
    message = refusal(path, b"\x89PNG\r\n\x1a\n\xff\xfe")
    assert "neither text nor SQLite" in message
    assert "JuPedSim SQLite" in message


def jupedsim_file(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE trajectory_data (frame, id, pos_x, pos_y, ori_x, ori_y)")
        database.execute("CREATE TABLE metadata (key, value)")
        database.execute("INSERT INTO metadata VALUES ('fps', '8.0')")
        database.executemany(
            "INSERT INTO trajectory_data VALUES (?, 3, ?, 1.0, 1.0, 0.0)",
            [(frame, frame * 0.15) for frame in range(30)],
        )
    database.close()


@pytest.mark.parametrize("packed", [False, True])
def test_jupedsim_trajectories_are_simulated_people(path: Path, packed: bool) -> None:
    jupedsim_file(path)
    if packed:
        path.write_bytes(gzip.compress(path.read_bytes()))
    crowd = read_recording(path)
    assert (crowd.origin, crowd.rate_hz) == (Origin.SIMULATED, 8.0)
    np.testing.assert_allclose(crowd.at(2.0).position_m, [(2.4, 1.0)])


def test_a_cut_or_foreign_database(path: Path) -> None:
    jupedsim_file(path)
    whole = path.read_bytes()
    assert "not a whole JuPedSim trajectory" in refusal(path, whole[: len(whole) // 2])
    path.unlink()
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE other (a)")
    database.close()
    assert "no such table: metadata" in refusal(path, path.read_bytes())


@pytest.mark.jupedsim
def test_a_file_of_jupedsims_own_writer(path: Path) -> None:
    jupedsim = pytest.importorskip("jupedsim")
    simulation = jupedsim.Simulation(
        model=jupedsim.CollisionFreeSpeedModelV2(),
        geometry=[(0, 0), (10, 0), (10, 2), (0, 2)],
        dt=0.05,
        trajectory_writer=jupedsim.SqliteTrajectoryWriter(output_file=path, every_nth_frame=2),
    )
    stage = simulation.add_exit_stage([(9, 0), (10, 0), (10, 2), (9, 2)])
    journey = simulation.add_journey(jupedsim.JourneyDescription([stage]))
    simulation.add_agent(
        jupedsim.CollisionFreeSpeedModelV2AgentParameters(
            position=(1, 1), desired_speed=1.2, journey_id=journey, stage_id=stage
        )
    )
    simulation.iterate(200)
    simulation._writer.close()
    crowd = read_recording(path)
    assert crowd.rate_hz == pytest.approx(10.0)
    np.testing.assert_allclose(crowd.at(2.0).velocity_m_s, [(1.2, 0.0)], atol=0.05)


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("name", "people", "seconds", "speed_m_s"),
    [("bot-300-085-085", 216, 73.4, 1.11), ("bo-360-090-090", 214, 66.1, 1.26)],
)
def test_hermes_files_give_their_published_counts(
    shared_data: Path, name: str, people: int, seconds: float, speed_m_s: float
) -> None:
    crowd = read_recording(shared_data / "hermes" / f"{name}.txt.gz")
    assert len(crowd) == people
    assert crowd.duration_s == pytest.approx(seconds, abs=0.1)
    speed = np.linalg.norm(crowd.steps_m(), axis=1) * crowd.rate_hz
    assert np.median(speed) == pytest.approx(speed_m_s, abs=0.01)
    assert np.nanmean(crowd.height_m) == pytest.approx(1.72, abs=0.02)
