"""What a record of a run says, in words (recorder.py reads it)."""
import bisect
import json
import re

import house
import recorder


class Words:
    """Subjects and values in words."""

    def __init__(self, record):
        self.record = record
        symbols = recorder.addresses(record.kernel)
        self.names = sorted(symbols, key=symbols.get)
        self.addresses = sorted(symbols.values())
        self.calls = system_calls()
        self.image = recorder.Image(record.kernel)

    def thread(self, address, event):
        name, pid = self.record.thread(address, event.cycles)
        return f"{name}[{pid}]" if pid else name

    def symbol(self, address):
        """The kernel's function or object that lies there."""
        place = bisect.bisect_right(self.addresses, address)
        if place in (0, len(self.addresses)):
            return f"{address:#x}"
        return self.names[place - 1]

    def text(self, address):
        return self.image.text(address) or f"{address:#x}"

    def lock(self, address):
        """The object that it lies in, and where there; of one made at run time, its address."""
        if not self.addresses[0] <= address < self.addresses[-1]:
            return f"{address:#x}"
        place = bisect.bisect_right(self.addresses, address) - 1
        offset = address - self.addresses[place]
        return self.names[place] + (f"+{offset:#x}" if offset else "")

    def show(self, sort, number, event):
        if sort == "THREAD":
            return self.thread(number, event)
        if sort == "TEXT":
            return self.text(number)
        if sort == "PLACE":
            return self.symbol(number)
        if sort == "CALL":
            return self.calls.get(number, f"call {number}")
        if sort == "LOCK":
            return f"lock in {self.lock(number)}"
        if sort == "FOLLOWS":
            return json.dumps(self.record.texts.get(event, ""), ensure_ascii=False)
        if sort == "ERROR":
            return "ok" if number == 0 else f"error {number}"
        return {"NONE": "", "CPU": f"CPU {number}", "PID": f"process {number}",
                "BUFFER": f"buffer {number}", "VECTOR": f"vector {number:#x}",
                "HEX": f"{number:#x}"}.get(sort, str(number))

    def line(self, event):
        _, subject, value, words = self.record.table[event.kind]
        parts = [self.show(subject, event.subject, event), words,
                 self.show(value, event.value, event)]
        return " ".join(part for part in parts if part)

    def row(self, event):
        """The event with its time and CPU, as a line of its own."""
        return (f"{self.record.seconds(event.cycles):12.6f}  CPU {event.cpu:<2}  "
                f"{self.record.table[event.kind][0].lower():<12} {self.line(event)}")


def system_calls():
    """{number: name}"""
    with open(f"{house.top()}/kern/abi/syscall.h") as header:
        return {int(number): name for name, number
                in re.findall(r"^    X\((\w+),\s*(\d+)\)", header.read(), re.M)}
