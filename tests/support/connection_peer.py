# SPDX-License-Identifier: MIT
"""One end of multiprocessing.connection: connection_peer.py listens|connects KEY [HOST:PORT|PATH]

It sends back what it gets, bytes as bytes, until it gets None; says where it listens, and in the
end how it went.
"""
import os
import sys
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Listener


def talk(c):
    while True:
        data = c.recv_bytes()
        if data[:1] != b"\x80":
            c.send_bytes(data)
            continue
        value = __import__("pickle").loads(data)
        if value is None:
            return
        c.send(value)


def address(where):
    host, _, port = where.rpartition(":")
    return where if os.sep in where else (host, int(port))


def main():
    role, key, where = sys.argv[1:4]
    key = key.encode() or None
    try:
        if role == "listens":
            with Listener(address(where), authkey=key) as listener:
                at = listener.address
                print(f"{at[0]}:{at[1]}" if isinstance(at, tuple) else f"unix:{at}", flush=True)
                with listener.accept() as c:
                    talk(c)
        else:
            with Client(address(where), authkey=key) as c:
                talk(c)
    except AuthenticationError:
        sys.exit(3)


main()
