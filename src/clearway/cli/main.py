"""Entry point of the `clearway` command."""

from __future__ import annotations

import signal
import sys
from types import FrameType

import typer

from clearway.cli.attribute import attribute
from clearway.cli.audit import audit_app
from clearway.cli.bench import bench_app
from clearway.cli.certs import certs_app
from clearway.cli.curtain import curtain_app
from clearway.cli.doctor import doctor
from clearway.cli.history import history_app
from clearway.cli.image import image
from clearway.cli.report import report
from clearway.cli.run import demo, run
from clearway.cli.sapient import sapient_app
from clearway.cli.serve import node, replay, serve
from clearway.cli.site import site_app
from clearway.cli.track import track
from clearway.cli.trial import trial
from clearway.cli.users import users_app
from clearway.errors import ClearwayError

app = typer.Typer(
    name="clearway",
    help="Find who in a moving crowd carries a firearm or explosives, without stopping anyone.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
app.command()(demo)
app.command()(run)
app.command()(report)
app.command()(trial)
app.command()(image)
app.command()(track)
app.command()(attribute)
app.command()(serve)
app.command()(node)
app.command()(replay)
app.command()(doctor)
app.add_typer(site_app, name="site")
app.add_typer(curtain_app, name="curtain")
app.add_typer(bench_app, name="bench")
app.add_typer(certs_app, name="certs")
app.add_typer(audit_app, name="audit")
app.add_typer(history_app, name="history")
app.add_typer(users_app, name="users")
app.add_typer(sapient_app, name="sapient")

_BAD_INPUT = 2
_INTERRUPTED = 130


def main() -> None:
    """Run the command line; a user's mistake ends in one message and exit code 2."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        app()
    except ClearwayError as error:
        sys.stderr.write(f"clearway: {error}\n")
        sys.exit(_BAD_INPUT)
    except SystemExit as leaving:
        # Typer turns an interrupt into this exit code without a word.
        if leaving.code == _INTERRUPTED:
            sys.stderr.write("clearway: interrupted; no unfinished output was left behind\n")
        raise


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
