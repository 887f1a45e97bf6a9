# SPDX-License-Identifier: MIT
# rows: F134 D5 +peers
# ctest: TIMEOUT 900 LABELS no-valgrind
"""Our manager and unmodified clients of every CPython that is found here: all that can be asked of
its queues, and of the other kinds that it serves, by manager_queues.py and manager_kinds.py of
tests/support. CPython's own manager is asked the same before, as far as it can: then what is asked
is right.
"""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "support"))
import manager_peers  # noqa: E402

CLIENTS = "manager_queues.py", "manager_kinds.py"


def scenes(said):
    """How many it has told of."""
    return said.count("well: ")


def reference():
    version, python = manager_peers.each_python()[0]
    with manager_peers.theirs(python) as server:
        done = sum(scenes(manager_peers.run_client(python, client, server, "own"))
                   for client in CLIENTS)
    print(f"{done} scenes of CPython {version} at its own manager", flush=True)


def test(program):
    reference()
    for version, python in manager_peers.each_python():
        with manager_peers.ours(program) as server:
            done = sum(scenes(manager_peers.run_client(python, client, server, "all"))
                       for client in CLIENTS)
        print(f"{done} scenes of CPython {version}", flush=True)


if __name__ == "__main__":
    manager_peers.main(test)
