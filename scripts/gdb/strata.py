"""GDB commands that know Strata's kernel; `make gdb` loads this file.

Each command shows the stopped kernel and changes nothing.  It says what memory it cannot read,
or what is not set up yet, and shows the rest."""
import contextlib
import itertools
import inspect
import os
import sys

import gdb

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from kernel import (UNREADABLE, Broken, NoThread, Thread, all_threads, apic_id, begins_function,
                    call_place, check_kernel, constant, cpu_count, cpu_of, describe_lock, elements,
                    file_and_line, gdb_thread, holder_of, in_user_mode, interrupts_are_on, looking,
                    number, offset_of, place, registers, stack_slots, structure, thread_on,
                    threads_on, value, where, word)

VM_USERLO = constant("abi/layout.h", "VM_USERLO")
SYSCALL_VECTOR = constant("abi/syscall.h", "SYSCALL_VECTOR")
SYSENTER_VECTOR = constant("trap/offsets_priv.h", "VECTOR_SYSENTER")
FRAMES_MAX = 64


def say(line):
    gdb.write(line.rstrip() + "\n")


def attempt(what, show, *arguments):
    """Show one part; if it cannot be read, say so, and the others can still be shown."""
    try:
        show(*arguments)
    except UNREADABLE as problem:
        say(f"{what}: unreadable: {problem}")


# --- cpus ---------------------------------------------------------------------

CPU_ROW = "{:>3}  {:<26} {:<14} {:>5} {:>4}  {}"


def locks_held(index, thread):
    """The depth counts a lock that is waited for already (pcpu/spinlock.c)."""
    waits = 1 if number(f"cpus[{index}].waiting_for") else 0
    return int(thread.context["lock_depth"]) - waits


def describe_cpu(index):
    thread, cpu = thread_on(index), registers.get(apic_id(index))
    if thread:
        columns = [thread.label, thread.process(), locks_held(index, thread)]
    else:
        columns = ["-"] * 3
    if not cpu:
        return [*columns, "-", "QEMU has no such CPU"]
    online = "" if value(f"cpus[{index}].online") else "  (not online yet)"
    return [*columns, "on" if interrupts_are_on(cpu) else "off", where(cpu) + online]


def show_cpu(index):
    say(CPU_ROW.format(index, *describe_cpu(index)))
    lock = number(f"cpus[{index}].waiting_for")
    if lock:
        say(f"     waits for lock {describe_lock(lock)}")


def show_cpus():
    """Show what each CPU runs and where it is.

For each CPU: the thread and process, how many spinlocks the thread holds, whether interrupts
are on, and the place in the code.  If it spins for a lock: which one, who holds it, and where
that thread took it."""
    if not cpu_count():
        say("The kernel has not counted its CPUs yet.  QEMU's:")
        for index, cpu in registers.items():
            say(f"{index:3}  {where(cpu)}")
        return
    say(CPU_ROW.format("CPU", "thread", "process", "locks", "intr", "where"))
    for index in range(cpu_count()):
        attempt(f"CPU {index}", show_cpu, index)


# --- threads ------------------------------------------------------------------

THREAD_ROW = "{:<10}  {:<15}  {:<7}  {:>3}  {:<14} {:<6}  {}"


def show_thread(address):
    with contextlib.suppress(NoThread):
        thread = Thread(address)
        killed = int(thread.fields["context"]["pending"]) & number("(int)THREAD_KILL")
        say(THREAD_ROW.format(f"{address:#010x}", thread.name, thread.state,
                              int(thread.fields["home"]), thread.process(),
                              "killed" if killed else "", thread.waits_for()))


def show_threads():
    """Show all threads.

For each thread: address, name, state, home CPU, process, whether it was killed, and what it
waits for; `was:` if it was woken and is on its way out of the wait."""
    if not number("ready_queues[0].idle"):
        say("The kernel has made no thread yet.")
        return
    say(THREAD_ROW.format("thread", "name", "state", "CPU", "process", "", "waits for"))
    for address in stack_slots():
        attempt(f"{address:#010x}", show_thread, address)


# --- queues -------------------------------------------------------------------

def ready_threads(turns):
    """In the order of their turns, if no thread comes meanwhile (kern/thread/turns.c): in each round
    the owners take turns, and each has a leader with the others behind it; or one is alone."""
    if int(turns["alone"]):
        yield Thread(int(turns["alone"]))
    for round_number in range(number("(int)NUM_ROUNDS")):
        lines = [[leader, *threads_on(leader.fields["behind"], "queue_node")]
                 for leader in threads_on(turns["rounds"][round_number], "queue_node")]
        for passes in itertools.zip_longest(*lines):
            yield from filter(None, passes)


def show_queue(index):
    queue = value(f"ready_queues[{index}]")
    if not int(queue["idle"]):
        say(f"CPU {index}: no ready queue yet")
        return
    lock = queue["lock"]
    changing = f"; {holder_of(lock)} may be changing it" if lock["holder"] else ""
    say(f"CPU {index}: runs {Thread(int(queue['current'])).label}, "
        f"{int(queue['turns']['count'])} ready{changing}")
    for position, thread in enumerate(ready_threads(queue["turns"]), 1):
        say(f"  {position:3}. {thread.label}  {thread.process()}")


def show_queues():
    """Show each CPU's ready queue.

The threads that are ready on each CPU, next to run first, and the thread that runs."""
    if not cpu_count():
        say("The kernel has no ready queues yet.")
    for index in range(cpu_count()):
        attempt(f"CPU {index}", show_queue, index)


# --- locks --------------------------------------------------------------------

def show_held(lock_pointer):
    """A lock, and the calls that led to where it was taken."""
    say(describe_lock(int(lock_pointer)))
    lock = lock_pointer.dereference()
    trace = [int(caller) for caller in elements(lock["taken_trace"]) if int(caller)]
    if int(lock["taken_at"]) in trace:
        trace = trace[trace.index(int(lock["taken_at"])) + 1:]
    for caller in trace:
        say(f"         from {call_place(caller)}")


def show_all_held():
    held = [(thread.label, lock) for thread in all_threads()
            for lock in elements(thread.context["held"])[:int(thread.context["held_count"])]]
    for label, lock in held:
        attempt(f"a lock of {label}", show_held, lock)
    if not held:
        say("No spinlock is held.")


def show_depth(index):
    thread, lock = thread_on(index), number(f"cpus[{index}].waiting_for")
    if thread:
        say(f"CPU {index}: {thread.label} holds {locks_held(index, thread)}")
    if lock:
        say(f"     waits for lock {describe_lock(lock)}")


def show_locks():
    """Show the spinlocks that are held.

For each lock: its class and address, the thread that holds it, that thread's CPU, where it took
the lock, and the calls that led there.  A release kernel only counts each thread's locks; then
that is shown, and the locks that CPUs wait for."""
    if any(field.name == "held" for field in gdb.lookup_type("struct context").fields()):
        show_all_held()
        return
    say("A release kernel keeps no list of the locks held; a debug kernel does (DEBUG=1).")
    for index in range(cpu_count()):
        attempt(f"CPU {index}", show_depth, index)


# --- backtrace ----------------------------------------------------------------

def show_step(pc, position):
    say(f"  {pc:#010x} {position}")


def show_trap(address):
    frame = structure("trapframe", address)
    vector = int(frame["vector"])
    is_call = vector in (SYSCALL_VECTOR, SYSENTER_VECTOR)
    kind = "system call" if is_call else f"vector {vector:#x}"
    say(f"  --- trap frame {address:#010x}: {kind}")
    return frame


def show_interrupted(frame):
    """The frame pointer of what was interrupted, or 0 if that is a user program."""
    eip, from_user = int(frame["eip"]), int(frame["cs"]) & 3
    show_step(eip, "in user mode" if from_user else place(eip))
    return 0 if from_user else int(frame["regs"]["ebp"])


def trap_returns():
    """Where trap/entry.S continues after its C code."""
    return [number(f"(unsigned)&{label}") for label in ("trap_return", "system_call_return")]


def show_calls(thread, frame):
    """The calls up the frame pointers: the caller's frame, and above it the return address."""
    for _ in range(FRAMES_MAX):
        if not frame:
            return
        if frame % 4 or not thread.holds(frame + 4):
            raise Broken(f"the frame pointer {frame:#010x} does not point to its stack")
        caller, return_address = word(frame), word(frame + 4)
        if return_address in trap_returns():
            caller = show_interrupted(show_trap(frame + 8))
        elif return_address:                            # 0 above a thread's first function
            show_step(return_address, call_place(return_address))
        if 0 < caller <= frame:
            raise Broken(f"the frame pointer {caller:#010x} leads back")
        frame = caller
    say("  ...")


def show_saved(thread):
    """A thread that was switched away from, or that never ran (pcpu/context.c, context_prepare)."""
    esp = int(thread.context["esp"])
    ebp_at, eip_at = offset_of("switch_frame", "ebp"), offset_of("switch_frame", "eip")
    if not thread.holds(esp + eip_at):
        raise Broken(f"the saved stack pointer {esp:#010x} does not point to its stack")
    eip = word(esp + eip_at)
    never_ran = esp + eip_at + 4 == thread.address
    show_step(eip, place(eip) + ", where it will begin" if never_ran else call_place(eip))
    show_calls(thread, word(esp + ebp_at))


def show_begun(thread, frame):
    """A function that an interrupt has cut before its first instruction, and its callers.  gdb takes
    such an address for the end of another function where the interrupt's frame is not marked, which
    clang's assembler leaves out."""
    show_step(frame.pc(), place(frame.pc()))
    esp, ebp = (int(frame.read_register(name)) & 0xffffffff for name in ("esp", "ebp"))
    show_step(word(esp), call_place(word(esp)))
    show_calls(thread, ebp)


def show_running(thread, cpu_id):
    """A thread that a CPU is on: gdb's frames, as it may be between two frame pointers."""
    if in_user_mode(registers[cpu_id]):
        show_step(registers[cpu_id].eip, "in user mode")
        return
    gdb_thread(cpu_id).switch()
    frame, is_cut = gdb.newest_frame(), False   # is_cut: by an interrupt, so not at a call
    while frame and 0 < frame.pc() < VM_USERLO:
        if frame.pc() in trap_returns():
            show_trap(int(frame.read_register("esp")) & 0xffffffff)
            is_cut = True
        elif is_cut and begins_function(frame.pc()):
            show_begun(thread, frame)
            return
        else:
            is_cut = False
            show_step(frame.pc(), f"{frame.name() or '?'}{file_and_line(frame.find_sal())}")
        frame = frame.older()
    if frame and frame.pc():
        show_step(frame.pc(), "in user mode")


def find(name):
    """The one thread that a word names."""
    found = [thread for thread in all_threads()
             if name in (thread.name, f"{thread.address:#x}", f"{thread.address:#010x}")]
    if not found:
        raise gdb.GdbError(f"No thread is called {name}; `strata threads` shows all.")
    if len(found) > 1:
        raise gdb.GdbError(f"{len(found)} threads are called {name}, which one?  "
                           + " ".join(f"{thread.address:#010x}" for thread in found))
    return found[0]


def show_backtrace(name):
    """Show the calls that led a thread, running or not, to where it is.

usage: strata backtrace THREAD|NAME

THREAD is an address that `strata threads` shows, NAME a name that only one thread has.
`f+0x8 > g` stands for g, which the compiler put into f.  A trap frame is what an interrupt, a
fault or a system call left on the stack; below it stands what was interrupted."""
    thread = find(name)
    index = cpu_of(thread)
    if index is not None:
        say(f"{thread.label}, running on CPU {index}")
        attempt("  the next call", show_running, thread, apic_id(index))
        return
    say(f"{thread.label}, {thread.state}: {thread.waits_for()}".rstrip(": "))
    attempt("  the next call", show_saved, thread)


# --- buffers ------------------------------------------------------------------

def show_waiters(who, waiters):
    count = int(waiters["count"])
    if not count:
        return
    line = threads_on(waiters["condition"]["waiters"], "wait_node")
    listed = [thread.label for thread in line]
    if len(listed) < count:
        listed.append(f"{count - len(listed)} woken and on the way")
    say(f"  {who} waiting: {count}: {', '.join(listed)}")


def show_buffer(index, buffer):
    ring = buffer["ring"]
    say(f"buffer {index}: capacity {int(ring['capacity'])}, holds {int(ring['count'])} "
        f"(deepest {int(buffer['deepest'])}), in {int(buffer['in'])}, out {int(buffer['out'])}")
    show_waiters("producers", buffer["nonfull"])
    show_waiters("consumers", buffer["nonempty"])


def is_used(buffer):
    counts = buffer["in"], buffer["nonfull"]["count"], buffer["nonempty"]["count"]
    return any(int(count) for count in counts)


def show_buffers():
    """Show the bounded buffers.

For each buffer that is in use: its capacity, how many items it holds and held at most, how many
went in and out, and the producers and consumers that wait, the longest waiting first."""
    buffers = elements(value("buffers"))
    if not int(buffers[0]["ring"]["capacity"]):
        say("The kernel has not set up its buffers yet.")
        return
    used = [index for index, buffer in enumerate(buffers) if is_used(buffer)]
    for index in used:
        attempt(f"buffer {index}", show_buffer, index, buffers[index])
    say(f"{len(buffers) - len(used)} of {len(buffers)} buffers are unused.")


# --- the commands -------------------------------------------------------------

class Command(gdb.Command):
    """`strata NAME`, by a function whose docstring is its help."""

    def __init__(self, name, function):
        self.__doc__ = function.__doc__
        super().__init__(f"strata {name}", gdb.COMMAND_STATUS)
        self.name = name
        self.function = function
        self.parameters = list(inspect.signature(function).parameters)

    def complete(self, line, beginning):
        try:
            names = [thread.name for thread in all_threads()] if self.parameters else []
        except UNREADABLE:
            names = []
        return [name for name in names if name.startswith(beginning or "")]

    def invoke(self, arguments, from_tty):
        words = gdb.string_to_argv(arguments)
        if len(words) != len(self.parameters):
            raise gdb.GdbError(f"usage: strata {USAGES.get(self.name, self.name)}")
        try:
            check_kernel()
            with looking():
                self.function(*words)
        except UNREADABLE as problem:
            raise gdb.GdbError(f"strata {self.name}: {problem}")


class Strata(gdb.Command):
    """Show Strata's kernel: `strata help` lists the commands."""

    def __init__(self):
        super().__init__("strata", gdb.COMMAND_STATUS, gdb.COMPLETE_COMMAND, True)

    def invoke(self, arguments, from_tty):
        if arguments:
            raise gdb.GdbError(f"There is no `strata {arguments}`; see `strata help`.")
        show_help()


class Help(gdb.Command):
    """List Strata's commands; `strata help NAME` or `help strata NAME` says more about one."""

    def __init__(self):
        super().__init__("strata help", gdb.COMMAND_STATUS)

    def invoke(self, arguments, from_tty):
        if arguments:
            gdb.execute(f"help strata {arguments}")
        else:
            show_help()


def show_help():
    say(f"Strata {value('strata_version').string()}:")
    for name, function in COMMANDS.items():
        say(f"  strata {USAGES.get(name, name):<22} {function.__doc__.splitlines()[0]}")
    say("`strata help NAME` says more about one of them.")


COMMANDS = {
    "cpus": show_cpus, "threads": show_threads, "queues": show_queues, "locks": show_locks,
    "backtrace": show_backtrace, "buffers": show_buffers,
}
USAGES = {"backtrace": "backtrace THREAD|NAME"}         # where it is more than the name

Strata()
Help()
for name, function in COMMANDS.items():
    Command(name, function)
show_help()
