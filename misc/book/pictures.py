"""Pictures of the kernel, as texts for Graphviz's dot.  Each is drawn from the sources, or from what the
compiler has made of them, so none can tell what is no longer so."""
import glob
import os
import re
import subprocess

import tree
import house
import lock_table

HEAD = """digraph {
graph [bgcolor="transparent" fontname="sans-serif" %s]
node [shape=box style=rounded fontname="sans-serif" fontsize=13 margin="0.12,0.05"]
edge [fontname="sans-serif" fontsize=12 arrowsize=0.7]
"""


def quote(text):
    return '"' + str(text).replace('"', "'") + '"'


def source_url(path, line):
    return f"source/{path}.html#line-{line}"


# --- layers -----------------------------------------------------------------------------------

def kernel_objects():
    """Of the release kernel, which has no tests."""
    folder = os.path.dirname(house.kernel("release"))
    return sorted(path for path in glob.glob(f"{folder}/kern/*/*.o")
                  if os.path.exists(house.source_of(path)) and "_test." not in path)


def calls_between(layers):
    """{(caller's layer, called layer): {symbol}}"""
    listed = list(house.symbols(kernel_objects()))
    home = {symbol: layers.of(house.source_of(path)) for path, kind, symbol in listed
            if kind not in "Uwv"}
    found = {}
    for path, kind, symbol in listed:
        layer = layers.of(house.source_of(path))
        if kind in "Uwv" and home.get(symbol, layer) != layer:
            found.setdefault((layer, home[symbol]), set()).add(symbol)
    return found


def told(caller, called, names):
    return quote(f"{caller} uses {called}: {', '.join(sorted(names))}")


def layer_arrow(layers, caller, called, names):
    is_up = layers.rank[called] > layers.rank[caller]
    kind = "up" if is_up else "rare" if len(names) < 5 else "calls"
    more = "style=dashed constraint=false" if is_up else ""
    return (f"{caller} -> {called} [class={kind} penwidth={min(1 + len(names) / 10, 7):.1f} {more} "
            f"tooltip={told(caller, called, names)}]")


def draw_layers():
    layers = house.Layers("kern/LAYERS")
    lines = [HEAD % 'ranksep=0.3 nodesep=0.25', "node [fontsize=26]"]
    for layer, purpose in layers.purpose.items():
        lines.append(f"{layer} [URL={quote(f'kernel.html#layer-{layer}')} tooltip={quote(purpose)}]")
    # One below the other, the highest first.
    lines.append(" -> ".join(reversed(list(layers.rank))) + " [style=invis weight=100]")
    lines += [layer_arrow(layers, *pair, names)
              for pair, names in sorted(calls_between(layers).items())]
    return "\n".join([*lines, "}"])


def draw_calls():
    """The same as a table: a row for the caller, a column for what it uses."""
    layers = house.Layers("kern/LAYERS")
    calls = calls_between(layers)
    head = "".join(f"<td>{layer}</td>" for layer in layers.rank)
    rows = [f"<tr><td> </td>{head}</tr>"]
    for caller in reversed(list(layers.rank)):
        cells = []
        for called in layers.rank:
            names = calls.get((caller, called), ())
            tip = f' href="kernel.html#layer-{called}" title={told(caller, called, names)}' if names else ""
            cells.append(f"<td{tip}>{len(names) or ' '}</td>")
        rows.append(f'<tr><td align="right">{caller}</td>{"".join(cells)}</tr>')
    return HEAD % "" + table_node("calls", rows)


def table_node(name, rows):
    return (f'{name} [shape=plain label=<<table border="0" cellborder="1" cellspacing="0" '
            f'cellpadding="5">{"".join(rows)}</table>>]\n}}')


# --- locks ------------------------------------------------------------------------------------

def seen_edges():
    """{(held, taken)} that the debug kernel has told of in the runs whose output is here."""
    logs = [*glob.glob(f"{house.OUT}/tests/*.log"), *glob.glob(f"{house.OUT}/book-*.log")]
    return set().union(*(lock_table.edges_in(tree.text_of(os.path.relpath(path, tree.TOP)))
                         for path in logs))


def draw_locks():
    table, seen = lock_table.Table(), seen_edges()
    layers = house.Layers("kern/LAYERS")
    lines = [HEAD % 'rankdir="LR" ranksep=0.5 nodesep=0.2']
    for layer in reversed(list(layers.rank)):
        classes = [name for name, _ in table.rows if name.startswith(f"{layer}.")]
        if classes:
            lines.append(f"subgraph cluster_{layer} {{ label={layer} style=dotted")
            lines += [f"{quote(name)} [label={quote(name.split('.')[1])} URL=\"misc/LOCKS.html\"]"
                      for name in classes]
            lines.append("}")
    documented = {(held, taken) for held, below in table.below.items() for taken in below}
    for held, taken in sorted(documented | seen):
        if held in table.below and taken in table.below:
            lines.append(f"{quote(held)} -> {quote(taken)} {lock_edge(documented, seen, held, taken)}")
    return "\n".join([*lines, "}"])


def lock_edge(documented, seen, held, taken):
    pair = f"{taken} is taken while {held} is held"
    if (held, taken) not in documented:
        return f'[class="between" style=dotted tooltip={quote(pair + ": seen; others lie between them")}]'
    if (held, taken) not in seen:
        return f'[class="unseen" style=dashed tooltip={quote(pair + ": not seen in these runs")}]'
    return f'[class="seen" tooltip={quote(pair + ": documented and seen")}]'


# --- memory -----------------------------------------------------------------------------------

LAYOUT = "kern/abi/layout.h"
PAGE = 0x1000                           # what is explained may be the last page below a constant


def layout_constants():
    """{name: value}"""
    texts = dict(re.findall(r"^#define (\w+)\s+([\w \t()+*-]+?)\s*(?:/\*.*)?$", tree.text_of(LAYOUT), re.M))

    def value(name):
        words = re.sub(r"\b[A-Z]\w+", lambda word: str(value(word[0])), texts[name])
        return eval(words)              # pylint: disable=eval-used
    return {name: value(name) for name in texts}


def addresses():
    """{address: [names]} of what is an address, and not a size."""
    found = {0: []}
    for name, value in layout_constants().items():
        if value >= layout_constants()["KERNEL_LIMIT"] and not name.endswith("SIZE"):
            found.setdefault(value, []).append(name)
    return found


def image_addresses():
    """{address: [names]} of the kernel's image."""
    listed = subprocess.run([*house.tool("I386_NM"), house.kernel("release")], check=True,
                            capture_output=True, text=True).stdout
    found = {}
    for address, name in re.findall(r"^(\w+) \w (kernel_start|rodata_end|kernel_end)$", listed, re.M):
        found.setdefault(int(address, 16), []).append(name)
    return found


def explained():
    """{address: text} of the comment at the beginning of the layout."""
    comment = tree.text_of(LAYOUT).split("*/")[0]
    return {int(address, 16): text for address, text in
            re.findall(r"^ \*   (0x[0-9A-F]{8})  (.+)", comment, re.M)}


def draw_memory():
    texts = explained()
    rows = {**{address: [] for address in texts}, **addresses(), **image_addresses()}
    strange = {address for address in texts if not rows[address] and not rows.get(address + PAGE)}
    if strange - {0}:
        raise ValueError(f"{LAYOUT} tells of {min(strange - {0}):#x}, which no constant is")
    cells = []
    for address, names in sorted(rows.items(), reverse=True):
        text = texts.get(address, "").split(": ")[-1]
        cells.append(f'<tr><td align="left">{address:08X}</td>'
                     f'<td align="left" href="{source_url(LAYOUT, 1)}">{"<br/>".join(names) or " "}</td>'
                     f'<td align="left" width="300">{text or " "}</td></tr>')
    return HEAD % "" + table_node("memory", cells)


# --- states -----------------------------------------------------------------------------------

STEP = re.compile(r"\bthread_step\([^;]*?THREAD_(\w+), THREAD_(\w+)\)")
BEGIN = re.compile(r"\bstate = THREAD_(\w+);")


def steps():
    """[(from, to, function, path, line)]; from is "" where a thread begins."""
    found = []
    for path in sorted(glob.glob(f"{tree.TOP}/kern/thread/*.[ch]")):
        path = os.path.relpath(path, tree.TOP)
        if "_test." in path:
            continue
        text = tree.text_of(path)
        matches = [(*match.groups(), match) for match in STEP.finditer(text)]
        matches += [("", match[1], match) for match in BEGIN.finditer(text)]
        for before, after, match in matches:
            line = text.count("\n", 0, match.start()) + 1
            found.append((before, after, tree.definition_at(path, line).name, path, line))
    return found


def draw_states():
    names = re.findall(r"THREAD_(\w+)", re.search(r"enum thread_state \{(.*?)\}",
                                                  tree.text_of("kern/thread/thread.h"))[1])
    lines = [HEAD % 'rankdir="LR" ranksep=1.3 nodesep=0.5', '"" [shape=point class="entry"]', *names]
    for before, after, function, path, line in steps():
        lines.append(f"{quote(before)} -> {quote(after)} [label={quote(function + '()')} "
                     f"URL={quote(source_url(path, line))} tooltip={quote(f'{path}:{line}')}]")
    return "\n".join([*lines, "}"])


DRAW = {"layers": draw_layers, "calls": draw_calls, "locks": draw_locks, "memory": draw_memory,
        "states": draw_states}
