"""The kernel's memory, for those who look at its accesses: where its code is, and what an address
belongs to."""
import bisect
import subprocess

import house
import recorder


def text_range(kernel):
    """BEGIN-END of the kernel's instructions, in hexadecimal."""
    symbols = recorder.addresses(kernel)
    return next(f"{begin:x}-{begin + size:x}" for _, _, begin, size in recorder.Image(kernel).segments
                if begin <= symbols["trap"] < begin + size)


class Memory:
    """Names of addresses."""

    def __init__(self, kernel):
        out = subprocess.run([*house.tool("I386_NM"), "-n", kernel], check=True, capture_output=True,
                             text=True).stdout
        rows = [line.split() for line in out.splitlines() if len(line.split()) == 3]
        self.begins = [int(row[0], 16) for row in rows]
        self.names = [row[2] for row in rows]
        self.end = recorder.image_end(kernel)
        self.window = house.constant("abi/layout.h", "WINDOW_LO")

    def describe(self, address):
        if address >= self.window:
            return f"a thread's stack, at {address:#x}"
        if address >= self.end:
            return f"a page frame, at {address:#x}"
        place = bisect.bisect_right(self.begins, address) - 1
        offset = address - self.begins[place] if place >= 0 else 0
        return self.names[place] + (f"+{offset:#x}" if offset else "") if place >= 0 else hex(address)
