"""What the checks and the test runner know about the tree: layers, and which file is whose."""
import functools
import os
import re
import subprocess
import sys

# The folder that everything is made in (`make O=folder`), seen from the top.
OUT = os.environ.get("O") or "build"


class Layers:
    """kern/LAYERS: the layers' ranks (1 is the lowest) and the upward calls it allows."""

    def __init__(self, path):
        self.path = path
        self.rank = {}
        self.upcalls = {}               # symbol -> line number
        with open(path) as lines:
            for number, line in enumerate(lines, 1):
                words = line.split()
                if not words or words[0].startswith("#"):
                    continue
                if words[0] == "upcall":
                    self.upcalls[words[1]] = number
                else:
                    self.rank[words[0]] = len(self.rank) + 1

    def of(self, path):
        """The layer that a file of the kernel lies in, None for any other file."""
        match = re.search(r"(?:^|/)kern/([^/]+)/[^/]+$", path)
        return match[1] if match and match[1] in self.rank else None


def source_of(object_path):
    """build/release/kern/pmm/page.c.o -> kern/pmm/page.c"""
    return re.sub(r"^(?:.*/)?((?:kern|boot|user)/.*)\.o$", r"\1", object_path)


class Faults:
    """Collects what a check finds; each is one line `FILE:LINE: text`."""

    def __init__(self, check):
        self.check = check
        self.lines = []

    def add(self, place, text):
        line = f"{place}: {text}"
        if line not in self.lines:
            self.lines.append(line)

    def exit(self):
        for line in self.lines:
            print(f"{line} [{self.check}]", file=sys.stderr)
        sys.exit(1 if self.lines else 0)


def arguments(doc, least):
    """The command line, or the usage text where it is asked for or needed."""
    if "--help" in sys.argv[1:] or "-h" in sys.argv[1:]:
        print(doc.strip())
        sys.exit(0)
    if len(sys.argv) <= least:
        sys.exit(doc.strip())
    return sys.argv[1:]


@functools.lru_cache(None)
def tool(name):
    """The command, as a list of words, that scripts/toolchain chose."""
    out = subprocess.run([f"{top()}/scripts/toolchain", name], stdout=subprocess.PIPE, text=True)
    if not out.stdout.strip():
        sys.exit(f"no {name} works here; `make doctor` says what is missing")
    return out.stdout.split()


def top():
    """The tree's top folder."""
    return os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
