# SPDX-License-Identifier: MIT
"""Ports for servers of other make, which are to be told one that is free."""
import contextlib
import socket


@contextlib.contextmanager
def reserved():
    """A port of 127.0.0.1 that the system gives to nobody else meanwhile, neither to who listens at
    port 0 nor to who connects. Who asks for it by number, with SO_REUSEADDR as servers do, has it.
    """
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind(("127.0.0.1", 0))
        yield s.getsockname()[1]
