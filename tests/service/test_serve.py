"""Around the service: what a running one asks of the interpreter."""

from __future__ import annotations

import gc

from clearway.service.serve import short_collections


def test_what_is_there_at_the_start_is_left_out_of_collections_until_the_end() -> None:
    gc.unfreeze()
    with short_collections():
        assert gc.get_freeze_count() > 10_000
    assert gc.get_freeze_count() == 0
