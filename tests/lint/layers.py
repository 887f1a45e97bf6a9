# SPDX-License-Identifier: MIT
"""Lower rooms never see higher ones: layers.txt says who may see whom.

Twice checked: every #include is read; then the objects of each room are linked into one, and no
symbol it leaves undefined may be defined in a room it may not see. The second catches what a bare
extern hides from the first. The rooms of libtutti-net see of libtutti what any program sees.
"""
import os
import re
import subprocess

import common

# The one way up, which the linker alone takes: src/core/startup.h says why.
STARTUP = "tu_startup_"
PUBLIC = "tutti_"
NET = ("net", "dist")
OUTSIDE = ("cli", "examples", "bench")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(["<])([^">]+)[">]', re.M)


def parse(text):
    """{room: set of rooms it may see}; for OUTSIDE None: public headers only."""
    layers = {}
    for line in text.splitlines():
        line = line.split("#")[0]
        for names, seen in re.findall(r"([\w, ]+?): *(.*?)(?=$|   *[\w, ]+:)", line):
            seen = seen.strip()
            for name in re.split(r"[, ]+", names.strip()):
                public = "include/tutti only" in seen
                layers[name] = None if public else set(seen.replace("-", "").split())
    return layers


def cycles(layers):
    """Complaints about rooms that can reach themselves."""
    found = []
    for start in layers:
        reached, todo = set(), list(layers[start] or ())
        while todo:
            room = todo.pop()
            if room not in reached:
                reached.add(room)
                todo.extend(layers.get(room) or ())
        if start in reached:
            found.append(f"layers.txt: {start} can see itself")
        found += [f"layers.txt: {start} names {r}, which has no line"
                  for r in sorted((layers[start] or set()) - set(layers))]
    return found


def includes(root, layers):
    complaints = []
    for path in common.files(root, ".c", ".h", ".S", ".cpp"):
        parts = path.split("/")
        if parts[0] == "src" and len(parts) > 2:
            room = parts[1]
        elif parts[0] in OUTSIDE:
            room = parts[0]
        elif parts[0] == "include":
            room = "include"
        else:
            continue
        if room != "include" and room not in layers:
            complaints.append(f"{path}: room {room} has no line in layers.txt")
            continue
        text = common.without_comments(common.read(root, path), strings=False)
        for quote, name in INCLUDE.findall(text):
            complaints += judge(root, layers, path, room, quote, name)
    return complaints


def judge(root, layers, path, room, quote, name):
    """Complaints about one #include of one file."""
    if name.startswith("tutti/"):
        exists = os.path.isfile(os.path.join(root, "include", name))
        return [] if exists else [f"{path}: no public header {name}"]
    target = name.split("/")[0]
    if room == "include":
        return [f"{path}: a public header may not include {name}"] \
            if quote == '"' or target in layers else []
    if os.path.isfile(os.path.join(root, os.path.dirname(path), name)) and quote == '"':
        # Beside the file itself: fine outside src, where includes are written from src.
        return [] if room in OUTSIDE else [f"{path}: write {name} from src/: {room}/{name}"]
    if not os.path.isfile(os.path.join(root, "src", name)):
        if room in OUTSIDE and os.path.isfile(os.path.join(root, room, name)):
            return []
        return [f"{path}: {name} is not found from src/"] if quote == '"' else []
    if layers[room] is None:
        return [f"{path}: {room} may use include/tutti only, not {name}"]
    if target == room or target in layers[room]:
        return []
    return [f"{path}: {room} may not see {target} ({name})"]


def room_objects(root, build):
    """{room: object files} of both libraries in a build directory, less those of old sources."""
    rooms = {}
    for library in ("tutti_objects", "tutti_net_objects"):
        base = os.path.join(build, f"CMakeFiles/{library}.dir/src")
        for directory, _, names in os.walk(base):
            folder = os.path.relpath(directory, base)
            for name in names:
                source = os.path.join(root, "src", folder, name[:-2])
                if name.endswith(".o") and os.path.exists(source):
                    room = folder.split("/")[0]
                    rooms.setdefault(room, []).append(os.path.join(directory, name))
    return rooms


def symbols(objects, merged):
    """(defined, undefined) global names of the objects linked into one."""
    subprocess.run(["ld", "-r", "-o", merged] + objects, check=True)
    listing = subprocess.run(["nm", "-g", merged], check=True, capture_output=True,
                             text=True).stdout
    defined, undefined = set(), set()
    for line in listing.splitlines():
        words = line.split()
        (undefined if words[-2] in "Uwv" else defined).add(words[-1])
    return defined, undefined


def linked(layers, rooms):
    complaints, defined, undefined = [], {}, {}
    with common.tree({}) as work:
        for room, objects in rooms.items():
            merged = os.path.join(work, room + ".o")
            defined[room], undefined[room] = symbols(objects, merged)
    owner = {s: room for room, names in defined.items() for s in names}
    for room in sorted(undefined):
        for symbol in sorted(undefined[room]):
            target = owner.get(symbol, room)
            if room == "core" and symbol.startswith(STARTUP):
                continue
            if room in NET and target not in NET and symbol.startswith(PUBLIC):
                continue
            if target != room and target not in (layers.get(room) or set()):
                complaints.append(f"{room} uses {symbol}, which is defined in {target}")
    return complaints


def check(root, build=None):
    layers = parse(common.read(root, "tests/lint/layers.txt"))
    complaints = cycles(layers) + includes(root, layers)
    rooms = room_objects(root, build) if build else {}
    if build and not rooms:
        complaints.append(f"{build}: no objects of the library; build first")
    return complaints + linked(layers, rooms)


def self_test():
    with open(os.path.join(common.HERE, "layers.txt"), encoding="utf-8") as f:
        text = f.read()
    layers = parse(text)
    assert layers["base"] == set() and layers["core"] == {"os", "base"}, layers
    assert layers["cli"] is None and layers["bench"] is None and len(layers) == 18, layers
    good = {"tests/lint/layers.txt": text, "include/tutti/a.h": "#include <stddef.h>\n",
            "src/base/x.h": "", "src/os/y.c": '#include "base/x.h"\n#include <tutti/a.h>\n'}
    common.expect(check, good, None)
    for path, line, needle in (
            ("src/base/bad.c", '#include "os/os.h"', "base may not see os"),
            ("src/sync/bad.c", '#include "os/os.h"', "sync may not see os"),
            ("src/os/bad.c", '#include "y.h"', "from src/"),
            ("src/os/bad.c", '#include "gone/y.h"', "not found"),
            ("src/net/bad.c", '#include "os/os.h"', "net may not see os"),
            ("src/attic/bad.c", "", "has no line"),
            ("cli/bad.c", '#include "base/x.h"', "include/tutti only"),
            ("examples/bad.c", "#include <base/x.h>", "include/tutti only"),
            ("include/tutti/b.h", '#include "base/x.h"', "public header may not"),
            ("tests/lint/layers.txt", text + "\nodd: odder\nodder: odd\n", "can see itself")):
        common.expect(check, {**good, "src/os/os.h": "", "src/os/y.h": "", path: line}, needle)
    sources = {"src/base/low.c": "extern int tu_high(void);\nint tu_low(void);\n"
                                 "int tu_low(void) { return tu_high(); }\n",
               "src/core/high.c": "int tu_high(void);\nint tu_high(void) { return 1; }\n"}

    first = sources

    def compile_and_link(root):
        for path in sources:
            out = os.path.join(root, "CMakeFiles/tutti_objects.dir", path + ".o")
            os.makedirs(os.path.dirname(out), exist_ok=True)
            subprocess.run([os.environ.get("CC", "cc"), "-c", "-o", out,
                            os.path.join(root, path)], check=True)
        return linked(layers, room_objects(root, root))

    common.expect(compile_and_link, sources, "base uses tu_high, which is defined in core")
    up = {p.replace("core", "observe").replace("base", "core"): t for p, t in sources.items()}
    sources = {p: t.replace("tu_high", "tu_startup_high") for p, t in up.items()}
    common.expect(compile_and_link, sources, None)
    sources = up
    common.expect(compile_and_link, sources, "core uses tu_high, which is defined in observe")
    sources = {p.replace("core", "base").replace("observe", "core"): t for p, t in up.items()}
    sources = {p.replace("base", "x").replace("core", "base").replace("x", "core"): t
               for p, t in sources.items()}
    common.expect(compile_and_link, sources, None)
    sources = {p.replace("base", "net"): t for p, t in first.items()}
    common.expect(compile_and_link, sources, "net uses tu_high, which is defined in core")
    sources = {p: t.replace("tu_", "tutti_") for p, t in sources.items()}
    common.expect(compile_and_link, sources, None)


if __name__ == "__main__":
    common.main(check, self_test)
