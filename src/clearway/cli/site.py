"""``clearway site``: checking a site file and importing a floor plan."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from clearway.store.atomic import atomic_write

if TYPE_CHECKING:
    from clearway.site.check import SiteCheck

__all__ = ["site_app"]

site_app = typer.Typer(no_args_is_help=True, help="Check a site file, or import a floor plan.")


@site_app.command()
def check(
    site: Annotated[Path, typer.Argument(metavar="SITE.toml", help="The site file.")],
    picture: Annotated[
        Path | None,
        typer.Option(help="Where the plan goes (PNG, SVG or PDF).", show_default="./SITE-plan.png"),
    ] = None,
) -> None:
    """Check a site file, show what its sensors cover and its alerts cost, and draw its plan."""
    # Loaded here, so that `clearway --help` need not wait for Matplotlib and Shapely.
    from clearway.cli.decision_table import print_decision
    from clearway.site.picture import plan_picture
    from clearway.site.reading import load_site

    valid = load_site(site)
    target = picture or Path(f"{site.stem}-plan.png")
    facts = plan_picture(valid, target)
    console = Console()
    console.print(f"[bold]{escape(valid.name)}[/bold]: the site file is valid")
    console.print(_table(facts))
    for warning in facts.warnings:
        console.print(f"[yellow]warning:[/yellow] {escape(warning)}", soft_wrap=True)
    print_decision(console, valid)
    console.print(f"plan: {escape(str(target))}", soft_wrap=True, highlight=False)


@site_app.command("import")
def import_(
    plan: Annotated[
        Path,
        typer.Argument(metavar="PLAN", help="GeoJSON or WKT polygons, or JSON walls, in metres."),
    ],
    zones: Annotated[
        Path | None,
        typer.Option(help="JSON with the zones where people enter and leave."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(help="Where the site file goes.", show_default="standard output"),
    ] = None,
) -> None:
    """Turn a floor plan into a site file whose assumed figures you then replace."""
    from clearway.site.importing import import_plan

    text = import_plan(plan, zones=zones)
    if output is None:
        typer.echo(text, nl=False)
        return
    with atomic_write(output) as temporary:
        temporary.write_text(text, encoding="utf-8")
    typer.echo(f"{output}: replace everything marked REPLACE, then run `clearway site check`")


def _table(facts: SiteCheck) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_row("floor", f"{facts.floor_area_m2:.1f} m2")
    table.add_row("seen by one camera or more", f"{facts.seen_once:.1%}")
    table.add_row("seen by two cameras or more", f"{facts.seen_twice:.1%}")
    for line in facts.lines:
        table.add_row(f"{line.line_id} within {line.curtain_id}", f"{line.covered:.1%}")
    for passage in facts.flows:
        curtains = ", ".join(passage.curtain_ids) or "no curtain"
        table.add_row(
            f"{passage.flow.entry} to {passage.flow.exit}", f"straight way passes {curtains}"
        )
    for radar in facts.radars:
        table.add_row(f"radar of {radar.curtain_id}", radar.summary)
    return table
