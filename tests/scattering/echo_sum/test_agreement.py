"""Every kernel against the definition, and the choice of back end."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from clearway.scattering.echo_sum import IS_COMPILED, backend_names, echo_sum
from tests.scattering.echo_sum.scenes import Echoes, body, error, scattered

if IS_COMPILED:
    from clearway.scattering.echo_sum import native

    KERNELS = native.kernel_names()
else:
    KERNELS = []

WORST = 5e-3
"""Of the error's root mean square, over that of the samples."""

needs_kernels = pytest.mark.skipif(not IS_COMPILED, reason="installed without a compiler")


def by_kernel(echoes: Echoes, kernel: str, threads: int = 1) -> NDArray[np.complex64]:
    return native.echo_sum(*echoes.arguments, kernel=kernel, threads=threads)


@needs_kernels
@pytest.mark.parametrize("kernel", KERNELS)
@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    n_facets=st.integers(1, 40),
    n_terms=st.integers(1, 6),
    n_tx=st.integers(1, 19),
    n_rx=st.integers(1, 37),
    n_freq=st.integers(1, 41),
    hidden=st.sampled_from([0.0, 0.3, 0.95, 1.0]),
)
def test_kernels_sum_any_ranges(
    kernel: str,
    seed: int,
    n_facets: int,
    n_terms: int,
    n_tx: int,
    n_rx: int,
    n_freq: int,
    hidden: float,
) -> None:
    echoes = scattered(
        np.random.default_rng(seed), n_facets, n_terms, n_tx, n_rx, n_freq, hidden=hidden
    )
    assert error(by_kernel(echoes, kernel), echoes.samples()) < WORST


@needs_kernels
@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("n_terms", [1, 3])
def test_kernels_sum_cells_of_a_body(kernel: str, n_terms: int) -> None:
    echoes = body(np.random.default_rng(1), 4000, n_terms, 9, 18, 100)
    assert error(by_kernel(echoes, kernel), echoes.samples()) < WORST / 2


@needs_kernels
@pytest.mark.parametrize("kernel", KERNELS)
def test_no_frequency_is_worse_than_the_bound(kernel: str) -> None:
    echoes = body(np.random.default_rng(2), 4000, 1, 9, 16, 100)
    for found, expected in zip(by_kernel(echoes, kernel), echoes.samples(), strict=True):
        assert error(found, expected) < WORST


@needs_kernels
@pytest.mark.parametrize("kernel", KERNELS)
@settings(max_examples=20, deadline=None)
@given(range_m=st.floats(0.5, 8.0), n_freq=st.integers(2, 60), seed=st.integers(0, 2**32 - 1))
def test_a_single_facet_keeps_its_amplitude(
    kernel: str, range_m: float, n_freq: int, seed: int
) -> None:
    echoes = scattered(np.random.default_rng(seed), 1, 1, 1, 1, n_freq, hidden=0.0)
    at = np.full((1, 1), range_m)
    echoes = dataclasses.replace(echoes, tx_range_m=at, rx_range_m=at)
    assert error(by_kernel(echoes, kernel), echoes.samples()) < WORST


@needs_kernels
@pytest.mark.parametrize("kernel", KERNELS)
def test_threads_change_nothing(kernel: str) -> None:
    echoes = body(np.random.default_rng(3), 3000, 2, 21, 18, 30)
    alone = by_kernel(echoes, kernel)
    for threads in (2, 3, 8):
        np.testing.assert_array_equal(by_kernel(echoes, kernel, threads), alone)


@needs_kernels
@pytest.mark.parametrize("kernel", KERNELS)
def test_many_facets_in_one_place_are_more_than_one_cell(kernel: str) -> None:
    echoes = scattered(np.random.default_rng(4), 700, 2, 5, 9, 20)
    tx, rx = np.full((5, 700), 1.3), np.full((9, 700), 1.1)
    echoes = dataclasses.replace(echoes, tx_range_m=tx, rx_range_m=rx)
    assert error(by_kernel(echoes, kernel), echoes.samples()) < WORST


@needs_kernels
def test_falling_frequencies_are_the_rising_ones_in_reverse() -> None:
    echoes = body(np.random.default_rng(5), 500, 1, 4, 5, 25)
    falling = dataclasses.replace(echoes, frequencies_hz=echoes.frequencies_hz[::-1])
    for backend in backend_names():
        rising = echo_sum(*echoes.arguments, backend=backend)
        reverse = echo_sum(*falling.arguments, backend=backend)[::-1]
        assert error(reverse, rising) < 1e-4


@needs_kernels
def test_an_unknown_kernel_is_refused() -> None:
    echoes = scattered(np.random.default_rng(6), 3, 1, 2, 2, 4)
    with pytest.raises(ValueError, match="no kernel 'best' for this processor"):
        by_kernel(echoes, "best")


@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    n_facets=st.integers(1, 60),
    n_terms=st.integers(1, 3),
    n_freq=st.integers(1, 70),
)
def test_all_back_ends_agree(seed: int, n_facets: int, n_terms: int, n_freq: int) -> None:
    echoes = scattered(np.random.default_rng(seed), n_facets, n_terms, 5, 7, n_freq)
    expected = echoes.samples()
    for backend, worst in {"exact": 1e-4, "native": WORST, "auto": WORST}.items():
        if backend in [*backend_names(), "auto"]:
            found = echo_sum(*echoes.arguments, backend=backend)
            assert found.dtype == np.complex64
            assert error(found, expected) < worst
