"""The load on the live service: what it sends, and what its figures hold.  No time is asserted."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearway.bench.sapient import LatencyCounts, Load, camera_site
from clearway.bench.sapient.curtains import curtain_readings, walking_crowd
from clearway.bench.sapient.load import Walkers, camera_scans
from clearway.bench.sapient.validators import payloads_of, validator_rates
from clearway.domain import NANOSECONDS
from clearway.errors import ArgumentError
from clearway.profile import DetectionReader, detection_message, sensor_node_id, site_frame
from clearway.sapient.location import Converter
from clearway.sapient.validate import read_payload
from clearway.twin.world import START_NS

SCRIPT = Path(__file__).parents[2] / "bench" / "sapient.py"
SMALL = Load(nodes=2, rate_hz=10.0, people=3, seconds=1.0, warm_up_s=0.5)


@pytest.mark.long
def test_the_bench_loses_nothing_of_a_small_load_and_writes_its_figures(tmp_path: Path) -> None:
    output, picture = tmp_path / "found.json", tmp_path / "memory.svg"
    options = ["--nodes", "2", "--rate", "10", "--people", "3", "--messages", "60"]
    options += ["--output", str(output), "--figure", str(picture)]
    done = subprocess.run(
        [sys.executable, "-W", "error", str(SCRIPT), *options],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(output.read_text("utf-8"))

    assert found["load"]["offered_per_s"] == 60.0
    assert found["best"] == 0
    (run,) = found["runs"]
    service = run["service"]
    sent = {node["sensor_id"]: node["sent"] for node in run["nodes"]}
    assert [*sent] == ["camera-1", "camera-2", "curtain-west", "curtain-east"]
    # Two cameras, three people each in the mean, four seconds: all of it came, nothing else did.
    assert sent["camera-1"] + sent["camera-2"] == 2 * 3 * 10 * 4
    assert [node["not_sent"] for node in run["nodes"]] == [0] * 4
    assert [node["errors"] for node in run["nodes"]] == [0] * 4
    assert service["refused"] == service["unused"] == service["log_lost"] == 0
    assert service["detections"] == 60
    assert run["accepted_per_s"] == pytest.approx(60.0)
    assert service["looks"] <= sent["curtain-west"] + sent["curtain-east"]
    assert len(service["looks_ms"]) == (4 if service["looks"] else 0)
    assert max(service["sampled_messages"]) <= sum(sent.values()) + 30
    for latencies in (service["from_socket_ms"], service["from_scan_ms"]):
        assert list(latencies) == ["p50", "p95", "p99", "longest"]
        assert sorted(latencies.values()) == list(latencies.values())
    assert service["people"] == pytest.approx(6.0, abs=2.0)
    assert run["processor_share"] > 0.0
    assert "waiting_share" in run
    assert all(size > 1e7 for size in service["sampled_bytes"])
    assert service["log_bytes"] > 0
    assert found["validators"]["ratio"]["smallest"] > 0.0
    assert picture.read_text("utf-8").startswith("<?xml")
    assert "socket to engine, p99, ms" in done.stdout


@pytest.mark.parametrize("nodes", [1, 2, 8])
def test_the_cameras_together_see_everybody_once_in_every_scan(nodes: int) -> None:
    load = replace(SMALL, nodes=nodes)
    site, _ = camera_site(load)
    assert len(site.cameras) == nodes
    seen: list[list[int]] = []
    for index in range(nodes):
        scans = list(camera_scans(site, load, index, START_NS))
        assert len(scans) == round(load.rate_hz * load.duration_s)
        assert {stamp for _, scan in scans for stamp in (one.time_ns for one in scan)} <= {
            time_ns for time_ns, _ in scans
        }
        assert all(
            START_NS <= time_ns < START_NS + load.duration_s * NANOSECONDS for time_ns, _ in scans
        )
        numbers = [one.sequence for _, scan in scans for one in scan]
        assert numbers == list(range(len(numbers)))
        seen.append([len(scan) for _, scan in scans])
    # Cameras scan at different moments, so that somebody between two may be seen twice or not.
    per_scan = np.sum(seen, axis=0)
    assert abs(per_scan - nodes * load.people).max() <= (0 if nodes == 1 else 2)


@given(st.integers(1, 200), st.floats(0.0, 600.0), st.integers(0, 2**32 - 1))
def test_people_stay_in_the_corridor(count: int, time_s: float, seed: int) -> None:
    position_m = Walkers(count, np.random.default_rng(seed)).at(time_s)
    assert position_m.shape == (count, 2)
    assert (position_m >= 0.0).all()
    assert (position_m <= [40.0, 6.0]).all()


@pytest.mark.parametrize("looks", [1, 3])
def test_a_curtain_looks_at_everybody_who_passes(looks: int) -> None:
    load = Load(nodes=4, people=5, seconds=60.0, looks=looks)
    site, _ = camera_site(load)
    curtain = site.curtains[0]
    (line_m, _), _ = site.line(curtain.trigger_line).points
    walkers = load.walkers()
    east = np.array([walkers.at(time_s)[:, 0] for time_s in np.arange(0.0, 60.0, 0.1)]) > line_m
    # Whoever comes in anew stands across the line from where the last one left.
    entered = np.abs(
        np.diff([walkers.laps(time_s) for time_s in np.arange(0.0, 60.0, 0.1)], axis=0)
    )
    passed = int(((np.diff(east.astype(int), axis=0) != 0) & (entered == 0)).sum())
    sent = [*curtain_readings(site, load, curtain, START_NS)]
    assert [due_ns for due_ns, _ in sent] == sorted(due_ns for due_ns, _ in sent)
    found = [one for _, together in sent for one in together]
    assert all(one.time_ns < one.received_ns for one in found)
    evidence = [one.evidence for one in found if one.evidence is not None]
    assert len(evidence) == len(found)
    readings = [one for one in evidence if not one.position_only]
    # A ghost now and then, and somebody who has passed within the last moments.
    assert passed > 20
    assert abs(len(readings) - passed) <= 3
    assert len(found) > 0.9 * looks * passed


def test_the_walkers_of_all_sensors_are_the_same() -> None:
    crowd = walking_crowd(SMALL)
    walkers = SMALL.walkers()
    for time_s in (0.0, 0.7, 1.4):
        present = crowd.at(time_s).position_m
        expected = walkers.at(time_s)
        # Somebody about to leave has no next frame to be led to.
        assert len(expected) - 1 <= len(present) <= len(expected)
        gap_m = np.linalg.norm(present[:, None] - expected[None], axis=2).min(axis=1)
        assert gap_m.max() < 0.02


def test_less_than_no_look_is_refused() -> None:
    with pytest.raises(ArgumentError, match="looks: is -1"):
        replace(SMALL, looks=-1)


@pytest.mark.parametrize("sensor", [0, 1])
def test_what_a_curtain_sends_has_no_finding(sensor: int) -> None:
    load = Load(nodes=4, people=5, seconds=20.0)
    site, _ = camera_site(load)
    curtain = site.curtains[sensor]
    node_id, converter = sensor_node_id(site, curtain), Converter(site_frame(site))
    reader = DetectionReader(curtain, converter)
    seen = set()
    for due_ns, (look,) in curtain_readings(site, load, curtain, START_NS):
        payload = detection_message(look, node_id, converter).SerializeToString()
        message, findings = read_payload(payload)
        assert findings == ()
        assert message is not None
        read = reader.read(message, due_ns).evidence
        assert read is not None
        assert look.evidence is not None
        assert read.position_only == look.evidence.position_only
        assert read.log_likelihood_ratio == pytest.approx(look.evidence.log_likelihood_ratio)
        seen.add(read.position_only)
    assert seen == {True, False}


def test_what_is_sent_has_no_finding() -> None:
    payloads = payloads_of(SMALL, 30)
    assert len(payloads) == 30
    for payload in payloads:
        message, findings = read_payload(payload)
        assert findings == ()
        assert message is not None
        report = message.detection_report
        assert [entry.type for entry in report.object_info] == ["clearway.height"]
        assert report.location.HasField("x_error")


def test_both_validators_take_the_same_messages() -> None:
    found = validator_rates(SMALL, messages=30, repeats=2)
    assert found.messages == 30
    assert found.peer_per_s is not None
    assert found.ratio is not None
    for spread in (found.own_per_s, found.peer_per_s, found.ratio):
        assert 0.0 < spread.smallest <= spread.median <= spread.largest


@given(st.lists(st.floats(2e-6, 90.0), min_size=1, max_size=60), st.floats(0.01, 1.0))
def test_quantiles_are_right_to_a_step(latencies_s: list[float], share: float) -> None:
    counts = LatencyCounts()
    for latency_s in latencies_s:
        counts.add(latency_s)
    exact = float(np.quantile(latencies_s, share, method="inverted_cdf"))
    assert len(counts) == len(latencies_s)
    assert exact * (1.0 - 1e-9) <= counts.quantile_s(share) <= 1.011 * exact


def test_latencies_beyond_the_scale_are_counted() -> None:
    counts = LatencyCounts()
    counts.add(0.0)
    counts.add(1e4)
    assert len(counts) == 2
    with pytest.raises(ArgumentError, match="no detection was counted"):
        LatencyCounts().quantile_s(0.5)


@pytest.mark.parametrize("name", ["nodes", "rate_hz", "people", "seconds"])
def test_no_load_is_refused(name: str) -> None:
    with pytest.raises(ArgumentError, match=f"{name}: is 0"):
        replace(SMALL, **{name: 0})
