"""What the tree defines, and where: read by universal-ctags."""
import functools
import glob
import os
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, f"{TOP}/scripts")

PATTERNS = ["Makefile", "kern/**/*", "boot/*", "user/**/*", "scripts/**/*", "misc/check/**/*",
            "misc/host/*", "misc/book/*", "misc/gym/exercises", "web/**/*", "misc/*.txt"]
KINDS = {"function", "struct", "union", "enum", "enumerator", "macro", "typedef", "label",
         "variable"}


def is_text(path):
    with open(f"{TOP}/{path}", "rb") as file:
        return b"\0" not in file.read(4096)


@functools.lru_cache(None)
def sources():
    """The paths of all that is shown, from the top."""
    found = {path for pattern in PATTERNS for path in glob.glob(pattern, root_dir=TOP, recursive=True)}
    return sorted(path for path in found
                  if os.path.isfile(f"{TOP}/{path}") and not path.endswith((".md", ".pyc")) and
                  is_text(path))


def text_of(path):
    with open(f"{TOP}/{path}", errors="replace") as file:
        return file.read()


class Definition:
    def __init__(self, name, kind, path, line, end):
        self.name, self.kind, self.path, self.line, self.end = name, kind, path, line, end


@functools.lru_cache(None)
def definitions():
    """{name: [Definition]} of the kernel and the programs."""
    paths = [path for path in sources() if path.startswith(("kern/", "boot/", "user/", "misc/check/"))]
    listed = subprocess.run(
        ["ctags", "-f", "-", "--sort=no", "--fields=nKe", "--langmap=asm:+.S", "--langmap=c:+.h",
         "--excmd=number", "-L", "-"],
        input="\n".join(paths), cwd=TOP, capture_output=True, text=True, check=True).stdout
    found = {}
    for row in listed.splitlines():
        name, path, _, kind, *fields = row.split("\t")
        numbers = dict(field.split(":", 1) for field in fields)
        if kind in KINDS:
            line = int(numbers["line"])
            found.setdefault(name, []).append(
                Definition(name, kind, path, line, int(numbers.get("end", line))))
    return found


def functions_of(path):
    """The definitions of functions in a file, in its order."""
    mine = [each for named in definitions().values() for each in named
            if each.path == path and each.kind == "function"]
    return sorted(mine, key=lambda each: each.line)


def definition_at(path, line):
    """The function around that line."""
    return next(each for each in functions_of(path) if each.line <= line <= each.end)
