# SPDX-License-Identifier: MIT
"""The header contract: each public header stands alone and explains itself.

Every function declared with TUTTI_API carries a comment block whose rows say what a caller must
know: Returns (unless void), Errors (where Returns says just 0), Context, Waits. A header
holds one noun: at most 250 lines and 20 functions. It compiles alone as C11 and, where a C++
compiler is there, as C++17. Its macros start with TUTTI_.
"""
import os
import re
import shutil
import subprocess

import common

LINES_MAX, FUNCTIONS_MAX = 250, 20
CONTEXT = re.compile(r"\b(any|task|owner|signal|child|thread|loop)\b")
WAITS = re.compile(r"(never|may)\b")
ROW = re.compile(r"^ \* (Returns|Errors|Context|Waits|Order)(?: {2,}|$)(.*)")
DECLARATION = re.compile(r"^TUTTI_API\b([^;]*);", re.M)
NAME = re.compile(r"\b(\w+)\s*\(")


def declarations(text):
    """(name, return type, comment lines before it) of each function in a header's text."""
    for match in DECLARATION.finditer(text):
        declared = re.sub(r"__attribute__\s*\(\(.*?\)\)", "", match.group(1))
        name = NAME.search(declared)
        if not name:
            continue
        before = text[:match.start()].rstrip("\n")
        comment = []
        if before.endswith("*/") and text[match.start() - 2:match.start()] != "\n\n":
            comment = before[before.rfind("/*"):].splitlines()
        yield name.group(1), declared[:name.start()].strip(), comment


def rows_of(comment):
    return {m.group(1): m.group(2).strip() for m in map(ROW.match, comment) if m}


def judge(name, result, comment):
    """Complaints about the block of one function."""
    if not comment:
        return ["has no comment block"]
    rows, said = rows_of(comment), []
    if not re.match(r"^( \*|/\*) [A-Z\"'`]", comment[1] if len(comment) > 1 else comment[0]):
        said.append("its block does not open with a sentence")
    if result != "void" and "Returns" not in rows:
        said.append("no row Returns")
    if result == "void" and "Returns" in rows:
        said.append("returns nothing, yet has a row Returns")
    if result == "int" and re.match(r"0(;|$)", rows.get("Returns", "")) and "Errors" not in rows:
        said.append("no row Errors")
    if not CONTEXT.search(rows.get("Context", "")):
        said.append("row Context: say any, task, owner, signal or forked child")
    if not WAITS.match(rows.get("Waits", "")):
        said.append("row Waits: say never or may")
    if name.endswith("_until") and not rows.get("Waits", "").startswith("may"):
        said.append("has a deadline, yet never waits")
    return said


def compiles(root, path):
    """The compilers' words on a header that is included first and twice, and nothing else."""
    include = os.path.join(root, "include")
    source = f"#include <{os.path.relpath(path, 'include')}>\n" * 2
    flags = ["-fsyntax-only", "-Wall", "-Wextra", "-Wshadow", "-Werror", "-I", include, "-"]
    c = os.environ.get("CC", "cc")
    commands = [[c, "-std=gnu11", "-x", "c"], [c, "-std=c11", "-x", "c"]]
    if shutil.which(os.environ.get("CXX", "c++")):
        commands.append([os.environ.get("CXX", "c++"), "-std=c++17", "-x", "c++"])
    for command in commands:
        done = subprocess.run(command + flags, input=source, capture_output=True, text=True)
        if done.returncode:
            first = done.stderr.strip().splitlines()[0]
            yield f"{path}: alone, as {command[1][5:]}: {first}"


def macros(path, text):
    for name in re.findall(r"^[ \t]*#[ \t]*define[ \t]+(\w+)", text, re.M):
        if not name.startswith(("TUTTI_", "tutti_")):
            yield f"{path}: macro {name} lacks the prefix TUTTI_"


def check(root, build=None):
    complaints, allowed = [], common.Exceptions(root, "headers")
    for path in common.files(root, ".h"):
        if not path.startswith("include/tutti/"):
            continue
        text = common.read(root, path)
        functions = list(declarations(text))
        lines = len(text.splitlines())
        guard = "TUTTI_%s_H" % os.path.basename(path)[:-2].upper().replace("-", "_")
        if f"#ifndef {guard}\n#define {guard}\n" not in text:
            complaints.append(f"{path}: no guard {guard}")
        if lines > LINES_MAX and not allowed.allows(path):
            complaints.append(f"{path}: {lines} lines, more than {LINES_MAX}")
        if len(functions) > FUNCTIONS_MAX and not allowed.allows(path):
            complaints.append(f"{path}: {len(functions)} functions, more than {FUNCTIONS_MAX}")
        for name, result, comment in functions:
            complaints += [f"{path}: {name}: {said}" for said in judge(name, result, comment)
                           if not allowed.allows(name)]
        complaints += macros(path, text)
        complaints += compiles(root, path)
    return complaints + allowed.unused()


GOOD = """/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_X_H
#define TUTTI_X_H

#define TUTTI_API __attribute__((visibility("default")))

/*
 * Do it.
 *
 * Returns    0
 * Errors     -EINVAL   no
 * Context    any thread or task
 * Waits      never
 */
TUTTI_API int tutti_x_do(int a,
        int b);

#endif
"""


def self_test():
    path = "include/tutti/x.h"
    common.expect(check, {path: GOOD}, None)
    for old, new, needle in (
            ("Returns    0", "", "no row Returns"),
            (" * Errors     -EINVAL   no\n", "", "no row Errors"),
            ("Context    any thread or task", "Context    here", "row Context"),
            (" * Waits      never\n", "", "row Waits"),
            ("tutti_x_do", "tutti_x_do_until", "yet never waits"),
            (" */\nTUTTI_API", " */\n\nTUTTI_API", "no comment block"),
            ("TUTTI_API int", "TUTTI_API void", "returns nothing"),
            ("TUTTI_X_H", "X_H", "no guard"),
            ("#define TUTTI_API", "#define NOW 1\n#define TUTTI_API", "macro NOW"),
            ("int a", "size_t a", "alone, as"),
            ("#endif\n", "#endif\n" + "\n" * 250, "lines, more than"),
            (GOOD[GOOD.index("/*\n * Do"):GOOD.index("#endif")],
             "\n".join(GOOD[GOOD.index("/*\n * Do"):GOOD.index("#endif")].replace("_do", f"_{i}")
                       for i in range(21)), "21 functions")):
        common.expect(check, {path: GOOD.replace(old, new)}, needle)
    stale = {"tests/lint/exceptions.txt": "headers tutti_gone went\n"}
    common.expect(check, {path: GOOD, **stale}, "no longer needed")


if __name__ == "__main__":
    common.main(check, self_test)
