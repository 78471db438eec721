"""What a replay gave, on the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from clearway.sapient.bindings import Alert, SapientMessage
from clearway.service.replay import ReplayedLog

_MOST_ROWS = 50


def print_replay(console: Console, result: ReplayedLog) -> None:
    """Show the alerts of a replay and whether they are those that were told live."""
    table = Table(title="Alerts", box=None, title_justify="left")
    for heading in ("time (UTC)", "alert", "status", "what"):
        table.add_column(heading)
    for message in result.alerts[:_MOST_ROWS]:
        table.add_row(*_row(message))
    console.print(table)
    if len(result.alerts) > _MOST_ROWS:
        console.print(f"... and {len(result.alerts) - _MOST_ROWS} more changes")
    console.print(f"{result.messages} messages, {result.unused} of them of no use to the engine")
    if result.failures:
        console.print(f"Failures of the engine while it was live: {result.failures}")
    for flaw in result.flaws:
        console.print(f"The log is not whole: {flaw}", soft_wrap=True, highlight=False)
    live = len(result.live_alerts)
    if result.same_as_live:
        console.print(f"The same {live} changes of alerts as live.")
    else:
        console.print(f"Not the same as live, where there were {live} changes of alerts.")
        if result.flaws:
            console.print("What is missing from the log can be why.")


def _row(message: SapientMessage) -> tuple[str, str, str, str]:
    status = Alert.AlertStatus.Name(message.alert.status).removeprefix("ALERT_STATUS_").lower()
    moment = message.timestamp.ToDatetime().strftime("%H:%M:%S.%f")[:-3]
    return moment, message.alert.alert_id, status, message.alert.description
