# SPDX-License-Identifier: MIT
"""What the clients of a manager share, each run by an interpreter of its own from 3.9 on:

    CLIENT.py ADDRESS KEY [all | own | NAME...]

A client is a module of scenes: functions that get a manager which is connected. Those marked strict
ask for more than CPython's own manager does: `own` leaves them out. A scene that is done says so.
"""
import faulthandler
import gc
import sys
import time
import traceback
from multiprocessing.managers import AcquirerProxy, BaseManager, DictProxy, EventProxy, ListProxy, \
    SyncManager

PATIENCE = 90  # seconds until a scene gives up, and says where it was


class QueueManager(BaseManager):
    """As in the tutorial."""


class KindsManager(SyncManager):
    pass


for name in "get_task_queue", "get_result_queue", "get_small_queue", "get_counter", "get_nothing":
    QueueManager.register(name)
for name, proxy in (("get_event", EventProxy), ("get_lock", AcquirerProxy),
                    ("get_table", DictProxy), ("get_numbers", ListProxy)):
    KindsManager.register(name, proxytype=proxy)


def place(address):
    """As Python has it."""
    if address.startswith("unix:"):
        name = address[5:]
        return "\0" + name[1:] if name.startswith("@") else name
    host, _, port = address.rpartition(":")
    return host, int(port)


def connect(address, key, kind=QueueManager):
    m = kind(address=place(address), authkey=key.encode() if isinstance(key, str) else key)
    m.connect()
    return m


def equal(got, want, *what):
    if type(got) is not type(want) or got != want:
        raise AssertionError(f"{what}: {got!r:.300}, not {want!r:.300}")


def raises(kind, call, *args, **kwargs):
    """That very class; returns it."""
    try:
        got = call(*args, **kwargs)
    except Exception as error:  # of other classes: told
        if type(error) is not kind:
            raise
        return error
    raise AssertionError(f"{call} {args!r:.200} {kwargs!r:.200}: {got!r:.200}, but no {kind}")


class Took:
    """At least so many seconds."""

    def __init__(self, least):
        self.least = least

    def __enter__(self):
        self.start = time.monotonic()

    def __exit__(self, kind, error, trace):
        took = time.monotonic() - self.start
        # The other side's clock started a little later, but may count other ticks.
        if kind is None and took < self.least - 0.002:
            raise AssertionError(f"{took} s, though it was to wait {self.least} s")


def eventually(condition, what):
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"never: {what}")
        time.sleep(0.005)


def strict(scene):
    scene.strict = True
    return scene


def chosen(scenes, words):
    names = [name for name in words if name not in ("all", "own")]
    if names:
        return [scene for scene in scenes if scene.__name__ in names]
    return [scene for scene in scenes if "own" not in words or not hasattr(scene, "strict")]


def main(scenes, kind=QueueManager):
    address, key, *words = sys.argv[1:]
    failed = 0
    gc.disable()  # a proxy of one scene that is freed in a call of the next closes its connection
    for scene in chosen(scenes, words):
        faulthandler.dump_traceback_later(PATIENCE, exit=True)
        try:
            scene(connect(address, key, kind))
            print("well:", scene.__name__, flush=True)
        except Exception:  # the other scenes are told about too
            failed += 1
            print("NOT:", scene.__name__, flush=True)
            traceback.print_exc()
        gc.collect()
        faulthandler.cancel_dump_traceback_later()
    sys.exit(failed > 0)
