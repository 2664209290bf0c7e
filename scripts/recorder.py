"""The record of a run (kern/abi/trace.h): its table, its rings in the machine's memory, its file.

A file of a record is one line of JSON, {"kernel": path, "cpus": number, "lost": {cpu: records}}, and
then the records, each with its CPU in front: five little-endian words.  In that of a run on the
explorer's machine "steps" says how many cycles a step has, and the kernel is a program of the host."""
import collections
import json
import mmap
import os
import re
import struct
import subprocess
import threading

import code_places
import house

RECORD = struct.Struct("<IIII")
ENTRY = struct.Struct("<IIIII")
CHUNK_RECORDS = house.constant("abi/trace.h", "TRACE_RECORDS_PER_CHUNK")
CHUNKS_MAX = house.constant("abi/trace.h", "TRACE_CHUNKS_MAX")
LETTERS_PER_RECORD = house.constant("abi/trace.h", "TRACE_LETTERS_PER_RECORD")
LINE = house.constant("pcpu/pcpu.h", "CACHE_LINE")      # struct trace_ring is aligned to it
USER_LO = 0x40000000                    # VM_USERLO: programs lie above, the kernel below
PAUSE = 0.005                           # seconds between two looks at the rings
KEPT = 2000000                          # records of all CPUs together, the latest; all fit in memory


def table():
    """[(name, sort of the subject, sort of the value, words)], the event's number is the index."""
    with open(f"{house.top()}/kern/abi/trace.h") as header:
        return re.findall(r'^    X\((\w+),\s*(\w+),\s*(\w+),\s*"(.*?)"\)', header.read(), re.M)


# Events, as octets: later records need these.
INTRODUCING = re.compile(b"[%b]" % b"".join(
    re.escape(bytes([number])) for number, row in enumerate(table())
    if row[0] in ("CLOCK", "BEGIN", "NAME", "DEPART")))


def addresses(kernel):
    """{symbol: address} of the kernel's image."""
    out = subprocess.run([*code_places.tool("NM", kernel), kernel], check=True, capture_output=True, text=True)
    lines = (line.split() for line in out.stdout.splitlines())
    return {words[2]: int(words[0], 16) for words in lines if len(words) == 3}


class Image:
    """The kernel's image (ELF): what lies at an address."""

    def __init__(self, kernel):
        with open(kernel, "rb") as file:
            self.octets = file.read()
        is_64 = code_places.is_64_bit(kernel)
        table, = struct.unpack_from(*(("<Q", self.octets, 32) if is_64 else ("<I", self.octets, 28)))
        size, count = struct.unpack_from("<HH", self.octets, 54 if is_64 else 42)
        # [(type, offset in the file, address, size in the file)]
        self.segments = [struct.unpack_from("<I4xQQ8xQ" if is_64 else "<III4xI", self.octets,
                                            table + i * size) for i in range(count)]

    def text(self, address):
        """The text there that ends with a 0, or ""."""
        for kind, offset, begin, size in self.segments:
            if kind == 1 and begin <= address < begin + size:       # PT_LOAD
                place = offset + address - begin
                end = self.octets.index(b"\0", place)
                return self.octets[place:end].decode(errors="replace")
        return ""


class Ring:
    """One CPU's ring, seen from outside the machine."""

    def __init__(self, memory, address, keep):
        self.memory = memory
        self.address = address
        self.next = 0
        self.lost = 0
        self.keep = keep                # so many records, about
        self.pieces = collections.deque()
        self.kept = 0                   # records in the pieces
        self.introductions = []         # of pieces that were thrown away

    def words(self, address, count):
        return struct.unpack_from(f"<{count}I", self.memory, address)

    def take(self):
        """Copies what is new.  What the CPU may have overwritten meanwhile is thrown away."""
        count, chunks = self.words(self.address, 2)
        if chunks == 0 or count == self.next:
            return
        size = chunks * CHUNK_RECORDS
        if count - self.next >= size:
            self.skip_to(count - size + 1)
        begin = self.next
        piece = b"".join(self.copy(begin, count, chunks))
        overwritten = max(0, self.words(self.address, 1)[0] - size + 1 - begin)
        self.next = count
        kept = piece[overwritten * RECORD.size:]
        self.lost += min(overwritten, count - begin)
        if kept:
            self.pieces.append(kept)
            self.kept += len(kept) // RECORD.size
        while self.kept > self.keep and len(self.pieces) > 1:
            self.throw_away(self.pieces.popleft())

    def drain(self):
        """What was taken since the last time, as bytes."""
        taken = b"".join(self.pieces)
        self.pieces.clear()
        self.kept = 0
        return taken

    def throw_away(self, piece):
        """All but what later records cannot be read without."""
        introductions = b"".join(piece[place:place + RECORD.size] for place in introducing(piece))
        self.introductions.append(introductions)
        self.kept -= len(piece) // RECORD.size
        self.lost += (len(piece) - len(introductions)) // RECORD.size

    def skip_to(self, number):
        self.lost += number - self.next
        self.next = number

    def copy(self, begin, end, chunks):
        """The records from begin to end, a piece of a chunk at a time."""
        base = self.words(self.address + 8, chunks)
        while begin < end:
            first = begin % CHUNK_RECORDS
            count = min(CHUNK_RECORDS - first, end - begin)
            place = base[begin // CHUNK_RECORDS % chunks] + first * RECORD.size
            yield self.memory[place:place + count * RECORD.size]
            begin += count


def introducing(piece):
    """Where the records of threads' names and ends, and of the clock, lie in it.  A record's event is
    its fifth byte."""
    return (match.start() * RECORD.size
            for match in INTRODUCING.finditer(piece[4::RECORD.size]))


def rings(memory_file, kernel, cpus):
    """Those of a running machine, in the file that is its memory."""
    with open(memory_file, "rb") as file:
        memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    first = addresses(kernel).get("trace_rings")
    size = -(-(8 + 4 * CHUNKS_MAX) // LINE) * LINE
    return [Ring(memory, first + cpu * size, KEPT // cpus) for cpu in range(cpus)]


def image_end(kernel):
    """Where the kernel's variables end, the rings that it begins with among them."""
    return max(addresses(kernel).values())


def write(path, kernel, rings):
    """What was taken from these rings, as a file."""
    head = {"kernel": os.path.abspath(kernel), "cpus": len(rings),
            "lost": {cpu: ring.lost for cpu, ring in enumerate(rings) if ring.lost}}
    with open(path, "wb") as file:
        file.write(json.dumps(head).encode() + b"\n")
        for cpu, ring in enumerate(rings):
            for record in RECORD.iter_unpack(b"".join([*ring.introductions, *ring.pieces])):
                file.write(ENTRY.pack(cpu, *record))


class Recorder:
    """Reads the rings of a running machine, all the time."""

    def __init__(self, memory_file, kernel, cpus):
        self.kernel = kernel
        self.rings = rings(memory_file, kernel, cpus)
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        while not self.ended.wait(PAUSE):
            self.take()

    def take(self):
        for ring in self.rings:
            ring.take()

    def write(self, path):
        """The machine has stopped: the rest, and the file."""
        self.ended.set()
        self.thread.join()
        self.take()
        write(path, self.kernel, self.rings)


def is_empty(path):
    """Has that file of a record none in it?"""
    with open(path, "rb") as file:
        file.readline()
        return not file.read(1)


class Event:
    """One record, in the table's terms."""
    __slots__ = ("cpu", "cycles", "kind", "subject", "value")

    def __init__(self, cpu, low, high, subject, value):
        self.cpu = cpu
        self.cycles = high >> 8 << 32 | low
        self.kind = high & 0xff
        self.subject = subject
        self.value = value

    def moved(self, cycles):
        """The same at another time."""
        return Event(self.cpu, cycles & 0xffffffff, cycles >> 32 << 8 | self.kind, self.subject,
                     self.value)


def pack(events):
    """As in a file."""
    return b"".join(ENTRY.pack(event.cpu, event.cycles & 0xffffffff,
                               event.cycles >> 32 << 8 | event.kind, event.subject, event.value)
                    for event in events)


class Record:
    """A file of a record, read: its events in the order of time, and the names in it."""

    def __init__(self, path):
        with open(path, "rb") as file:
            head = json.loads(file.readline())
            body = file.read()
        self.kernel = head["kernel"]
        self.cpus = head["cpus"]
        self.lost = {int(cpu): count for cpu, count in head["lost"].items()}
        self.steps = head.get("steps")
        self.table = table()
        self.number = {row[0]: number for number, row in enumerate(self.table)}
        # As they were written: CPU after CPU.
        self.written = [Event(*words) for words in ENTRY.iter_unpack(body)]
        self.name_threads()
        self.collect_texts(self.written)
        self.events = sorted(self.written, key=lambda event: event.cycles)
        clock = self.number["CLOCK"]
        self.rate = next((e.subject * 1000 for e in self.events if e.kind == clock), 10**9)
        self.begin = self.events[0].cycles if self.events else 0

    def told(self):
        """The events without those that only carry texts, in the order of time."""
        carriers = self.number["NAME"], self.number["LETTERS"]
        return [event for event in self.events if event.kind not in carriers]

    def last(self, count):
        """The last `count` events of all, and before them, at the same moment, the introductions of
        the threads that were there then."""
        events = self.events[-count:]
        if len(events) == len(self.events):
            return events
        introduced = [event for thread in self.alive_before(events[0].cycles) for event in thread]
        return [event.moved(events[0].cycles) for event in introduced] + events

    def alive_before(self, cycles):
        """Of each thread that has begun by then, and not ended, what introduces it."""
        depart = self.number["DEPART"]
        alive = {}
        for events in self.introductions():
            begin, known = events[0], alive.get(events[0].subject)
            if events[-1].cycles < cycles and (not known or known[0].cycles < begin.cycles):
                alive[begin.subject] = events
        for event in self.events:
            thread = alive.get(event.subject)
            if event.kind == depart and thread and thread[0].cycles < event.cycles < cycles:
                del alive[event.subject]
        return alive.values()

    def latest(self, count):
        """The last `count` events of each CPU, in the order of time."""
        of_cpu = {}
        for event in self.told():
            of_cpu.setdefault(event.cpu, collections.deque(maxlen=count)).append(event)
        return sorted((event for events in of_cpu.values() for event in events),
                      key=lambda event: event.cycles)

    def introductions(self):
        """Of each thread: its BEGIN and the two NAMEs."""
        begin, name = self.number["BEGIN"], self.number["NAME"]
        for events in zip(self.written, self.written[1:], self.written[2:]):
            if [event.kind for event in events] == [begin, name, name]:
                yield events

    def name_threads(self):
        """self.names: {(thread's address): [(cycles, name, process)]}: an address has several
        threads, one after the other."""
        self.names = {}
        for event, one, two in self.introductions():
            text = struct.pack("<4I", one.subject, one.value, two.subject, two.value)
            entry = event.cycles, text.split(b"\0")[0].decode(errors="replace"), event.value
            self.names.setdefault(event.subject, []).append(entry)

    def collect_texts(self, events):
        """self.texts: {event: the text that follows it}.  What was overwritten is missing."""
        letters = self.number["LETTERS"]
        follows = [row[2] == "FOLLOWS" for row in self.table]
        self.texts = {}
        for place, event in enumerate(events):
            if follows[event.kind]:
                end = place + 1 + -(-event.value // LETTERS_PER_RECORD)
                parts = [struct.pack("<2I", part.subject, part.value)
                         for part in events[place + 1:end] if part.kind == letters]
                self.texts[event] = b"".join(parts)[:event.value].decode(errors="replace")

    def thread(self, address, cycles):
        """(name, process) of the thread that was there at that time."""
        entries = self.names.get(address, [])
        known = [entry for entry in entries if entry[0] <= cycles] or entries
        return known[-1][1:] if known else (f"thread {address:#x}", 0)

    def seconds(self, cycles):
        return (cycles - self.begin) / self.rate
