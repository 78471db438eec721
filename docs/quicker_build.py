"""Sphinx extension: the same pages in less time, where hundreds of them repeat the same work.

Three things grow with the size of the reference times the number of its links, docstrings or pages:

- a name that a link gives in part is compared with the end of every name there is,
- numpydoc compiles its template anew for every docstring,
- the theme makes the side bar of every page from all titles, though those of modules of one
  package differ in the marked line only.
"""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path
from typing import Any

from furo.navigation import get_navigation_tree
from jinja2 import FileSystemLoader
from jinja2.sandbox import SandboxedEnvironment
from numpydoc import docscrape, docscrape_sphinx, numpydoc
from sphinx.application import Sphinx
from sphinx.domains.python import ObjectEntry, PythonDomain
from sphinx.environment import BuildEnvironment

_BEFORE_THE_THEME, _AFTER_THE_THEME = 400, 600
_LINK = r'<li class="(toctree-l\d+)"><a class="reference internal" href="{}">'
_LINKED = r'<li class="\1"><a class="reference internal" href="{}">'
_MARK = r'<li class="\1 current current-page"><a class="current reference internal" href="#">'
_MARKED = _MARK.replace(r"\1", r"(toctree-l\d+)")
_TEMPLATES = FileSystemLoader(Path(docscrape_sphinx.__file__).parent / "templates")
_TEMPLATE = SandboxedEnvironment(loader=_TEMPLATES).get_template("numpydoc_docstring.rst")


class IndexedPythonDomain(PythonDomain):
    """Looks a name up among those with the same last part only: no other can match."""

    _alike: dict[str, ObjectEntry] | None = None
    _names: dict[str, list[str]]
    _indexed = -1

    @property
    def objects(self) -> dict[str, ObjectEntry]:
        """All objects; during a look-up, those that may be meant."""
        return super().objects if self._alike is None else self._alike

    def find_obj(
        self,
        env: BuildEnvironment,
        modname: str,
        classname: str,
        name: str,
        type: str | None,  # noqa: A002 - Sphinx's name
        searchmode: int = 0,
    ) -> list[tuple[str, ObjectEntry]]:
        """Find what Sphinx finds."""
        every = self.objects
        if len(every) != self._indexed:
            self._names = defaultdict(list)
            for one in every:
                self._names[_last_part(one)].append(one)
            self._indexed = len(every)
        last = _last_part(name.removesuffix("()"))
        self._alike = {one: every[one] for one in self._names.get(last, ())}
        try:
            return super().find_obj(env, modname, classname, name, type, searchmode)
        finally:
            self._alike = None


class SideBars:
    """Side bars that unfold where the page is, not everywhere.

    With each of hundreds of pages listed on each of them, most of the build and of every page
    would be side bars.
    """

    def __init__(self) -> None:
        self._above: dict[str, str] = {}
        """The page that lists each page."""
        self._unmarked: dict[tuple[str, str], str] = {}
        """Side bar without a mark, of pages that list no others, by the page above and folder."""

    def hold_back(
        self, _app: Sphinx, _page: str, _template: str, context: dict[str, Any], _tree: object
    ) -> None:
        """Keep the theme from making the side bar of every page from all titles."""
        context["whole_toctree"] = context["toctree"]
        context["toctree"] = _nothing

    def fill_in(
        self, app: Sphinx, page: str, _template: str, context: dict[str, Any], _tree: object
    ) -> None:
        """Take a sibling's side bar and move its mark, or make one as the theme does."""
        toctree = context["toctree"] = context.pop("whole_toctree")
        includes = app.env.toctree_includes
        if not self._above:
            self._above = {one: above for above, inside in includes.items() for one in inside}
        folder = page.rpartition("/")[0]
        siblings = (self._above.get(page, ""), folder)
        address = app.builder.get_relative_uri(f"{folder}/", page)
        moved, found = re.subn(
            _LINK.format(re.escape(address)), _MARK, self._unmarked.get(siblings, "")
        )
        if found != 1 or includes.get(page):
            moved = get_navigation_tree(
                toctree(collapse=True, titles_only=True, maxdepth=-1, includehidden=True)
            )
            unmarked, found = re.subn(_MARKED, _LINKED.format(address), moved)
            if found == 1 and siblings[0] and not includes.get(page):
                self._unmarked[siblings] = unmarked
        context["furo_navigation_tree"] = moved


def setup(app: Sphinx) -> dict[str, Any]:
    """Replace the domain, numpydoc's way to its template, and the theme's way to side bars."""
    app.add_domain(IndexedPythonDomain, override=True)
    numpydoc.setup(app, get_doc_object_=_described)
    side_bars = SideBars()
    app.connect("html-page-context", side_bars.hold_back, priority=_BEFORE_THE_THEME)
    app.connect("html-page-context", side_bars.fill_in, priority=_AFTER_THE_THEME)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _described(
    obj: object,
    what: str | None = None,
    doc: str | None = None,
    config: dict[str, Any] | None = None,
    builder: object = None,  # noqa: ARG001 - numpydoc hands it over
) -> docscrape.NumpyDocString:
    """Do what numpydoc does, with the template at hand."""
    return docscrape.get_doc_object(
        obj,
        what=what,
        doc=doc,
        config={**(config or {}), "template": _TEMPLATE},
        class_doc=docscrape_sphinx.SphinxClassDoc,
        func_doc=docscrape_sphinx.SphinxFunctionDoc,
        obj_doc=docscrape_sphinx.SphinxObjDoc,
    )


def _last_part(name: str) -> str:
    return name.rpartition(".")[2]


def _nothing(**_options: object) -> str:
    return ""
