# SPDX-License-Identifier: MIT
"""What a library gives away is what its list names and the headers declare, no more, no less:
libtutti.so and symbols.txt, libtutti-net.so and symbols_net.txt. An archive, in which nothing is
hidden, has no name that a program might have too.

After adding a public function: python3 tests/lint/symbols.py --write
"""
import os
import subprocess
import sys

import common
import headers

LISTS = {"libtutti.so": "tests/lint/symbols.txt", "libtutti-net.so": "tests/lint/symbols_net.txt"}
MAY_LACK = "libtutti-net.so"  # of a build without c-ares or OpenSSL

# Not the program's to call: src/os/linux/start_main.c says why.
STAND_IN = {"__libc_start_main"}


def exported(library):
    listing = subprocess.run(["nm", "-D", "--defined-only", "--without-symbol-versions", library],
                             check=True, capture_output=True, text=True).stdout
    names = {line.split()[-1] for line in listing.splitlines() if line.split()[-2] != "A"}
    return names - STAND_IN


def archived(archive):
    listing = subprocess.run(["nm", "-g", "--defined-only", archive], check=True,
                             capture_output=True, text=True).stdout
    return {line.split()[-1] for line in listing.splitlines() if len(line.split()) == 3}


def foreign(names):
    return sorted(s for s in names - STAND_IN if not s.startswith(("tutti_", "tu_", "__x86_")))


def declared(root):
    names = set()
    for path in common.files(root, ".h"):
        if path.startswith("include/tutti/"):
            names |= {name for name, _, _ in headers.declarations(common.read(root, path))}
    return names


def listed(root, path):
    if not os.path.exists(os.path.join(root, path)):
        return set()
    return {line for line in common.read(root, path).splitlines() if line and line[0] != "#"}


def compare(given, promised, written, path):
    given = given - STAND_IN
    complaints = [f"{s}: exported, but does not start with tutti_"
                  for s in sorted(given) if not s.startswith("tutti_")]
    complaints += [f"{s}: exported, but no header declares it" for s in sorted(given - promised)]
    complaints += [f"{s}: declared, but the library lacks it" for s in sorted(promised - given)]
    complaints += [f"{s}: exported, but not in {path}" for s in sorted(given - written)]
    complaints += [f"{s}: in {path}, but not exported" for s in sorted(written - given)]
    return complaints


def check(root, build):
    complaints, promised = [], declared(root)
    for library, path in LISTS.items():
        others = set().union(*(listed(root, p) for p in LISTS.values() if p != path))
        full = os.path.join(build, library)
        if os.path.exists(full):
            complaints += compare(exported(full), promised - others, listed(root, path), path)
        elif library != MAY_LACK:
            complaints.append(f"{full} is not there; build first")
        archive = full.replace(".so", ".a")
        if os.path.exists(archive):
            complaints += [f"{s}: in {archive}, but starts neither with tutti_ nor with tu_"
                           for s in foreign(archived(archive))]
    return complaints


def write(build):
    for library, path in LISTS.items():
        full = os.path.join(build, library)
        if os.path.exists(full):
            with open(os.path.join(common.ROOT, path), "w", encoding="utf-8") as f:
                f.write(f"# Every symbol {library} exports; symbols.py --write renews this list.\n")
                f.write("".join(s + "\n" for s in sorted(exported(full))))


def self_test():
    same = {"tutti_a", "tutti_b"}

    def said(given, promised, written):
        return compare(given, promised, written, "list")

    assert said(same, same, same) == []
    assert foreign({"tutti_a", "tu_b", "llhttp_init"}) == ["llhttp_init"]
    assert "no header" in said(same | {"tutti_c"}, same, same | {"tutti_c"})[0]
    assert "does not start" in said(same | {"leak"}, same | {"leak"}, same | {"leak"})[0]
    assert "library lacks" in said(same, same | {"tutti_c"}, same)[0]
    assert "not in list" in said(same, same, {"tutti_a"})[0]
    assert "not exported" in said(same, same, same | {"tutti_c"})[0]
    with common.tree({"x.c": "int tutti_x(void); int tutti_x(void) { return 1; }\n"
                             "__attribute__((visibility(\"hidden\"))) int tu_x(void);\n"
                             "int tu_x(void) { return 2; }\n"}) as root:
        library = os.path.join(root, "libx.so")
        subprocess.run([os.environ.get("CC", "cc"), "-shared", "-fPIC", "-nostdlib", "-o", library,
                        os.path.join(root, "x.c")], check=True)
        assert exported(library) == {"tutti_x"}, exported(library)


if __name__ == "__main__":
    if "--write" in sys.argv:
        write(os.path.join(common.ROOT, "build/dev"))
    else:
        common.main(check, self_test)
