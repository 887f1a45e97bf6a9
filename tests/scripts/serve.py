# SPDX-License-Identifier: MIT
# rows: F128 P106
"""`tutti serve`: what it serves, what each option does, what it says when it cannot."""
import http.client
import os
import re
import socket
import stat
import sys
import tempfile
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import command  # noqa: E402  (the path comes first)
import serving  # noqa: E402

LINE = re.compile(r'(\S+) - - \[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] '
                  r'"([^"]*)" (\d{3}) (\d+) "([^"]*)" "([^"]*)"')


def put(folder, **files):
    for name, data in files.items():
        path = os.path.join(folder, name.replace("__", "/").replace("_", "."))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(data)


def make_site(work):
    site = os.path.join(work, "site")
    put(site, a_txt=b"0123456789", lib__b_json=b"{}", with__index_html=b"<index>",
        _hidden=b"hidden", big_bin=os.urandom(1 << 20))
    put(work, secret=b"secret")
    os.symlink("a.txt", os.path.join(site, "link.txt"))
    return site


# -- what is served --------------------------------------------------------------------------------

def files(site):
    with serving.Serve("--listen", "0", site) as s:
        command.equal(s.line, f"serving {site} at http://127.0.0.1:{s.port}/\n", "first line")
        got, headers, body = s.ask("GET", "/a.txt?x=1")
        command.equal((got, body, headers["Content-Type"], headers["Cache-Control"]),
                      (200, b"0123456789", "text/plain; charset=utf-8", "no-cache"), "a file")
        command.equal(s.ask("GET", "/a.txt", Range="bytes=2-4")[::2], (206, b"234"), "a part")
        command.equal(s.ask("GET", "/a.txt", If_None_Match=headers["ETag"])[::2], (304, b""),
                      "known by tag")
        command.equal(s.ask("GET", "/a.txt", If_Modified_Since=headers["Last-Modified"])[::2],
                      (304, b""), "known by time")
        command.equal(s.ask("HEAD", "/a.txt")[2], b"", "HEAD")
        command.equal(s.ask("GET", "/link.txt")[2], b"0123456789", "a link")
        command.equal(s.ask("GET", "/with/")[2], b"<index>", "an index")
        got, headers, _ = s.ask("GET", "/with?a=b")
        command.equal((got, headers["Location"]), (301, "/with/?a=b"), "a folder's address")
        with open(os.path.join(site, "big.bin"), "rb") as f:
            if s.ask("GET", "/big.bin")[2] != f.read():
                sys.exit("a large file came otherwise")
        got, headers, body = s.ask("POST", "/a.txt", b"x")
        command.equal((got, headers["Allow"]), (405, "GET, HEAD"), "POST")
        got, headers, body = s.ask("GET", "/lib/")
        command.equal((got, headers["Content-Type"]), (200, "text/html; charset=utf-8"), "a list")
        for text in '<a href="../">../</a>', '<a href="./b.json">b.json</a></td><td>2 B</td>':
            if text not in body.decode():
                sys.exit(f"the list lacks {text}: {body!r}")
        body = s.ask("GET", "/")[2].decode()
        command.equal(re.findall(r'href="\./([^"]*)"', body),
                      ["lib/", "with/", "a.txt", "big.bin", "link.txt"], "folders come first")


def leads_nowhere(site):
    """Neither up nor to what is hidden, however it is written."""
    paths = ["/.hidden", "/%2ehidden", "/..", "/../secret", "/../../etc/passwd", "/%2e%2e/secret",
             "/%2e%2e%2fsecret", "/..%2fsecret", "/lib/../../secret", "/lib/%2e%2e/%2e%2e/secret",
             "//etc/passwd", "/%2fetc/passwd", "/lib//../../secret", "/./a.txt", "/a.txt/",
             "/a.txt/x", "/..\\secret", "/%5c..%5csecret", "/....//secret", "/none"]
    with serving.Serve("--listen", "0", site) as s:
        for path in paths:
            got, _, body = s.ask("GET", path)
            if got != 404 or b"secret" in body or b"root:" in body:
                sys.exit(f"{path}: {got} {body!r}")
        command.equal(s.ask("GET", "/a.txt%00.png")[0], 400, "a zero byte")
        with s.connect() as c:
            c.sendall(b"GET /a.txt HTTP/1.1\r\n\r\n")
            command.equal(c.recv(100)[:12], b"HTTP/1.1 400", "no Host")
        command.equal(s.ask("GET", "/a.txt")[0], 200, "and it goes on")


def options(site, work):
    with serving.Serve("-l0", "--no-listing", "--hidden", "--header", "X-One: 1", "--header",
                       "X-Two:2", "--max-age", "2m", "--quiet", site) as s:
        command.equal(s.ask("GET", "/lib/")[0], 404, "--no-listing")
        command.equal(s.ask("GET", "/.hidden")[2], b"hidden", "--hidden")
        command.equal(s.ask("GET", "/../secret")[0], 404, "--hidden and ..")
        headers = s.ask("GET", "/a.txt")[1]
        command.equal([headers[name] for name in ("X-One", "X-Two", "Cache-Control")],
                      ["1", "2", "max-age=120"], "--header, --max-age")
        command.equal(s.said(), "", "--quiet")
    with serving.Serve("--listen", "0", "-q", "--header", "cache-control: private", site) as s:
        command.equal(s.ask("GET", "/a.txt")[1].get_all("Cache-Control"), ["private"],
                      "a Cache-Control of one's own")
    put(site, **{"404_html": b"<gone>"})
    with serving.Serve("--listen", "127.0.0.1:0", cwd=site) as s:
        command.equal(s.line, f"serving . at http://127.0.0.1:{s.port}/\n", "no folder")
        got, headers, body = s.ask("GET", "/none")
        command.equal((got, body, headers["Content-Type"]),
                      (404, b"<gone>", "text/html; charset=utf-8"), "404.html")
    os.unlink(os.path.join(site, "404.html"))
    with serving.Serve("--listen", ":0", site) as s:
        command.equal(s.host, "localhost", "every address")
        for family, host in (socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"):
            if family == socket.AF_INET or can_have_ipv6():
                c = http.client.HTTPConnection(host, s.port, timeout=command.PATIENCE)
                command.equal(serving.ask(c, "GET", "/a.txt")[2], b"0123456789", host)
                c.close()
    path = os.path.join(work, "socket")
    with serving.Serve("--listen", "unix:" + path, site) as s:
        command.equal(s.line, f"serving {site} at http://localhost on unix:{path}\n", "unix:")
        c = http.client.HTTPConnection("localhost")
        c.sock = socket.socket(socket.AF_UNIX)
        c.sock.connect(path)
        command.equal(serving.ask(c, "GET", "/a.txt")[2], b"0123456789", "unix:")
        c.close()
        if not stat.S_ISSOCK(os.stat(path).st_mode):
            sys.exit("unix: is no socket")
    if os.path.exists(path):
        sys.exit("the socket is still there")


def can_have_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as s:
            s.bind(("::1", 0))
        return True
    except OSError:
        return False


# -- the log ---------------------------------------------------------------------------------------

def read_log(text):
    lines = []
    for line in text.splitlines():
        found = LINE.fullmatch(line)
        if not found:
            sys.exit(f"no line of a log: {line!r}")
        lines.append(found.groups())
    return lines


def log(site, work):
    path = os.path.join(work, "log")
    long = "/" + "x" * 3000
    want = [("127.0.0.1", "GET /a.txt?b HTTP/1.1", "200", "10", "-", "-"),
            ("127.0.0.1", "GET /a.txt HTTP/1.1", "206", "3", "http://a/", "me\\x22 \\x5c\\xe4"),
            ("127.0.0.1", f"GET {long} HTTP/1.1", "404", "14", "-", "-"),
            ("127.0.0.1", "POST / HTTP/1.1", "405", "23", "-", "-"),
            ("127.0.0.1", "-", "400", "16", "-", "-")]
    for arguments in ["--log", path], []:
        with serving.Serve("--listen", "0", *arguments, site) as s:
            s.ask("GET", "/a.txt?b")
            s.ask("GET", "/a.txt", Range="bytes=0-2", Referer="http://a/",
                  User_Agent='me" \\\u00e4'.encode("latin-1"))
            s.ask("GET", long)
            s.ask("POST", "/", b"x")
            with s.connect() as c:
                c.sendall(b"GET / FTP/1.1\r\n\r\n")
                while c.recv(100):
                    pass
            s.signal(15)
            s.ends()
            said = s.said()
        if arguments:
            command.equal(said, "", "with --log nothing is said")
            with open(path, encoding="ascii") as f:
                said = f.read()
        command.equal(read_log(said), want, f"log {arguments}")
    with serving.Serve("--listen", "0", "--log", path, site) as s:
        s.ask("GET", "/a.txt")
        s.signal(15)
        s.ends()
    with open(path, encoding="ascii") as f:
        command.equal(len(f.readlines()), len(want) + 1, "a log is appended to")
    if os.path.exists("/dev/full"):
        with serving.Serve("--listen", "0", "--log", "/dev/full", site) as s:
            for _ in range(3):
                command.equal(s.ask("GET", "/a.txt")[0], 200, "a log that is full")
            command.equal(s.said(), "tutti: serve: /dev/full: No space left on device; requests "
                          "are missing there\n", "a log that is full")


# -- the demo --------------------------------------------------------------------------------------

def demo():
    with serving.Serve("--demo", "--listen", "0", "--delay", "0.3") as s:
        command.equal(s.line, f"serving the demo at http://127.0.0.1:{s.port}/\n", "the demo")
        replies = {}

        def fetch(name):
            replies[name] = s.ask("GET", "/" + name)

        threads = [threading.Thread(target=fetch, args=(name,)) for name in ("bobo", "jay", "tom")]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        for name, (got, _, body) in replies.items():
            command.equal(got, 200, name)
            title = re.search(r"<title>(?P<title>.*)</title>", body.decode())["title"]
            href = re.search(r'<a id="feng" href="([^"]*)">', body.decode())[1]
            command.equal((title, href), (name, f"{s.url}{name}.html"), name)
            command.equal(s.ask("GET", f"/{name}.html")[0], 200, f"{name}.html")
        command.equal(len(replies), 3, "the pages")
        if b"/bobo" not in s.ask("GET", "/")[2]:
            sys.exit("the index does not name the pages")
        command.equal(s.ask("GET", "/none")[0], 404, "the demo's 404")
        got, _, body = s.ask("PUT", "/echo/?a=%20b", b"data", X_Name="v")
        command.equal(got, 404, "/echo/")
        got, _, body = s.ask("PUT", "/echo?a=%20b", b"da\0ta", X_Name="v")
        command.equal((got, body), (200, f"PUT /echo?a=%20b\nHost: 127.0.0.1:{s.port}\n"
                                    "Accept-Encoding: identity\nContent-Length: 5\nX-Name: v\n\n"
                                    "da\0ta".encode()), "/echo")


# -- what cannot be --------------------------------------------------------------------------------

def wrong(arguments, said, status=2, **more):
    got = command.run("serve", *arguments, **more)
    hint = "Try 'tutti serve --help'.\n" if status == 2 else ""
    command.equal((got.returncode, got.stdout, got.stderr.decode()),
                  (status, b"", f"tutti: serve: {said}\n{hint}"), " ".join(arguments))


def usage(site, work):
    got = command.run("serve", "--help")
    command.equal((got.returncode, got.stdout[:18], got.stderr), (0, b"usage: tutti serve", b""),
                  "--help")
    wrong(["--lisent", "0"], "unknown option '--lisent'")
    wrong(["-x"], "unknown option '-x'")
    wrong(["--listen"], "option '--listen' needs a value")
    wrong(["--quiet=1"], "option '--quiet=1' takes no value")
    wrong(["a", "b"], "one folder, and there is 'b' too")
    wrong(["--demo", "a"], "--demo serves no folder, and there is 'a'")
    wrong(["--demo", "--hidden"], "--no-listing, --hidden, --header and --max-age are for a folder")
    wrong(["--delay", "1"], "--delay is for --demo")
    wrong(["--delay", "x", "--demo"], "--delay needs a time, such as 0.5 or 2m, not 'x'")
    wrong(["--grace", "-1"], "--grace needs a time, such as 0.5 or 2m, not '-1'")
    wrong(["--max-age", "x"], "--max-age needs a time, such as 60 or 1h, not 'x'")
    wrong(["--loops", "x"], "--loops needs a number from 0 to 1024, not 'x'")
    wrong(["--loops", "1025"], "--loops needs a number from 0 to 1024, not '1025'")
    wrong(["--header", "X"], "--header needs NAME: VALUE, not 'X'")
    wrong(["--header", ": v"], "--header needs NAME: VALUE, not ': v'")
    wrong(["--tls-key", "x"], "--tls-key is for --tls-cert, which is not there")
    for address in "x", "127.0.0.1:x", "127.0.0.1:65536", "127.0.0.1:", "", "127.0.0.1", "unix:":
        wrong(["--listen", address], "--listen needs HOST:PORT, PORT or unix:PATH, with a port "
              f"from 0 to 65535, not '{address}'")
    for header in "Content-Length: 1", "a b: c", "X: \x01":
        wrong(["--listen", "0", "--header", header], "a --header cannot be said: its name is none, "
              "or the server's own, or there are control characters in it", cwd=site)
    wrong(["./none"], "./none: No such file or directory", 1)
    wrong(["8000"], "8000: No such file or directory; a port is said by --listen", 1, cwd=work)
    wrong(["./a.txt"], "./a.txt: Not a directory", 1, cwd=site)
    wrong(["--listen", "0", "--log", "./none/log"], "./none/log: No such file or directory", 1,
          cwd=work)
    wrong(["--listen", "unix:none/socket"], "unix:none/socket: No such file or directory", 1,
          cwd=work)
    wrong(["--tls-cert", "none.pem"], "none.pem: No such file or directory", 1, cwd=work)
    wrong(["--tls-cert", "a.txt"], "a.txt: no certificate in it", 1, cwd=site)
    with serving.Serve("--listen", "0", site) as s:
        for address in f"127.0.0.1:{s.port}", str(s.port):
            wrong(["--listen", address, site], f"127.0.0.1:{s.port}: Address already in use; "
                  "--listen 0 takes a port that is free", 1)
    wrong(["--listen", "192.0.2.1:8000", site],
          "192.0.2.1:8000: Cannot assign requested address", 1)


def not_allowed(work):
    """A folder that is not to be read; root may read all."""
    folder = os.path.join(work, "locked")
    os.mkdir(folder, 0)
    if not os.access(folder, os.R_OK):
        wrong([folder], f"{folder}: Permission denied", 1)
    os.rmdir(folder)


def main():
    serving.need_serve()
    with tempfile.TemporaryDirectory() as work:
        site = make_site(work)
        files(site)
        leads_nowhere(site)
        options(site, work)
        log(site, work)
        demo()
        usage(site, work)
        not_allowed(work)
    print("serve: fine")


main()
