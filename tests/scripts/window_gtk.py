# SPDX-License-Identifier: MIT
# rows: F147 F148 D30
# ctest: LABELS no-asan LABELS no-valgrind
"""The examples' window on a real screen, drawn by GTK under a server of its own: it shows what is
told where there is none. Not under ASan: GTK keeps what it has allocated."""
import os
import shutil
import subprocess
import sys
import threading
import time

BUILD = os.environ["TUTTI_BUILD_DIR"]
SOURCE = os.environ["TUTTI_SOURCE_DIR"]
sys.path.append(os.path.join(SOURCE, "tests", "examples"))
sys.dont_write_bytecode = True
import windows  # noqa: E402
from run import Late, run, same  # noqa: E402

EXAMPLES = os.path.join(BUILD, "examples")
PATIENCE = 60


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(77)


def begin_server():
    read, write = os.pipe()
    server = subprocess.Popen(["Xvfb", "-displayfd", str(write), "-screen", "0", "640x400x24",
                               "-nolisten", "tcp"], pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    with os.fdopen(read) as number:  # the server has chosen one that is free
        display = number.readline().strip()
    if not display:
        server.wait()
        skip("Xvfb does not start")
    os.environ.update(DISPLAY=":" + display, GDK_BACKEND="x11", NO_AT_BRIDGE="1", GTK_A11Y="none")
    return server


def same_as_told(name):
    for scale in (0.1, 0.3, 1):
        try:
            for words, expected in windows.STORIES[name]:
                windows.shown_as(run(os.path.join(EXAMPLES, name), "gtk", *words,
                                     scale=scale, limit=PATIENCE).lines, expected)
            return
        except Late as complaint:
            print(f"{name}: late at {scale}: {complaint}")
    sys.exit(f"{name}: late")


def clicked_by_hand():
    """By the server's own mouse; without a manager the window is in the upper left corner."""
    program = os.path.join(EXAMPLES, "p81_multi_threaded_window")
    shown = subprocess.Popen([program, "gtk", "200:close"], stdout=subprocess.PIPE, text=True)
    enough = threading.Event()
    clicker = threading.Thread(target=click, args=(enough,))
    clicker.start()
    try:
        deadline = time.monotonic() + PATIENCE
        for line in shown.stdout:
            if line[7:].startswith('dialog "About"') or time.monotonic() > deadline:
                break
        same(line[7:].rstrip("\n"), windows.ABOUT)
    finally:
        enough.set()
        clicker.join()
        shown.kill()
        shown.wait()
        shown.stdout.close()


def click(enough):
    for _ in range(PATIENCE * 2):
        subprocess.run(["xdotool", "mousemove", "149", "132", "click", "1"], check=False)
        if enough.wait(0.5):
            break


def main():
    probe = [os.path.join(EXAMPLES, "f148_posts"), "gtk"]
    if not os.path.exists(probe[0]):
        skip("the examples are not built")
    if "without GTK" in subprocess.run(probe, capture_output=True, text=True, check=False,
                                       env={**os.environ, "DISPLAY": ""}).stderr:
        skip("the examples were built without GTK 3 (libgtk-3-dev)")
    if not shutil.which("Xvfb"):
        skip("needs Xvfb (xvfb)")
    server = begin_server()
    try:
        for name in windows.STORIES:
            same_as_told(name)
        same(run(probe[0], "gtk").lines[-1], windows.POSTS)
        if shutil.which("xdotool"):
            clicked_by_hand()
        else:
            print("no xdotool: nothing is clicked by a mouse")
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()
