# SPDX-License-Identifier: MIT
"""Every atomic access names its order, says why, and each release has its acquire.

Outside src/base/atomic.h (and TUTTI_LOAD/TUTTI_STORE's header) no builtin, no <stdatomic.h>, no
__sync. A comment stands on or shortly before each wrapper call. A comment "[park-1] release: ..."
marks one end of a pair; a tag with one end only fails.
"""
import re

import common

HOMES = ("src/base/atomic.h", "include/tutti/race.h")
RAW = re.compile(r"\b(__atomic_\w+|__sync_\w+|_Atomic\b|atomic_(?:load|store|exchange|fetch|init|"
                 r"compare|thread)\w*|__ATOMIC_\w+)|<stdatomic\.h>")
CALL = re.compile(r"\btu_(?:load|store|swap|add|sub|or|and|cas|cas_weak|fence)_"
                  r"(?:rlx|acq|rel|acqrel|seq)\b")
TAG = re.compile(r"\[([a-z][a-z0-9]*(?:-[a-z0-9]+)*-\d+)\]((?:\s*\*?\s*\[[a-z0-9-]+\])*)"
                 r"([^:;.\[]{0,60})")
NEAR = 8


def comments(text):
    """The comments of a source: everything that without_comments blanks, the rest blanked."""
    code = common.without_comments(text, strings=False)
    return "".join(c if c != k or c == "\n" else " " for c, k in zip(text, code))


def ends(path, text):
    """{tag: {"release", "acquire"}} of the pairs a file marks."""
    found = {}
    for tag, _, rest in TAG.findall(comments(text)):
        both = re.search(r"\bacq_?rel\b", rest)
        for end in ("release", "acquire"):
            if both or re.search(rf"\b{end}\b", rest):
                found.setdefault(tag, {}).setdefault(end, path)
    return found


def uncommented(text):
    """Line numbers of wrapper calls with no comment near."""
    said = comments(text).splitlines()
    code = common.without_comments(text).splitlines()
    for number, line in enumerate(code):
        if CALL.search(line) and not re.match(r"\s*#", line):
            if not any(s.strip() for s in said[max(0, number - NEAR):number + 1]):
                yield number + 1


def check(root, build=None):
    complaints, tags, allowed = [], {}, common.Exceptions(root, "atomics")
    for path in common.files(root, ".c", ".h"):
        if not path.startswith(("src/", "include/", "cli/", "examples/")) or path in HOMES:
            continue
        text = common.read(root, path)
        code = common.without_comments(text)
        for match in RAW.finditer(code):
            if not allowed.allows(path):
                line = code.count("\n", 0, match.start()) + 1
                complaints.append(f"{path}:{line}: {match.group(0)}: use base/atomic.h")
        complaints += [f"{path}:{n}: no comment says why this order" for n in uncommented(text)
                       if not allowed.allows(path)]
        for tag, both in ends(path, text).items():
            tags.setdefault(tag, {}).update(both)
    for tag, both in sorted(tags.items()):
        if len(both) == 1:
            (end, path), = both.items()
            missing = "acquire" if end == "release" else "release"
            complaints.append(f"{path}: [{tag}] {end} has no {missing} with this tag")
    return complaints + allowed.unused()


def self_test():
    release = "\t/* [a-1] release: x is filled; acquired in y */\n\ttu_store_rel(&x, 1);\n"
    acquire = "\t/* [a-1] acquire */\n\ttu_load_acq(&x);\n"
    common.expect(check, {"src/a/a.c": release, "src/b/b.c": acquire}, None)
    common.expect(check, {"src/a/a.c": "\t/* [a-1] acqrel: both */\n\ttu_swap_acqrel(&x, 1);\n"},
                  None)
    common.expect(check, {"src/a/a.c": release}, "[a-1] release has no acquire")
    common.expect(check, {"src/a/a.c": acquire}, "[a-1] acquire has no release")
    common.expect(check, {"src/a/a.c": "\ttu_store_rel(&x, 1);\n"}, "no comment")
    common.expect(check, {"src/a/a.c": "__atomic_load_n(&x, 0);\n"}, "use base/atomic.h")
    common.expect(check, {"cli/a.c": "#include <stdatomic.h>\n"}, "use base/atomic.h")
    common.expect(check, {"src/base/atomic.h": "__atomic_load_n(&x, 0);\n"}, None)
    common.expect(check, {"src/a/a.c": "/* like __atomic_load_n */\n"}, None)


if __name__ == "__main__":
    common.main(check, self_test)
