"""The order in which the compiled kernels sum the channels of an array.

Transmitters are taken in blocks, receivers in small groups; what is missing from either is filled
with a row of zeros.  Receivers' tables are made once per *pass*.  When the scene moves, the
receivers of a pass stand where the scene finds them at the middle of the pass's firing times; the
kernel corrects each transmitter for the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clearway.imaging.array import Array

__all__ = ["Schedule", "ScheduleShape", "schedule_channels"]


@dataclass(frozen=True)
class ScheduleShape:
    """What a kernel takes at once."""

    block: int
    """Transmitters."""
    receivers: int
    """Receivers of an entry."""
    most_receivers: int
    """Receivers of a pass."""


@dataclass(frozen=True)
class Schedule:
    """Arrays as the kernels read them (kernels/problem.hpp)."""

    passes: NDArray[np.int64]
    """(n, 4) first and last receiver, first and last block; the last exclusive."""
    receivers_m: NDArray[np.float64]
    """(n, 3)"""
    transmitters_m: NDArray[np.float64]
    """(n_blocks * block, 3)"""
    transmitter: NDArray[np.intp]
    """(n_blocks * block,) number of each in the array."""
    displacement_m: NDArray[np.float64] | None
    """(n_blocks * block, 3) of the scene since the pass's receivers were placed."""
    first_entry: NDArray[np.int64]
    """(n_blocks + 1,)"""
    receiver: NDArray[np.int32]
    """(n_entries, receivers) counted from the pass's first."""
    channel: NDArray[np.int32]
    """(n_entries, block, receivers)"""
    monostatic: bool


def schedule_channels(
    array: Array,
    shape: ScheduleShape,
    *,
    velocity_m_s: NDArray[np.float64] | None = None,
    longest_displacement_m: float = np.inf,
) -> Schedule:
    """Arrange an array's channels.

    Parameters
    ----------
    array : Array
    shape : ScheduleShape
    velocity_m_s : (3,) float64, optional
        Of the scene; needs the array's firing times.
    longest_displacement_m : float
        How far the scene may be from where a pass assumes it.

    Returns
    -------
    Schedule
        Built in O(n_pairs log n_pairs).
    """
    tx, rx = array.channels.T
    monostatic = array.is_monostatic
    tx_shift_m = np.zeros((array.n_tx, 3))
    if velocity_m_s is not None and array.tx_times_s is not None:
        tx_shift_m = array.tx_times_s[:, np.newaxis] * velocity_m_s
    group_of_tx, group_shift_m = _groups(tx_shift_m, longest_displacement_m)
    rx_m = np.zeros((1, 3)) if monostatic else array.rx_positions_m
    rx = np.zeros_like(rx) if monostatic else rx

    passes: list[tuple[int, int, int, int]] = []
    receivers: list[NDArray[np.float64]] = []
    members_of_blocks, displacements, entry_receiver, entry_channel = [], [], [], []
    first_entry = [0]
    for group, first_rx, channels in _passes(group_of_tx[tx], rx, shape.most_receivers):
        shift_m = group_shift_m[group]
        own_rx = rx_m[first_rx : first_rx + shape.most_receivers]
        start = sum(len(own) for own in receivers), len(first_entry) - 1
        receivers.append(own_rx - shift_m)
        for members, own in _blocks(tx, channels, shape.block):
            members_of_blocks.append(members)
            displacements.append(tx_shift_m[members] - shift_m)
            heard, table = _entries(
                tx[own], rx[own] - first_rx, own, members, len(tx), shape.receivers
            )
            entry_receiver.append(heard)
            entry_channel.append(table)
            first_entry.append(first_entry[-1] + len(heard))
        passes.append((start[0], start[0] + len(own_rx), start[1], len(first_entry) - 1))
    displacement_m = np.concatenate(displacements)
    transmitter = np.concatenate(members_of_blocks)
    return Schedule(
        passes=np.array(passes, dtype=np.int64),
        receivers_m=np.concatenate(receivers),
        transmitters_m=(array.tx_positions_m - tx_shift_m)[transmitter],
        transmitter=transmitter,
        displacement_m=None if monostatic or not displacement_m.any() else displacement_m,
        first_entry=np.array(first_entry, dtype=np.int64),
        receiver=np.concatenate(entry_receiver).astype(np.int32),
        channel=np.ascontiguousarray(np.concatenate(entry_channel), dtype=np.int32),
        monostatic=monostatic,
    )


def _groups(
    shift_m: NDArray[np.float64], longest_m: float
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Group of each transmitter and the shift that stands for each group.

    All shifts lie on one line, so groups are intervals on it.
    """
    along = shift_m @ shift_m[np.argmax(np.linalg.norm(shift_m, axis=1))]
    length = np.sqrt(np.abs(along).max())
    place = along / length if length > 0 else np.zeros(len(along))
    n = max(int(np.ceil(np.ptp(place) / (2 * longest_m))), 1)
    width = np.ptp(place) / n
    member = np.zeros(len(place), dtype=np.intp)
    if width > 0:
        member = np.minimum(((place - place.min()) / width).astype(np.intp), n - 1)
    _, group = np.unique(member, return_inverse=True)
    middle = [
        (shift_m[group == g].min(axis=0) + shift_m[group == g].max(axis=0)) / 2
        for g in range(group.max() + 1)
    ]
    return group, np.array(middle)


def _passes(
    group: NDArray[np.intp], rx: NDArray[np.intp], most_receivers: int
) -> Iterator[tuple[int, int, NDArray[np.intp]]]:
    """Channels by group and stretch of receivers: (group, first receiver, channels)."""
    key = np.column_stack((group, rx // most_receivers))
    kinds, member = np.unique(key, axis=0, return_inverse=True)
    for k, (own_group, stretch) in enumerate(kinds):
        yield int(own_group), int(stretch) * most_receivers, np.flatnonzero(member == k)


def _blocks(
    tx: NDArray[np.intp], channels: NDArray[np.intp], block: int
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Transmitters of each block, the last repeated where they are too few, and its channels."""
    by_tx = channels[np.argsort(tx[channels], kind="stable")]
    present, starts = np.unique(tx[by_tx], return_index=True)
    ends = np.append(starts[1:], len(by_tx))
    for i in range(0, len(present), block):
        members = present[i : i + block]
        own = by_tx[starts[i] : ends[i + len(members) - 1]]
        yield np.pad(members, (0, block - len(members)), mode="edge"), own


def _entries(
    tx: NDArray[np.intp],
    rx: NDArray[np.intp],
    channels: NDArray[np.intp],
    members: NDArray[np.intp],
    zeros: int,
    receivers: int,
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """(n, receivers) receivers of a block; (n, block, receivers) channels of its members."""
    heard, place = np.unique(rx, return_inverse=True)
    missing = -len(heard) % receivers
    table = np.full((len(heard) + missing, len(members)), zeros)
    table[place, np.searchsorted(members, tx)] = channels
    padded = np.pad(heard, (0, missing), mode="edge")
    by_entry = table.reshape(-1, receivers, len(members)).transpose(0, 2, 1)
    return padded.reshape(-1, receivers), by_entry
