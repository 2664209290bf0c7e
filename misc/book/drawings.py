"""The directive `picture NAME`: one of pictures.py, drawn by dot, as part of the page, so that
its links are the page's."""
import subprocess

from docutils import nodes
from docutils.parsers.rst import Directive

import pictures


def svg_of(name):
    drawn = subprocess.run(["dot", "-Tsvg"], input=pictures.DRAW[name](), capture_output=True,
                           text=True, check=True)
    if drawn.stderr:
        raise ValueError(f"picture {name}: dot says: {drawn.stderr}")
    return drawn.stdout[drawn.stdout.index("<svg"):]


class Picture(Directive):
    required_arguments = 1

    def run(self):
        name = self.arguments[0]
        text = f'<div class="picture" id="picture-{name}">{svg_of(name)}</div>'
        return [nodes.raw("", text, format="html")]


def setup(app):
    app.add_directive("picture", Picture)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
