#!/usr/bin/python3
"""test.py BOOK [PROGRAM.mjs]: does the book hold what it promises?  As TAP.  The program looks at it in a
browser."""
import glob
import html.parser
import os
import re
import subprocess
import sys
import traceback
import urllib.parse

from tree import TOP, text_of

BOOK = sys.argv[1]
LINK = {"href", "src", "data", "xlink:href"}


class Page(html.parser.HTMLParser):
    """links: all that a page points to; places: what can be pointed to in it."""

    def __init__(self, path):
        super().__init__()
        self.links, self.places = set(), set()
        with open(path) as file:
            self.text = file.read()
        self.feed(self.text)

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name in LINK and value:
                self.links.add(value)
            elif name in ("id", "name"):
                self.places.add(value)


def read_pages():
    return {os.path.relpath(path, BOOK): Page(path)
            for path in glob.glob(f"{BOOK}/**/*.html", recursive=True)}


def broken(pages, path, link):
    """Why a link of that page leads nowhere, or None."""
    parts = urllib.parse.urlparse(link)
    if parts.scheme == "data":
        return None
    if parts.scheme:
        return None if parts.scheme in ("http", "https") else "a strange address"
    target = os.path.normpath(os.path.join(os.path.dirname(path), parts.path)) if parts.path else path
    if not os.path.exists(f"{BOOK}/{target}"):
        return "no such file"
    if parts.fragment and target in pages and parts.fragment not in pages[target].places:
        return "no such place"
    return None


def check_links(pages):
    found = [f"{path}: {link}: {why}" for path, page in pages.items() for link in page.links
             for why in [broken(pages, path, link)] if why]
    assert sum(len(page.links) for page in pages.values()) > 10000
    assert not found, found[:20]


def nodes_of(pages, picture):
    """The names of a picture's nodes, and the pairs that its arrows join."""
    drawn = pages["pictures.html"].text.split(f'id="picture-{picture}"')[1].split("</svg>")[0]
    listed = re.findall(r'class="(node|edge)[^"]*">\s*<title>(.*?)</title>', drawn)
    texts = re.findall(r"<text[^>]*>(.*?)</text>", drawn)
    names = {name for kind, name in listed if kind == "node"}
    return names, {name.replace("&#45;&gt;", ">") for kind, name in listed if kind == "edge"}, texts


def check_layers(pages):
    names, arrows, _ = nodes_of(pages, "layers")
    layers = re.findall(r"^(?!upcall)([a-z]+) ", text_of("kern/LAYERS"), re.M)
    assert names == set(layers), names
    assert {"thread>pcpu", "trap>thread", "ipc>thread", "lib>dev"} <= arrows, arrows
    calls = {tuple(arrow.split(">")) for arrow in arrows}
    up = {pair for pair in calls if layers.index(pair[1]) > layers.index(pair[0])}
    symbols = re.findall(r"^upcall (\w+)", text_of("kern/LAYERS"), re.M)
    assert 1 <= len(up) <= len(symbols), up
    _, _, texts = nodes_of(pages, "calls")
    assert len([text for text in texts if text.isdigit()]) == len(arrows), texts


def check_locks(pages):
    names, arrows, _ = nodes_of(pages, "locks")
    rows = re.findall(r"^\| (\w+\.\w+) \| \d+ \|.*\| (.*?) \|$", text_of("misc/LOCKS.md"), re.M)
    assert names == {name for name, _ in rows}, names
    documented = {f"{name}>{below}" for name, last in rows for below in re.findall(r"\w+\.\w+", last)}
    assert documented <= arrows, documented - arrows
    drawn = pages["pictures.html"].text
    assert drawn.count("documented and seen") > len(documented) // 2, "the run was not read"


def check_memory(pages):
    _, _, texts = nodes_of(pages, "memory")
    layout = text_of("kern/abi/layout.h")
    numbers = re.findall(r"^#define \w+ +0x([3-9A-F][0-9A-F]{7})\b", layout, re.M)
    names = re.findall(r"^#define (\w+) +0x[3-9A-F][0-9A-F]{7}\b", layout, re.M)
    assert len(numbers) > 10 and set(numbers) <= set(texts), set(numbers) - set(texts)
    assert set(names) | {"kernel_start", "kernel_end"} <= set(texts), set(names) - set(texts)


def check_states(pages):
    names, arrows, texts = nodes_of(pages, "states")
    enum = re.search(r"enum thread_state \{(.*?)\}", text_of("kern/thread/thread.h"))[1]
    states = re.findall(r"THREAD_(\w+)", enum)
    assert set(states) <= names, names
    assert {f"{one}>{other}" for one, other in (
        ("READY", "RUNNING"), ("RUNNING", "READY"), ("RUNNING", "BLOCKED"), ("BLOCKED", "READY"),
        ("RUNNING", "DEAD"))} <= arrows, arrows
    writers = [writer for path in glob.glob(f"{TOP}/kern/thread/*.[ch]") if "_test." not in path
               for writer in re.findall(r"state = THREAD_\w+;|thread_step\(.+, THREAD_\w+\);",
                                        text_of(os.path.relpath(path, TOP)))]
    steps = [text for text in texts if text.endswith("()")]
    assert len(writers) == len(steps) > 6, (writers, steps)


def check_names(pages):
    """What READING names with its folder is a link to its source, and so are functions."""
    reading = text_of("misc/READING.md")
    files = {name for name in re.findall(r"`((?:kern|user|boot)/[\w/]+\.[chS])`", reading)}
    links = {link.split("#")[0] for link in pages["misc/READING.html"].links}
    missing = {name for name in files if f"../source/{name}.html" not in links}
    assert len(files) > 40 and not missing, missing
    assert any(re.fullmatch(r"\.\./source/kern/thread/condition\.c\.html#line-\d+", link)
               for link in pages["misc/READING.html"].links), "condition_signal()"


def check_sources(pages):
    """A source uses what another one defines: at that line."""
    here = pages["source/kern/ipc/buffer.c.html"]
    before = text_of("kern/thread/condition.c").split("\nvoid condition_init(")[0]
    line = before.count("\n") + 2
    header = [link for link in here.links if link.startswith("../thread/condition")]
    assert f"../thread/condition.c.html#line-{line}" in header, (line, header)


def check_browser(_):
    if len(sys.argv) > 2:
        done = subprocess.run(["node", sys.argv[2], BOOK], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def main():
    pages = read_pages()
    checks = {name[6:]: check for name, check in globals().items() if name.startswith("check_")}
    failed = 0
    print(f"1..{len(checks)}")
    for number, (name, check) in enumerate(checks.items(), 1):
        try:
            check(pages)
            print(f"ok {number} - book.{name}")
        except (AssertionError, KeyError, IndexError):
            failed += 1
            print("# " + traceback.format_exc().replace("\n", "\n# "))
            print(f"not ok {number} - book.{name}")
    sys.exit(failed > 0)


main()
