# SPDX-License-Identifier: MIT
"""The programs in README*.md and docs/*.md compile, and those marked "c run" run and end with 0.

A block without a main is part of a program and is left alone; so is one that needs libtutti-net
where that was not built.
"""
import glob
import os
import re
import subprocess
import sys
import tempfile

SOURCE = os.environ.get("TUTTI_SOURCE_DIR") or os.path.dirname(os.path.dirname(
    os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("TUTTI_BUILD_DIR", os.path.join(SOURCE, "build/dev"))
NET = os.path.exists(os.path.join(BUILD, "libtutti-net.so"))
NET_HEADERS = os.environ.get("TUTTI_NET_HEADERS", "net.h").split()
BLOCK = re.compile(r"^```c([^\n]*)\n(.*?)^```$", re.M | re.S)
MAIN = re.compile(r"^int main\(", re.M)


def snippets(text):
    """(line, whether to run it, program) of each whole program in a document."""
    for match in BLOCK.finditer(text):
        if MAIN.search(match.group(2)):
            line = text.count("\n", 0, match.start()) + 1
            yield line, match.group(1).strip() == "run", match.group(2)


def needs_net(program):
    return any(f"#include <tutti/{name}>" in program for name in NET_HEADERS)


def attempt(command, where, what):
    """Run a command; its words if it fails, else None."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=250,
                              stdin=subprocess.DEVNULL, cwd=where)
    except subprocess.TimeoutExpired:
        return f"{what}: still running after 250 s"
    if done.returncode == 0:
        return None
    return f"{what}: status {done.returncode}\n{done.stdout}{done.stderr}"


def try_out(program, run, where):
    """What is wrong with a program, or None."""
    source, binary = os.path.join(where, "snippet.c"), os.path.join(where, "snippet")
    with open(source, "w", encoding="utf-8") as f:
        f.write(program)
    command = [os.environ.get("TUTTI_CC", "cc"), "-std=gnu11", "-Wall", "-Wextra", "-Werror",
               "-I", os.path.join(SOURCE, "include"), "-o", binary, source, "-L", BUILD]
    command += ["-ltutti-net"] * needs_net(program) + ["-ltutti", f"-Wl,-rpath,{BUILD}"]
    if os.environ.get("TUTTI_SANITIZE"):
        command.append("-fsanitize=" + os.environ["TUTTI_SANITIZE"])
    return attempt(command, where, "compile") or (run and attempt([binary], where, "run")) or None


def self_test(where):
    good = "int main(void)\n{\n\treturn 0;\n}\n"
    text = f"a\n```c run\n{good}```\n```c\nint x;\n```\n```sh\nint main(\n```\n```c\n{good}```\n"
    assert [(line, run) for line, run, _ in snippets(text)] == [(2, True), (14, False)]
    assert try_out(good, True, where) is None
    assert "run: status 3" in try_out(good.replace("0", "3"), True, where)
    assert "compile" in try_out(good.replace("0", "nought"), False, where)


def main():
    failures = found = 0
    with tempfile.TemporaryDirectory() as where:
        self_test(where)
        documents = glob.glob(os.path.join(SOURCE, "README*.md"))
        documents += glob.glob(os.path.join(SOURCE, "docs/*.md"))
        for path in sorted(documents):
            with open(path, encoding="utf-8") as f:
                text = f.read()
            for line, run, program in snippets(text):
                if needs_net(program) and not NET:
                    continue
                found += 1
                wrong = try_out(program, run, where)
                if wrong:
                    failures += 1
                    print(f"{os.path.relpath(path, SOURCE)}:{line}: {wrong}")
    print(f"{found} programs, {failures} failed")
    sys.exit(1 if failures or not found else 0)


if __name__ == "__main__":
    main()
