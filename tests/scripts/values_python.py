# SPDX-License-Identifier: MIT
# rows: +values
# ctest: TIMEOUT 900 LABELS no-valgrind
"""Values beside Python's own: repr, JSON both ways, and tutti's own form by an encoder of its own.

That encoder is written from docs/values.md. What is compared is bounded, and longer in torture.
"""
import ctypes
import json
import math
import os
import random
import struct
import sys
import unicodedata

LONG = bool(os.environ.get("TUTTI_TORTURE"))
SEED = 20240229
PROTO, RANGE = -5301, -34


class Bytes(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("size", ctypes.c_size_t), ("owner", ctypes.c_void_p)]


class Options(ctypes.Structure):
    _fields_ = [("indent", ctypes.c_int), ("spaced", ctypes.c_bool), ("ascii", ctypes.c_bool),
                ("nan", ctypes.c_bool), ("reserved", ctypes.c_uint64 * 2)]


class Fault(ctypes.Structure):
    _fields_ = [("at", ctypes.c_size_t), ("text", ctypes.c_char * 120)]


if os.environ.get("TUTTI_SANITIZE"):
    print("skipped: the interpreter is not built with the sanitizer")
    sys.exit(77)
TUTTI = ctypes.CDLL(os.path.join(os.environ["TUTTI_BUILD_DIR"], "libtutti.so"))
TUTTI.tutti_value_unref.argtypes = [ctypes.c_void_p]
TUTTI.tutti_value_unref.restype = None
OUT, SIZE, PLACE = ctypes.POINTER(Bytes), ctypes.c_size_t, ctypes.POINTER(ctypes.c_void_p)
for name, arguments in {
        "repr": (OUT, ctypes.c_void_p), "str": (OUT, ctypes.c_void_p),
        "encode": (OUT, ctypes.c_void_p),
        "decode": (PLACE, ctypes.c_char_p, SIZE, ctypes.POINTER(Fault)),
        "to_json": (OUT, ctypes.c_void_p, ctypes.POINTER(Options), ctypes.POINTER(Fault)),
        "from_json": (PLACE, ctypes.c_char_p, SIZE, ctypes.POINTER(Options),
                      ctypes.POINTER(Fault))}.items():
    getattr(TUTTI, "tutti_value_" + name).argtypes = arguments


class Refused(Exception):
    pass


class Value:
    """One of tutti's, from tutti's own form or from JSON."""

    def __init__(self, data=None, text=None, nan=True):
        self.v, fault = ctypes.c_void_p(), Fault()
        if text is None:
            code = TUTTI.tutti_value_decode(self.v, data, len(data), fault)
        else:
            code = TUTTI.tutti_value_from_json(self.v, text, len(text), Options(nan=nan), fault)
        if code < 0:
            assert fault.text.startswith(b"at byte %d: " % fault.at), fault.text
            raise Refused(code, fault.text.decode())

    def __del__(self):
        TUTTI.tutti_value_unref(self.v)

    def get(self, what, *more):
        out = Bytes()
        code = getattr(TUTTI, "tutti_value_" + what)(out, self.v, *more)
        if code < 0:
            raise Refused(code)
        data = ctypes.string_at(out.data, out.size)
        TUTTI.tutti_bytes_free(ctypes.byref(out))
        return data

    def json(self, **options):
        return self.get("to_json", Options(**options), None).decode()


# -- tutti's own form, from docs/values.md ------------------------------------------------------


def number(n):
    out = bytearray()
    while n >= 0x80:
        out.append(n & 0x7f | 0x80)
        n >>= 7
    out.append(n)
    return bytes(out)


def counted(n, short, few, long):
    return bytes([short + n]) if n < few else bytes([long]) + number(n - few)


def encode_int(n):
    if -16 <= n < 128:
        return bytes([n if n >= 0 else 0x90 + n])
    if -2 ** 63 <= n < 2 ** 63:
        return bytes([0xd3]) + number(n - 128) if n > 0 else bytes([0xd4]) + number(-n - 17)
    size = (abs(n).bit_length() + 7) // 8
    return bytes([0xd5 if n > 0 else 0xd6]) + number(size) + abs(n).to_bytes(size, "little")


def encode_value(v):
    if v is None:
        return b"\xd0"
    if isinstance(v, bool):
        return b"\xd2" if v else b"\xd1"
    if isinstance(v, int):
        return encode_int(v)
    if isinstance(v, float):
        return b"\xd7" + (struct.pack("<Q", 0x7ff8 << 48) if v != v else struct.pack("<d", v))
    if isinstance(v, str):
        data = v.encode()
        return counted(len(data), 0x90, 32, 0xd8) + data
    if isinstance(v, bytes):
        return b"\xd9" + number(len(v)) + v
    if isinstance(v, list):
        return counted(len(v), 0xb0, 16, 0xda) + b"".join(map(encode_value, v))
    if isinstance(v, tuple):
        return counted(len(v), 0xc0, 8, 0xdb) + b"".join(map(encode_value, v))
    if isinstance(v, dict):
        return counted(len(v), 0xc8, 8, 0xdc) + b"".join(
            encode_value(x) for pair in v.items() for x in pair)
    return b"\xdd" + number(len(v)) + b"".join(sorted(map(encode_value, v)))


def encode(v):
    return b"\x81" + encode_value(v)


# -- what is compared ---------------------------------------------------------------------------


def doubles(rng, n):
    """Some of each sort: any bits, short ones, powers of two and ten and what is beside them."""
    for _ in range(n):
        sort = rng.randrange(5)
        if sort == 0:
            x = struct.unpack("<d", rng.getrandbits(64).to_bytes(8, "little"))[0]
        elif sort == 1:
            x = round(rng.uniform(-1e6, 1e6), rng.randrange(8))
        elif sort == 2:
            x = rng.random() * 10.0 ** rng.randrange(-20, 22)
        elif sort == 3:
            x = math.ldexp(1, rng.randrange(-1074, 1024))
        else:
            x = float(f"{rng.randrange(1, 1000)}e{rng.randrange(-320, 306)}")
        if x != x or x in (math.inf, -math.inf):
            continue
        yield rng.choice((x, -x, math.nextafter(x, 0), math.nextafter(x, 1e308)))


def compare_doubles(rng):
    special = [0.0, -0.0, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 1e16, 1e15,
               9999999999999998.0, 1e-5, 1e-4, 123456789012345680.0, 1e22, 1e23, 9007199254740993.0,
               2.0 ** -44, 0.1, 1 / 3, 4.35, 2.675]
    for _ in range(50 if LONG else 5):
        xs = special + list(doubles(rng, 40000))
        text = json.dumps(xs)
        ours = Value(encode(xs)).json(spaced=True)
        if ours != text:
            for x, a, b in zip(xs, json.loads(ours), text[1:-1].split(", ")):
                assert repr(a) == b, (x.hex(), repr(a), b)
            for a, b in zip(ours[1:-1].split(", "), text[1:-1].split(", ")):
                assert a == b, (a, b)
        assert Value(text=text.encode()).get("encode") == encode(xs)
        longer = "[" + ", ".join("%.25e" % x for x in xs) + "]"  # more digits than are needed
        assert Value(text=longer.encode()).get("encode") == encode(xs)


def compare_halfway():
    """Decimals just at, below and above the middle between two doubles."""
    texts = []
    for x in (1.0, 2.0 ** 53, 1e23, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308):
        a, b = x.as_integer_ratio(), math.nextafter(x, math.inf)
        if b == math.inf:
            continue
        c = b.as_integer_ratio()
        top, bottom = a[0] * c[1] + c[0] * a[1], 2 * a[1] * c[1]
        digits = 1100
        scaled = top * 10 ** digits // bottom
        for d in (-1, 0, 1):
            s = str(scaled + d).rjust(digits + 1, "0")
            texts.append(s[:-digits] + "." + s[-digits:])
    text = "[" + ",".join(texts) + "]"
    assert Value(text=text.encode()).get("encode") == encode(json.loads(text))


def compare_ints(rng):
    ns = [s * 2 ** e + d for e in range(0, 260) for d in (-1, 0, 1) for s in (1, -1)]
    ns += [s * 10 ** e + d for e in range(0, 120) for d in (-1, 0, 1) for s in (1, -1)]
    ns += [rng.getrandbits(rng.randrange(1, 4000)) * rng.choice((1, -1)) for _ in range(500)]
    text = json.dumps(ns)
    assert Value(encode(ns)).json(spaced=True) == text
    assert Value(encode(ns)).get("repr").decode() == repr(ns)
    assert Value(text=text.encode()).get("encode") == encode(ns)
    try:
        Value(text=b"[1" + b"0" * 100000 + b"]")
        raise AssertionError("100001 digits")
    except Refused:
        pass
    assert Value(text=b"9" * 100000).get("repr") == b"9" * 100000


def compare_code_points():
    codes = [chr(c) for c in range(0x110000) if not 0xd800 <= c < 0xe000]
    ours = Value(encode(codes)).get("repr").decode()
    if unicodedata.unidata_version == "14.0.0":
        assert ours == repr(codes)
    else:  # what was not assigned yet may be by now
        print("Python's Unicode is", unicodedata.unidata_version)
        assert ours.encode("ascii", "backslashreplace").isascii()
    assert Value(encode(codes)).json(ascii=True, spaced=True) == json.dumps(codes)
    assert Value(encode(codes)).json() == json.dumps(codes, ensure_ascii=False,
                                                     separators=(",", ":"))
    assert Value(text=json.dumps(codes).encode()).get("encode") == encode(codes)


TEXTS = ["", "a", "it's", 'say "x"', "both ' and \"", "back\\slash", "\n\r\t\0\x1f\x7f", "\xa0",
         "größe", "汉字", "\U0001f600", "\u2028", "x" * 31, "x" * 32, "y" * 200, "\ud7ff\ue000"]


def value(rng, depth, key=False):
    """A random value; one that can be a key."""
    sort = rng.randrange(9 if depth == 0 or key else 13)
    if sort == 0:
        return rng.choice((None, True, False))
    if sort <= 2:
        return rng.choice((0, 1, -1, -16, -17, 127, 128, 2 ** 61 - 1, 2 ** 61, -2 ** 61 - 1,
                           2 ** 63, 2 ** 64, rng.getrandbits(100), -rng.getrandbits(70)))
    if sort <= 4:
        return next(doubles(rng, 1000))
    if sort <= 6:
        return rng.choice(TEXTS) + rng.choice(("", rng.choice(TEXTS)))
    if sort == 7:
        return bytes(rng.randrange(256) for _ in range(rng.randrange(12)))
    if sort == 8:
        return tuple(value(rng, 0, True) for _ in range(rng.randrange(3)))
    n = rng.choice((0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 20))
    if sort == 9:
        return [value(rng, depth - 1) for _ in range(n)]
    if sort == 10:
        return tuple(value(rng, depth - 1) for _ in range(n))
    if sort == 11:
        return {value(rng, 0, True): value(rng, depth - 1) for _ in range(n)}
    return {value(rng, 0, True) for _ in range(rng.randrange(2))}


def json_value(rng, depth):
    """One that JSON has."""
    v = value(rng, 0)
    if isinstance(v, (bytes, tuple)):
        v = rng.choice(TEXTS)
    if depth == 0 or rng.randrange(3) == 0:
        return v
    n = rng.randrange(6)
    if rng.randrange(2):
        return [json_value(rng, depth - 1) for _ in range(n)]
    keys = (rng.choice(TEXTS + [None, True, 1, -5, 2.5, 2 ** 70]) for _ in range(n))
    return {k: json_value(rng, depth - 1) for k in keys}


def compare_values(rng):
    for _ in range(30000 if LONG else 3000):
        v = value(rng, 3)
        data = encode(v)
        ours = Value(data)
        assert ours.get("repr").decode() == repr(v), (ours.get("repr"), v)
        assert ours.get("str").decode() == str(v)
        assert ours.get("encode") == data, v


def compare_json(rng):
    styles = (({}, {"separators": (",", ":"), "ensure_ascii": False}),
              ({"spaced": True, "ascii": True}, {}),
              ({"indent": 2}, {"indent": 2, "ensure_ascii": False}),
              ({"indent": 1, "spaced": True, "ascii": True}, {"indent": 1}))
    for i in range(20000 if LONG else 2000):
        v = json_value(rng, 3)
        ours = Value(encode(v))
        for mine, theirs in styles:
            assert ours.json(**mine) == json.dumps(v, **theirs), v
        text = json.dumps(v, **styles[i % 4][1])
        assert Value(text=text.encode()).get("encode") == encode(json.loads(text)), text
        for _ in range(10):
            compare_broken(rng, text.encode())
    inf = [math.nan, math.inf, -math.inf]
    assert Value(encode(inf)).json(nan=True, spaced=True) == json.dumps(inf)
    all_four = Value(text=b"[NaN, Infinity, -Infinity, 1e999]")
    assert all_four.get("encode") == encode(inf + [math.inf])
    for text in (b"NaN", b"1e999", b"-Infinity"):
        try:
            Value(text=text, nan=False)
            raise AssertionError(text)
        except Refused as refused:
            assert refused.args[0] == (RANGE if text[0:1] == b"1" else PROTO)


def compare_broken(rng, text):
    """Change a few bytes: both must take it, and alike, or both refuse it."""
    text = bytearray(text)
    for _ in range(rng.randrange(1, 4)):
        at = rng.randrange(len(text) + 1)
        new = rng.choice(b'"\\{}[],:0123456789.-+eEnulltrfas \n\t\0\x1f\xc3\xa9\xff')
        action = rng.randrange(3)
        if action == 0:
            text[at:at] = bytes([new])
        elif action == 1:
            del text[at:at + 1]
        else:
            text[at:at + 1] = bytes([new])
    text = bytes(text)
    try:
        theirs = encode(json.loads(text.decode()))
    except (ValueError, UnicodeError):
        theirs = None
    try:
        ours = Value(text=text).get("encode")
    except Refused:
        ours = None
    assert ours == theirs, (text, ours, theirs)


def main():
    rng = random.Random(SEED)
    compare_doubles(rng)
    compare_halfway()
    compare_ints(rng)
    compare_code_points()
    compare_values(rng)
    compare_json(rng)
    print("the same")


if __name__ == "__main__":
    sys.exit(main())
