"""Sphinx configuration: pages of this folder, and a reference made from the source itself."""

from __future__ import annotations

import shutil
import sys
from importlib.metadata import version as installed_version
from pathlib import Path

from sphinx.application import Sphinx

DOCS = Path(__file__).parent
sys.path.insert(0, str(DOCS))

import architecture_picture  # noqa: E402 - lies beside this file, found by the line above
import array_design  # noqa: E402 - the same
import asvs  # noqa: E402 - the same
import reference_pages  # noqa: E402 - the same
import roles_table  # noqa: E402 - the same
import sapient_reference  # noqa: E402 - the same
import site_reference  # noqa: E402 - the same

project = "Clearway"
author = "The Clearway developers"
copyright = author  # noqa: A001 - the name Sphinx reads
version = release = installed_version("clearway")

extensions = [
    "myst_parser",
    "quicker_build",  # brings numpydoc along
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = [
    "_build",
    "gallery",
    # Included by other pages.
    "reference/generated/asvs-table.md",
    "reference/generated/roles.md",
    "reference/generated/site-keys.md",
]

html_theme = "furo"
html_title = f"Clearway {release}"
html_show_copyright = False

myst_enable_extensions = ["amsmath", "colon_fence", "dollarmath"]
myst_heading_anchors = 4

autosummary_generate = False  # `reference_pages` does
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_default_options = {"exclude-members": "model_config, model_post_init"}
numpydoc_show_class_members = False
default_role = "py:obj"
# Two modules may define classes of the same short name; such a name in a docstring is clear to
# a reader of that page and stays plain text.
suppress_warnings = ["ref.python"]

sphinx_gallery_conf = {
    "examples_dirs": "gallery",
    "gallery_dirs": "reference/generated/gallery",
    "write_computation_times": False,
}

# Pages of modules that are gone would linger, so all generated pages start afresh.
GENERATED = DOCS / "reference" / "generated"
shutil.rmtree(GENERATED, ignore_errors=True)
GENERATED.mkdir(parents=True)
(GENERATED / "site-keys.md").write_text(site_reference.page(), encoding="utf-8")
(GENERATED / "sapient-rules.md").write_text(sapient_reference.page(), encoding="utf-8")
(GENERATED / "roles.md").write_text(roles_table.page(), encoding="utf-8")
(GENERATED / "asvs-table.md").write_text(
    asvs.page(asvs.read_table(), asvs.read_numbers()), encoding="utf-8"
)
reference_pages.write(GENERATED)
architecture_picture.draw(DOCS / "architecture.svg")
array_design.write(GENERATED)


def setup(app: Sphinx) -> None:
    """Keep numpydoc from giving a type alias its target's signature."""
    for listener in list(app.events.listeners["autodoc-process-signature"]):
        if listener.handler.__name__ == "mangle_signature":
            app.disconnect(listener.id)
