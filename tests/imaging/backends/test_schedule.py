"""A schedule names every channel once, with its own elements."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from clearway.imaging import Array
from clearway.imaging.backends.schedule import Schedule, ScheduleShape, schedule_channels

SHAPE = ScheduleShape(block=4, receivers=2, most_receivers=6)


@st.composite
def arrays(draw: st.DrawFn) -> Array:
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n_tx, n_rx = draw(st.integers(1, 15)), draw(st.integers(1, 15))
    every = np.argwhere(np.ones((n_tx, n_rx)))
    some = rng.permutation(every)[: draw(st.integers(1, len(every)))]
    pairs = draw(st.sampled_from([None, some]))
    times_s = rng.uniform(-0.01, 0.01, n_tx)
    return Array(rng.random((n_tx, 3)), rng.random((n_rx, 3)), pairs=pairs, tx_times_s=times_s)


def _visits(schedule: Schedule, n_channels: int) -> list[tuple[int, int, int]]:
    """(channel, index of its transmitter, index of its receiver) in the schedule's own arrays."""
    visits = []
    for first_rx, last_rx, first_block, last_block in schedule.passes:
        assert 0 < last_rx - first_rx <= SHAPE.most_receivers
        for block in range(first_block, last_block):
            for entry in range(schedule.first_entry[block], schedule.first_entry[block + 1]):
                for t in range(SHAPE.block):
                    for r in range(SHAPE.receivers):
                        channel = int(schedule.channel[entry, t, r])
                        receiver = int(first_rx + schedule.receiver[entry, r])
                        if channel < n_channels:
                            visits.append((channel, SHAPE.block * block + t, receiver))
    return visits


@given(arrays())
def test_every_channel_is_summed_once(array: Array) -> None:
    schedule = schedule_channels(array, SHAPE)
    visits = _visits(schedule, array.n_pairs)
    assert sorted(channel for channel, _, _ in visits) == list(range(array.n_pairs))
    for channel, transmitter, receiver in visits:
        tx, rx = array.channels[channel]
        if array.is_monostatic:
            continue
        assert np.array_equal(schedule.transmitters_m[transmitter], array.tx_positions_m[tx])
        assert np.array_equal(schedule.receivers_m[receiver], array.rx_positions_m[rx])
    assert schedule.displacement_m is None


@given(arrays(), st.floats(0.001, 0.01))
def test_moving_scene_meets_each_transmitter_where_it_is(array: Array, longest_m: float) -> None:
    velocity_m_s = np.array([0.5, -1.2, 0.3])
    schedule = schedule_channels(
        array, SHAPE, velocity_m_s=velocity_m_s, longest_displacement_m=longest_m
    )
    assert array.tx_times_s is not None
    shift_m = array.tx_times_s[:, np.newaxis] * velocity_m_s
    left = schedule.displacement_m
    rest_m: NDArray[np.float64] = np.zeros_like(schedule.transmitters_m) if left is None else left
    assert np.linalg.norm(rest_m, axis=1).max() <= longest_m * (1 + 1e-9)
    for channel, transmitter, receiver in _visits(schedule, array.n_pairs):
        tx, rx = array.channels[channel]
        moved_tx_m = array.tx_positions_m[tx] - shift_m[tx]
        moved_rx_m = array.rx_positions_m[rx] - shift_m[tx]
        assert np.allclose(schedule.transmitters_m[transmitter], moved_tx_m, atol=1e-12)
        seen_m = schedule.receivers_m[receiver] - rest_m[transmitter]
        assert np.allclose(seen_m, moved_rx_m, atol=1e-12)
