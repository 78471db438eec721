"""Writes a page for every package and module of the reference, from the files as they lie.

`sphinx.ext.autosummary` can do so too, but imports and searches every module for it, although the
pages only name them.
"""

from __future__ import annotations

import sys
from pathlib import Path

import clearway

ROOT = "clearway"
_MEMBERS = """\
   :members:
   :undoc-members:
   :show-inheritance:
"""
_LIST = """
.. autosummary::
   :toctree:

"""


def write(folder: Path, root: str = ROOT) -> None:
    """Write the pages, each named after its module, into a folder."""
    source = Path(clearway.__file__).parent
    for file in sorted(source.rglob("*.py")):
        parts = file.relative_to(source).with_suffix("").parts
        name = ".".join((root, *(part for part in parts if part != "__init__")))
        (folder / f"{name}.rst").write_text(page(name, file), encoding="utf-8")


def page(name: str, file: Path) -> str:
    """A package's page lists its modules; a module's page shows what is in it."""
    title = name.replace("_", r"\_")
    head = f"{title}\n{'=' * len(title)}\n\n.. automodule:: {name}\n"
    inside = _inside(file.parent) if file.name == "__init__.py" else []
    if not inside:
        return head + _MEMBERS
    return head + _LIST + "".join(f"   {child}\n" for child in inside)


def _inside(package: Path) -> list[str]:
    modules = [file.stem for file in package.glob("*.py") if file.name != "__init__.py"]
    return sorted([*modules, *(file.parent.name for file in package.glob("*/__init__.py"))])


if __name__ == "__main__":
    write(Path(sys.argv[1]))
