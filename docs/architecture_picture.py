"""Draws which package of Clearway imports which, from the source as it is.

Layers come from the imports themselves: a package stands left of everything it imports.  An
import that would skip a layer is led through free space there (after Sugiyama, Tagawa and Toda,
IEEE Trans. SMC 11(2), 1981), so that no arrow crosses a box.
"""

from __future__ import annotations

import ast
import sys
import textwrap
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TypeAlias

import grimp
import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path as Curve

import clearway

ROOT = "clearway"
# Distances in inches.
COLUMN, ROW, LANE = 1.62, 1.12, 0.22
BOX_WIDTH, BOX_HEIGHT = 1.2, 0.84
SWEEPS = 24
FACE, EDGE, TEXT, FAINT = "#eef3f8", "#33516e", "#16242f", "#5c6b78"
ARROWS = (
    *("#4477aa", "#cc6677", "#228833", "#aa7733", "#7755aa", "#338899", "#777777"),
    *("#b03a8c", "#8a8f1f", "#24406e", "#d0722c"),
)
"""One colour per imported package, so that a bundle of arrows can be followed."""

Imports: TypeAlias = Counter[tuple[str, str]]
Route: TypeAlias = list[str]


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything stands."""

    place: dict[str, tuple[float, float]]
    """Centre of every box and of every point that a long arrow passes."""
    routes: dict[tuple[str, str], Route]
    """The nodes of `place` that each arrow goes through, importer first."""


def package_imports(root: str = ROOT) -> Imports:
    """Count the imports between first-level packages, module by module."""
    graph = grimp.build_graph(root, cache_dir=None)
    return Counter(
        (_package(importer), _package(imported))
        for importer in graph.modules
        for imported in graph.find_modules_directly_imported_by(importer)
        if root not in (importer, imported) and _package(importer) != _package(imported)
    )


def packages(root: str = ROOT) -> list[str]:
    """Names of the first-level packages and modules."""
    children = grimp.build_graph(root, cache_dir=None).find_children(root)
    return sorted(_package(child) for child in children)


def draw(target: Path) -> None:
    """Write the picture; the suffix of ``target`` chooses the format."""
    names, imports = packages(), package_imports()
    layout = arrange(names, imports)
    figure, axes = _canvas(layout)
    for edge, count in sorted(imports.items()):
        _arrow(axes, layout, edge, count, ARROWS[names.index(edge[1]) % len(ARROWS)])
    for name in names:
        _box(axes, name, layout.place[name])
    # A fixed salt and no date: the same source gives the same file.
    with mpl.rc_context({"svg.hashsalt": ROOT}):
        metadata = {"Date": None} if target.suffix == ".svg" else None
        figure.savefig(target, dpi=150, metadata=metadata)


def arrange(names: Iterable[str], imports: Imports) -> Layout:
    """Place packages in columns, importers to the left, with few crossings."""
    column = _columns(names, imports)
    routes: dict[tuple[str, str], Route] = {}
    for importer, imported in sorted(imports):
        first, last = column[importer], column[imported]
        step = 1 if last > first else -1
        passed = [f"{importer}>{imported}@{c}" for c in range(first + step, last, step)]
        column.update(zip(passed, range(first + step, last, step), strict=True))
        routes[importer, imported] = [importer, *passed, imported]
    members: list[list[str]] = [[] for _ in range(max(column.values(), default=0) + 1)]
    for node in sorted(column):
        members[column[node]].append(node)
    height = _heights(members, _neighbours(routes.values()))
    return Layout({node: (column[node] * COLUMN, height[node]) for node in column}, routes)


def _package(module: str) -> str:
    return module.split(".")[1]


def _columns(names: Iterable[str], imports: Imports) -> dict[str, int]:
    """Longest chain of imports that leads to each package; a cycle's last import is left out."""
    below: dict[str, list[str]] = {name: [] for name in names}
    for importer, imported in sorted(imports):
        below[importer].append(imported)
    depth: dict[str, int] = {}

    def depth_of(name: str, above: tuple[str, ...]) -> int:
        if name not in depth:
            further = (n for n in below[name] if n not in above)
            depth[name] = max((depth_of(n, (*above, name)) + 1 for n in further), default=0)
        return depth[name]

    deepest = max((depth_of(name, (name,)) for name in below), default=0)
    return {name: deepest - depth[name] for name in below}


def _neighbours(routes: Iterable[Route]) -> dict[str, list[str]]:
    beside: dict[str, list[str]] = {}
    for route in routes:
        for left, right in pairwise(route):
            beside.setdefault(left, []).append(right)
            beside.setdefault(right, []).append(left)
    return beside


def _heights(members: list[list[str]], beside: dict[str, list[str]]) -> dict[str, float]:
    """Order each column by the mean height of its neighbours, again and again."""
    height = {node: float(i) for column in members for i, node in enumerate(column)}
    for sweep in range(SWEEPS):
        for column in members if sweep % 2 else reversed(members):
            wanted = {
                node: sum(height[n] for n in beside[node]) / len(beside[node])
                if beside.get(node)
                else height[node]
                for node in column
            }
            column.sort(key=lambda node: (wanted[node], node))
            _stack(column, wanted, height)
    return height


def _stack(column: list[str], wanted: dict[str, float], height: dict[str, float]) -> None:
    """Keep the order, keep the distances, and centre the column on where it wants to be."""
    at = 0.0
    for upper, node in pairwise(["", *column]):
        if upper:
            at += (_room(upper) + _room(node)) / 2
        height[node] = at
    shift = sum(wanted[node] - height[node] for node in column) / max(len(column), 1)
    for node in column:
        height[node] += shift


def _room(node: str) -> float:
    return LANE if "@" in node else ROW


def _canvas(layout: Layout) -> tuple[Figure, Axes]:
    across, up = zip(*layout.place.values(), strict=True)
    left, right = min(across) - BOX_WIDTH / 2 - 0.1, max(across) + BOX_WIDTH / 2 + 0.1
    low, high = min(up) - BOX_HEIGHT / 2 - 0.1, max(up) + BOX_HEIGHT / 2 + 0.1
    figure = Figure(figsize=(right - left, high - low), facecolor="white")
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set(xlim=(left, right), ylim=(high, low), aspect="equal")
    axes.axis("off")
    return figure, axes


def _arrow(axes: Axes, layout: Layout, edge: tuple[str, str], count: int, colour: str) -> None:
    """A smooth curve through the free lanes, the wider the more imports it stands for."""
    start, *passed, end = layout.routes[edge]
    sense = 1 if layout.place[end][0] > layout.place[start][0] else -1
    half = sense * BOX_WIDTH / 2
    vertices = [_port(layout, start, edge, half)]
    codes = [Curve.MOVETO]
    for target in (*passed, end):
        x0, y0 = vertices[-1]
        x1, y1 = layout.place[target][0] - half, _port(layout, target, edge, -half)[1]
        bend = (x1 - x0) / 2
        vertices += [(x0 + bend, y0), (x1 - bend, y1), (x1, y1)]
        codes += [Curve.CURVE4] * 3
        if target != end:
            vertices.append((x1 + 2 * half, y1))
            codes.append(Curve.LINETO)
    axes.add_patch(
        FancyArrowPatch(
            path=Curve(vertices, codes),
            arrowstyle="-|>",
            mutation_scale=9,
            linewidth=0.6 + 0.4 * count**0.5,
            color=colour,
            gid=f"import-{start}-{end}",
        )
    )


def _port(layout: Layout, node: str, edge: tuple[str, str], side: float) -> tuple[float, float]:
    """Where an arrow meets the side of a node; arrows share a box's side in order of height."""
    x, y = layout.place[node]
    if node not in edge:
        return x + side, y
    step = 1 if node == edge[0] else -2
    position = 0 if node == edge[0] else 1
    rivals = sorted(
        (route for pair, route in layout.routes.items() if pair[position] == node),
        key=lambda route: layout.place[route[step]][1],
    )
    share = (rivals.index(layout.routes[edge]) + 0.5) / len(rivals) - 0.5
    return x + side, y + share * 0.8 * BOX_HEIGHT


def _box(axes: Axes, name: str, centre: tuple[float, float]) -> None:
    x, y = centre
    axes.add_patch(
        FancyBboxPatch(
            (x - BOX_WIDTH / 2, y - BOX_HEIGHT / 2),
            BOX_WIDTH,
            BOX_HEIGHT,
            boxstyle="round,pad=0,rounding_size=0.06",
            facecolor=FACE,
            edgecolor=EDGE,
            gid=f"package-{name}",
        )
    )
    axes.text(x, y - 0.24, name, ha="center", va="center", color=TEXT, weight="bold", size=11)
    purpose = textwrap.fill(textwrap.shorten(_purpose(name), 78, placeholder=" ..."), 23)
    axes.text(x, y + 0.13, purpose, ha="center", va="center", color=FAINT, size=6.6)


def _purpose(name: str) -> str:
    """First sentence of a package's docstring, read without importing it."""
    folder = Path(clearway.__file__).parent
    files = (folder / name / "__init__.py", folder / f"{name}.py")
    source = next((file.read_text(encoding="utf-8") for file in files if file.exists()), "")
    text = ast.get_docstring(ast.parse(source)) or ""
    return (
        " ".join(text.partition("\n\n")[0].split()).rstrip(".").replace("->", "→").replace("`", "")
    )


if __name__ == "__main__":
    draw(Path(sys.argv[1]))
