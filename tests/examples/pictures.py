# SPDX-License-Identifier: MIT
"""The programs that act out a picture of the tutorials: who waits for whom, and how long."""
import re

from run import at_least, below, late_unless, run, same, same_set, wrong_unless


def sections(done, titles):
    """For each title the (seconds, words) lines under it."""
    found, current = [], None
    for line in done.lines:
        if line in titles:
            current = []
            found.append((line, current))
            continue
        match = re.fullmatch(r" *(\d+\.\d\d) (.*)", line)
        wrong_unless(match and current is not None, line)
        current.append((float(match.group(1)), match.group(2)))
    same([title for title, _ in found], titles)
    for _, lines in found:
        same(lines[-1][1], "in all")
    return [lines for _, lines in found]


def words(lines):
    return [word for _, word in lines[:-1]]


def p113_drink_smoke_eat(program):
    done = run(program, scale=0.05)
    turn, round_robin, at_once = sections(
        done, ["one person, one after another", "one person, in turns", "three persons"])
    whole = ["drink"] * 3 + ["smoke"] * 2 + ["eat"] * 4
    same(words(turn), whole)
    same(words(round_robin), ["drink", "smoke", "eat"] * 2 + ["drink", "eat", "eat"])
    same_set(words(at_once), whole)
    at_least(turn[-1][0], 9)
    at_least(round_robin[-1][0], 9)
    at_least(at_once[-1][0], 4)
    below(at_once[-1][0], 9)


def p114_directory_enquiry(program):
    done = run(program, scale=0.05)
    same(done.lines, ["synchronous, blocking: route 114, game no, waited",
                      "synchronous, not blocking: route 114, game yes, polled",
                      "asynchronous, blocking: route 114, game no, called back",
                      "asynchronous, not blocking: route 114, game yes, called back"])
    at_least(done.seconds, 12)


def p115_meal_and_call(program):
    done = run(program, scale=0.05)
    neither, concurrent, parallel = sections(
        done, ["neither: the caller waits until the meal is over",
               "concurrent: the meal waits until the call is over",
               "parallel: eating and talking at once"])
    same(words(neither), ["eat"] * 4 + ["talk"] * 2)
    same(words(concurrent), ["eat"] * 2 + ["talk"] * 2 + ["eat"] * 2)
    same_set(words(parallel), ["eat"] * 4 + ["talk"] * 2)
    same(words(parallel)[:2], ["eat"] * 2)
    at_least(neither[-1][0], 6)
    at_least(concurrent[-1][0], 6)
    at_least(parallel[-1][0], 4)
    below(parallel[-1][0], 6)


def p116_phone_and_water(program):
    done = run(program, scale=0.05)
    fetch = ["the clerk goes to the store room", "the clerk is back with the phone"]
    drink = ["off to buy water", "no longer thirsty"]
    in_turn, meanwhile = sections(done, ["synchronous", "asynchronous"])
    same(words(in_turn), fetch + drink)
    same_set(words(meanwhile), fetch + drink)
    same(words(meanwhile)[-1], fetch[1])
    at_least(in_turn[-1][0], 8)
    at_least(meanwhile[-1][0], 5)
    below(meanwhile[-1][0], 8)


def p117_factory(program):
    for engine in ("threads", "processes"):
        factory(run(program, engine, scale=0.02))


def factory(done):
    half = len(done.lines) // 2
    first, second = done.lines[:half], done.lines[half:]
    letters = first[0][9], second[0][9]
    same(sorted(letters), ["A", "B"])
    for lines, letter in zip((first, second), letters):
        same(lines[:2], [f"workshop {letter} has power",
                         f"all workers of {letter} are in the hall"])
        same(lines[-1], f"workshop {letter} stops")
        locked = [line[1] for line in lines[2:-1:2]]
        same(lines[2:-1], [f"{letter}{n} {does} the washroom" for n in locked
                           for does in ("locks", "opens")])
        same_set(locked, ["1", "2", "3"])
        late_unless(locked == ["1", "2", "3"], locked)
    at_least(done.seconds, 2 * (1 + 3 * 4))
