"""The sources as pages, and links to them: where a document names a file or a function, and where
one source uses what another one defines."""
import os
import re

from docutils import nodes
from docutils.parsers.rst import Directive
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import TextLexer, get_lexer_for_filename, guess_lexer
from pygments.util import ClassNotFound
from sphinx.transforms.post_transforms import SphinxPostTransform

import tree
import house

PAGE = "source/"
NAME = re.compile(r'<span class="(n|nf|nc)">(\w+)</span>')


# --- what a name means ------------------------------------------------------------------------

def files_called(name):
    """The paths that end so."""
    return [path for path in tree.sources() if f"/{path}".endswith(f"/{name}")]


def one_of(candidates, near):
    """The only candidate, or the only one in those files and folders that are named beside it."""
    if len(candidates) > 1:
        candidates = [each for each in candidates
                      if any(getattr(each, "path", each).startswith(path) for path in near)]
    return candidates[0] if len(candidates) == 1 else None


def meaning(text, near):
    """(path, line) of what a document calls so, or None."""
    if re.fullmatch(r"[\w./-]+", text) and ("/" in text or "." in text):
        path = one_of(files_called(text), near)
        return path and (path, 1)
    called = re.fullmatch(r"(?:(struct|enum) )?(\w+)(\(\))?", text)
    if not called:
        return None
    kinds = {called[1]} if called[1] else {"function", "macro", "label"} if called[3] else tree.KINDS
    known = [each for each in tree.definitions().get(called[2], [])
             if each.kind in kinds and (called[1] or called[3] or "_" in text)]
    kernel = [each for each in known if each.path.startswith("kern/")]
    found = one_of(known, near) or one_of(kernel, near)
    return found and (found.path, found.line)


class LinkNames(SphinxPostTransform):
    """Makes links of what documents have in backquotes."""
    default_priority = 500

    def run(self, **kwargs):
        for literal in list(self.document.findall(nodes.literal)):
            if not isinstance(literal.parent, nodes.reference):
                self.link(literal)

    def link(self, literal):
        text = " ".join(literal.astext().split())
        uri = self.document_called(text)
        if not uri:
            near = [word for each in literal.parent.findall(nodes.literal)
                    for word in (each.astext(), *files_called(each.astext())) if "/" in word]
            found = meaning(text, near)
            uri = found and self.uri(PAGE + found[0]) + f"#line-{found[1]}"
        if uri:
            link = nodes.reference("", "", internal=True, refuri=uri)
            literal.replace_self(link)
            link += literal

    def uri(self, page):
        return self.app.builder.get_relative_uri(self.env.docname, page)

    def document_called(self, text):
        name, dot, _ = text.rpartition(".md")
        found = [doc for doc in self.env.found_docs if dot and f"/{doc}".endswith(f"/{name}")]
        exact = [doc for doc in found if doc == name]
        return self.uri((exact or found)[0]) if found else None


# --- pages of sources -------------------------------------------------------------------------

def lexer_of(path, text):
    try:
        return get_lexer_for_filename("x.s" if path.endswith(".S") else path, text)
    except ClassNotFound:
        return guess_lexer(text) if text.startswith("#!") else TextLexer()


def definition_for(name, path):
    """What a source means by a name: its own, or that of the same tree, if there is one."""
    known = tree.definitions().get(name, [])
    own = [each for each in known if each.path == path]
    if own:
        return own[0]
    tops = (path.split("/")[0], "kern")
    for top in tops:
        found = [each for each in known if each.path.startswith(f"{top}/") and
                 each.kind not in ("variable", "enumerator")]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def body_of(app, path):
    text = tree.text_of(path)
    html = highlight(text, lexer_of(path, text), HtmlFormatter(
        linenos="inline", lineanchors="line", anchorlinenos=True, wrapcode=True, stripnl=False))

    def link(match):
        found = definition_for(match[2], path)
        if not found:
            return match[0]
        uri = "" if found.path == path else app.builder.get_relative_uri(PAGE + path, PAGE + found.path)
        return f'<a href="{uri}#line-{found.line}">{match[0]}</a>'
    if path.endswith((".c", ".h")):
        html = NAME.sub(link, html)
    return f'<h1>{path}</h1><div class="source">{html}</div>'


def source_pages(app):
    for path in tree.sources():
        yield PAGE + path, {"title": path, "body": body_of(app, path), "parents": []}, "page.html"


# --- the kernel, file by file ------------------------------------------------------------------

def first_sentence(path):
    comment = re.search(r"\A\s*/\*(.*?)\*/", tree.text_of(path), re.S)
    text = " ".join(comment[1].replace("\n *", " ").split()) if comment else ""
    return re.split(r"(?<=[.:;]) ", text, maxsplit=1)[0].rstrip(":;.")


def link_to(text, path, line):
    """From a page at the top."""
    uri = f"{PAGE}{path}.html#line-{line}"
    return nodes.reference("", "", nodes.literal("", text), internal=True, refuri=uri)


class Files(Directive):
    """The layers of a LAYERS, the lowest first: each with its files and their functions."""
    required_arguments = 1

    def run(self):
        layers = house.Layers(self.arguments[0])
        return [self.section(layers, layer) for layer in layers.rank]

    def section(self, layers, layer):
        section = nodes.section(ids=[f"layer-{layer}"], names=[layer])
        section += nodes.title("", layer)
        section += nodes.paragraph("", layers.purpose[layer])
        listed = nodes.bullet_list()
        for name in self.names(layers, layer):
            listed += self.item(f"{layers.folder}/{layer}/{name}")
        section += listed
        return section

    def names(self, layers, layer):
        """Headers first, as they are to be read."""
        folder = f"{layers.folder}/{layer}"
        headers = sorted(name for name in os.listdir(f"{tree.TOP}/{folder}") if name.endswith(".h"))
        return headers + layers.files[layer]

    def item(self, path):
        line = nodes.paragraph()
        line += link_to(path, path, 1)
        line += nodes.Text(f": {first_sentence(path)}. ")
        functions = [each for each in tree.functions_of(path)]
        for number, function in enumerate(functions):
            line += link_to(f"{function.name}()", path, function.line)
            line += nodes.Text(", " if number + 1 < len(functions) else "")
        return nodes.list_item("", line)


def setup(app):
    app.add_post_transform(LinkNames)
    app.add_directive("files", Files)
    app.connect("html-collect-pages", source_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
