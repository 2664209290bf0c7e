"""What a kernel counts of itself: how often each of its places was run, for `make coverage`.

clang compiles the counters in (-fprofile-instr-generate): 64-bit words in the section __llvm_prf_cnts of
the image.  As kernel and memory are the same addresses, they lie at theirs in the machine's memory.
Those of all runs of one kernel are summed up in a file beside it."""
import array
import fcntl
import hashlib
import operator
import os
import struct
import zlib

ELF_OF_32_BITS, ELF_HEADER_SIZE = b"\x7fELF\x01", 52
COUNTERS, DATA, NAMES = "__llvm_prf_cnts", "__llvm_prf_data", "__llvm_prf_names"
# A function's record: the MD5 of its name, a hash of its text, where its counters are, seen from the
# record; then what differs from version to version (llvm/ProfileData/InstrProfData.inc).
RECORD = struct.Struct("<8sQi")
RECORD_SIZES = 40, 48, 56


class Counters:
    """Those of one kernel, which may have none."""

    def __init__(self, kernel):
        self.kernel = kernel
        self.sums = f"{os.path.dirname(kernel)}/counters"
        self.sections = sections(kernel)

    def __bool__(self):
        return COUNTERS in self.sections

    def add(self, memory):
        """What a machine, whose memory is this file, has counted."""
        begin, _, size = self.sections[COUNTERS]
        with open(memory, "rb") as file:
            file.seek(begin)
            counted = array.array("Q", file.read(size))
        with open(self.sums, "a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            known = array.array("Q", file.read()) or array.array("Q", bytes(size))
            file.truncate(0)
            file.write(array.array("Q", map(operator.add, known, counted)))

    def profile(self):
        """The sums as the text that `llvm-profdata merge` reads, a function after the other."""
        with open(self.sums, "rb") as file:
            counts = array.array("Q", file.read())
        names = {hashlib.md5(name).digest()[:8]: name.decode() for name in self.names()}
        for key, function_hash, first, last in self.functions():
            values = [names[key], function_hash, last - first, *counts[first:last]]
            yield "\n".join(map(str, values)) + "\n"

    def contents(self, section):
        _, offset, size = self.sections[section]
        with open(self.kernel, "rb") as file:
            file.seek(offset)
            return file.read(size)

    def functions(self):
        """[(MD5 of the name, hash, first counter, the one after the last)]"""
        counters, data = self.sections[COUNTERS], self.sections[DATA]
        octets = self.contents(DATA)
        for size in RECORD_SIZES:
            records = [RECORD.unpack_from(octets, place) for place in range(0, len(octets), size)]
            first = [(data[0] + number * size + away - counters[0]) / 8
                     for number, (_, _, away) in enumerate(records)]
            if first == sorted(set(first)) and first[0] == 0 and first[-1] < counters[2] / 8:
                first = [*map(int, first), counters[2] // 8]
                return [(*record[:2], first[number], first[number + 1])
                        for number, record in enumerate(records)]
        raise SystemExit(f"counters: {self.kernel}: records of a form that is not known here")

    def names(self):
        """Of all functions: pieces, each with its length, and that when it is compressed, before it."""
        octets = self.contents(NAMES)
        place = 0
        while place < len(octets):
            length, place = number_at(octets, place)
            compressed, place = number_at(octets, place)
            end = place + (compressed or length)
            piece = octets[place:end]
            yield from (zlib.decompress(piece) if compressed else piece).split(b"\1")
            place = end
            while place < len(octets) and octets[place] == 0:       # between two object files
                place += 1


def number_at(octets, place):
    """(the number there, where it ends): LEB128, seven bits an octet, the lowest first."""
    value = shift = 0
    while True:
        value |= (octets[place] & 0x7f) << shift
        shift += 7
        place += 1
        if octets[place - 1] < 0x80:
            return value, place


def sections(kernel):
    """{name: (address, offset in the file, size)} of an ELF file of 32 bits; of another file none."""
    with open(kernel, "rb") as file:
        header = file.read(ELF_HEADER_SIZE)
        if not header.startswith(ELF_OF_32_BITS):
            return {}
        table, = struct.unpack_from("<I", header, 32)
        size, count, of_names = struct.unpack_from("<HHH", header, 46)
        file.seek(table)
        places = list(struct.iter_unpack(f"<I8xIII{size - 24}x", file.read(size * count)))
        file.seek(places[of_names][2])
        names = file.read(places[of_names][3])
    return {names[name:names.index(b"\0", name)].decode(): place for name, *place in places}
