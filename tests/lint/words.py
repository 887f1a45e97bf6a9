# SPDX-License-Identifier: MIT
"""Words and white space: what must not stand in a file, and what the first line must say.

Public functions use the field's words (acquire, put, wait, start, free ...); the left column of
SYNONYMS is what people write instead. Paths of somebody's machine, notes to oneself and leftovers
of a merge do not belong into the tree.
"""
import re

import common
import headers

TEXT = (".c", ".h", ".S", ".cpp", ".py", ".sh", ".go", ".rs", ".md", ".txt", ".json", ".cmake",
        ".in", ".1", ".map", ".yml", "Makefile")
SYNONYMS = {
    "unlock": "release", "enqueue": "put", "push": "put", "dequeue": "get", "pop": "get",
    "signal": "notify", "broadcast": "notify", "post": "release", "destroy": "free",
    "delete": "free", "new": "create", "spawn": "start", "launch": "start", "kill": "cancel",
    "abort_all": "cancel", "len": "size", "length": "size", "recv": "read", "send": "write",
    "timedwait": "wait_until", "trylock": "acquire_until",
}
SYSTEM = ("usr", "etc", "proc", "sys", "dev", "tmp", "bin", "sbin", "lib", "lib64", "opt", "var",
          "run", "mnt", "path", "srv")
ABSOLUTE = re.compile(r"""(?:^|[\s"'`=(])/([a-z]\w*)/[\w.-]+""")
UNDONE = re.compile(r"\b(TODO|FIXME|XXX|HACK|WIP)\b")
MERGE = re.compile(r"^(<{7}|>{7}|={7})( |$)")
BANNER = re.compile(r"^\s*(/\*|//|#|\*)\s*[-=*#~]{12,}\s*(\*/)?$")


def judge_line(path, line):
    if line != line.rstrip():
        yield "white space at the end"
    if path.endswith(".py") and "\t" in line:
        yield "a tab"
    if re.search(r"[\x00-\x08\x0b-\x1f\x7f\ufeff\u200b]", line):
        yield "a control character"
    if MERGE.match(line):
        yield "a leftover of a merge"
    if BANNER.match(line):
        yield "a banner"
    if UNDONE.search(line):
        yield f"{UNDONE.search(line).group(0)}: do it, or say what is missing"
    for first in ABSOLUTE.findall(line):
        if first not in SYSTEM:
            yield f"a path of one machine: /{first}/"


def first_line(path, lines):
    head = lines[:2]
    if path.endswith((".c", ".h", ".cpp", ".S")):
        return bool(lines) and re.fullmatch(r"/\* SPDX-License-Identifier: MIT \*/", lines[0])
    if path.endswith((".py", ".sh", ".cmake", "CMakeLists.txt", "Makefile")):
        return any("SPDX-License-Identifier: MIT" in line for line in head)
    return True


def check(root, build=None):
    complaints, allowed = [], common.Exceptions(root, "words")
    for path in common.files(root, *TEXT):
        if path == "tests/lint/words.py":
            continue
        text = common.read(root, path)
        lines = text.split("\n")
        if not first_line(path, lines) and not allowed.allows(path):
            complaints.append(f"{path}: the first line is not the SPDX line")
        if not text.endswith("\n") or text.endswith("\n\n"):
            complaints.append(f"{path}: must end with one line break")
        for number, line in enumerate(lines, 1):
            complaints += [f"{path}:{number}: {said}" for said in judge_line(path, line)
                           if not allowed.allows(path)]
        if path.startswith("include/tutti/") and path.endswith(".h"):
            complaints += names(path, text, allowed)
    return complaints + allowed.unused()


def names(path, text, allowed):
    for name, _, _ in headers.declarations(text):
        stem = name[:-len("_until")] if name.endswith("_until") else name
        for wrong, right in SYNONYMS.items():
            if stem.endswith("_" + wrong) and not allowed.allows(name):
                yield f"{path}: {name}: say {right}"
    for name in re.findall(r"\b(tutti_\w+_t)\b", text):
        if not allowed.allows(name):
            yield f"{path}: {name}: types end without _t"


def self_test():
    spdx = "/* SPDX-License-Identifier: MIT */\n"
    common.expect(check, {"a.c": spdx + "int x; /* see /proc/self/maps */\n"}, None)
    for line, needle in (("int x; ", "white space"), ("int x;\x0c", "control character"),
                         ("<<<<<<< mine", "merge"), ("/* TO" + "DO */", "do it"),
                         ("/* ================ */", "banner"),
                         ('x = "/elsewhere/me/x";', "one machine")):
        common.expect(check, {"a.c": spdx + line + "\n"}, needle)
    common.expect(check, {"a.c": "int x;\n"}, "SPDX")
    common.expect(check, {"a.c": spdx + "int x;"}, "one line break")
    common.expect(check, {"a.py": "# SPDX-License-Identifier: MIT\nx = 1\t# y\n"}, "a tab")
    api = spdx + "TUTTI_API int tutti_queue_{}(int a);\n"
    common.expect(check, {"include/tutti/a.h": api.format("put")}, None)
    common.expect(check, {"include/tutti/a.h": api.format("pop_until")}, "say get")
    common.expect(check, {"include/tutti/a.h": spdx + "typedef int tutti_x_t;\n"}, "without _t")


if __name__ == "__main__":
    common.main(check, self_test)
