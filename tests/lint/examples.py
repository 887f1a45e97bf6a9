# SPDX-License-Identifier: MIT
"""Examples read alike: the rows they show, a head that says what there is to see and, if they take
words, which; then 60 lines at most, in which main comes last."""
import os
import re

import common

LINES_MAX = 60
HEAD = re.compile(r"/\* SPDX[^\n]*\*/\n(/\* rows: [^\n]*\*/\n)?(?:/\* ctest: [^\n]*\*/\n)?"
                  r"(/\* (?!rows:|ctest:)[^\n]*\*/\n|/\*\n( \*[^\n]*\n)+? \*/\n)")


def complaints_of(path, text):
    name = os.path.basename(path)[:-2]
    head = HEAD.match(text)
    if not head:
        yield "no head: SPDX, rows, then a comment of one line, or one with a star in each"
        return
    if not head[1]:
        yield "no rows: which of docs/rows.txt it shows"
    body = text[head.end():]
    if body.count("\n") > LINES_MAX:
        yield f"{body.count(chr(10))} lines below its head, more than {LINES_MAX}"
    if not re.match(r"#(include|define)\b", body):
        yield "includes do not follow its head"
    main = body.partition("\nint main(int argc")[2]
    takes_words = re.search(r"\bargv(\[|,| \+)|\bargc [>=!]", main)
    usage = re.search(r"^ \* usage: (\S+)", head[2], re.M)
    if takes_words and not usage:
        yield "takes words; its head has no usage: NAME ..."
    if usage and usage[1] != name:
        yield f"its usage is of {usage[1]}"
    if not re.search(r"\nint main\([^\n]*\)\n{\n(?:(?!\n}).)*\n}\n\Z", body, re.S):
        yield "main does not come last"


def check(root, build=None):
    return [f"{path}: {said}" for path in common.files(root, ".c") if path.startswith("examples/")
            for said in complaints_of(path, common.read(root, path))]


def self_test():
    top = "/* SPDX-License-Identifier: MIT */\n"
    rows, head = "/* rows: F1 */\n", "/* What there is to see. */\n"
    code = "#include <stdio.h>\n\nint main(void)\n{\n\treturn 0;\n}\n"
    words = code.replace("void", "int argc, char **argv").replace("0", "argc > 1")
    usage = "/*\n * What there is.\n *\n * usage: NAME [COUNT]     by default 3\n */\n"

    def expect(text, said):
        common.expect(check, {"examples/a.c": text, "src/b.c": "int b;\n"}, said)

    expect(top + rows + head + code, None)
    expect(top + head + code, "no rows")
    expect(top + rows + code, "no head")
    expect(top + rows + "/* Two\n   lines. */\n" + code, "no head")
    expect(top + rows + head + "\n" * 61 + code, "67 lines")
    expect(top + rows + head + words, "takes words")
    expect(top + rows + usage.replace("NAME", "a") + words, None)
    expect(top + rows + usage.replace("NAME", "b") + words, "its usage is of b")
    expect(top + rows + head + code + "int last;\n", "main does not come last")


if __name__ == "__main__":
    common.main(check, self_test)
