# SPDX-License-Identifier: MIT
"""What libtutti.so gives away is what symbols.txt lists and the headers declare, no more, no less.

After adding a public function: python3 tests/lint/symbols.py --write
"""
import os
import subprocess
import sys

import common
import headers

LIST = "tests/lint/symbols.txt"


# Not the program's to call: src/os/linux/start_main.c says why.
STAND_IN = {"__libc_start_main"}


def exported(library):
    listing = subprocess.run(["nm", "-D", "--defined-only", "--without-symbol-versions", library],
                             check=True, capture_output=True, text=True).stdout
    names = {line.split()[-1] for line in listing.splitlines() if line.split()[-2] != "A"}
    return names - {"TUTTI_0"} - STAND_IN


def declared(root):
    names = set()
    for path in common.files(root, ".h"):
        if path.startswith("include/tutti/"):
            names |= {name for name, _, _ in headers.declarations(common.read(root, path))}
    return names


def listed(root):
    path = os.path.join(root, LIST)
    if not os.path.exists(path):
        return set()
    return {line for line in common.read(root, LIST).splitlines() if line and line[0] != "#"}


def compare(given, promised, written):
    given = given - STAND_IN
    complaints = [f"{s}: exported, but does not start with tutti_"
                  for s in sorted(given) if not s.startswith("tutti_")]
    complaints += [f"{s}: exported, but no header declares it" for s in sorted(given - promised)]
    complaints += [f"{s}: declared, but the library lacks it" for s in sorted(promised - given)]
    complaints += [f"{s}: exported, but not in {LIST}" for s in sorted(given - written)]
    complaints += [f"{s}: in {LIST}, but not exported" for s in sorted(written - given)]
    return complaints


def check(root, build):
    library = os.path.join(build, "libtutti.so")
    if not os.path.exists(library):
        return [f"{library} is not there; build first"]
    return compare(exported(library), declared(root), listed(root))


def self_test():
    same = {"tutti_a", "tutti_b"}
    assert compare(same, same, same) == []
    assert "no header" in compare(same | {"tutti_c"}, same, same | {"tutti_c"})[0]
    assert "does not start" in compare(same | {"leak"}, same | {"leak"}, same | {"leak"})[0]
    assert "library lacks" in compare(same, same | {"tutti_c"}, same)[0]
    assert "not in" in compare(same, same, {"tutti_a"})[0]
    assert "not exported" in compare(same, same, same | {"tutti_c"})[0]
    with common.tree({"x.c": "int tutti_x(void); int tutti_x(void) { return 1; }\n"
                             "__attribute__((visibility(\"hidden\"))) int tu_x(void);\n"
                             "int tu_x(void) { return 2; }\n"}) as root:
        library = os.path.join(root, "libx.so")
        subprocess.run([os.environ.get("CC", "cc"), "-shared", "-fPIC", "-nostdlib", "-o", library,
                        os.path.join(root, "x.c")], check=True)
        assert exported(library) == {"tutti_x"}, exported(library)


if __name__ == "__main__":
    if "--write" in sys.argv:
        build = os.path.join(common.ROOT, "build/dev")
        with open(os.path.join(common.ROOT, LIST), "w", encoding="utf-8") as f:
            f.write("# Every symbol libtutti.so exports; symbols.py --write renews this list.\n")
            f.write("".join(s + "\n" for s in sorted(exported(f"{build}/libtutti.so"))))
    else:
        common.main(check, self_test)
