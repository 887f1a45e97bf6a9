# SPDX-License-Identifier: MIT
"""The race of those that fetch: fetch_race.py PROGRAM CLIENT [--quick]

2,000 pages of 1 KB from nginx, 100 at once; nginx is on the first CPU, the client on the second.
Counted are pages, from the start of the client's process to its end (of Python from where it
begins to fetch), and what it has cost for each. The pages go into a file: whoever read a pipe
would be a third that wants one of the two CPUs.
"""
import asyncio
import os
import re
import resource
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from http_race import on_cpu, start_nginx  # noqa: E402  (the path comes first)

PAGES, AT_ONCE = 2000, 100
PAGE = "<html><head><title>page {}</title></head><body>" + "<p>some words</p>" * 55 + "</html>"


def make_pages(folder):
    for n in range(PAGES):
        with open(f"{folder}/{n}.html", "w", encoding="ascii") as f:
            f.write(PAGE.format(n))


def lines(client, folder, port, count):
    """The file that names what is to be fetched."""
    path = f"{folder}/urls"
    with open(path, "w", encoding="ascii") as f:
        for n in range(count):
            url = f"http://127.0.0.1:{port}/{n % PAGES}.html"
            f.write(f'url = "{url}"\n' if client == "curl" else url + "\n")
    return path


def words(program, client, path):
    return {"tutti": [program, "fetch", "-j", str(AT_ONCE), "-a", path],
            "titles": [program, "fetch", "-j", str(AT_ONCE), "--title", "-a", path],
            "files": [program, "fetch", "-j", str(AT_ONCE), "--out", f"{path}.out", "-a", path],
            "curl": ["curl", "-s", "--parallel", "--parallel-max", str(AT_ONCE), "-K", path],
            "aiohttp": [sys.executable, __file__, "-", "inside", path]}[client]


async def fetch_all(path):
    import aiohttp  # the other clients need none of it
    few = asyncio.Semaphore(AT_ONCE)

    async def fetch(session, url):
        async with few, session.get(url) as reply:
            return await reply.read()

    start = time.perf_counter()
    async with aiohttp.ClientSession() as session:
        with open(path, encoding="ascii") as f:
            pages = await asyncio.gather(*[fetch(session, line.strip()) for line in f])
    took = time.perf_counter() - start
    sys.stdout.buffer.write(b"".join(pages))
    print(f"took {took}", file=sys.stderr)


def cpu():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def race(program, client, folder, count):
    server, port = start_nginx(folder)
    try:
        path = lines(client, folder, port, count)
        with open(f"{path}.pages", "w+", encoding="ascii") as pages:
            before, start = cpu(), time.perf_counter()
            done = subprocess.run(on_cpu(1, words(program, client, path)), stdout=pages,
                                  stderr=subprocess.PIPE, text=True, check=False)
            took, busy = time.perf_counter() - start, cpu() - before
            pages.seek(0)
            found = pages.read().count("</html>")
    finally:
        server.terminate()
        server.wait()
    if done.returncode != 0 or (client not in ("titles", "files") and found != count):
        sys.exit(f"{client}: status {done.returncode}, {found} pages: {done.stderr[:300]}")
    inside = re.search(r"^took ([\d.e-]+)$", done.stderr, re.M)
    print(f"fetch {count / (float(inside[1]) if inside else took):.6g} 1/s")
    print(f"fetch_cpu {busy / count * 1e6:.6g} µs")


def main():
    program, client, *options = sys.argv[1:]
    if client == "inside":
        asyncio.run(fetch_all(options[0]))
        return
    with tempfile.TemporaryDirectory() as folder:
        make_pages(folder)
        race(program, client, folder, PAGES // (10 if "--quick" in options else 1))


if __name__ == "__main__":
    main()
