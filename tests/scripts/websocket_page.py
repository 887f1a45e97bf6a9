# SPDX-License-Identifier: MIT
# rows: +websocket
# ctest: LABELS no-valgrind
"""A page in a browser (headless Chromium, where it is installed) talks to our server."""
import os
import shutil
import subprocess
import sys
import tempfile
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import peers  # noqa: E402
import websocket_peers  # noqa: E402

PAGE = os.path.join(peers.SOURCE, "tests", "support", "websocket_page.html")
SHOWN = ["open v1.test", "same text 8 hällo 🎵", "same text 0 ", "same text 70000 xxxxxxxx",
         "same bytes 3 0,255,128", "same bytes 1048576 7,7,7", "closed 4000 clean"]


def browser():
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))),
                None) or peers.skip("no Chromium is installed")


def look(program, folder, chromium):
    with websocket_peers.Server(program, PAGE) as server, \
            open(os.path.join(folder, "said"), "w+", encoding="utf-8") as said:
        limit = threading.Timer(peers.PATIENCE, server.process.kill)  # whose last line is empty
        limit.start()
        page = subprocess.Popen(
            [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             "--no-first-run", f"--user-data-dir={folder}/profile", "--remote-debugging-port=0",
             f"http://127.0.0.1:{server.port}/"],
            stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        try:
            # How the socket ended, and what the page shows: the program says both.
            peers.equal(server.line(), "v1.test: TUTTI_EDONE 4000 the page is done", "its end")
            peers.equal(server.line().split("|"), SHOWN, "the page")
        except SystemExit:
            said.seek(0)
            print(said.read()[-2000:])
            raise
        finally:
            limit.cancel()
            page.terminate()
            page.wait()


with tempfile.TemporaryDirectory(prefix="tutti-page-", ignore_cleanup_errors=True) as place:
    look(websocket_peers.build(place), place, browser())
