"""For self-tests: a copy of the tree, with what was built, in which sources can be changed and little
is compiled again."""
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import house                            # noqa: E402

SOURCES = ["kern", "boot", "scripts", "misc/host", "Makefile", "CHANGES.md", "README.md"]


def folders(kernel):
    """Of its objects: those without points at accesses to memory are the other debug kernel's."""
    return dict.fromkeys([os.path.dirname(kernel), os.path.dirname(house.kernel("debug"))])


def copy(top, folder, kernel):
    for name in [*SOURCES, *folders(kernel), f"{house.OUT}/toolchain",
                 f"{house.OUT}/lockstep.so"]:
        os.makedirs(os.path.dirname(f"{folder}/{name}"), exist_ok=True)
        if os.path.isdir(f"{top}/{name}"):
            shutil.copytree(f"{top}/{name}", f"{folder}/{name}", symlinks=True)
        elif os.path.exists(f"{top}/{name}"):
            shutil.copy2(f"{top}/{name}", f"{folder}/{name}")


@contextlib.contextmanager
def entered(kernel):
    """A copy in which that kernel was built, as the current folder, for as long as it takes."""
    top = os.getcwd()
    with tempfile.TemporaryDirectory(prefix="strata.") as folder:
        copy(top, folder, kernel)
        os.chdir(folder)
        try:
            yield top
        finally:
            os.chdir(top)


def build(top, kernel, *words):
    """In the copy.  The compiler gets the same words as it did before, the tree's own folder among
    them: else all would be compiled again."""
    with open(f"{os.path.dirname(kernel)}/flags.list") as flags:
        strict = ["WERROR=1"] if "-Werror" in flags.read() else []
    subprocess.run(["make", "-s", f"CURDIR={top}", kernel, "DEBUG=1", *strict, *words], check=True)


class Verdicts:
    """Counts them, and shows what was said where one is bad."""

    def __init__(self):
        self.passed = self.failed = 0

    def take(self, is_good, claim, said):
        print(("ok - " if is_good else "not ok - ") + claim, flush=True)
        if is_good:
            self.passed += 1
        else:
            self.failed += 1
            print(said)

    def exit(self):
        print(f"{self.passed} passed, {self.failed} failed")
        sys.exit(1 if self.failed else 0)
