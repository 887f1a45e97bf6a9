# SPDX-License-Identifier: MIT
# rows: +pickle
# ctest: TIMEOUT 900 LABELS no-valgrind
"""Pickles beside Python's own, by each CPython that is found here.

Each of them makes values of all kinds and pickles them with all its protocols from 2 on. They are
read and written here, and the same interpreter reads what came of them, with its pickle in C and
the one in Python, and compares. What is only passed on is compared too, loops in it included.
"""
import ctypes
import os
import pickle
import random
import shutil
import struct
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))
import pythons  # noqa: E402
from pickle_values import Node, alike, loops, plain, value  # noqa: E402

LONG = bool(os.environ.get("TUTTI_TORTURE"))
ROUNDS = 6000 if LONG else 150
SEED = 20240229
LOOP = -40


# -- what both sides know: made again from the same numbers, so that nothing else need be sent ---


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
    found = pythons.interpreters((3, 6))
    assert found
    for version, path in found.items():
        folder = tempfile.mkdtemp()
        try:
            n = check_interpreter(tutti, path, folder)
        finally:
            shutil.rmtree(folder)
        print("CPython", ".".join(map(str, version)), n, "there and back", flush=True)
    return 0


if __name__ == "__main__":
    if len(sys.argv) > 1:
        child(sys.argv[1], sys.argv[2])
    else:
        sys.exit(main())
