# SPDX-License-Identifier: MIT
# rows: D10
"""The programs about scheduling: nothing in them takes time, and every line is fixed."""
from run import run, same

FEEDBACK_QUEUE = """\
a fresh slice for who was pre-empted
A [0,1) queue 1
A [1,2) queue 2 (pre-empted)
B [2,3) queue 1
A [3,5) queue 2
B [5,7) queue 2 (done)
A [7,11) queue 3 (done)
core A-----B--A-----B-----A-----------
A    111222...222222......333333333333
B          111......222222
     +-----+-----+-----+-----+-----+---
     0     2     4     6     8     10
     1 2 3 runs, by queue  . ready

the rest of the slice
A [0,1) queue 1
A [1,2) queue 2 (pre-empted)
B [2,3) queue 1
A [3,4) queue 2
B [4,6) queue 2 (done)
A [6,10) queue 3
A [10,11) queue 3 (done)
core A-----B--A--B-----A--------------
A    111222...222......333333333333333
B          111...222222
     +-----+-----+-----+-----+-----+---
     0     2     4     6     8     10
     1 2 3 runs, by queue  . ready

"""

THREE_ALGORITHMS = """\
first come, first served: A waits 0, B waits 24, C waits 27, mean 17.00
shortest job first: A waits 6, B waits 0, C waits 3, mean 3.00
round robin: A waits 6, B waits 4, C waits 7, mean 5.67
multilevel feedback queue: A waits 6, B waits 4, C waits 6, mean 5.33

algorithm cores   waiting turnaround  response switches      end
fcfs          1     17.00      27.00     17.00        2       30
sjf           1      3.00      13.00      3.00        2       30
rr            1      5.67      15.67      3.67        3       30
mlfq          1      5.33      15.33      1.00        6       30
"""

PROCESS_STATES = """\
  new: cannot become new running blocked
new -> ready: it has its memory
  ready: cannot become new ready blocked
ready -> running: it is its turn
  running: cannot become new running
running -> blocked: it asks for input
  blocked: cannot become new running blocked
blocked -> ready: the input is there
  ready: cannot become new ready blocked
ready -> running: it is its turn again
  running: cannot become new running
running -> terminated: it is done
  terminated: cannot become new ready running blocked terminated
"""


def p110_feedback_queue(program):
    same(run(program).text, FEEDBACK_QUEUE)


def p111_three_algorithms(program):
    same(run(program).text, THREE_ALGORITHMS)


def p112_process_states(program):
    same(run(program).text, PROCESS_STATES)
