# SPDX-License-Identifier: MIT
"""Python's values of all kinds, made from a random.Random: the same in each interpreter."""
import collections
import datetime
import decimal
import enum
import math
import struct
import sys


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


def alike(a, b):
    """As same; what is in a loop by what it looks like."""
    try:
        return same(a, b)
    except RecursionError:
        return repr(a) == repr(b)
