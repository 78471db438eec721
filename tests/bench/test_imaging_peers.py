from importlib import metadata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from clearway.bench.machine import usable_cores
from clearway.bench.peers import FactoredNumba, FastSar, MonostaticPlane, Peer, Scope, block_order
from clearway.bench.peers.base import installed_version, loaded
from clearway.errors import MissingExtraError
from clearway.imaging import Array, Sweep
from clearway.imaging.backends.reference import delay_and_sum
from clearway.imaging.echo import point_echoes
from clearway.imaging.windows import Window
from tests.imaging.scenes import some_pairs

PEERS: list[Peer] = [FastSar(4), FastSar(8), FactoredNumba(), FactoredNumba(split=True)]
NAMES = [peer.name for peer in PEERS]
TARGET_M = np.array([[0.1, 1.2, 0.9]])


@pytest.fixture(params=PEERS, ids=NAMES)
def peer(request: pytest.FixtureRequest) -> Peer:
    found: Peer = request.param
    pytest.importorskip("fastsar" if isinstance(found, FastSar) else "numba")
    return found


def sweep_of_target(
    seed: int, *, listed: bool = False, speed_m_s: float = 3e8, shuffled: bool = False
) -> Sweep:
    """Echo of one point for a random array of 12 x 9 elements before it."""
    rng = np.random.default_rng(seed)
    tx, rx = (np.column_stack((rng.random((n, 2)) * 2 - 1, rng.random(n) * 2)) for n in (12, 9))
    tx[:, 1] *= 0.1
    rx[:, 1] *= 0.1
    pairs = some_pairs(12, 9, 60, rng) if listed else None
    frequencies_hz = np.linspace(8e9, 18e9, 61)
    if shuffled:
        rng.shuffle(frequencies_hz)
    return point_echoes(
        Array(tx, rx, pairs=pairs),
        frequencies_hz,
        TARGET_M,
        2 - 1j,
        propagation_speed_m_s=speed_m_s,
    )


def near_target(seed: int, n: int) -> NDArray[np.float64]:
    """The target and points around it."""
    offset = np.random.default_rng(seed).normal(scale=0.03, size=(n, 3))
    offset[0] = 0
    return TARGET_M + offset


@settings(max_examples=8)
@given(
    seed=st.integers(0, 2**32 - 1),
    listed=st.booleans(),
    shuffled=st.booleans(),
    speed_m_s=st.sampled_from([299_792_458.0, 1.2e8]),
    window=st.sampled_from([None, "hann", "taylor"]),
)
@pytest.mark.parametrize(("peer", "bound"), [*zip(PEERS, (0.03, 0.01, 0.02, 0.02), strict=True)])
def test_every_peer_forms_the_exact_image(
    peer: Peer,
    bound: float,
    seed: int,
    listed: bool,
    shuffled: bool,
    speed_m_s: float,
    window: Window | None,
) -> None:
    pytest.importorskip("fastsar" if isinstance(peer, FastSar) else "numba")
    sweep = sweep_of_target(seed, listed=listed, speed_m_s=speed_m_s, shuffled=shuffled)
    points_m = near_target(seed, 40)
    image = peer.prepare(sweep, window, 1)(points_m)
    exact = delay_and_sum(sweep, points_m, window)
    assert np.linalg.norm(image - exact) < bound * np.linalg.norm(exact)


def test_the_order_of_points_is_that_of_the_image(peer: Peer) -> None:
    sweep = sweep_of_target(1)
    points_m = near_target(2, 600)
    order = np.random.default_rng(3).permutation(600)
    form = peer.prepare(sweep, None, 1)
    np.testing.assert_allclose(form(points_m)[order], form(points_m[order]), atol=1.0)
    assert np.argmax(np.abs(form(points_m))) == 0


def test_one_thread_and_all_give_one_image(peer: Peer) -> None:
    sweep = sweep_of_target(4)
    points_m = near_target(5, 600)
    one, all_ = (peer.prepare(sweep, None, threads)(points_m) for threads in (1, usable_cores()))
    np.testing.assert_array_equal(one, all_)


def test_names_differ_and_versions_are_known(peer: Peer) -> None:
    assert NAMES.count(peer.name) == 1
    library = "fastsar" if isinstance(peer, FastSar) else "numba"
    assert peer.version() == metadata.version(library)
    assert peer.scope is (Scope.END_TO_END if library == "fastsar" else Scope.KERNEL)


@given(st.tuples(*[st.integers(1, 20)] * 3))
def test_block_order_is_a_permutation(shape: tuple[int, int, int]) -> None:
    order = block_order(shape)
    np.testing.assert_array_equal(np.sort(order), np.arange(np.prod(shape)))


@given(st.tuples(*[st.integers(1, 3)] * 3))
def test_block_order_keeps_blocks_together(blocks: tuple[int, int, int]) -> None:
    x, y, z = blocks
    shape = (4 * x, 8 * y, 8 * z)
    voxels = np.stack(np.unravel_index(block_order(shape), shape), axis=-1).reshape(-1, 256, 3)
    np.testing.assert_array_equal(np.ptp(voxels, axis=1), np.tile([3, 7, 7], (x * y * z, 1)))


def test_a_missing_library_says_how_to_get_it() -> None:
    for missing in (lambda: installed_version("absent-library"), lambda: loaded("absent_library")):
        with pytest.raises(MissingExtraError, match=r'pip install "clearway\[bench\]"'):
            missing()


def test_torchbp_is_optional(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", absent)
    with pytest.raises(MissingExtraError, match="optional"):
        MonostaticPlane().version()


def test_torchbp_shows_the_target_of_a_monostatic_array() -> None:
    pytest.importorskip("torchbp", reason="torchbp is published as source only")
    rng = np.random.default_rng(6)
    places = np.column_stack((rng.random(300) * 2 - 1, np.zeros(300), rng.random(300) * 2))
    target = np.array([[0.2, 1.3, places[:, 2].mean()]])
    sweep = point_echoes(Array.monostatic(places), np.linspace(8e9, 18e9, 100), target)
    image = np.abs(MonostaticPlane().prepare_plane(sweep, 200, 1)())
    depth, side = np.unravel_index(np.argmax(image), image.shape)
    assert (0.8 + depth / 200, -1 + 2 * side / 200) == pytest.approx((1.3, 0.2), abs=0.011)
