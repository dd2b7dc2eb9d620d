"""How Sphinx makes the site of these pages: ``make docs``. The pages ask nothing of anybody else."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from fake_provider import __version__  # noqa: E402 -- after the path

project = "fake-nexmo"
author = "the authors of fake-nexmo"
project_copyright = author
release = version = __version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "scripts.reference.extension",
]
root_doc = "index"
smartquotes = False  # an option begins with two hyphens
exclude_patterns = ["_static"]
myst_heading_anchors = 4

autodoc_typehints = "signature"
python_maximum_signature_line_length = 88
autodoc_typehints_format = "short"
autodoc_member_order = "bysource"
autodoc_class_signature = "mixed"
napoleon_use_ivar = True

html_theme = "furo"
html_title = "fake-nexmo"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_favicon = "../fake_provider/web/static/favicon.svg"
html_copy_source = False
html_show_sourcelink = False
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"
