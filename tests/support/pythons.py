# SPDX-License-Identifier: MIT
"""Every CPython that is found here."""
import glob
import os
import re
import subprocess
import sys

QUESTION = "import sys; print(sys.implementation.name, *sys.version_info[:3])"


def candidates():
    """Programs with such names, each once: no scripts that start one."""
    names = [os.path.join(d, n) for d in os.environ.get("PATH", "").split(os.pathsep)
             if os.path.isdir(d) for n in os.listdir(d) if re.fullmatch(r"python3(\.\d+)?", n)]
    root = os.environ.get("PYENV_ROOT", os.path.expanduser("~/.pyenv"))
    names += glob.glob(os.path.join(glob.escape(root), "versions", "3.*", "bin", "python3"))
    found = {}
    for path in [sys.executable] + names:
        if is_program(path):
            found.setdefault(os.path.realpath(path), path)
    return found.values()


def is_program(path):
    try:
        with open(path, "rb") as file:
            return file.read(4) == b"\x7fELF"
    except OSError:
        return False


def interpreters(oldest):
    """{version: path} of every CPython from oldest on, as (3, 6), the oldest first.

    TUTTI_PYTHONS=few: of the oldest and the newest; for builds that are tested beside another."""
    found = {}
    for path in candidates():
        try:
            said = subprocess.run([path, "-c", QUESTION], stdout=subprocess.PIPE, timeout=250,
                                  stderr=subprocess.DEVNULL, universal_newlines=True).stdout
        except (OSError, subprocess.TimeoutExpired):
            continue
        name, *numbers = said.split() or [""]
        version = tuple(map(int, numbers))
        if name == "cpython" and version >= oldest:
            found.setdefault(version, path)
    versions = sorted(found)
    if os.environ.get("TUTTI_PYTHONS") == "few" and len(versions) > 2:
        print(f"TUTTI_PYTHONS=few: 2 of {len(versions)} interpreters")
        versions = [versions[0], versions[-1]]
    return {version: found[version] for version in versions}
