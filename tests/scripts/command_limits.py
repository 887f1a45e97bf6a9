# SPDX-License-Identifier: MIT
"""`tutti map -- command` where there is little of something: descriptors, processes, room for
arguments, or a parent that ignored what is needed."""
import os
import resource
import signal
import stat
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import command  # noqa: E402  (the path comes first)

NOBODY = 1_000_000 + os.getpid()  # a user with no other processes


def run(*arguments, **options):
    got = command.run("map", *arguments, **options)
    return got.returncode, got.stdout.decode(), got.stderr.decode()


def expect(arguments, status, out, said="", **options):
    command.equal(run(*arguments, **options), (status, out, said), " ".join(arguments))


def limit(what, n):
    return lambda: resource.setrlimit(what, (n, n))


def files():
    """Without -j there are as many at once as can be; the number said is the user's own."""
    many = {**os.environ, "TUTTI_CPUS": "9"}
    script = ["-k", "--", "echo", ":::", *"abcdef"]
    expect(script, 0, "a\nb\nc\nd\ne\nf\n", env=many, preexec_fn=limit(resource.RLIMIT_NOFILE, 50))
    expect(["-j9", *script], 255, "", "tutti: map: -j 9: at most 3 at once, since `ulimit -n` is "
           "50\n", preexec_fn=limit(resource.RLIMIT_NOFILE, 50))
    expect(["-j2", *script], 255, "", "tutti: map: -j 2: at most 1 at once, since `ulimit -n` is "
           "30\n", preexec_fn=limit(resource.RLIMIT_NOFILE, 30))


def become_nobody():
    resource.setrlimit(resource.RLIMIT_NPROC, (20, 20))
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)


def processes():
    """What cannot be begun yet waits for those that run, however long these do."""
    if os.geteuid() != 0:
        return  # one's own processes cannot be counted on
    try:
        status, out, said = run("-j18", "--", "sleep", input=b"2.5\n" * 18,
                                preexec_fn=become_nobody)
    except PermissionError:
        return  # the build is not for others to run
    if "sanitizer" in said.lower():
        return  # which needs files of another user
    command.equal((status, out, said), (0, "", ""), "few processes")


def arguments():
    """As many inputs as fit, wherever and however often they stand."""
    words = [f"{n:07}" for n in range(30_000)]
    lines = "\n".join(words).encode()
    expect(["-X", "--", "true", *["{}"] * 30], 0, "", input=lines)
    status, out, said = run("-k", "-X", "--shell", "--", "echo {} a {}", input=lines)
    rows = [line.split(" a ") for line in out.splitlines()]
    command.equal((status, said), (0, ""), "-X --shell")
    for side in (0, 1):
        command.equal(" ".join(row[side] for row in rows).split(), words, "-X --shell")
    # quoting makes them longer, and columns more
    status, out, said = run("-X", "--shell", "--", "printf %s {}", input=b"'''''''''\n" * 30_000)
    command.equal((status, len(out), set(out), said), (0, 9 * 30_000, {"'"}, ""), "-X quotes")
    status, out, said = run("-X", "--shell", "--colsep", ",", "--", "printf %s: {}",
                            input=b",,,,,,,,,\n" * 10_000)
    command.equal((status, len(out), set(out), said), (0, 10 * 10_000, {":"}, ""), "-X columns")
    expect(["-X", "--", "true"], 0, "", input=lines,
           preexec_fn=limit(resource.RLIMIT_STACK, 512 * 1024))
    room = {f"V{n}": "x" * 100_000 for n in range(20)}  # of the 2 MiB that are usual
    if resource.getrlimit(resource.RLIMIT_STACK)[0] == 8 << 20:
        expect(["-X", "--", "true"], 0, "", input=lines, env={**os.environ, **room})


def children_ignored():
    """A parent that ignored the end of children has us ignore it too, unless we do not."""
    expect(["--", "sh", "-c", "exit 3", ":::", "a"], 1, "",
           "tutti: map: sh: job 1: a: exit status 3\n",
           preexec_fn=lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN))


def small_files():
    """Of a file that must not grow there is a word, and not a signal."""
    def small():
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # Python ignores it
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
    with tempfile.TemporaryDirectory() as work:
        with open(os.path.join(work, "out"), "wb") as out:
            got = subprocess.run([command.TUTTI, "map", "--", "head", "-c", "9999", ":::",
                                  "/dev/zero"], stdout=out, stderr=subprocess.PIPE, check=False,
                                 timeout=command.PATIENCE, preexec_fn=small)
    command.equal((got.returncode, got.stderr),
                  (255, b"tutti: map: standard output: File too large\n"), "a small file")


def no_interpreter():
    with tempfile.TemporaryDirectory() as work:
        path = os.path.join(work, "script")
        with open(path, "w", encoding="ascii") as file:
            file.write("#!/no/such/shell\n")
        os.chmod(path, stat.S_IRWXU)
        said = "tutti: map: {}: the interpreter that it names: No such file or directory\n"
        expect(["--", "./script", ":::", "a", "b"], 127, "", said.format("./script"), cwd=work)
        expect(["--", "script", ":::", "a", "b"], 127, "", said.format("script"), cwd=work,
               env={**os.environ, "PATH": work})


def main():
    command.need_command()
    files()
    processes()
    arguments()
    children_ignored()
    small_files()
    no_interpreter()
    print("command_limits: fine")


main()
