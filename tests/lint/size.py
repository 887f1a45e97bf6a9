# SPDX-License-Identifier: MIT
"""Small enough to read: functions of 70 lines at most, files of 600, lines of 100 columns."""
import re

import common

FUNCTION_MAX, FILE_MAX, COLUMNS_MAX = 70, 600, 100
CODE = (".c", ".h", ".cpp", ".S", ".py", ".sh", ".go", ".rs", "CMakeLists.txt", ".cmake")


def functions(text):
    """(name, lines) of each C function: the formatter puts its braces in the first column."""
    lines = common.without_comments(text).splitlines()
    start = None
    for number, line in enumerate(lines):
        if line.rstrip() == "{":
            start = number
        elif line.startswith("}") and start is not None:
            name = name_before(lines, start)
            if name:
                yield name, number - start - 1
            start = None


def name_before(lines, brace):
    """The function whose body opens at line brace, or None if it is no function."""
    first = brace
    while first > 0 and lines[first - 1].strip() and not re.search(r"[;}]\s*$", lines[first - 1]):
        first -= 1
    found = re.search(r"(\w+)\s*\(", " ".join(lines[first:brace]))
    return found.group(1) if found else None


def check(root, build=None):
    complaints, allowed = [], common.Exceptions(root, "size")
    for path in common.files(root, *CODE):
        text = common.read(root, path)
        lines = text.splitlines()
        if len(lines) > FILE_MAX and not allowed.allows(path):
            complaints.append(f"{path}: {len(lines)} lines, more than {FILE_MAX}")
        for number, line in enumerate(lines, 1):
            width = len(line.expandtabs(4 if path.endswith((".py", ".go", ".rs")) else 8))
            if width > COLUMNS_MAX and not allowed.allows(f"{path}:columns"):
                complaints.append(f"{path}:{number}: {width} columns, more than {COLUMNS_MAX}")
        if path.endswith((".c", ".h", ".cpp")):
            for name, length in functions(text):
                if length > FUNCTION_MAX and not allowed.allows(name):
                    complaints.append(f"{path}: {name}: {length} lines, more than {FUNCTION_MAX}")
    return complaints + allowed.unused()


def self_test():
    def source(lines):
        return "static int\nwalk(int a,\n\tint b)\n{\n" + "\t;\n" * lines + "}\n"

    common.expect(check, {"a.c": source(70)}, None)
    common.expect(check, {"a.c": source(71)}, "walk: 71 lines")
    common.expect(check, {"a.c": "\n" * 601}, "601 lines")
    common.expect(check, {"a.py": "x = 1\n" * 601}, "601 lines")
    common.expect(check, {"a.c": "\t" * 12 + "/* 8 more */\n"}, "108 columns")
    common.expect(check, {"a.c": "int x[] =\n{\n" + "\t1,\n" * 80 + "};\n"}, None)
    stale = "size walk # a switch over 40 opcodes\n"
    common.expect(check, {"a.c": source(71), "tests/lint/exceptions.txt": stale}, None)
    common.expect(check, {"a.c": source(7), "tests/lint/exceptions.txt": stale}, "no longer needed")


if __name__ == "__main__":
    common.main(check, self_test)
