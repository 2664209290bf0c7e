"""Planted faults: the files of misc/check/faults and misc/proof/faults (scripts/plant says how one is
written)."""
import os
import re
import sys

FOLDER = "misc/check/faults"


def named(name):
    return Fault(f"{FOLDER}/{name}.fault")


class Fault:
    """What was got wrong (`said`), in which file (`source`), what finds it (`killers`), and how it
    is changed (`change`; `places`: the lines of each place)."""

    def __init__(self, path):
        with open(path) as text:
            said, self.source, self.change = re.fullmatch(
                r"(.*)^--- (\S+)(?: in \S+)?\n(.*)", text.read(), re.S | re.M).groups()
        found_by = re.search(r"^Found by: (.+)\n", said, re.M)
        if not found_by:
            sys.exit(f"{path} has no line `Found by: SCENARIO...`")
        self.path = path
        self.killers = found_by[1].split()
        self.said = said.replace(found_by[0], "").strip()
        self.places = [part.splitlines() for part in re.split(r"^@@\n", self.change, flags=re.M)]

    def planted(self):
        """The source with the fault in it."""
        with open(self.source) as text:
            source = text.read()
        for place in self.places:
            old = "".join(line[1:] + "\n" for line in place if line[:1] != "+")
            new = "".join(line[1:] + "\n" for line in place if line[:1] != "-")
            if source.count(old) != 1:
                sys.exit(f"{self.path}: this is {source.count(old)} times in "
                         f"{self.source}, not once:\n{old}")
            source = source.replace(old, new)
        return source

    def plant(self, folder):
        """Writes the source with the fault in it under the folder."""
        target = f"{folder}/{self.source}"
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "w") as text:
            text.write(self.planted())
