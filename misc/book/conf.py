"""How Sphinx makes the book of the documents (`make book`)."""
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import tree                             # noqa: E402

release = re.search(r"^## (\S+)", tree.text_of("CHANGES.md"), re.M)[1]

project = "Strata"
author = "its contributors"
html_title = f"Strata {release}"
extensions = ["myst_parser", "sources", "drawings"]
# Headings of documents are counted from where each begins, and a link may name one of them.
myst_heading_anchors = 3

html_theme = "alabaster"
html_theme_options = {"page_width": "75em", "sidebar_width": "17em", "fixed_sidebar": True,
                      "show_powered_by": False}
WAYS = ["about.html", "searchbox.html", "navigation.html"]
# Hundreds of sources: the list of all documents would take most of the time.
html_sidebars = {"*": WAYS, "misc/**": WAYS, "scripts/**": WAYS,
                 "source/**": ["about.html", "searchbox.html"]}
html_static_path = ["book.css"]
html_css_files = ["book.css"]
html_copy_source = html_show_sourcelink = html_show_copyright = False
# A page that was opened from the disk may not read others for it.
html_show_search_summary = False
