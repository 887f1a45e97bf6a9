# SPDX-License-Identifier: MIT
"""The race of the managers: manager_race.py PROGRAMS tutti|cpython|redis [--quick]

The server is on the first CPU, its clients on the second: unmodified ones of CPython, and for many
of them one program in C (manager_client.c), which is Redis's client too. Four in Python keep the
second CPU busy by themselves, whatever the server does; so they are also raced with nothing bound
to a CPU, as it is where people use it.
"""
import os
import resource
import socket
import subprocess
import sys
import time

from http_race import free_port, on_cpu

HERE = os.path.dirname(os.path.abspath(__file__))
PYTHON = [sys.executable, os.path.join(HERE, "python_manager.py")]


def bound(cpu, words):
    """Words that start a program on that CPU; None: on all."""
    return words if cpu is None else on_cpu(cpu, words)


def start(programs, name, cpu=0):
    if name == "redis":
        port = free_port()
        server = subprocess.Popen(bound(cpu, [
            "redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "",
            "--appendonly", "no", "--loglevel", "warning"]),
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        return server, wait_for(port)
    words = [f"{programs}/ours_manager"] if name == "tutti" else [*PYTHON, "serve"]
    server = subprocess.Popen(bound(cpu, words), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              text=True)
    return server, int(server.stdout.readline())


def wait_for(port):
    for _ in range(500):
        with socket.socket() as s:
            if s.connect_ex(("127.0.0.1", port)) == 0:
                return port
        time.sleep(0.01)
    raise SystemExit("Redis does not listen")


def seconds_of(*words):
    done = subprocess.run(on_cpu(1, [*PYTHON, *map(str, words)]), stdout=subprocess.PIPE, text=True,
                          check=True)
    return float(done.stdout)


def calls(port, clients, n, cpu=1):
    """Of so many clients at once, n of each."""
    all_of_them = [subprocess.Popen(bound(cpu, [*PYTHON, "calls", str(port), str(n)]), text=True,
                                    stdin=subprocess.PIPE, stdout=subprocess.PIPE)
                   for _ in range(clients)]
    for client in all_of_them:
        client.stdout.readline()
    begun = time.perf_counter()
    for client in all_of_them:
        client.stdin.write("\n")
        client.stdin.flush()
    for client in all_of_them:
        if client.stdout.readline() != "done\n":
            raise SystemExit("a client has failed")
    took = time.perf_counter() - begun
    for client in all_of_them:
        client.communicate()
    return clients * n / took


def cpu_ns(pid):
    """Of the process, with the threads that have ended: its clock_getcpuclockid."""
    return time.clock_gettime_ns(~pid << 3 | 2)


def resident(pid):
    with open(f"/proc/{pid}/statm", encoding="ascii") as f:
        return int(f.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def idle(programs, server, port, n):
    """What the server keeps for each that says nothing any more."""
    client = [f"{programs}/manager_client", str(port), "idle"]
    before = resident(server.pid)
    with subprocess.Popen(on_cpu(1, [*client, str(n)]), stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True) as clients:
        if clients.stdout.readline() != "ready\n":
            raise SystemExit("the idle clients have failed")
        return (resident(server.pid) - before) / n


def many(programs, server, port, which, seconds):
    """Fifty clients in C."""
    before = cpu_ns(server.pid)
    done = subprocess.run(on_cpu(1, [f"{programs}/manager_client", str(port), which, "50",
                                     str(seconds)]), stdout=subprocess.PIPE, text=True, check=True)
    cost = (cpu_ns(server.pid) - before) / (float(done.stdout.split()[1]) * seconds)
    print(f"{done.stdout}manager_ops_50_cpu {cost:.6g} ns")


def unbound(programs, name, clients, n):
    """The calls of so many, where each may run on any CPU; its server is one of its own."""
    server, port = start(programs, name, None)
    try:
        before = cpu_ns(server.pid)
        print(f"manager_calls_{clients}_free {calls(port, clients, n, None):.6g} 1/s")
        cost = (cpu_ns(server.pid) - before) / clients / n
        print(f"manager_calls_{clients}_free_cpu {cost:.6g} ns")
    finally:
        server.stdin.close()
        server.wait()


def main():
    programs, name = sys.argv[1:3]
    divide = 10 if "--quick" in sys.argv else 1
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    server, port = start(programs, name)
    ours = name == "tutti"
    try:
        if name != "redis":
            more = 10 if ours else 1
            print(f"manager_start {seconds_of('start', port, 20 * more // divide) * 1e6:.6g} µs")
            put = seconds_of("put", port, 50 * more // divide, 32768)
            print(f"manager_put_32k {put * 1e6:.6g} µs")
            for clients, n in (1, 20000 // divide), (4, 10000 // divide):
                before = cpu_ns(server.pid)
                print(f"manager_calls_{clients} {calls(port, clients, n):.6g} 1/s")
                cost = (cpu_ns(server.pid) - before) / clients / n
                print(f"manager_calls_{clients}_cpu {cost:.6g} ns")
            per_client = idle(programs, server, port, (10000 if ours else 1000) // divide)
            print(f"manager_idle {per_client:.6g} B")
        if name != "cpython":
            many(programs, server, port, "manager" if ours else "redis", 5 / divide)
    finally:
        server.stdin.close()
        if name == "redis":
            server.terminate()
        server.wait()
    if name != "redis":
        unbound(programs, name, 4, 10000 // divide)


if __name__ == "__main__":
    main()
