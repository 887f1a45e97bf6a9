# SPDX-License-Identifier: MIT
# rows: F156
# ctest: TIMEOUT 900
"""What a traced program leaves behind: one file, which those who read such files can read."""
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import command  # noqa: E402  (the path comes first)


def build(directory):
    source = os.path.join(command.HERE, "programs", "traced.c")
    program = os.path.join(directory, "traced")
    sanitize = os.environ.get("TUTTI_SANITIZE")
    flags = [f"-fsanitize={sanitize}"] if sanitize else []
    subprocess.run([os.environ.get("TUTTI_CC", "cc"), "-std=gnu11", "-Wall", "-Wextra", "-Werror",
                    "-O1", *flags, f"-I{command.HERE}/../../include", "-o", program, source,
                    f"-L{command.BUILD}", "-ltutti", f"-Wl,-rpath,{command.BUILD}"], check=True)
    return program


def run(path, *arguments, status=0, **variables):
    done = subprocess.run(arguments, env=dict(os.environ, TUTTI_TRACE=path, **variables),
                          capture_output=True, timeout=command.PATIENCE, check=False)
    command.equal(done.returncode, status, arguments)
    return done


class Trace:
    """The events of a file, which must be right as such."""

    def __init__(self, path):
        with open(path) as file:
            whole = json.load(file)
        self.lost = int(whole["otherData"]["lost"])
        self.events = whole["traceEvents"]
        self.processes = {e["pid"]: e["args"]["name"] for e in self.named("process_name")}
        self.lanes = {(e["pid"], e["tid"]): e["args"]["name"] for e in self.named("thread_name")}
        self.check_slices()
        self.check_arrows()

    def named(self, name):
        return [e for e in self.events if e["name"] == name]

    def slices(self, category):
        return [e for e in self.events if e["ph"] == "X" and category in e["cat"].split(",")]

    def check_slices(self):
        """Of each lane they lie within each other."""
        lanes = {}
        for e in self.events:
            if e["ph"] == "X":
                if e["dur"] < 0 or (e["pid"], e["tid"]) not in self.lanes:
                    sys.exit(f"no such slice can be: {e}")
                begin = round(e["ts"] * 1000)
                lanes.setdefault((e["pid"], e["tid"]), []).append(
                    (begin, -round(e["dur"] * 1000), e["name"]))
        for lane in lanes.values():
            ends = []
            for begin, negative, name in sorted(lane):
                end = begin - negative
                while ends and ends[-1] <= begin:
                    ends.pop()
                if ends and end > ends[-1]:
                    sys.exit(f"{name!r} from {begin} to {end} crosses what ends at {ends[-1]}")
                ends.append(end)

    def check_arrows(self):
        begun = {e["id"]: e for e in self.events if e["ph"] == "s"}
        ended = {e["id"]: e for e in self.events if e["ph"] == "f"}
        command.equal(begun.keys(), ended.keys(), "both ends of arrows")
        for number, e in begun.items():
            if e["ts"] > ended[number]["ts"]:
                sys.exit(f"an arrow goes back in time: {e}")


def alone(directory, *names):
    """Nothing but these has been left there."""
    left = set(os.listdir(directory)) - {"traced"}
    command.equal(left, set(names), "what is left behind")


def threads_and_tasks(program, directory):
    path = os.path.join(directory, "run.json")
    command.equal(run(path, program, "threads", "tasks").stdout, b"done\n", "output")
    trace = Trace(path)
    names = set(trace.lanes.values())
    want = {"thread 'MainThread'", "thread 'first'", "thread 'second <&>'", "thread 'third \"3\"'"}
    command.equal(want <= names, True, names)
    command.equal(len([n for n in names if n.startswith("task 'Task-")]), 10, "tasks")
    # the symbol of a static variable is there, or only its address
    waits = [e for e in trace.slices("waiting") if e["name"].startswith("acquire lock ")]
    releases = [e for e in trace.named("release") if e["ph"] == "s"]
    command.equal(bool(waits) and bool(releases), True, "waits for the lock, and their ends")
    command.equal(len([e for e in trace.named("start") if e["ph"] == "s"]), 13, "starts")
    command.equal(trace.lost, 0, "lost")
    os.remove(path)


def pictures(program, directory):
    for what, most in (("threads", 100_000), ("many", 3_000_000), ("events", 3_000_000)):
        path = os.path.join(directory, "run.svg")
        run(path, program, what)
        root = xml.etree.ElementTree.parse(path).getroot()
        command.equal(root.tag, "{http://www.w3.org/2000/svg}svg", "what it is")
        if os.path.getsize(path) > most or int(root.get("height")) > 4000:
            sys.exit(f"{what}: {os.path.getsize(path)} bytes, height {root.get('height')}")
        text = "".join(root.itertext())
        command.equal("running" in text and "waiting" in text, True, "its key")
    os.remove(path)
    path = os.path.join(directory, "run.txt")
    run(path, program, "threads")
    with open(path) as file:
        lines = file.read().split("\n")
    command.equal(max(map(len, lines)) <= 80 and any("thread 'first'" in x for x in lines), True,
                  lines)
    os.remove(path)


def large(program, directory):
    path = os.path.join(directory, "run.json")
    run(path, program, "events", "many")
    trace = Trace(path)
    command.equal(len(trace.named("one of many")), 100_000, "marks")
    command.equal(len([n for n in trace.lanes.values() if n.startswith("task ")]), 10_000, "lanes")
    command.equal(trace.lost, 0, "lost")
    os.remove(path)


def processes(program, directory):
    path = os.path.join(directory, "run.json")
    run(path, program, "processes")
    trace = Trace(path)
    names = {n.split(" (")[0]: n for n in trace.processes.values()}
    for name in ("traced", "served", "spawned", "forked", "killed"):
        command.equal(name in names, True, names)
        command.equal("end not seen" in names[name], name == "killed", names[name])
    inside = {trace.processes[e["pid"]].split(" (")[0] for e in trace.named("in the child")}
    command.equal(inside, {"served", "spawned", "forked", "killed"}, "their own words")
    died = [trace.processes[e["pid"]] for e in trace.named("about to die")]
    command.equal(died, [names["killed"]], "its last words")
    os.remove(path)
    alone(directory)


def started_by_hand(program, directory):
    """What a traced program runs is part of its trace; and exit in a thread is an exit."""
    path = os.path.join(directory, "run.json")
    run(path, program, "again", "leave")
    trace = Trace(path)
    command.equal(len(trace.processes), 2, trace.processes)
    command.equal("thread 'first'" in trace.lanes.values(), True, trace.lanes)
    os.remove(path)


def another_program(program, directory):
    """By exec, with the number that it had: the trace is that of what it has become."""
    path = os.path.join(directory, "run.json")
    run(path, program, "become")
    trace = Trace(path)
    command.equal(len(trace.processes), 1, trace.processes)
    command.equal("thread 'first'" in trace.lanes.values(), True, trace.lanes)
    os.remove(path)


def not_to_be_written(program, directory):
    for path in ("run.jsn", directory, os.path.join(directory, "none", "run.json")):
        done = run(path, program, "threads")
        command.equal(done.stdout, b"done\n", "it runs all the same")
        command.equal(path.encode() in done.stderr, True, done.stderr)
    alone(directory)


def jobs(directory):
    """Each job is in the lane of who ran it, with its input, and whether it failed."""
    path = os.path.join(directory, "run.json")
    inputs = "".join(f"{n}\n" for n in range(1, 51)) + "boom\n"
    for on in ("threads", "tasks", "processes"):
        done = command.run("map", "--timeline", path, "--on", on, "--keep-going", "-j", "2",
                           "prime", input=inputs.encode())
        command.equal(done.returncode, 1, done.stderr)
        trace = Trace(path)
        fine = {e["name"] for e in trace.slices("job") if "failed" not in e["cat"]}
        command.equal(fine, {f"prime '{n}'" for n in range(1, 51)}, on)
        failed = [e["name"] for e in trace.slices("failed")]
        command.equal([n.startswith("prime 'boom': ") for n in failed], [True], failed)
        if on == "processes":
            where = {e["pid"] for e in trace.slices("job")}
            command.equal(len(trace.processes), 3, trace.processes)
            command.equal(where <= trace.processes.keys() and len(where) >= 1, True, where)
    os.remove(path)
    done = command.run("map", "--timeline", path, "--keep-going", "--", "sh", "-c", "exit {}",
                       input=b"0\n7\n")
    command.equal(done.returncode, 1, done.stderr)
    trace = Trace(path)
    command.equal([e["name"] for e in trace.slices("span") if "failed" not in e["cat"]], ["sh 0"],
                  "a command")
    command.equal([e["name"].split(":")[0] for e in trace.slices("failed")], ["sh 7"], "the other")
    os.remove(path)
    done = command.run("map", "--timeline", "run.jsn", "prime", "7", cwd=directory)
    command.equal((done.returncode, b"run.jsn" in done.stderr, done.stdout), (2, True, b""), "no")
    alone(directory)


def virtual_time(directory):
    """All that happens in one instant is in its order: whoever may go on goes on at once."""
    path = os.path.join(directory, "virtual.json")
    run(path, os.path.join(command.BUILD, "examples", "p117_factory"), TUTTI_SIM="1")
    trace = Trace(path)
    os.remove(path)
    ready = max(e["dur"] for e in trace.slices("ready"))
    if ready > 1:  # microsecond
        sys.exit(f"somebody was ready for {ready} µs, and nobody computed")
    if [e for e in trace.slices("waiting") if e["name"] == "waiting"]:
        sys.exit("somebody waits, and it is not said for what")
    slept = sum(e["dur"] for e in trace.slices("waiting") if e["name"] == "sleep")
    command.equal(round(slept / 1e6), 2 * (1 + 2 + 3 + 3 * 4), "seconds slept")


def interrupted(directory):
    """Ctrl-C ends a command in good order, and so its trace."""
    path, begun = os.path.join(directory, "run.json"), os.path.join(directory, "begun")
    process = command.start("map", "--timeline", path, "--", "sh", "-c", 'echo >"$1"; sleep 1000',
                            "sh", begun, "{}", stdin=subprocess.PIPE)
    process.stdin.write(b"1\n")
    process.stdin.close()
    end = time.monotonic() + command.PATIENCE
    while not os.path.exists(begun) and time.monotonic() < end:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    process.wait(command.PATIENCE)
    process.stdout.close()
    process.stderr.close()
    Trace(path)
    os.remove(path)
    os.remove(begun)


def main():
    command.need_command()
    with tempfile.TemporaryDirectory() as directory:
        program = build(directory)
        threads_and_tasks(program, directory)
        pictures(program, directory)
        large(program, directory)
        processes(program, directory)
        started_by_hand(program, directory)
        another_program(program, directory)
        not_to_be_written(program, directory)
        jobs(directory)
        virtual_time(directory)
        interrupted(directory)
        alone(directory)


main()
