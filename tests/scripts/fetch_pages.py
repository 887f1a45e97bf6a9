# SPDX-License-Identifier: MIT
# rows: F130 F131
"""What tutti fetch takes out of pages: titles, what XPaths and regular expressions find."""
import json
import os
import re
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import command  # noqa: E402  (the path comes first)
import pages  # noqa: E402

PAGES = {
    "/plain": '<html><head><title>One</title></head><body><a id="feng" href="/f1">f</a></body>',
    "/none": "<html><body><p>nothing here</p></body></html>",
    "/empty": "",
    "/lines": "<title>\n  two\n  lines </title>",
    "/two": "<title>a</title><b><title>b</title></b>\n<i><title>c</title></i>",
    "/sloppy": "<TITLE>Sloppy</TITLE><body><UL><LI><A HREF=first ID=feng>1<LI><a href='second'>2<p>"
               "<a id=feng href=\"third\">3 &amp; 4",
    "/svg": "<body><svg><title>drawing</title></svg><title>page</title>",
    "/escape": "<title>\x1b[31mred\x07</title>",
    "/gbk": b"<meta charset=gbk><title>\xc4\xe3\xba\xc3</title>",
    "/latin": "<title>caf\xe9</title>".encode("latin-1"),
    "/mark": "\ufeff<title>mark</title>",
    "/bad": b"<title>a\xffb</title>",
    "/zero": b"<title>a\x00b</title>",
    "/deep": "<div>" * 5000 + "<title>deep</title>",
    "/large": "<title>large</title>" + "<p>text</p>" * 20000 + '<a href="last">x</a>',
}
TYPES = {"/latin": "text/html; charset=ISO-8859-1", "/gbk": "text/html",
         "/unknown": "text/html; charset=klingon"}


asked, gate = threading.Semaphore(0), threading.Semaphore(0)


def answer(x):
    path = x.path
    body = PAGES.get(path, "<title>\xe9</title>")
    x.reply(body, Content_Type=TYPES.get(path, "text/html; charset=utf-8"))


def fetch(server, *arguments, status=0, said=""):
    arguments = [server.url(word) if word.startswith("/") and word in {**PAGES, **TYPES} else word
                 for word in arguments]
    got = command.run("fetch", *arguments)
    words = got.stderr.decode()
    if got.returncode != status or not re.fullmatch(said, words):
        sys.exit(f"fetch {arguments}: status {got.returncode}: {words!r}")
    return got.stdout.decode()


def titles(server):
    for path, want in (("/plain", "One"), ("/lines", "two lines"), ("/two", "a"),
                       ("/sloppy", "Sloppy"), ("/svg", "page"), ("/escape", "[31mred"),
                       ("/gbk", "\u4f60\u597d"), ("/latin", "caf\xe9"), ("/mark", "mark"),
                       ("/bad", "a\ufffdb"), ("/large", "large")):
        command.equal(fetch(server, "--title", path), want + "\n", f"title of {path}")
    fetch(server, "--title", "/unknown", status=1, said=".*its charset is not known here\n")
    for path in ("/zero", "/deep"):  # whatever comes of them
        command.run("fetch", "--title", server.url(path))
    out = fetch(server, "--title", "--tag", "/plain", "/none", "/empty", "/two", status=1,
                said=f"tutti: fetch: {server.url('/none')}: has no title\n"
                     f"tutti: fetch: {server.url('/empty')}: has no title\n")
    command.equal(out, f"{server.url('/plain')}\tOne\n{server.url('/two')}\ta\n", "tagged")
    command.equal(json.loads(fetch(server, "--title", "--json", "/lines"))["title"],
                  "\n  two\n  lines ", "an object has it as it is")


def xpath(server):
    feng = ["--xpath", '//a[@id="feng"]/@href']
    command.equal(fetch(server, *feng, "/plain", "/sloppy"), "/f1\nfirst\nthird\n", "in order")
    command.equal(fetch(server, *feng, "--first", "/sloppy"), "first\n", "the first")
    command.equal(fetch(server, "--xpath", "//b|//i", "/two"), "b\nc\n", "elements")
    command.equal(fetch(server, "--xpath", "//b/title | //title", "/two"), "a\nb\nc\n", "a union")
    command.equal(fetch(server, "--xpath", "count(//p)", "/large"), "20000\n", "a number")
    command.equal(fetch(server, "--xpath", "//a/@href", "/large"), "last\n", "a large page")
    fetch(server, *feng, "/none", status=1, said=".*/none: has no match\n")
    fetch(server, "--xpath", "count('a')", "/plain", status=1, said="tutti: fetch: .+\n")
    for bad in ("//a[", "", "][", "(" * 5000, "//a/nosuch()"):
        fetch(server, "--xpath", bad, "/plain", status=2, said="tutti: fetch: --xpath.+\n")
    # of functions there are those of XPath itself: nothing but the page is read
    fetch(server, "--xpath", "document('/etc/passwd')", "/plain", status=1,
          said=".*/plain: the XPath cannot be evaluated on it\n")


def regex(server):
    named = ["--regex", r"\<title\>(?P<title>.*)\<\/title\>"]
    command.equal(fetch(server, *named, "/plain"), "One\n", "a named group")
    command.equal(fetch(server, *named, "/two"), "a</title><b><title>b\nc\n", "greedy, in a line")
    fetch(server, *named, "/lines", status=1, said=".*/lines: has no match\n")
    command.equal(fetch(server, "--regex", "(o)(?<n>n)e|x", "-H", "A: b", "--regex",
                        "href=\"?(?<b>[^\" >]+)", "/plain", status=2,
                        said="tutti: fetch: one of .*\nTry .*\n"), "", "two")
    command.equal(fetch(server, "--regex", "<title>(.)(?<b>.)", "/plain"), "n\n", "named first")
    command.equal(fetch(server, "--regex", "<title>(.)(.)", "/plain"), "O\n", "the first group")
    command.equal(fetch(server, "--regex", "(?i)<TITLE>", "/plain"), "<title>\n", "all of it")
    command.equal(fetch(server, "--regex", r"a\.b|(f\d)", "/plain"), "f1\n", "a group of a branch")
    command.equal(fetch(server, "--regex", r"^\w*", "/none").count("\n"), 1, "an empty one")
    command.equal(fetch(server, "--regex", r"(?s)<title>(.*?)</title>", "--json", "/lines")
                  .count(r'"found":["\n  two\n  lines "]'), 1, "over lines")
    control = ["--regex", "<title>(.*)</title>", "/escape"]
    command.equal(fetch(server, *control), "[31mred\n", "nothing that controls a terminal")
    command.equal(json.loads(fetch(server, "--json", *control))["found"], ["\x1b[31mred\x07"],
                  "as it is")
    command.equal(fetch(server, "--regex", r"caf(\w)", "/latin"), "\xe9\n", "a letter of UTF-8")
    fetch(server, "--regex", r"(?:(<p>|text|</p>)+)+x", "/large", status=1, said="tutti: .+\n")
    for bad in ("(", "[", "(?<1>a)", r"\C"):
        fetch(server, "--regex", bad, "/plain", status=2, said="tutti: fetch: --regex .+\n")


def loaded(server, *options):
    """Whether it has libxml2 once it asks for a page: it takes as long to load as many of these."""
    process = command.start("fetch", *options, server.url("/waits"))
    if not asked.acquire(timeout=command.PATIENCE):
        sys.exit("it was not asked")
    with open(f"/proc/{process.pid}/maps", encoding="utf-8") as f:
        maps = f.read()
    gate.release()
    command.equal(process.communicate(timeout=command.PATIENCE), (b"waits\n", b""), "/waits")
    return "libxml2" in maps


def loads():
    def wait(x):
        asked.release()
        gate.acquire(timeout=command.PATIENCE)
        x.reply("waits\n" if x.headers["Accept-Encoding"] == "identity" else pages.title("waits"))

    with pages.Server(wait) as server:
        command.equal([loaded(server), loaded(server, "--title")], [False, True], "libxml2")


def main():
    command.need_command()
    said = command.run("fetch", "--title", "x", "--retries", "0").stderr.decode()
    if "needs libtutti-net" in said or "was built or installed without" in said:
        command.skip(said.strip())
    with pages.Server(answer) as server:
        titles(server)
        xpath(server)
        if "was built without" not in command.run("fetch", "--regex", "x").stderr.decode():
            regex(server)
    loads()
    print("fetch_pages: fine")


main()
