"""The stories of runs that have failed, as text: a table with a column for each CPU, time downwards,
and words on how it stood at the end.  The explorer (misc/check/story.c) and scripts/explore write
them; scripts/timeline puts them beside the picture of the run."""
import re

HEAD = re.compile(r"^ +(step|µs)  (CPU 0.*)$")
ROW = re.compile(r"^ +(\d[\d.]*)  ( *)(\S.*)$")
NOTE = re.compile(r"^ +(-----|\.\.\.)  (.*)$")
LOST, LEFT_OUT = "-----", "..."


class Story:
    """name: of the scenario or the test; verdict: what went wrong; unit: that of the rows' moments;
    rows: [(moment, cpu, text)], and (LOST or LEFT_OUT, 0, text) where something is said of all that
    follows; words: all else that is said of it."""

    def __init__(self, name, verdict):
        self.name, self.verdict = name, verdict
        self.unit, self.cpus, self.width = None, 0, 1
        self.rows, self.words = [], []

    def add(self, line):
        head, row, note = HEAD.match(line), ROW.match(line), NOTE.match(line)
        if head:
            starts = [match.start() for match in re.finditer("CPU", head[2])]
            self.unit, self.cpus = head[1], len(starts)
            self.width = starts[1] if len(starts) > 1 else 1
        elif note:
            self.rows.append((note[1], 0, note[2]))
        elif row and self.cpus and not self.words_after_table():
            self.rows.append((row[1], len(row[2]) // self.width, row[3]))
        elif line.startswith(" "):
            self.words.append(line.removeprefix("      "))

    def words_after_table(self):
        return any(word.strip() == "at the end:" for word in self.words)

    def for_page(self, cycles):
        """cycles: of a moment's unit, for {unit: cycles}."""
        def time(moment):
            return None if moment in (LOST, LEFT_OUT) else round(float(moment) * cycles[self.unit])
        return {"verdict": f"{self.name}: {self.verdict}", "unit": self.unit, "cpus": self.cpus,
                "rows": [{"moment": moment, "time": time(moment), "cpu": cpu, "text": text}
                         for moment, cpu, text in self.rows],
                "words": self.words}


def read_stories(lines):
    stories = []
    for line in lines:
        line = line.rstrip()
        begins = re.match(r"FAIL  ([^:]+): (.*)", line)
        if begins:
            stories.append(Story(begins[1], begins[2]))
        elif stories:
            stories[-1].add(line)
    return [story for story in stories if story.cpus]
