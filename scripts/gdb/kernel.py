"""What gdb reads of Strata's kernel: memory, code addresses, CPUs, threads.

Everything is read afresh from the stopped machine, and may be half-initialised or broken: then
gdb.error (no such memory) or Broken (it does not hold what it should) is raised."""
import collections
import contextlib
import os
import re
import sys

import gdb

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

sys.path.insert(0, f"{TOP}/scripts")
from house import constant

PAGE_SIZE = constant("abi/layout.h", "PAGE_SIZE")
WINDOW_LO = constant("abi/layout.h", "WINDOW_LO")
WINDOW_HI = constant("abi/layout.h", "WINDOW_HI")
HIGH_WINDOW_LO = constant("abi/layout.h", "HIGH_WINDOW_LO")
HIGH_WINDOW_HI = constant("abi/layout.h", "HIGH_WINDOW_HI")
NUM_CPUS = constant("abi/layout.h", "NUM_CPUS")
KSTACK_SLOT = constant("pcpu/slot.h", "KSTACK_SLOT")
THREAD_AREA = constant("pcpu/slot.h", "THREAD_AREA")
THREAD_MAGIC = constant("thread/thread.h", "THREAD_MAGIC")

LIST_MAX = 10000
EFLAGS_IF, CR0_PE, CR0_PG = 0x200, 1, 1 << 31       # SDM vol. 3, 2.3 and 2.5


class Broken(Exception):
    """Memory that does not hold what it should."""


class NoThread(Broken):
    """A place where a thread could lie, but none does."""


UNREADABLE = (gdb.error, Broken)


# --- memory -------------------------------------------------------------------

def value(expression):
    return gdb.parse_and_eval(expression)


def number(expression):
    return int(value(expression))


def structure(kind, address):
    """A struct of the kernel, read at once."""
    pointer = gdb.Value(address).cast(gdb.lookup_type(f"struct {kind}").pointer())
    result = pointer.dereference()
    result.fetch_lazy()
    return result


def offset_of(kind, member):
    return next(field.bitpos // 8 for field in gdb.lookup_type(f"struct {kind}").fields()
                if field.name == member)


def memory(address, size):
    return bytes(gdb.selected_inferior().read_memory(address, size))


def word(address):
    return int.from_bytes(memory(address, 4), "little")


def elements(array):
    return [array[i] for i in range(array.type.range()[1] + 1)]


def printable(octets):
    return "".join(chr(c) if 32 <= c < 127 else "?" for c in octets.split(b"\0")[0])


def characters(array):
    return printable(bytes(int(character) & 255 for character in elements(array)))


def text(pointer):
    """The string at an address, or what can be read of it: the next page may not be there."""
    address = int(pointer)
    on_this_page = min(64, PAGE_SIZE - address % PAGE_SIZE)
    found = memory(address, on_this_page)
    if b"\0" not in found and on_this_page < 64:
        try:
            found += memory(address + on_this_page, 64 - on_this_page)
        except gdb.MemoryError:
            pass
    return printable(found)


# --- code addresses -----------------------------------------------------------

def file_and_line(line):
    if not line.symtab:
        return ""
    return f" ({line.symtab.filename.removeprefix('./').removeprefix(TOP + '/')}:{line.line})"


def inlined_at(address):
    """The functions that are inlined at a code address, the outer ones first."""
    names = []
    block = gdb.block_for_pc(address)
    while block:
        if block.function:
            names.insert(0, block.function.name)
        block = block.superblock
    return names[1:]


def begins_function(address):
    return " + " not in gdb.execute(f"info symbol {address:#x}", to_string=True).split(" in ")[0]


def place(address):
    """function+offset (file:line) of a code address; `f+8 > g`: g is inlined in f there."""
    symbol = gdb.execute(f"info symbol {address:#x}", to_string=True)
    match = re.match(r"(\S+)(?: \+ (\d+))? in section", symbol)
    if not match:
        return f"{address:#010x}, not in the kernel"
    names = [f"{match[1]}+{int(match[2] or 0):#x}", *inlined_at(address)]
    return " > ".join(names) + file_and_line(gdb.find_pc_line(address))


def call_place(address):
    """The same for a return address: the call, not what follows it."""
    return place((address - 1) & 0xffffffff)


# --- CPUs ---------------------------------------------------------------------

Registers = collections.namedtuple("Registers", "eip esp ebp cs eflags cr0")
registers = {}                          # of each CPU by its APIC id, while a command looks


def cpu_count():
    return min(number("machine.ncpus"), NUM_CPUS)


def apic_id(index):
    return number(f"machine.apic_id[{index}]")


def gdb_thread(cpu_apic_id):
    """What gdb calls a thread is a CPU of QEMU's."""
    return next(thread for thread in gdb.selected_inferior().threads()
                if thread.ptid[1] - 1 == cpu_apic_id)


def in_user_mode(cpu):
    return bool(cpu.cr0 & CR0_PE and cpu.cs & 3)


def interrupts_are_on(cpu):
    return bool(cpu.eflags & EFLAGS_IF)


def where(cpu):
    if not cpu.cr0 & CR0_PE:
        return "in real mode: firmware, or not started"
    if in_user_mode(cpu):
        return f"user mode at {cpu.eip:#010x}"
    return place(cpu.eip)


def read_registers():
    """Fill `registers`, and stay on a CPU with paging on, which sees the kernel's stacks."""
    paging = None
    registers.clear()
    for thread in sorted(gdb.selected_inferior().threads(), key=lambda thread: thread.num):
        thread.switch()
        cpu = Registers(*(number(f"${name}") & 0xffffffff for name in Registers._fields))
        registers[thread.ptid[1] - 1] = cpu
        if cpu.cr0 & CR0_PG and not paging:
            paging = thread
    if paging:
        paging.switch()


@contextlib.contextmanager
def looking():
    """A command's view of the machine; afterwards gdb shows what it showed before."""
    thread, frame = gdb.selected_thread(), gdb.selected_frame()
    try:
        read_registers()
        yield
    finally:
        thread.switch()
        if frame.is_valid():
            frame.select()


def check_kernel():
    """Are gdb's symbols those of the kernel that runs?  Its own symbol table tells."""
    if not gdb.selected_thread():
        raise gdb.GdbError("Not connected: `make qemu-gdb` in another terminal, and then "
                           "`target remote :1234` here.")
    name = gdb.current_progspace().filename
    if not name or not gdb.lookup_global_symbol("ready_queues"):
        raise gdb.GdbError("gdb knows no kernel: start it by `make gdb`.")
    if "matched." not in gdb.execute("compare-sections .ksyms", to_string=True):
        raise gdb.GdbError(f"Not in memory: {os.path.relpath(name)}.  It is not loaded yet, or "
                           "another kernel runs: `make gdb DEBUG=1` for the debug kernel.")


# --- threads ------------------------------------------------------------------

class Thread:
    def __init__(self, address):
        self.address = address
        self.fields = structure("thread", address)
        if int(self.fields["magic"]) != THREAD_MAGIC:
            raise NoThread(f"there is no thread at {address:#010x}")
        self.context = self.fields["context"]
        self.name = characters(self.fields["name"])
        self.label = f"{self.name} {address:#010x}"
        self.state = str(self.fields["state"]).removeprefix("THREAD_").lower()

    def process(self):
        """Its process's id and name."""
        address = int(self.fields["process"])
        if not address:
            return "-"
        try:
            process = structure("process", address)
            return f"{int(process['id'])} {characters(process['name'])}"
        except gdb.error:
            return f"unreadable {address:#010x}"

    def waits_for(self):
        """Its wait reason; a thread that was woken keeps it until it runs."""
        reason = int(self.fields["wait_reason"])
        if not reason:
            return ""
        try:
            what = text(reason)
        except gdb.error:
            what = f"unreadable {reason:#010x}"
        if int(self.fields["timeout"]["rank"]):
            what += f", until {int(self.fields['deadline']) / 1e6:.6f} s"
        return what if self.state == "blocked" else f"was: {what}"

    def holds(self, address):
        """Does an address lie on its stack?"""
        return self.address - (KSTACK_SLOT - THREAD_AREA) <= address < self.address


def stack_slots():
    """Where threads may lie: see kern/thread/report.c."""
    yield number("ready_queues[0].idle")
    slots = int(gdb.lookup_static_symbol("slots_used").value())
    begins = [*range(WINDOW_LO, WINDOW_HI, KSTACK_SLOT),
              *range(HIGH_WINDOW_LO, HIGH_WINDOW_HI, KSTACK_SLOT)]
    for begin in begins[:slots]:
        yield begin + KSTACK_SLOT - THREAD_AREA


def all_threads():
    for address in stack_slots():
        with contextlib.suppress(*UNREADABLE):          # a slot without a thread
            yield Thread(address)


def thread_on(index):
    """The thread on whose stack a CPU is: during a switch not what its queue calls current."""
    cpu = registers.get(apic_id(index))
    if cpu and cpu.cr0 & CR0_PE and not in_user_mode(cpu):
        with contextlib.suppress(*UNREADABLE):
            return Thread((cpu.esp | KSTACK_SLOT - 1) + 1 - THREAD_AREA)
    current = number(f"ready_queues[{index}].current")
    return Thread(current) if current else None


def cpu_of(thread):
    """The index of the CPU that is on this thread's stack, or None."""
    for index in range(cpu_count()):
        with contextlib.suppress(Broken):
            running = thread_on(index)
            if running and running.address == thread.address:
                return index
    return None


def threads_on(the_list, member):
    """The threads on a list, in its order, by their list_node `member`."""
    head = int(the_list["head"].address)
    before, node = head, int(the_list["head"]["next"])
    if not node:
        raise Broken("not set up yet")
    for _ in range(LIST_MAX):
        if node == head:
            return
        link = structure("list_node", node)
        if int(link["prev"]) != before:
            raise Broken(f"the list is broken at {node:#010x}")
        yield Thread(node - offset_of("thread", member))
        before, node = node, int(link["next"])
    raise Broken("the list does not end")


# --- locks --------------------------------------------------------------------

def holder_of(lock):
    context = int(lock["holder"])
    if not context:
        return "nobody any more"
    cpu = int(structure("context", context)["cpu"].dereference()["index"])
    try:
        return f"{Thread(context).label} on CPU {cpu}"
    except NoThread:
        return f"{context:#010x}, which is no thread yet, on CPU {cpu}"


def describe_lock(address):
    lock = structure("spinlock", address)
    name = text(lock["class"].dereference()["name"])
    return (f"{name} {address:#010x}, held by {holder_of(lock)},\n"
            f"       taken in {call_place(int(lock['taken_at']))}")
