# SPDX-License-Identifier: MIT
"""The programs with a window: what is shown when, where it is only told about."""
import re

from run import Late, at_least, late_unless, run, same

OPENED = [(0, 'window "Single Thread" 200x150, always on top'), (0, "button Download, left"),
          (0, "button About, right")]
PROMPT, ABOUT = 'dialog "Prompt": Download Successfully', 'dialog "About": Author: CarpeDiem(v1.0)'
CLICKS = ["0:Download", "1:About"]

# Nothing is served, and nothing drawn, before the download is done; About has to wait longer.
HELD_UP = (CLICKS + ["2:dismiss", "5:expose", "12:dismiss", "13:dismiss", "14:close"], OPENED + [
    (0, "click Download, made at 0.00"), (10, PROMPT), (10, "dismiss: no dialog was open"),
    (10, "drawn"), (12, '"Prompt" is dismissed'), (12, "click About, made at 1.00"), (12, ABOUT),
    (13, '"About" is dismissed'), (14, "closed")])

BEGUN = OPENED + [(0, "click Download, made at 0.00"), (0, "Download is DISABLED"),
                  (1, "click About, made at 1.00"), (1, ABOUT)]
IN_TURN = (CLICKS + ["2:Download", "3:dismiss", "10.5:expose", "11:About", "12:dismiss",
                     "12.5:Download", "13:close"],
           BEGUN + [(2, "click Download: it is disabled"), (3, '"About" is dismissed'),
                    (10, PROMPT), (10.5, "drawn"), (11, "click About: a dialog is open"),
                    (12, '"Prompt" is dismissed'), (12, "Download is NORMAL"),
                    (12.5, "click Download, made at 12.50"), (12.5, "Download is DISABLED"),
                    (13, "closed")])
# Both dialogs are open: the one that came last is dismissed first.
BOTH = (CLICKS + ["11:dismiss", "12:dismiss", "13:close"],
        BEGUN + [(10, PROMPT), (11, '"Prompt" is dismissed'), (11, "Download is NORMAL"),
                 (12, '"About" is dismissed'), (13, "closed")])
CUT_SHORT = (CLICKS + ["2:expose", "3:dismiss", "5:close"],
             BEGUN + [(2, "drawn"), (3, '"About" is dismissed'), (5, "closed")])
CLOSED_OVER_DIALOG = (CLICKS + ["2:close"], BEGUN + [(2, '"About" is dismissed'), (2, "closed")])

STORIES = {"p80_single_threaded_window": [HELD_UP],
           "p81_multi_threaded_window": [IN_TURN, BOTH, CUT_SHORT, CLOSED_OVER_DIALOG]}
WORDS = {"x:About": "x:About: not SECONDS:WHAT", "1:Abou": "1:Abou: not SECONDS:WHAT",
         "1:About": "the last of at most 32 words must be close"}
POSTS = "8 threads ended, 0 posts elsewhere, 0 out of order"


def told(lines):
    return [(float(line[:6]), line[7:]) for line in lines]


def shown_as(lines, expected):
    """The same, in the same order, and nothing sooner."""
    got = told(lines)
    plain = [re.sub(r"made at .*", "made", what) for _, what in got]
    same(plain, [re.sub(r"made at .*", "made", what) for _, what in expected], Late)
    for (when, what), (least, _) in zip(got, expected):
        at_least(when, least)
    return got


def play(program, screen, scale):
    for words, expected in STORIES[program.rpartition("/")[2]]:
        done = run(program, screen, *words, scale=scale)
        for (when, what), (at, _) in zip(shown_as(done.lines, expected), expected):
            late_unless(when < at + 1, what, when)  # less than 50 ms
        same(done.err, "")


def refuses(program):
    for word, said in WORDS.items():
        same(run(program, word, rc=2).err, said + "\n")


def p80_single_threaded_window(program):
    play(program, "told", 0.05)
    refuses(program)


def p81_multi_threaded_window(program):
    play(program, "told", 0.05)
    refuses(program)


def f148_posts(program):
    same([re.sub(r"^ +[\d.]+ ", "", line) for line in run(program, "told").lines],
         ['window "Posts" 200x150', "closed", POSTS])

__all__ = ["wrong_unless"]
