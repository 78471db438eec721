"""Where a service goes on after it was stopped, whatever stopped it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from clearway.domain import nanoseconds
from clearway.errors import InputError
from clearway.recording import LoggedMessage, LogReader, Tick
from clearway.service.alert_store import AlertStore, StoredAlert
from clearway.service.checkpoint import load_checkpoint
from clearway.service.fusion_node import FusionNode
from clearway.service.outputs import AlertTold
from clearway.service.replay import outputs_of
from clearway.site.schema import Site

CHECKPOINT_FILE = "checkpoint"
ALERTS_FILE = "alerts.sqlite"

_LONGEST_GAP_NS = nanoseconds(60.0)
"""After a longer stop everybody has walked on: following them further would be pretence."""


@dataclass(slots=True)
class Recovered:
    """A fusion node to go on with, and what it cannot answer for."""

    node: FusionNode
    resumed: bool
    """Whether it goes on with the people and alerts of the last run."""
    replayed: int = 0
    """Messages that it was given again from the log."""
    orphans: list[StoredAlert] = field(default_factory=list)
    """Alerts that were told and not closed, and of whose people the node knows nothing."""


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
        version, a stop of more than a minute, a log that cannot be read.
    """
    recovered = _replayed(site, folder, store) or Recovered(FusionNode(site), resumed=False)
    if recovered.resumed and now_ns - recovered.node.time_ns > _LONGEST_GAP_NS:
        recovered = Recovered(FusionNode(site), resumed=False)
    known = set(recovered.node.open_alerts.values())
    recovered.orphans = [alert for alert in store.open_alerts() if alert.alert_id not in known]
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
            recovered.replayed += isinstance(record, LoggedMessage | Tick)
            for output in outputs:
                if isinstance(output, AlertTold):
                    change = output.alert_id, output.message.timestamp.ToNanoseconds()
                    if change not in kept:
                        store.keep(output.alert_id, output.message)
    except InputError:
        return None
    return recovered
