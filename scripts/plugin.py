"""Plugins of QEMU: compiled on the spot, for the version of the interface that this QEMU takes."""
import os
import re
import subprocess

import code_places
import house

INTERFACES = range(1, 10)               # versions; each QEMU takes some of them


class Unavailable(Exception):
    """There can be no plugin here, and why."""


def takes(qemu, plugin, environment):
    """Tried: does this QEMU load it?"""
    quit_at_once = '{"execute": "qmp_capabilities"}{"execute": "quit"}'
    tried = subprocess.run([*qemu, "-machine", "none", "-nodefaults", "-display", "none",
                            "-qmp", "stdio", "-plugin", plugin], input=quit_at_once, text=True,
                           capture_output=True, env={**os.environ, **environment}, check=False)
    return tried.returncode == 0


def build(name, folder, qemu, arguments="", environment=None):
    """The path of scripts/NAME.c as a plugin, made in that folder.  The last two are what it must
    get to be loaded at all."""
    found = subprocess.run(["scripts/toolchain", "--host"], capture_output=True, text=True,
                           check=False).stdout.split()
    if not found:
        raise Unavailable("there is no C compiler for this machine's programs")
    source = os.path.join(house.top(), f"scripts/{name}.c")
    for interface in INTERFACES:
        plugin = f"{folder}/{name}.{interface}.so"
        subprocess.run([found[0], "-std=gnu11", "-O2", "-Wall", "-Wextra", "-shared", "-fPIC",
                        "-fvisibility=hidden", f"-DINTERFACE={interface}", "-o", plugin, source],
                       check=True)         # the compiler's first word: without its sanitizers
        if takes(qemu, plugin + arguments, environment or {}):
            return plugin
    raise Unavailable(f"{qemu[0]} takes no plugin")


def reads_of_time(program):
    """The addresses of `rdtsc` in the program's own file, as what a plugin is told where to begin and
    end; the library's reads are not meant."""
    text = subprocess.run([*house.tool("I386_OBJDUMP"), "-d", program], capture_output=True,
                          text=True, check=True).stdout
    addresses = re.findall(r"^\s*([0-9a-f]+):.*\brdtsc\b", text, re.M)
    found = code_places.calls(program, [int(address, 16) for address in addresses])
    own = "/" + os.path.basename(program).removesuffix(".elf") + ".c:"
    return [f"{address:x}" for address, calls in found.items()
            if any(own in place for _, place in calls)]
