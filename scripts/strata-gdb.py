"""GDB commands for Strata's kernel, loaded by `make gdb`:

    cpus            what each CPU runs, and the lock it spins for
    kthreads        every thread: CPU, state, what it waits for
    ready           every CPU's ready queue, next to run first
    locks           the spinlocks held, by whom, taken where (debug kernel)
    kbt THREAD      the calls that led a thread to where it is; its address or name"""
import os
import re

import gdb

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def constant(header, name):
    """A number that a header of the kernel defines."""
    with open(f"{TOP}/kern/{header}") as source:
        found = re.search(rf"^#define {name}\s+(\w+)", source.read(), re.M)[1]
    return int(found, 0) if found[0].isdigit() else constant(header, found)


WINDOW_LO = constant("abi/layout.h", "WINDOW_LO")
KSTACK_SLOT = constant("pcpu/pcpu.h", "KSTACK_SLOT")
THREAD_AREA = constant("pcpu/pcpu.h", "THREAD_AREA")
THREAD_MAGIC = constant("thread/thread.h", "THREAD_MAGIC")
# context_switch() pushes gs, fs, edi, esi, ebx, ebp over the return address.
SAVED_EBP, SAVED_EIP = 20, 24


def value(expression):
    return gdb.parse_and_eval(expression)


def text(pointer):
    return pointer.string() if int(pointer) else ""


def word(address):
    return int(value(f"*(unsigned *){address:#x}"))


def place(address):
    """function+offset at file:line of a code address."""
    symbol = gdb.execute(f"info symbol {address:#x}", to_string=True)
    line = gdb.find_pc_line(address)
    where = f" at {line.symtab.filename.removeprefix('./')}:{line.line}" if line.symtab else ""
    return f"{address:08x} {symbol.split(' in section')[0].strip()}{where}"


def online_cpus():
    for index in range(value("cpus").type.range()[1] + 1):
        if value(f"cpus[{index}].online"):
            yield index


def threads():
    """Every thread lives at the end of its stack's slot (kern/thread/report.c)."""
    pointer = gdb.lookup_type("struct thread").pointer()
    yield value("ready_queues[0].idle").cast(pointer)
    for slot in range(int(value("'kern/vmm/kstack.c'::slots_used"))):
        thread = gdb.Value(WINDOW_LO + (slot + 1) * KSTACK_SLOT - THREAD_AREA).cast(pointer)
        if int(thread["magic"]) == THREAD_MAGIC:
            yield thread


def state(thread):
    return str(thread["state"]).removeprefix("THREAD_").lower()


def describe(thread):
    return f"{int(thread):08x} {text(thread['name'].address.cast(CHARACTERS)):15}"


def say(line):
    gdb.write(line + "\n")


def cpus():
    for index in online_cpus():
        cpu, queue = value(f"cpus[{index}]"), value(f"ready_queues[{index}]")
        lock = cpu["waiting_for"]
        spins = f"  spins for {text(lock['class']['name'])}" if int(lock) else ""
        say(f"CPU {index:2}  runs {describe(queue['current'])} "
            f"{int(queue['count'])} ready{spins}")


def kthreads():
    for thread in threads():
        reason = text(thread["wait_reason"])
        killed = " (killed)" if thread["killed"] else ""
        say(f"{describe(thread)} CPU {int(thread['home']):2}  {state(thread):8} "
            f"{'waits: ' + reason if reason else ''}{killed}")


def ready():
    offset = next(f.bitpos // 8 for f in gdb.lookup_type("struct thread").fields()
                  if f.name == "queue_node")
    pointer = gdb.lookup_type("struct thread").pointer()
    for index in online_cpus():
        say(f"CPU {index:2}")
        head = value(f"&ready_queues[{index}].ready.head")
        node = head["next"]
        while int(node) and node != head:
            say(f"    {describe(gdb.Value(int(node) - offset).cast(pointer))}")
            node = node["next"]


def locks():
    for thread in threads():
        context = thread["context"]
        if not any(field.name == "held" for field in context.type.fields()):
            raise gdb.GdbError("only the debug kernel (make DEBUG=1) notes which locks are held")
        for i in range(int(context["held_count"])):
            lock = context["held"][i]
            say(f"{describe(thread)} {text(lock['class']['name'])} {int(lock):08x}, "
                f"taken at {place(int(lock['taken_at']))}")


def find_thread(name):
    for thread in threads():
        if name in (text(thread["name"].address.cast(CHARACTERS)), f"{int(thread):x}",
                    f"{int(thread):08x}", f"{int(thread):#x}"):
            return thread
    raise gdb.GdbError(f"no thread {name}; see kthreads")


def kbt(name):
    thread = find_thread(name)
    if state(thread) == "running":
        raise gdb.GdbError(f"{name} runs; see `info threads`, `thread N` and `bt`")
    top = int(thread)
    esp = int(thread["context"]["esp"])
    say(place(word(esp + SAVED_EIP)))
    frame = word(esp + SAVED_EBP)
    while esp < frame < top and word(frame + 4):
        say(place(word(frame + 4) - 1))
        esp, frame = frame, word(frame)


class StrataCommand(gdb.Command):
    def __init__(self, function):
        super().__init__(function.__name__, gdb.COMMAND_USER)
        self.function = function

    def invoke(self, argument, from_tty):
        self.function(*gdb.string_to_argv(argument))


CHARACTERS = gdb.lookup_type("char").pointer()
for command in (cpus, kthreads, ready, locks, kbt):
    StrataCommand(command)
say(__doc__)
