"""Where in the sources the addresses of a program's code are: the kernel, a program for it, or one of
the host."""
import re
import subprocess

import house


def is_64_bit(program):
    """Is it a program of the host?"""
    with open(program, "rb") as file:
        return file.read(5)[4:] == b"\2"        # ELFCLASS64


def tool(name, program):
    """As house.tool(), for that program: `NM` or `ADDR2LINE`."""
    return [name.lower()] if is_64_bit(program) else house.tool(f"I386_{name}")


def in_tree(place):
    """file:line as the tree names it; also that of a source with a planted fault."""
    place = place.split(" (discriminator")[0].removeprefix("./").removeprefix(f"{house.top()}/")
    return re.sub(r"^\S*/faults/\w+/", "", place)


def calls(program, addresses):
    """{address: [(function, file:line), ...]}, the innermost function first."""
    lines = subprocess.run([*tool("ADDR2LINE", program), "-a", "-f", "-i", "-e", program],
                           input="\n".join(map(hex, addresses)), capture_output=True, text=True,
                           check=False).stdout.splitlines()
    result = {}
    for line in lines:
        if line.startswith("0x"):
            found = result.setdefault(int(line, 16), [])
            function = None
        elif function is None:
            function = line
        else:
            found.append((function, in_tree(line)))
            function = None
    return result


def describe(program, addresses):
    """{address: "function at file:line"} of those that are known, in the innermost function."""
    texts = {address: "{} at {}".format(*found[0]) for address, found in calls(program, addresses).items()}
    return {address: text for address, text in texts.items() if "??" not in text}
