import gzip
from pathlib import Path

import numpy as np
import pytest

from clearway.errors import InputError
from clearway.twin.crowd import is_demand, poisson_arrivals, read_demand
from clearway.twin.crowd.arrivals import arrivals_at

HEADER = "person_id,origin,destination,entry_s,exit_s\n"
ROWS = "5,z_1,z_6,25230.5,25290\n3,z_7,z_-1,25201.5,25271\n8,z_1,z_7,25201.5,25203\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "demand.csv"


def refusal(path: Path, text: str) -> str:
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        read_demand(path)
    assert "remedy: " in str(caught.value)
    return str(caught.value)


def test_poisson_arrivals_have_the_mean_and_the_variance_of_their_rate() -> None:
    rng = np.random.default_rng(11)
    counts = [len(poisson_arrivals(60.0, 120.0, rng)) for _ in range(400)]
    assert np.mean(counts) == pytest.approx(120.0, abs=4 * np.sqrt(120 / 400))
    assert np.var(counts) == pytest.approx(120.0, rel=0.3)


def test_poisson_arrivals_are_sorted_and_within_the_duration() -> None:
    times = poisson_arrivals(100.0, 60.0, np.random.default_rng(1))
    assert (np.diff(times) >= 0).all()
    assert 0.0 <= times[0] <= times[-1] <= 60.0


def test_listed_times_are_put_in_order() -> None:
    arrivals = arrivals_at(np.array([3.0, 1.0, 2.0]))
    assert (len(arrivals), arrivals.person_id.tolist()) == (3, [1, 2, 3])
    assert arrivals.time_s.tolist() == [1.0, 2.0, 3.0]


@pytest.mark.parametrize("packed", [False, True])
def test_a_demand_list_starts_with_its_first_entry(path: Path, packed: bool) -> None:
    content = ("\ufeff" + HEADER + ROWS).encode()
    path.write_bytes(gzip.compress(content) if packed else content)
    assert is_demand(path)
    demand = read_demand(path)
    assert demand.person_id.tolist() == [3, 8, 5]
    assert demand.time_s.tolist() == [0.0, 0.0, 29.0]
    assert demand.trips == (("z_7", "z_-1"), ("z_1", "z_7"), ("z_1", "z_6"))


def test_a_recording_is_no_demand_list(path: Path) -> None:
    path.write_text("1 2 3.0 4.0 5.0\n")
    assert not is_demand(path)
    assert "not the header of a demand list" in refusal(path, path.read_text())


def test_a_list_without_rows(path: Path) -> None:
    assert "the list has no rows" in refusal(path, HEADER)


def test_a_person_listed_twice(path: Path) -> None:
    message = refusal(path, HEADER + ROWS + "5,z_1,z_2,25300,25310\n")
    assert "line 5, person_id: person 5 is given twice" in message


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("x,z_1,z_2,1,2", "line 5, person_id: 'x' is not a whole number"),
        ("9.5,z_1,z_2,1,2", "line 5, person_id: '9.5' is not a whole number"),
        ("9,z_1,z_2,nan,2", "line 5, entry_s: 'nan' is not a finite number"),
        ("9,z_1,z_2,1,", "line 5, exit_s: '' is not a finite number"),
        ("9,z_1,z_2,5,2", "line 5, exit_s: person 9 leaves at 2 s before entering at 5 s"),
        ("9,z_1,z_2", "line 5: 3 of 5 fields"),
        ("9,z_1,z_2,1,2,3", "line 5: more than 5 fields"),
    ],
)
def test_a_faulty_row_is_located(path: Path, row: str, problem: str) -> None:
    assert problem in refusal(path, HEADER + ROWS + row)


@pytest.mark.shared_data
def test_the_lausanne_morning(shared_data: Path) -> None:
    path = shared_data / "lausanne" / "piw-2013-01-22-od.csv.gz"
    assert is_demand(path)
    demand = read_demand(path)
    assert len(demand) == 9869
    assert demand.trips is not None
    assert sum(origin == "z_12" for origin, _ in demand.trips) == 1894
    assert 60.0 * len(demand) / demand.time_s[-1] == pytest.approx(113, abs=1)
