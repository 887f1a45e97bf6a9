# SPDX-License-Identifier: MIT
"""docs/coverage.md, from docs/rows.txt and from what stands beside the code.

    rows.py            complain of what is missing, and of a page that is not up to date
    rows.py --write    write the page

An example, a test, a fuzz target, a model or a benchmark says in a comment which rows it shows:
`rows: F58 F59`, at its head, or right above the function that does it.
"""
import glob
import os
import re
import sys

PAGE, ROWS, DECISIONS = "docs/coverage.md", "docs/rows.txt", "docs/decisions.md"
COUNTS = {"F": 156, "P": 118, "C": 34, "T": 51, "D": 35}
PLACES = ("examples/*.[ch]", "tests/*/*_test.c", "tests/model/*_model.c", "tests/fuzz/*_fuzz.c",
          "tests/cpp/*.cpp", "tests/scripts/*.py", "tests/scripts/*.sh", "tests/examples/*.py",
          "bench/*/*.c", "bench/*/*.py")
ROW = r"(?:[FPCTD]\d+|\+[a-z]+)"
MARK = re.compile(rf"(?:/\*|\*|#|//) *rows: ({ROW}(?: {ROW})*)(?: *\*/)?$")
FUNCTION = re.compile(r"(?:def |(?:[\w*]+ +)+?\**)(\w+)\(")
KEYS = ("by", "built", "note", "void", "pending")
COLUMNS = "| row | what | name | example | test |\n|---|---|---|---|---|"
HEAD = """\
# What the tutorials describe, and where it is shown

tutti sets out to give C programs everything that five tutorials on concurrency in Python describe:
every facility and every program. This page lists their contents by number and says by which names
each is there, and what shows it. An `F` is a facility or a rule that they state, a `P` a program
they work through, a `C` a claim that can be measured, a `T` a trap they warn of, a `D` a place that
they leave open or where they contradict themselves ([decisions.md](decisions.md)); what has no
number is beside them.

- Each example prints the tutorials' own texts and sleeps their own times. The environment's
  `TUTTI_TIME_SCALE=0.05` multiplies every duration, `TUTTI_DRAWS=5:3:6` scripts the random numbers.
- `tests/examples/` says for each example what it must print, in which order, and how long it takes
  at least; never how long at most, except that it must be faster than the wrong way would be.
- `tests/examples/virtual.py` runs each once more in virtual time (`TUTTI_SIM=1`), also those with
  several processes, where the order and the duration are exact; `tests/examples/not_virtual.py`
  says which not, and why.
- *By construction* means that the mistake cannot be written: the function that sees to it is named.

Written by `make rows` from [rows.txt](rows.txt) and from the comments `rows: F58 F59` beside the
code ([CONTRIBUTING.md](../CONTRIBUTING.md)); a test complains of a row that nothing shows.
"""


class Row:
    def __init__(self, name, title):
        self.name, self.title, self.said = name, title, {}


def parse(text):
    """[(theme, [rows])] of rows.txt."""
    themes, key = [], None
    for number, line in enumerate(text.splitlines(), 1):
        head, field = re.fullmatch(rf"({ROW}) (\S.*)", line), re.match(r"  (\w+): (\S.*)", line)
        if not line or line.startswith("#"):
            continue
        if line.startswith("== "):
            themes.append((line[3:], []))
        elif head and themes:
            themes[-1][1].append(Row(*head.groups()))
        elif field and field[1] in KEYS and themes and themes[-1][1]:
            key = field[1]
            themes[-1][1][-1].said[key] = field[2]
        elif line.startswith("    ") and key and themes[-1][1][-1].said.get(key):
            themes[-1][1][-1].said[key] += " " + line.strip()
        else:
            raise SystemExit(f"{ROWS}:{number}: what is this? {line}")
    return themes


def marks(text):
    """(row, function or None) for each row that a file says it shows."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        found = MARK.search(line)
        if found:
            below = lines[number + 1] if number + 1 < len(lines) else ""
            function = FUNCTION.match(below) if line.endswith("*/") or line[0] == "#" else None
            for row in found[1].split():
                yield row, function and function[1]


def gather(files):
    """{row: {path: [functions]}}, of {path: text}."""
    proofs = {}
    for path in sorted(files):
        for row, function in marks(files[path]):
            names = proofs.setdefault(row, {}).setdefault(path, [])
            if function and function not in names:
                names.append(function)
    return proofs


def checks(files):
    """{example: [paths that check it]}: tests/examples has a function of its name."""
    found = {}
    for path in sorted(files):
        if path.startswith("tests/examples/"):
            for name in re.findall(r"^def (\w+)\(program\)", files[path], re.M):
                found.setdefault(f"examples/{name}.c", []).append(path)
    return found


def link(path, functions):
    name = re.sub(r"^(examples|tests)/|(_test)?\.\w+$", "", path)
    said = ": " + ", ".join(functions) if functions else ""
    return f"[{name}](../{path}){said}"


def cell(text):
    return text.replace("|", "\\|")


def names_of(row):
    names = [f"`{name}`" for name in row.said.get("by", "").split(", ") if name]
    built = row.said.get("built", "")
    if built:
        built = "*by construction:* " + re.sub(r"\b(tutti_\w+|TUTTI_\w+)\b", r"`\1`", built)
    return "; ".join(part for part in (built.rstrip("."), ", ".join(names)) if part)


def line_of(row, shown, checked):
    title = row.name if row.name[0] != "+" else "–"
    what = row.title
    if "note" in row.said:
        what += ". " + row.said["note"].rstrip(".")
    example = [link(*item) for item in shown.items() if item[0].startswith("examples/")]
    test = [link(*item) for item in shown.items() if not item[0].startswith("examples/")]
    if not test:  # the examples' own
        paths = {path for item in shown for path in checked.get(item, ())}
        test = [link(path, []) for path in sorted(paths)]
    for key, text in (("void", "nothing to show: {}"), ("pending", "not yet: {}")):
        if key in row.said:
            test.append(text.format(row.said[key].rstrip(".")))
    return (f"| {title} | {cell(what)} | {cell(names_of(row))} | {', '.join(example)} | "
            f"{', '.join(test)} |")


def page(themes, files):
    parts, proofs, checked = [HEAD], gather(files), checks(files)
    for theme, rows in themes:
        parts.append(f"\n## {theme}\n\n{COLUMNS}\n")
        parts.extend(line_of(row, proofs.get(row.name, {}), checked) + "\n" for row in rows)
    return "".join(parts)


def complain_row(row, shown, known):
    void = "void" in row.said
    pending = "pending" in row.said
    names = [name for name in row.said.get("by", "").split(", ") if name]
    names += re.findall(r"\b(?:tutti|TUTTI)_\w+", row.said.get("built", ""))
    for name in names:
        if not known(name):
            yield f"{row.name}: there is no {name}"
    if void and shown:
        yield f"{row.name} is shown by {', '.join(shown)}, and yet said to be void"
    if void or pending:
        return
    if row.name[0] in "FT" and not names:
        yield f"{row.name} has no name: by, or built"
    if "built" in row.said and not re.search(r"tutti_|TUTTI_", row.said["built"]):
        yield f"{row.name}: by construction of what? {row.said['built']}"
    if not shown:
        yield f"{row.name} is shown by nothing"
    if row.name[0] == "P" and not any(path.startswith("examples/") for path in shown):
        yield f"{row.name} is a program, and no example is it"


def complain_files(themes, proofs, files):
    """What the files say, or forget to say."""
    rows = {row.name for _, group in themes for row in group}
    for row in sorted(set(proofs) - rows):
        yield f"{', '.join(proofs[row])}: there is no row {row}"
    said, checked = {path for shown in proofs.values() for path in shown}, checks(files)
    for path in sorted(files):
        if path.startswith("examples/") and path.endswith(".c") and path not in said:
            yield f"{path} does not say which rows it shows"
        if path.startswith("examples/") and path.endswith(".c") and path not in checked:
            yield f"{path} has no test in tests/examples"


def complain_counts(themes, counts):
    named = [row.name for _, group in themes for row in group]
    for name in sorted({name for name in named if named.count(name) > 1}):
        yield f"{name} stands twice in {ROWS}"
    for kind, count in counts.items():
        missing = [f"{kind}{n}" for n in range(1, count + 1) if f"{kind}{n}" not in named]
        if missing:
            yield f"{ROWS} lacks {' '.join(missing)}"


def complain_decisions(themes, text):
    for row in (row for _, group in themes for row in group if row.name[0] == "D"):
        if not re.search(rf"^- \*\*{row.name}\*\* \S.*\n  \*Here:\* \S", text, re.M):
            yield f"{DECISIONS} does not decide {row.name}"


def complaints(themes, files, known, counts, decisions):
    proofs = gather(files)
    yield from complain_counts(themes, counts)
    yield from complain_files(themes, proofs, files)
    for _, group in themes:
        for row in group:
            yield from complain_row(row, proofs.get(row.name, {}), known)
    yield from complain_decisions(themes, decisions)


class Names:
    """The public names of this tree: what the headers declare, commands, variables."""

    def __init__(self, root):
        self.root = root
        self.headers = self.words("include/tutti/*.h")
        self.sources = set().union(*map(self.words, ("src/*/*.[ch]", "src/os/*/*.[ch]", "cli/*.c")))

    def words(self, pattern):
        return {word for path in glob.glob(os.path.join(self.root, pattern))
                for word in re.findall(r"\b(?:tutti|TUTTI)_\w+", read(self.root, path))}

    def __call__(self, name):
        if name.endswith(".h"):
            return os.path.exists(os.path.join(self.root, "include/tutti", name))
        if name.startswith("tutti "):
            text = read(self.root, "cli/main.c")
            return bool(re.search(rf'"{name.split()[1]}"', text))
        return name in self.headers or name.startswith("TUTTI_") and name in self.sources


def read(root, path):
    with open(os.path.join(root, path), encoding="utf-8") as f:
        return f.read()


def sources(root):
    """{path: text} of all that may say which rows it shows."""
    paths = {os.path.relpath(path, root) for place in PLACES
             for path in glob.glob(os.path.join(root, place))}
    return {path: read(root, path) for path in sorted(paths)}


def main(argv):
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    themes, files = parse(read(root, ROWS)), sources(root)
    text = page(themes, files)
    found = list(complaints(themes, files, Names(root), COUNTS, read(root, DECISIONS)))
    if argv == ["--write"]:
        with open(os.path.join(root, PAGE), "w", encoding="utf-8") as f:
            f.write(text)
    elif argv:
        sys.exit(__doc__)
    elif read(root, PAGE) != text:
        found.append(f"{PAGE} is not what the tree says: make rows")
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
