"""Mutants of C sources: small changes of one line each, as a slip of the hand would make them."""
import collections
import random
import re
import sys

# name: what is changed; each operator is a pattern and what comes in its place.
OPERATORS = {
    "bound": [(r" <= ", " < "), (r" < ", " <= "), (r" >= ", " > "), (r" > ", " >= ")],
    "equality": [(r" == ", " != "), (r" != ", " == ")],
    "logic": [(r" && ", " || "), (r" \|\| ", " && ")],
    "negation": [(r"(?<=[( ])!(?=\w)", "")],
    "one": [(r" ([+-]) 1\b", r" \1 0"), (r"\+\+", "--"), (r"--(?=[;)\w])", "++")],
    "sign": [(r" \+ (?!1\b)", " - "), (r" - (?!1\b)", " + "), (r" \+= ", " -= "),
             (r" -= ", " += ")],
    "factor": [(r" \* (?=[\w(])", " / "), (r" / ", " * "), (r" % ", " / ")],
    "bits": [(r" \| ", " & "), (r" & ", " | "), (r" \|= ", " &= "), (r" << ", " >> "),
             (r" >> ", " << "), (r"& ~", "& ")],
    "constant": [(r"(?<=[ (\[])([2-9]|[1-9]\d+)u?(?=[,;)\] ])", lambda n: str(int(n[1]) + 1)),
                 (r"\b0x([0-9a-f]+)\b", lambda n: hex(int(n[1], 16) ^ 1))],
    "result": [(r"\breturn true;", "return false;"), (r"\breturn false;", "return true;"),
               (r"\breturn E_\w+;", "return 0;")],
    "error": [(r" E_(?!INVAL_ARG\b)\w+(?=[;)])", " E_INVAL_ARG")],
    "choice": [(r"\bMIN\(", "MAX("), (r"\bMAX\(", "MIN(")],
    "loop": [(r"\bcontinue;", "break;"), (r"\bbreak;", "(void)0;")],
    # A condition is forced: `if` to both, a loop only not to begin.
    "never": [(r"\b(if|while) \((?=.*\)(?: \{)?$)", r"\1 (0 && "), (r" \? ", " && 0 ? ")],
    "always": [(r"\bif \((?=.*\)(?: \{)?$)", "if (1 || ")],
    # A statement of one line is left out: a call, an assignment.
    "dropped": [(r"^( +)(?!return\b)(?:\(void\))?[a-z_]\w*\([^{}]*\);$", r"\1(void)0;"),
                (r"^( +)\*?[a-z_][\w.>\[\]-]* [-+*/|&]?= .*;$", r"\1(void)0;"),
                (r"^( +)(?:\+\+|--)?[a-z_][\w.>\[\]-]*(?:\+\+|--)?;$", r"\1(void)0;")],
}

# Code whose change no test could or need see: what is said, and what is itself a check.
UNTOUCHED = re.compile(
    r"\b(?:KERN_\w+|static_assert|_Static_assert|EXPECT\w*|assert\w*|sched_point|spinlock_expect_held"
    r"|trace_\w+|log_\w+|snprintf|printf)\((?:[^;]|\n)*?;")
CHECKS = re.compile(r"\w*(?:_check|check_\w+|_expect\w*|show_\w+|print_\w+)\(")

Mutant = collections.namedtuple("Mutant", "path line operator number text")


def name_of(mutant):
    """FILE:LINE:OPERATOR, and the how-manieth of that line if it is not the first."""
    return ":".join(str(word) for word in mutant[:4] if word)


def blank(match):
    return re.sub(r"[^\n]", " ", match[0])


def without_debug(lines):
    """What only the debug build, or only the other one, has is empty, as the preprocessor's lines."""
    kept, inside = [], []
    for line in lines:
        if line.startswith("#if"):
            inside.append("DEBUG" in line)
        kept.append("" if any(inside) or line.startswith("#") else line)
        if line.startswith("#endif"):
            inside.pop()
    return kept


def bodies(lines):
    """The numbers of the lines within functions that are no checks themselves."""
    name, inside = "", False
    for number, line in enumerate(lines):
        if line == "}":
            inside = False
        if inside:
            yield number
        if line == "{":
            inside = not CHECKS.search(name)
        elif re.match(r"\w.*\(", line):
            name = line


def code_of(text):
    """The lines, with all but code in blanks of the same number."""
    text = re.sub(r"/\*(?:.|\n)*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\])+'",
                  lambda match: match[0] if match[0][0] == "'" else blank(match), text)
    text = re.sub(r"^#.*(?:\\\n.*)*", lambda match: match[0].replace("\\\n", "\n#"), text, flags=re.M)
    lines = without_debug(text.split("\n"))
    return UNTOUCHED.sub(blank, "\n".join(lines)).split("\n")


def changes_of(line, code):
    """(operator, the changed line) of all operators that fit into the line; `code` is the same
    line without what is no code."""
    for operator, rules in OPERATORS.items():
        for pattern, replacement in rules:
            for match in re.finditer(pattern, code.rstrip()):
                new = match.expand(replacement) if isinstance(replacement, str) \
                    else replacement(match)
                if new.startswith(("if (", "while (")):
                    yield operator, close_condition(line, match.end(), match.start(), new)
                else:
                    yield operator, line[:match.start()] + new + line[match.end():]


def close_condition(line, begin, start, new):
    """The condition that begins there, in parentheses of its own."""
    depth = 1
    for end in range(begin, len(line)):
        depth += {"(": 1, ")": -1}.get(line[end], 0)
        if depth == 0:
            return line[:start] + new + "(" + line[begin:end] + "))" + line[end + 1:]
    return line


def mutants_of(path):
    """All mutants of a file, in the order of its lines."""
    with open(path) as source:
        lines = source.read().split("\n")
    code = code_of("\n".join(lines))
    found = []
    for number in bodies(code):
        seen = collections.Counter()
        for operator, text in changes_of(lines[number], code[number]):
            if text != lines[number]:
                seen[operator] += 1
                found.append(Mutant(path, number + 1, operator,
                                    seen[operator] if seen[operator] > 1 else 0, text))
    return found


def by_hand(path):
    """The mutants of a list: a file, then pairs of lines, `- ` what is taken out, which must be in
    the file once, and `+ ` what comes in its place."""
    found, seen = [], collections.Counter()
    with open(path) as text:
        for line in text.read().splitlines():
            if line.startswith("- "):
                old = line[2:]
            elif line.startswith("+ "):
                number, changed = replace_once(source, old, line[2:])
                seen[source, number] += 1
                count = seen[source, number]
                found.append(Mutant(source, number, "hand", count if count > 1 else 0, changed))
            elif line and line[0] != "#":
                source = line
    return found


def replace_once(path, old, new):
    """(line number, the changed line)"""
    with open(path) as source:
        lines = source.read().split("\n")
    numbers = [number for number, line in enumerate(lines) if old in line]
    if len(numbers) != 1:
        sys.exit(f"mutants: this is {len(numbers)} times in {path}, not once: {old}")
    return numbers[0] + 1, lines[numbers[0]].replace(old, new)


def choose(candidates, count, seed):
    """So many of them by the seed, at most one of a line; any operator is as likely as another."""
    dice = random.Random(seed)
    groups, chosen, lines = {}, [], set()
    for mutant in candidates:
        groups.setdefault(mutant.operator, []).append(mutant)
    for group in groups.values():
        dice.shuffle(group)
    while groups and len(chosen) < count:
        operator = dice.choice(sorted(groups))
        mutant = groups[operator].pop()
        if not groups[operator]:
            del groups[operator]
        if (mutant.path, mutant.line) not in lines:
            lines.add((mutant.path, mutant.line))
            chosen.append(mutant)
    return chosen
