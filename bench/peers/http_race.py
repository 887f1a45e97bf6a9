# SPDX-License-Identifier: MIT
"""The race of the HTTP servers: http_race.py PROGRAMS SERVER [--quick]

The server is on the first CPU, wrk on the second, with 64 connections that stay. Counted are
replies, and what the server's processes have cost for each.
"""
import os
import re
import socket
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
NGINX = """
daemon off; worker_processes 1; error_log stderr crit; pid {folder}/pid;
events {{ worker_connections 4096; }}
http {{
    access_log off; keepalive_requests 1000000000; sendfile on; default_type text/plain;
    client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
    uwsgi_temp_path {folder}; scgi_temp_path {folder};
    server {{
        listen 127.0.0.1:{port}; root {folder};
        location = / {{ return 200 "hello\\n"; }}
    }}
}}
"""


def on_cpu(cpu, words):
    return ["taskset", "-c", str(cpu), *words] if os.cpu_count() > 1 else words


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def start_nginx(folder):
    port = free_port()
    with open(os.path.join(folder, "conf"), "w", encoding="ascii") as f:
        f.write(NGINX.format(folder=folder, port=port))
    os.chmod(folder, 0o755)
    server = subprocess.Popen(on_cpu(0, ["nginx", "-p", folder, "-c", f"{folder}/conf"]))
    for _ in range(500):
        with socket.socket() as s:
            if s.connect_ex(("127.0.0.1", port)) == 0:
                return server, port
        time.sleep(0.01)
    raise SystemExit("nginx does not listen")


def start(programs, name, folder):
    with open(os.path.join(folder, "big"), "wb") as f:
        f.write(bytes(1 << 20))
    if name == "nginx":
        return start_nginx(folder)
    words = {"tutti": [f"{programs}/ours_http", f"{folder}/big"],
             "epoll": [f"{programs}/epoll_http"],
             "go": [f"{programs}/go_peer", "http"],
             "aiohttp": [sys.executable, f"{HERE}/aiohttp_server.py"]}[name]
    server = subprocess.Popen(on_cpu(0, words), stdout=subprocess.PIPE, text=True)
    return server, int(server.stdout.readline())


def family(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as f:
        return [pid] + [p for child in f.read().split() for p in family(int(child))]


def cpu_ns(pid):
    """Of the process and its children, all their threads, as the scheduler counts."""
    total = 0
    for one in family(pid):
        for task in os.listdir(f"/proc/{one}/task"):
            with open(f"/proc/{one}/task/{task}/schedstat", encoding="ascii") as f:
                total += int(f.read().split()[0])
    return total


def ask(port, path, seconds):
    """How many replies, in how many seconds."""
    words = ["wrk", "-t1", "-c64", f"-d{seconds}s", f"http://127.0.0.1:{port}{path}"]
    done = subprocess.run(on_cpu(1, words), capture_output=True, text=True, check=True)
    if "Socket errors" in done.stdout or "Non-2xx" in done.stdout:
        raise SystemExit(done.stdout)
    replies, took = re.search(r"(\d+) requests in ([\d.]+)s", done.stdout).groups()
    return int(replies), float(took)


def main():
    programs, name = sys.argv[1:3]
    seconds = 1 if "--quick" in sys.argv else 3
    with tempfile.TemporaryDirectory() as folder:
        server, port = start(programs, name, folder)
        try:
            for figure, path in (("http", "/"), ("http_big", "/big")):
                if name == "epoll" and path != "/":
                    continue
                before = cpu_ns(server.pid)
                replies, took = ask(port, path, seconds)
                print(f"{figure} {replies / took:.6g} 1/s")
                print(f"{figure}_cpu {(cpu_ns(server.pid) - before) / replies:.6g} ns")
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
