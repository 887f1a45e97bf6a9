# SPDX-License-Identifier: MIT
"""The programs that act out a picture, those about scheduling, and those that draw, in virtual
time."""
import os
import tempfile

from run import same
from scheduling import FEEDBACK_QUEUE, PROCESS_STATES, THREE_ALGORITHMS
from thumbnails import draw, look
from virtual import once, takes
from windows import POSTS, STORIES


def p110_feedback_queue(program):
    takes(program, 0, FEEDBACK_QUEUE.split("\n")[:-1])


def p111_three_algorithms(program):
    takes(program, 0, THREE_ALGORITHMS.split("\n")[:-1])


def p112_process_states(program):
    takes(program, 0, PROCESS_STATES.split("\n")[:-1])


def timeline(*happened):
    return [f"{second:6.2f} {what}" for second, what in happened]


def p113_drink_smoke_eat(program):
    whole = ["drink"] * 3 + ["smoke"] * 2 + ["eat"] * 4
    turns = ["drink", "smoke", "eat"] * 2 + ["drink", "eat", "eat"]
    takes(program, 9 + 9 + 4,
          ["one person, one after another", *timeline(*enumerate(whole, 1), (9, "in all")),
           "one person, in turns", *timeline(*enumerate(turns, 1), (9, "in all")),
           "three persons", *timeline(*((second, what) for second, does in enumerate(
               ["drink smoke eat", "drink smoke eat", "drink eat", "eat"], 1)
               for what in does.split()), (4, "in all"))])


def p114_directory_enquiry(program):
    takes(program, 12, ["synchronous, blocking: route 114, game no, waited",
                        "synchronous, not blocking: route 114, game yes, polled",
                        "asynchronous, blocking: route 114, game no, called back",
                        "asynchronous, not blocking: route 114, game yes, called back"])


def p115_meal_and_call(program):
    takes(program, 6 + 6 + 4,
          ["neither: the caller waits until the meal is over",
           *timeline(*enumerate(["eat"] * 4 + ["talk"] * 2, 1), (6, "in all")),
           "concurrent: the meal waits until the call is over",
           *timeline(*enumerate(["eat"] * 2 + ["talk"] * 2 + ["eat"] * 2, 1), (6, "in all")),
           "parallel: eating and talking at once",
           *timeline((1, "eat"), (2, "eat"), (3, "eat"), (3, "talk"), (4, "eat"), (4, "talk"),
                     (4, "in all"))])


def p116_phone_and_water(program):
    goes, back = "the clerk goes to the store room", "the clerk is back with the phone"
    off, drunk = "off to buy water", "no longer thirsty"
    takes(program, 8 + 5,
          ["synchronous", *timeline((0, goes), (5, back), (5, off), (8, drunk), (8, "in all")),
           "asynchronous", *timeline((0, off), (0, goes), (3, drunk), (5, back), (5, "in all"))])


def p117_factory(program):
    lines = [line for letter in "AB" for line in
             [f"workshop {letter} has power", f"all workers of {letter} are in the hall"] +
             [f"{letter}{n} {does} the washroom" for n in (1, 2, 3)
              for does in ("locks", "opens")] +
             [f"workshop {letter} stops"]]
    for engine in ("threads", "processes"):
        takes(program, 2 * (1 + 3 * 4), lines, engine)


# -- files -----------------------------------------------------------------------------------------

def p79_thumbnails(program):
    """To compute takes no time; in processes of the simulated machine too."""
    with tempfile.TemporaryDirectory() as folder:
        drawn = draw(folder)
        for engine in ("threads", "processes", "tasks"):
            done = once(program, [engine], [], cwd=folder)
            same((done.text, done.rc, done.seconds), ("", 0, 0.0))
            look(folder, drawn, "..")
            for name in os.listdir(os.path.join(folder, "thumbnails")):
                os.unlink(os.path.join(folder, "thumbnails", name))


# -- windows ---------------------------------------------------------------------------------------

def p80_single_threaded_window(program):
    for words, expected in STORIES[os.path.basename(program)]:
        takes(program, expected[-1][0], timeline(*expected), "told", *words)


def p81_multi_threaded_window(program):
    p80_single_threaded_window(program)


def f148_posts(program):
    takes(program, 0, timeline((0, 'window "Posts" 200x150'), (0, "closed")) + [POSTS], "told")
    takes(program, 0, timeline((0, 'window "Posts" 200x150'), (0, "closed")) + [POSTS], "told",
          words=["random", "seed=7"])
