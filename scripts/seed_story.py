"""The story of a seed that fails (scripts/story.py reads it): the fewest of the seed's choices that it
takes, and what every CPU did then, out of the record of that run."""
import concurrent.futures
import itertools
import os
import re
import subprocess
import tempfile
import time

import code_places
import house
import record_words
import recorder
import seeds

FOLDER = f"{house.OUT}/story"
WIDTH = 64                              # of a column
BEFORE, AFTER, LAST = 6, 60, 30         # rows before the first choice, after the last, at the end
TOLD = {"WAIT", "READY", "PREEMPT", "KILL", "DEPART", "LOCK_WANTED", "LOCK_HELD", "LOCK_TAKEN", "PUT",
        "GET", "MESSAGE", "PROCESS", "EXIT", "POINT", "MARK"}
OWN = {"WAIT", "PREEMPT", "DEPART", "MARK"}     # what the subject does
NO_POINTS = ((0, 0),)
LONG = 15                               # seconds: the choices of a longer run are not looked through
# What the kernel says of a failure, without the events that the table shows.
REPORT = re.compile(r"^(not ok .*|# (?!running ).*|.*KERNEL PANIC.*|STOPPED on .*)$"
                    r"(?s:.*?)(?=^The last events|^schedule: |^run: |\Z)", re.M)
LINES = 60                              # of that


class Shrinker:
    """Looks for the fewest of the seed's choices with which its run fails."""

    def __init__(self, args, seed, pool, folder):
        self.args, self.seed, self.pool, self.folder = args, seed, pool, folder
        self.numbers = itertools.count(1)       # of runs; several threads ask for the next one
        self.left = args.shrink

    def choices(self, ranges):
        """The numbers of the points where the seed disturbs in the run with these ranges; None: it
        does not fail, or they are too many."""
        if len(ranges) > seeds.RANGES:
            return None
        path = f"{self.folder}/{next(self.numbers)}.trace"
        status, _ = seeds.run(self.args, self.seed, ranges, ["--trace", path])
        if status == 0:
            return None
        record = recorder.Record(path)
        return [event.subject for event in record.events if event.kind == record.number["POINT"]]

    def search(self, ranges_of, good, bad):
        """A number with whose ranges the run fails, and with those of its neighbour towards `good` it
        doesn't.  It fails with those of `bad`."""
        while abs(bad - good) > 1:
            parts = self.args.jobs + 1
            tried = sorted({good + (bad - good) * part // parts for part in range(1, parts)}
                           - {good, bad}, key=lambda number: abs(number - good))
            for number, choices in zip(tried, self.pool.map(self.choices, map(ranges_of, tried))):
                if choices is not None:
                    bad = number
                    break
                good = number
        return bad

    def leave_out(self, ranges, choices):
        """(ranges, choices) without the choices that can be left out: first halves of them, then
        ever smaller parts, from the last ones on."""
        size = len(choices)
        while size > 1:
            size = (size + 1) // 2
            end = len(choices)
            while end > 0 and self.left > 0:
                self.left -= self.args.jobs
                begins = [max(0, part - size) for part in range(end, 0, -size)][:self.args.jobs]
                tried = [without(ranges, choices, choices[begin:begin + size]) for begin in begins]
                for begin, left, made in zip(begins, tried, self.pool.map(self.choices, tried)):
                    end = begin
                    if made is not None:
                        ranges, choices = left, made
                        break
                end = min(end, len(choices))
        return ranges, choices


def without(ranges, choices, left_out):
    """The ranges of the choices but for those."""
    parts = []
    for first, end in ranges:
        part = []
        for number in [*(number for number in choices if first <= number < end), None]:
            if number is not None and number not in left_out:
                part.append(number)
            elif part:
                parts.append((part[0], part[-1] + 1))
                part = []
    return tuple(parts)


def fewest_points(args, seed, total):
    """(ranges of schedule points, the choices made there): with these the run fails, and without the
    last one it doesn't.  NO_POINTS: it fails without any."""
    with tempfile.TemporaryDirectory() as folder, \
            concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        shrinker = Shrinker(args, seed, pool, folder)
        if shrinker.choices(NO_POINTS) is not None:
            return NO_POINTS, []
        end = shrinker.search(lambda end: ((0, end),), 0, total)
        first = shrinker.search(lambda first: ((first, end),), end, 0)
        ranges = ((first, end),)
        return shrinker.leave_out(ranges, shrinker.choices(ranges))


class Teller:
    """A record's rows, in the explorer's words."""

    def __init__(self, record):
        self.record = record
        self.words = record_words.Words(record)
        self.places = describe(record)
        self.running = {}               # {cpu: who runs there}
        self.waits = {}                 # {who waits at the end: (moment, reason)}

    def moment(self, event):
        """In microseconds."""
        return f"{self.record.seconds(event.cycles) * 1e6:.3f}"

    def rows(self):
        """[(kind, moment, cpu, text)]"""
        rows = []
        self.running = self.first_running()
        for event in self.record.told():
            kind = self.record.table[event.kind][0]
            self.follow(kind, event)
            if kind in TOLD:
                text = f"{self.who(kind, event)}: {self.text(kind, event)}"
                rows.append((kind, self.moment(event), event.cpu, text))
        return rows

    def first_running(self):
        """Who runs on each CPU before its first switch."""
        running = {}
        for event in self.record.told():
            if event.kind == self.record.number["RUN"]:
                running.setdefault(event.cpu, self.words.thread(event.value, event))
        return running

    def who(self, kind, event):
        if kind in OWN:
            return self.words.thread(event.subject, event)
        return self.running.get(event.cpu, f"CPU {event.cpu}")

    def follow(self, kind, event):
        """Keeps who runs and who waits."""
        who = self.words.thread(event.subject, event)
        if kind == "RUN":
            self.running[event.cpu] = who
        if kind == "WAIT":
            self.waits[who] = self.moment(event), self.words.text(event.value)
        elif kind in ("READY", "RUN", "DEPART"):
            self.waits.pop(who, None)

    def text(self, kind, event):
        words = self.words
        if kind == "POINT":
            return f"before it goes on, others run: {self.places.get(event.value, '?')}"
        if kind == "WAIT":
            return f"waits for \"{words.text(event.value)}\""
        if kind == "READY":
            return f"makes {words.thread(event.subject, event)} ready"
        return {"PREEMPT": "is preempted", "DEPART": "ends",
                "KILL": f"kills {words.thread(event.subject, event)}",
                "PUT": f"puts an item, and buffer {event.subject} holds {event.value}",
                "GET": f"gets an item, and buffer {event.subject} holds {event.value}",
                "MARK": words.show("FOLLOWS", event.value, event),
                }.get(kind) or words.line(event)


def describe(record):
    """{return address: "function() file:line"} of the schedule points: where inline functions of
    headers are used, and not in these."""
    point = record.number["POINT"]
    addresses = {event.value - 1 for event in record.events if event.kind == point}
    named = {}
    for address, calls in code_places.calls(record.kernel, addresses).items():
        function, place = next((call for call in calls if ".h:" not in call[1]), calls[-1])
        named[address + 1] = f"{function}() {place}"
    return named


def shortened(rows, most, last):
    """None stands for those that are left out."""
    return rows if len(rows) <= most + last else rows[:most] + [None] + rows[-last:]


def table(record, rows, failure, choices):
    """failure: what the mark says where it is noticed, if there is one; choices: those that are
    needed."""
    choices = choices and [place for place, row in enumerate(rows) if row[0] == "POINT"]
    last = choices[-1] + 1 if choices else 0
    end = next((place + 1 for place, row in enumerate(rows) if place >= last and failure in row[3]),
               len(rows))
    begin = max(0, (choices[0] if choices else end - AFTER) - BEFORE)
    yield "          µs  " + "".join(f"CPU {cpu}".ljust(WIDTH) for cpu in range(record.cpus)).rstrip()
    if choices:
        yield from lines_of(shortened(rows[begin:last], AFTER, LAST))
        yield ("    -----  the point of no return: nothing is chosen from here on; without this last choice "
               "it does not fail")
    yield from lines_of(shortened(rows[max(last, begin):end], AFTER, LAST))


def lines_of(rows):
    for row in rows:
        if not row:
            yield "      ...  more of that"
            continue
        _, moment, cpu, text = row
        yield f"{moment:>12}  {'':{WIDTH * cpu}}{text}"


def need(choices, total):
    if choices is None:
        return f"a run takes more than {LONG} seconds, so its choices were not looked through"
    if not choices:
        return "it fails without any choice of the seed, too"
    numbers = ", ".join(map(str, choices))
    return f"{len(choices)} of the seed's choices are needed, at schedule point {numbers} of {total}"


def tell(args, seed, total, path, is_long):
    """The story's text; the record goes to `path`.  total: how many points there are."""
    ranges, choices = (seeds.ALL_POINTS, None) if is_long else fewest_points(args, seed, total)
    status, output = seeds.run(args, seed, ranges, ["--trace", path])
    record = recorder.Record(path)
    teller = Teller(record)
    said = REPORT.search(output)
    report = said[0].splitlines() if said else [f"exit status {status}"]
    return "\n".join([
        f"FAIL  {args.test}: {report[0]}",
        f"      seed {seed}, {args.cpus} CPUs: " + need(choices, total),
        *table(record, teller.rows(), report[0].removeprefix("# "), choices),
        "      at the end:",
        *(f"      {who} waits for \"{reason}\", since {moment}"
          for who, (moment, reason) in teller.waits.items()),
        *(f"      {line}" for line in report[:LINES]),
        f"      again: make replay {seeds.make_words(args, seed, ranges)} FOUND={seeds.identity_of(output)}",
        ""])


def show(args, seed):
    """Prints it, and draws the page if the means are there."""
    began = time.monotonic()
    _, output = seeds.run(args, seed)
    is_long = time.monotonic() - began > LONG
    schedule = re.search(r"^schedule: (\d+) points", output, re.M)
    if not schedule or not seeds.identity_of(output):
        print(f"the story of seed {seed} can't be told: its run is not repeatable, or did not say how "
              "many schedule points it has")
        return
    if not is_long:
        print(f"# the fewest choices of seed {seed} that it takes are looked for", flush=True)
    os.makedirs(FOLDER, exist_ok=True)
    base = f"{FOLDER}/{args.test}"
    text = tell(args, seed, int(schedule[1]), f"{base}.trace", is_long)
    with open(f"{base}.txt", "w") as file:
        file.write(text)
    print(text, end="")
    drawn = subprocess.run(["scripts/timeline", "--story", f"{base}.txt", "--out", f"{base}.trace.html",
                            "--title", f"The story of {args.test}, seed {seed}", f"{base}.trace"],
                           capture_output=True, text=True, check=False)
    print(f"as a picture: {base}.trace.html" if drawn.returncode == 0 else drawn.stderr.strip())
