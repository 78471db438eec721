"""What a picture loses on its way into a table, and what not."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from clearway.domain import TrackPicture
from clearway.history.columns import SCHEMA, STEP, compact, pictures_of, table_of
from tests.history.making import START_NS, keys, picture, small_histories

EVER = (-(1 << 63), (1 << 63) - 1)


@st.composite
def pictures(draw: st.DrawFn) -> TrackPicture:
    """Any people within a kilometre."""
    count = draw(st.integers(0, 4))

    def column(low: float, high: float) -> np.ndarray:
        return draw(hnp.arrays(np.float64, count, elements=st.floats(low, high)))

    return TrackPicture(
        draw(st.integers(0, (1 << 62))),
        draw(hnp.arrays(np.int64, count)),
        column(-1000.0, 1000.0),
        column(-1000.0, 1000.0),
        column(-10.0, 10.0),
        column(-10.0, 10.0),
        column(0.0, 100.0),
        column(0.0, 1.0),
        column(0.0, 1.0),
        column(0.0, 1.0),
        draw(hnp.arrays(np.int64, count, elements=st.integers(0, 2))),
    )


@given(pictures())
def test_a_picture_keeps_what_can_be_seen(given_: TrackPicture) -> None:
    (kept,) = pictures_of(table_of([compact(given_)]), *EVER)
    assert kept.time_ns == given_.time_ns
    assert kept.track_id.tolist() == given_.track_id.tolist()
    assert kept.mark.tolist() == given_.mark.tolist()
    for name in ("x_m", "y_m", "velocity_x_m_s", "velocity_y_m_s", "sigma_m"):
        np.testing.assert_allclose(
            getattr(kept, name), getattr(given_, name), atol=STEP / 2, rtol=0
        )
    for name in ("threat", "examined_curtain", "examined_trace"):
        np.testing.assert_array_equal(getattr(kept, name), np.float32(getattr(given_, name)))


@given(small_histories())
def test_a_table_is_its_pictures(given_: list[TrackPicture]) -> None:
    if given_:
        table = table_of([compact(one) for one in given_])
        assert table.schema.equals(SCHEMA, check_metadata=True)
        assert table.num_rows == sum(max(len(one), 1) for one in given_)
        assert keys(pictures_of(table, *EVER)) == keys(given_)


def test_a_table_with_nothing_in_the_window() -> None:
    table = table_of([compact(picture(START_NS))])
    assert [*pictures_of(table, START_NS + 1, START_NS + 2)] == []
    assert [*pictures_of(table, START_NS - 1, START_NS)] == []
    assert [*pictures_of(SCHEMA.empty_table(), *EVER)] == []


def test_what_is_kept_is_not_shared() -> None:
    """Who made a picture may use its memory again."""
    given_ = picture(START_NS)
    kept = compact(given_)
    before = keys([kept])
    given_.x_m[:] = 0.0
    given_.track_id[:] = 0
    assert keys([kept]) == before


def test_nobody_is_a_row_without_a_track() -> None:
    table = table_of([compact(picture(START_NS, 0)), compact(picture(START_NS + 1, 2))])
    assert table["track_id"].null_count == table["x_m"].null_count == 1
    assert pa.compute.count_distinct(table["time_ns"]).as_py() == 2
