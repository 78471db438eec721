"""Where a service goes on after it was stopped, whatever stopped it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from clearway.domain import nanoseconds
from clearway.errors import InputError
from clearway.recording import Direction, LoggedMessage, LogReader, Record, Tick
from clearway.service.alert_store import AlertStore
from clearway.service.checkpoint import load_checkpoint
from clearway.service.fusion_node import FusionNode
from clearway.service.outputs import AlertTold
from clearway.service.replay import outputs_of
from clearway.site.schema import Site

CHECKPOINT_FILE = "checkpoint"
ALERTS_FILE = "alerts.sqlite"

_LOG = logging.getLogger(__name__)
_LONGEST_GAP_NS = nanoseconds(60.0)
"""After a longer stop everybody has walked on: following them further would be pretence."""


@dataclass(slots=True)
class Recovered:
    """A fusion node to go on with."""

    node: FusionNode
    resumed: bool
    """Whether it goes on with the people and alerts of the last run."""
    replayed: int = 0
    """Messages and ticks that it was given again from the log."""


def recover(site: Site, folder: Path, store: AlertStore, now_ns: int) -> Recovered:
    """Take up what the last run left.

    An alert in the log that the store has not seen, because the crash came between the two, is
    kept now.

    Parameters
    ----------
    site : Site
    folder : Path
        Log and checkpoint.
    store : AlertStore
    now_ns : int

    Returns
    -------
    Recovered
        A fresh node where there is nothing to go on with: a first start, another site file or
        version, a stop of more than a minute, a clock set back, a log that cannot be read or makes
        the node fail.
    """
    recovered = _replayed(site, folder, store)
    # A clock that was set back would have it go on in the future, where every message is late.
    if recovered is None or not 0 <= now_ns - recovered.node.time_ns <= _LONGEST_GAP_NS:
        return Recovered(FusionNode(site), resumed=False)
    return recovered


def _replayed(site: Site, folder: Path, store: AlertStore) -> Recovered | None:
    checkpoint = load_checkpoint(folder / CHECKPOINT_FILE, site)
    if checkpoint is None:
        return None
    recovered = Recovered(checkpoint.node, resumed=True)
    kept = {(alert.alert_id, alert.time_ns) for alert in store.changes()}
    try:
        reader = LogReader(folder, since_ns=checkpoint.time_ns)
        for node, record, outputs in outputs_of(reader, (checkpoint.node, checkpoint.time_ns)):
            recovered.node = node
            recovered.replayed += _is_input(record)
            for output in outputs:
                if isinstance(output, AlertTold):
                    change = output.alert_id, output.message.timestamp.ToNanoseconds()
                    if change not in kept:
                        store.keep(output.alert_id, output.message)
    except InputError:
        return None
    except Exception:  # noqa: BLE001 - what ended the last run must not end this one too
        _LOG.exception("the last run cannot be taken up")
        return None
    return recovered


def _is_input(record: Record) -> bool:
    return isinstance(record, Tick) or (
        isinstance(record, LoggedMessage) and record.direction is Direction.RECEIVED
    )
