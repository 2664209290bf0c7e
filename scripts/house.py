"""What the checks and the test runner know about the tree: layers, and which file is whose."""
import functools
import glob
import os
import re
import subprocess
import sys

# The folder that everything is made in (`make O=folder`), seen from the top.
OUT = os.environ.get("O") or "build"


class Layers:
    """kern/LAYERS: the layers' ranks (1 is the lowest), the order of their files, and the upward
    calls it allows.  user/LAYERS is written alike."""

    def __init__(self, path):
        self.path = path
        self.folder = os.path.basename(os.path.dirname(path))
        self.rank = {}
        self.purpose = {}
        self.files = {}                 # layer -> its files in order
        self.lines = {}                 # folder/layer/file -> line number
        self.upcalls = {}               # symbol -> line number
        with open(path) as lines:
            for number, line in enumerate(lines, 1):
                words = line.split()
                if not words or words[0].startswith("#"):
                    continue
                if words[0] == "upcall":
                    self.upcalls[words[1]] = number
                elif line[0].isspace():
                    self.add_files(words, number)
                else:
                    self.rank[words[0]] = len(self.rank) + 1
                    self.purpose[words[0]] = line.split(maxsplit=1)[1].strip()
                    self.files[words[0]] = []

    def tested(self):
        """Those that tests are named for."""
        tests = ""
        for path in glob.glob(f"{os.path.dirname(self.path)}/*/*_test.c"):
            with open(path) as source:
                tests += source.read()
        return [layer for layer in self.rank if f"KTEST({layer}, " in tests]

    def add_files(self, names, number):
        """Each of the layer of the last line; its place is its index in that layer's list."""
        layer = list(self.rank)[-1]
        for name in names:
            name = name if name.endswith(".S") else f"{name}.c"
            self.files[layer].append(name)
            self.lines[f"{self.folder}/{layer}/{name}"] = number

    def of(self, path):
        """The layer that a file lies in, None for one that lies in none."""
        match = re.search(rf"(?:^|/){self.folder}/([^/]+)/[^/]+$", path)
        return match[1] if match and match[1] in self.rank else None


def source_of(object_path):
    """build/release/kern/pmm/page.c.o -> kern/pmm/page.c"""
    return re.sub(r"^(?:.*/)?((?:kern|boot|user)/.*)\.o$", r"\1", object_path)


def dependencies(path):
    """The files that an object was made from, by the .d that the compiler wrote."""
    with open(path) as text:
        rule = text.read().replace("\\\n", " ").splitlines()[0]
    return [os.path.normpath(name) for name in rule.split(":", 1)[1].split()]


@functools.lru_cache(None)
def suffix():
    """Of the folders of a compiler that was asked for (CC=clang, CROSS=...): the Makefile's."""
    if not compiler_words():
        return ""
    return subprocess.run([f"{top()}/scripts/toolchain", "SUFFIX"], stdout=subprocess.PIPE,
                          text=True, check=True).stdout.strip()


def compiler_words():
    """Those that ask for it, to be said after `make`."""
    return "".join(f" {name}={os.environ[name]}" for name in ("CC", "CROSS")
                   if os.environ.get(name))


def kernel(variant):
    """The debug or the release kernel."""
    return f"{OUT}/{variant}{suffix()}/strata.elf"


def programs():
    """The folder of the programs; their archive is called like it, with .tar."""
    return f"{OUT}/programs{suffix()}"


def constant(header, name):
    """A number that a header of the kernel defines."""
    with open(f"{top()}/kern/{header}") as source:
        found = re.search(rf"^#define {name}\s+(\w+)", source.read(), re.M)[1]
    return int(found, 0) if found[0].isdigit() else constant(header, found)


def symbols(objects):
    """(object, type, symbol) of all global symbols."""
    command = [*tool("I386_NM"), "-A", "-g", *objects]
    out = subprocess.run(command, check=True, capture_output=True, text=True)
    for line in out.stdout.splitlines():
        path, rest = line.rsplit(":", 1)
        yield path, *rest.split()[-2:]


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


def arguments(doc, least=0, options=()):
    """The command line; the usage text ends the script where it is asked for, and with status 2
    where a word is missing, or an option is none of these."""
    words = sys.argv[1:]
    if "--help" in words or "-h" in words:
        print(doc.strip())
        sys.exit(0)
    strange = [word for word in words if word.startswith("-") and word not in options]
    if strange or len(words) < least:
        if strange:
            print(f"{os.path.basename(sys.argv[0])}: not understood: {strange[0]}", file=sys.stderr)
        print(doc.strip(), file=sys.stderr)
        sys.exit(2)
    return words


@functools.lru_cache(None)
def tool(name):
    """The command, as a list of words, that scripts/toolchain chose; make, if it calls, knows it."""
    told = re.search(rf"(?:^| ){name}=(\S+)", os.environ.get("CHOSEN", ""))
    if told:
        return told[1].split("|")
    out = subprocess.run([f"{top()}/scripts/toolchain", name], stdout=subprocess.PIPE, text=True)
    if out.returncode == 2:             # it could try nothing, and has said why
        sys.exit(1)
    if not out.stdout.strip():
        sys.exit(f"no {name} works here; `make doctor` says what is missing")
    return out.stdout.split()


def top():
    """The tree's top folder."""
    return os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
