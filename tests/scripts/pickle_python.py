# SPDX-License-Identifier: MIT
# ctest: TIMEOUT 900 LABELS no-valgrind
"""Pickles beside Python's own, by each CPython that is found here.

Each of them makes values of all kinds and pickles them with all its protocols from 2 on. They are
read and written here, and the same interpreter reads what came of them, with its pickle in C and
the one in Python, and compares. What is only passed on is compared too, loops in it included.
"""
import collections
import ctypes
import datetime
import decimal
import enum
import glob
import math
import os
import pickle
import random
import re
import shutil
import struct
import subprocess
import sys
import tempfile

LONG = bool(os.environ.get("TUTTI_TORTURE"))
ROUNDS = 6000 if LONG else 150
SEED = 20240229
LOOP = -40


# -- what both sides know: made again from the same numbers, so that nothing else need be sent ---


class Point:
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __eq__(self, other):
        return type(other) is Point and same(self.__dict__, other.__dict__)

    def __hash__(self):
        return 7


class Slotted:
    __slots__ = ("left", "right")

    def __init__(self, left, right):
        self.left, self.right = left, right

    def __eq__(self, other):
        return (type(other) is Slotted and same(self.left, other.left)
                and same(self.right, other.right))


class Called:
    def __init__(self, *args, **kwargs):
        self.args, self.kwargs = args, kwargs

    def __reduce__(self):
        return Called, self.args

    def __eq__(self, other):
        return type(other) is Called and same(self.args, other.args)


class Words(list):
    pass


class Named(dict):
    pass


class Keyed:
    def __new__(cls, *, key):
        self = object.__new__(cls)
        self.key = key
        return self

    def __getnewargs_ex__(self):
        return (), {"key": self.key}

    def __eq__(self, other):
        return type(other) is Keyed and same(self.key, other.key)


class Node:
    """In a loop."""

    def __init__(self, name):
        self.name, self.me, self.children = name, self, [self, name]

    def __eq__(self, other):
        return (type(other) is Node and other.me is other and self.name == other.name
                and other.children[0] is other)


Color = enum.Enum("Color", "RED GREEN")
Pair = collections.namedtuple("Pair", "a b")


def same(a, b):
    """Equal, of the same types, in the same order; a float that is no number too."""
    if type(a) is not type(b):
        return False
    if isinstance(a, float):
        return struct.pack("d", a) == struct.pack("d", b) or (a != a and b != b)
    if isinstance(a, dict):
        if isinstance(a, collections.defaultdict) and a.default_factory != b.default_factory:
            return False
        return len(a) == len(b) and all(
            same(x, y) and same(a[x], b[y]) for x, y in zip(a, b))
    if isinstance(a, (list, tuple, collections.deque)):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, BaseException):
        return same(a.args, b.args) and same(a.__dict__, b.__dict__)
    if isinstance(a, (set, frozenset)):
        return len(a) == len(b) and sorted(map(repr, a)) == sorted(map(repr, b))
    if isinstance(a, decimal.Decimal):
        return repr(a) == repr(b)
    return a == b


def integer(r):
    bits = 1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 61, 62, 63, 64, 65, 300, 2100
    n = r.getrandbits(r.choice(bits))
    return r.choice((n, -n, n + 1, -n - 1, 1 << n.bit_length(), -(1 << n.bit_length())))


def floating(r):
    if r.randrange(4):
        return r.choice((0.0, -0.0, 1.5, 1e300, 5e-324, math.inf, -math.inf, math.nan, 1e-80))
    return struct.unpack("d", struct.pack("Q", r.getrandbits(64)))[0]


def text(r, surrogates=True):
    pool = ["a", "b", "\n", "\0", "\x7f", "\xe4", "\u20ac", "\U0001f600", "word ", "'"]
    if surrogates:
        pool.append("\ud800")
    n = r.choice((0, 1, 2, 5, 20, 255, 256, 300))
    return "".join(r.choice(pool[:1 + r.randrange(len(pool))]) for _ in range(n))


def octets(r):
    n = r.choice((0, 1, 2, 3, 255, 256, 300))
    return bytes(r.getrandbits(8) for _ in range(n))


def hashable(r, depth):
    what = r.randrange(9 if depth > 0 else 6)
    if what < 6:
        return (None, True, integer(r), floating(r), text(r), octets(r))[what]
    if what == 6:
        return tuple(hashable(r, depth - 1) for _ in range(r.randrange(4)))
    return frozenset(integer(r) for _ in range(r.randrange(3))) if what == 7 else Color.RED


def plain(r, depth, foreign=True):
    what = r.randrange(12 if depth > 0 else 6)
    if what < 6:
        return (None, bool(r.getrandbits(1)), integer(r), floating(r), text(r, foreign),
                octets(r))[what]
    n = r.choice((0, 1, 2, 3, 4, 5, 9))
    items = [value(r, depth - 1) if foreign else plain(r, depth - 1, False) for _ in range(n)]
    if what < 8:
        return items
    if what < 10:
        return tuple(items)
    if what == 10 and foreign:
        return {hashable(r, depth - 1) for _ in range(n)}
    if foreign:
        return {hashable(r, depth - 1): item for item in items}
    return {r.choice((integer, octets))(r): item for item in items}


def special(r, depth):
    a, b = value(r, depth - 1), value(r, depth - 1)
    words = Words([a, b])
    words.extra = a
    error = ValueError("wrong", 1)
    error.reason = "why"
    named = Named({"k": a})
    named.late = b
    return r.choice((
        lambda: bytearray(octets(r)), lambda: frozenset(hashable(r, 0) for _ in range(4)),
        lambda: complex(1.5, -2), lambda: range(1, 9, 2), lambda: Point(a, b),
        lambda: Slotted(a, b),
        lambda: Called(a, b), lambda: words, lambda: named, lambda: Keyed(key=a),
        lambda: [Point(1, a), Point(1, a)], lambda: Node("n"), lambda: (a, a, [a, b, b]),
        lambda: collections.OrderedDict([("x", a), ("y", b)]), lambda: collections.deque([a, b]),
        lambda: collections.Counter("hello"), lambda: collections.defaultdict(list, {1: 2}),
        lambda: decimal.Decimal("1.50"), lambda: datetime.datetime(2024, 2, 29, 12, 30),
        lambda: Color.GREEN, lambda: Pair(a, b), lambda: error, lambda: OSError(2, "no such"),
        lambda: KeyError("k"), lambda: StopIteration(), lambda: Point, lambda: len, lambda: set,
        lambda: {"shared": [a, a], "again": [a]}, lambda: list(range(2500)),
        lambda: {i: i for i in range(1200)}, lambda: set(range(1100)),
        lambda: ["x" * 70000, b"y" * 70000, "x" * 70000], lambda: slice(1, 2, None)
        if sys.version_info >= (3, 8) else None))()


def value(r, depth):
    return special(r, depth) if depth > 0 and r.randrange(5) == 0 else plain(r, depth)


def loops():
    inside = []
    inside.append(inside)
    within = ([],)
    within[0].append(within)
    under = {}
    under["me"] = [under]
    return [inside, within, under]


def shapes():
    """Pairs of a value and whether all of it is a value there too, without anything opaque."""
    r = random.Random(SEED)
    for i in range(ROUNDS):
        if i % 3 == 0:
            yield plain(r, 3, False), True
        else:
            yield value(r, r.randrange(4)), False


def requests():
    """Calls of a manager, whose item is passed on as it came."""
    r = random.Random(SEED + 1)
    items = [value(r, 3) for _ in range(ROUNDS // 4)] + [Node("x"), "put", "7f00", ("put",)]
    for i, item in enumerate(items + loops()):
        shared = [item]
        yield "7f00", "put", (item,), {}
        yield "7f00", "put", (), {"item": item, "timeout": 1.5, "block": True}
        if i < len(items):  # a copy of a loop is longer by a round
            yield "7f00", "put", (shared, shared, item, True, None), {"timeout": item}


def protocols():
    return range(2, pickle.HIGHEST_PROTOCOL + 1)


def put_all(file, values):
    for v in values:
        for protocol in protocols():
            data = pickle.dumps(v, protocol)
            file.write(struct.pack("<Q", len(data)) + data)


def get_all(file):
    while True:
        head = file.read(8)
        if not head:
            return
        yield file.read(struct.unpack("<Q", head)[0])


def alike(a, b):
    """As same; what is in a loop by what it looks like."""
    try:
        return same(a, b)
    except RecursionError:
        return repr(a) == repr(b)


def child(what, path):
    values = [v for v, _ in shapes()] if what.endswith("values") else list(requests())
    if what.startswith("put"):
        with open(path, "wb") as file:
            put_all(file, values)
        return
    with open(path, "rb") as file:
        answers = get_all(file)
        for i, v in enumerate(values):
            for protocol in protocols():
                data = next(answers)
                for load in pickle.loads, pickle._loads:
                    # A set's order, so that of the first of two equal to a key, is not kept.
                    got = load(data)
                    assert alike(v, got), (sys.version, i, protocol, repr(v)[:300], repr(got)[:300])
        assert next(answers, None) is None


# -- tutti's side -------------------------------------------------------------------------------


class Bytes(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("size", ctypes.c_size_t), ("owner", ctypes.c_void_p)]


class Fault(ctypes.Structure):
    _fields_ = [("at", ctypes.c_size_t), ("text", ctypes.c_char * 120)]


class Options(ctypes.Structure):
    _fields_ = [("size_max", ctypes.c_size_t), ("items_max", ctypes.c_size_t),
                ("whole_max", ctypes.c_size_t), ("depth_max", ctypes.c_uint),
                ("whole_from", ctypes.c_uint), ("classes", ctypes.c_int),
                ("plain", ctypes.c_bool), ("reserved", ctypes.c_uint64 * 2)]


class Refused(Exception):
    pass


def library():
    tutti = ctypes.CDLL(os.path.join(os.environ["TUTTI_BUILD_DIR"], "libtutti.so"))
    place, out = ctypes.POINTER(ctypes.c_void_p), ctypes.POINTER(Bytes)
    tutti.tutti_value_from_pickle.argtypes = [
        place, ctypes.c_char_p, ctypes.c_size_t, ctypes.POINTER(Options), ctypes.POINTER(Fault)]
    tutti.tutti_value_decode.argtypes = [
        place, ctypes.c_char_p, ctypes.c_size_t, ctypes.POINTER(Fault)]
    tutti.tutti_value_unref.argtypes = [ctypes.c_void_p]
    tutti.tutti_value_unref.restype = None
    for name in "to_pickle", "repr", "encode":
        getattr(tutti, "tutti_value_" + name).argtypes = [out, ctypes.c_void_p]
    return tutti


def read(tutti, data, **options):
    v, fault = ctypes.c_void_p(), Fault()
    code = tutti.tutti_value_from_pickle(v, data, len(data), Options(**options), fault)
    if code < 0:
        raise Refused(code, fault.text)
    return v


def write(tutti, v, how):
    out = Bytes()
    code = getattr(tutti, "tutti_value_" + how)(out, v)
    if code < 0:
        raise Refused(code)
    data = ctypes.string_at(out.data, out.size)
    tutti.tutti_bytes_free(ctypes.byref(out))
    return data


def through_own_form(tutti, v):
    data, again = write(tutti, v, "encode"), ctypes.c_void_p()
    assert tutti.tutti_value_decode(again, data, len(data), None) == 0
    assert write(tutti, again, "encode") == data
    tutti.tutti_value_unref(v)
    return again


def interpreters():
    """{version: path} of every CPython from 3.6 on."""
    found = {}
    names = [os.path.join(d, n) for d in os.environ.get("PATH", "").split(os.pathsep)
             if os.path.isdir(d) for n in os.listdir(d) if re.fullmatch(r"python3(\.\d+)?", n)]
    root = os.environ.get("PYENV_ROOT", os.path.expanduser("~/.pyenv"))
    names += glob.glob(os.path.join(glob.escape(root), "versions", "3.*", "bin", "python3"))
    for path in [sys.executable] + names:
        try:
            version = subprocess.run(
                [path, "-c", "import sys; print(sys.implementation.name, *sys.version_info[:3])"],
                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=250,
                universal_newlines=True).stdout.split()
        except (OSError, subprocess.TimeoutExpired):
            continue
        if version[:1] == ["cpython"] and (3, 6) <= tuple(map(int, version[1:])):
            found.setdefault(tuple(version[1:]), path)
    return found


def run(path, *args):
    subprocess.run([path, "-B", os.path.abspath(__file__), *args], check=True, timeout=850)


def pass_through(tutti, source, target, **options):
    n = 0
    with open(source, "rb") as file, open(target, "wb") as out:
        for data in get_all(file):
            v = read(tutti, data, **options)
            if n % 4 == 0:
                v = through_own_form(tutti, v)
            data = write(tutti, v, "to_pickle")
            tutti.tutti_value_unref(v)
            out.write(struct.pack("<Q", len(data)) + data)
            n += 1
    return n


def check_interpreter(tutti, path, folder):
    n = 0
    source, target = os.path.join(folder, "theirs"), os.path.join(folder, "ours")
    for what, options in ("values", {}), ("requests", {"whole_from": 2}):
        run(path, "put-" + what, source)
        n += pass_through(tutti, source, target, **options)
        run(path, "get-" + what, target)
    return n


def check_here(tutti):
    """What is read is what Python has: by its repr. And loops are refused."""
    n = 0
    for v, all_plain in shapes():
        for protocol in protocols() if all_plain else ():
            got = read(tutti, pickle.dumps(v, protocol))
            assert write(tutti, got, "repr").decode() == repr(v), (protocol, repr(v)[:300])
            tutti.tutti_value_unref(got)
            n += 1
    for v in loops():
        for protocol in protocols():
            try:
                read(tutti, pickle.dumps(v, protocol))
            except Refused as e:
                assert e.args[0] == LOOP, e
            else:
                raise AssertionError(v)
    return n


def main():
    if os.environ.get("TUTTI_SANITIZE"):
        print("skipped: the interpreter is not built with the sanitizer")
        return 77
    tutti = library()
    print(check_here(tutti), "read here")
    found = interpreters()
    assert found
    for version, path in sorted(found.items(), key=lambda item: tuple(map(int, item[0]))):
        folder = tempfile.mkdtemp()
        try:
            n = check_interpreter(tutti, path, folder)
        finally:
            shutil.rmtree(folder)
        print("CPython", ".".join(version), n, "there and back", flush=True)
    return 0


if __name__ == "__main__":
    if len(sys.argv) > 1:
        child(sys.argv[1], sys.argv[2])
    else:
        sys.exit(main())
