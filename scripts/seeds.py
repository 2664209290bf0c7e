"""One seed, one run: how a test is run under a seed, what such a run is known by, and the record
that `explore` keeps of a seed that fails and that `replay` compares its own run with."""
import argparse
import os
import re
import subprocess
import sys
from typing import NamedTuple

import house

LOCKSTEP = f"{house.OUT}/lockstep.so"
SOURCE = "scripts/lockstep.c"
RING = 16                               # pages of each CPU's ring, of which a story can be read
RANGES = house.constant("pcpu/sched_point.h", "POINT_RANGES")
LAST_POINT = 999999999
ALL_POINTS = ((0, LAST_POINT),)
FOUND = f"{house.OUT}/found{house.suffix()}"     # a file for each seed that was found


class Identity(NamedTuple):
    """Two runs with the same of all three are one run."""
    qemu: str                           # QEMU's version: another one gives another schedule
    image: str                          # a hash of the kernel and of what it was given
    said: str                           # a hash of all that the kernel said, its schedule too

    def __str__(self):
        return "/".join(self)


def identity(text):
    """Of the form that str() gives, None for any other text."""
    match = re.fullmatch(r"([^/\s]+)/([0-9a-f]{8})/([0-9a-f]{8})", text)
    return Identity(*match.groups()) if match else None


def identity_of(output):
    """By the last line of scripts/run; None if the run may not be repeatable, which lockstep may
    have said, too."""
    if re.search(r"^lockstep: ", output, re.M):
        return None
    match = re.search(r"^run: seed .*, run (\S+)$", output, re.M)
    return identity(match[1]) if match else None


def build_lockstep(library):
    """What makes runs repeatable, from its source, unless the user names another.  Without it they
    may differ."""
    if library != LOCKSTEP:
        return
    if os.path.exists(LOCKSTEP) and os.stat(LOCKSTEP).st_mtime > os.stat(SOURCE).st_mtime:
        return
    made = subprocess.run(["make", "-s", LOCKSTEP], stdin=subprocess.DEVNULL, check=False,
                          env={name: value for name, value in os.environ.items()
                               if not name.startswith("MAKE")})
    if made.returncode:
        print(f"{LOCKSTEP} can't be made: one seed may give different runs", file=sys.stderr)


def add_options(add):
    """The options of the command line that say which run it is, but for the seed."""
    add("test", help="a test's name or the beginning of several")
    add("--kernel", metavar="ELF", help=f"({house.kernel('debug')}, or that of --access)")
    add("--access", default="", type=access_word, metavar="access[:LAYER]",
        help="schedule points at accesses to memory, too: of test code, or also of a layer")
    add("--cpus", type=int, default=4, metavar="N", help="(%(default)s)")
    add("--shift", type=int, default=5, metavar="N",
        help="an instruction takes 2^N ns of guest time (%(default)s)")
    add("--mem", type=int, default=128, metavar="MB", help="memory (%(default)s)")
    add("--options", default="", metavar="TEXT", help="more boot options")
    add("--qemu", metavar="PROGRAM", help="(scripts/toolchain chooses)")
    add("--lockstep", default=LOCKSTEP, metavar="FILE", help="(%(default)s)")
    add("--limit", type=float, default=600, metavar="SECONDS",
        help="real time of each run (%(default)s)")
    add("--guest-limit", type=int, default=400, metavar="SECONDS",
        help="the same by the guest's clock, which tells a hang (%(default)s)")


def access_word(text):
    layers = house.Layers(f"{house.top()}/kern/LAYERS").rank
    if text and text != "access" and text not in [f"access:{layer}" for layer in layers]:
        raise argparse.ArgumentTypeError(f"{text!r} is not `access` or `access:LAYER`")
    return text


def kernel_of(args):
    """Schedule points at accesses are made by the compiler, so such a kernel has a folder of its own."""
    variant = "-".join(["debug", *filter(None, [args.access.replace(":", "-")])])
    return args.kernel or house.kernel(variant)


def command(args, seed, points=ALL_POINTS, more=()):
    """How to run it.  points: of the seed's choices only those at these schedule points, up to
    RANGES ranges; the option is as long for all of them, so that runs are the same up to where the
    points differ.  more: options that change nothing."""
    ranges = [*points, *[(LAST_POINT, LAST_POINT)] * (RANGES - len(points))]
    words = (f"limit={args.guest_limit} ring={RING} {args.options} "
             f"points={','.join(f'{first:09}-{end:09}' for first, end in ranges)} test={args.test}")
    return ["scripts/run", "--kernel", kernel_of(args), "--cpus", str(args.cpus),
            "--mem", str(args.mem), "--icount", str(args.shift), "--seed", str(seed),
            "--limit", str(args.limit), "--lockstep", args.lockstep,
            *(["--qemu", args.qemu] if args.qemu else []), *more,
            "--append", words]


def run(args, seed, points=ALL_POINTS, more=()):
    """(exit status, output)"""
    done = subprocess.run(command(args, seed, points, more), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done.returncode, done.stdout.decode(errors="replace").replace("\r", "")


def point_ranges(text):
    """3-7,11-12 as ranges of schedule points"""
    if not re.fullmatch(r"(\d+-\d+)(,\d+-\d+)*", text) or text.count(",") >= RANGES:
        raise argparse.ArgumentTypeError(f"{text!r} is not like 3-7,11-12, with at most {RANGES} of these")
    return tuple(tuple(map(int, part.split("-"))) for part in text.split(","))


def make_words(args, seed, points=ALL_POINTS):
    """The same as words after `make replay`."""
    words = f"TEST={args.test} CPUS={args.cpus} SEED={seed}"
    ranges = [f"{first}-{end}" for first, end in points if points != ALL_POINTS]
    said = ",".join(filter(None, [args.access, *ranges]))
    words += f" POINTS={said}" if said else ""
    words += f" SHIFT={args.shift}" if args.shift != 5 else ""
    words += f" MEM={args.mem}" if args.mem != 128 else ""
    return words + (f" OPTIONS='{args.options.strip()}'" if args.options.strip() else "")


def record_path(args, seed, points=ALL_POINTS):
    return f"{FOUND}/" + re.sub(r"[^\w.=,-]", "_", make_words(args, seed, points))


def record(args, seed, found):
    """Keeps what a failing seed is known by; None: it fails no longer."""
    path = record_path(args, seed)
    if found:
        os.makedirs(FOUND, exist_ok=True)
        with open(path, "w") as file:
            file.write(f"{found}\n")
    elif os.path.exists(path):
        os.remove(path)


def recorded(args, seed, points):
    """The identity that was kept, or None."""
    try:
        with open(record_path(args, seed, points)) as file:
            return identity(file.read().strip())
    except OSError:
        return None
