# SPDX-License-Identifier: MIT
"""What the lints share: the files to read, the ratchet of exceptions, the self-test frame."""
import argparse
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))


def files(root, *suffixes):
    """Paths relative to root that git tracks or would track; without git, every file."""
    try:
        listed = subprocess.run(
            ["git", "-C", root, "ls-files", "-co", "--exclude-standard"],
            capture_output=True, text=True, check=True).stdout.splitlines()
    except (OSError, subprocess.CalledProcessError):
        listed = [os.path.relpath(os.path.join(d, f), root)
                  for d, _, names in os.walk(root) for f in names]
    found = {p for p in listed if p.endswith(suffixes) and os.path.isfile(os.path.join(root, p))}
    return sorted(found)


def read(root, path):
    with open(os.path.join(root, path), encoding="utf-8") as f:
        return f.read()


def without_comments(text, strings=True):
    """The same text with comments (and string contents) blanked, line breaks kept."""
    out, i, n = [], 0, len(text)
    while i < n:
        two = text[i:i + 2]
        if two == "/*":
            end = text.find("*/", i + 2)
            end = n if end < 0 else end + 2
        elif two == "//":
            end = text.find("\n", i)
            end = n if end < 0 else end
        elif text[i] in "\"'":
            end = i + 1
            while end < n and text[end] != text[i] and text[end] != "\n":
                end += 2 if text[end] == "\\" else 1
            end = min(end + 1, n)
            if not strings:
                out.append(text[i:end])
                i = end
                continue
            out.append(text[i] + " " * (end - i - 2) + text[end - 1])
            i = end
            continue
        else:
            out.append(text[i])
            i += 1
            continue
        out.append("".join(c if c == "\n" else " " for c in text[i:end]))
        i = end
    return "".join(out)


class Exceptions:
    """tests/lint/exceptions.txt: "lint  subject  reason". May only shrink: an unused line fails."""

    def __init__(self, root, lint):
        self.lint, self.allowed, self.used = lint, set(), set()
        path = os.path.join(root, "tests/lint/exceptions.txt")
        if os.path.exists(path):
            for line in open(path, encoding="utf-8"):
                words = line.split("#")[0].split(None, 2)
                if words and words[0] == lint:
                    self.allowed.add(words[1])

    def allows(self, subject):
        self.used.add(subject)
        return subject in self.allowed

    def unused(self):
        return [f"tests/lint/exceptions.txt: {self.lint} {s}: no longer needed, remove the line"
                for s in sorted(self.allowed - self.used)]


def tree(contents):
    """A temporary directory holding {path: text}."""
    directory = tempfile.TemporaryDirectory()
    for path, text in contents.items():
        full = os.path.join(directory.name, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as f:
            f.write(text)
    return directory


def expect(check, contents, needle):
    """check(root) on such a tree must complain with needle in its words; None: must not."""
    with tree(contents) as root:
        complaints = check(root)
    if needle is None and complaints:
        sys.exit("self-test: a good tree was refused: " + "; ".join(complaints))
    if needle is not None and not any(needle in c for c in complaints):
        sys.exit(f"self-test: nothing says {needle!r}: {complaints}")


def main(check, self_test):
    """check(root, build) gives a list of complaints."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default=os.path.join(ROOT, "build/dev"))
    parser.add_argument("--self-test", action="store_true")
    args = parser.parse_args()
    if args.self_test:
        self_test()
        return
    complaints = check(ROOT, args.build)
    for complaint in complaints:
        print(complaint)
    sys.exit(1 if complaints else 0)
