"""The table of misc/LOCKS.md, and what debug kernels say about the locks that they took."""
import re

LOCKS = "misc/LOCKS.md"
ROW = re.compile(r"^\| ([a-z_]+\.[a-z_]+) \| (\d+) \|(?:[^|\n]*\|[^|\n]*\|)?(.*)$", re.M)
EDGE = re.compile(r"^lock edge: (\S+) > (\S+)\r?$", re.M)


class Table:
    """rows: [(class, order)] as they stand there; below: {class: those that its last column
    names, which may be taken while it is held}."""

    def __init__(self, path=LOCKS):
        with open(path) as file:
            rows = ROW.findall(file.read())
        self.rows = [(name, int(order)) for name, order, _ in rows]
        self.below = {name: re.findall(r"[a-z_]+\.[a-z_]+", last) for name, _, last in rows}

    def reach(self, name):
        """The classes that may be taken while `name` is held, perhaps with others between."""
        found, todo = set(), list(self.below.get(name, []))
        while todo:
            each = todo.pop()
            if each not in found:
                found.add(each)
                todo += self.below.get(each, [])
        return found


def edges_in(output):
    """{(held, taken)} that a run with the boot option edges tells of."""
    return set(EDGE.findall(output))


def problems_of(table, edges):
    """What happened and the table does not know.  The tests' own classes are not in it."""
    for held, taken in sorted(edges):
        if held in table.below and taken in table.below and taken not in table.reach(held):
            yield f"{taken} was taken while {held} was held, which {LOCKS} does not know"


def unseen(table, edges):
    """[(held, taken)] that the table names, and no run has shown, nor a way round."""
    seen = Table.__new__(Table)
    seen.below = {}
    for held, taken in edges:
        seen.below.setdefault(held, []).append(taken)
    return [(held, taken) for held, below in table.below.items() for taken in below
            if taken not in seen.reach(held)]
