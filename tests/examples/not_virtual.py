# SPDX-License-Identifier: MIT
"""The examples that are not run in virtual time, and why."""

# CMake reads the names, one at the beginning of each line.
EXCEPT = {
    "interactive_child": "which of its children answers first is theirs to say",
    "loop_in_poll": "its loop is poll(), which knows no virtual time",
    "p107_task_master": "its workers are other programs",
    "p108_task_worker": "its master is another program",
    "p10_main_process": "it calls nothing of tutti",
    "p106_crawler_server": "its clients are other programs",
    "p15_fork": "its child is a real process",
    "p16_fork_again": "its child is a real process",
    "p36_primes_in_threads": "it computes, and takes no virtual time",
    "p38_sum_in_turn": "it computes",
    "p40_cpu_count": "it asks the machine",
    "p41_jobs_that_compute": "it computes",
    "p43_endless_threads": "its threads compute and never wait",
    "p78_deadlock_told": "it is about what is told in real time; p78_plain_deadlocks is about this",
    "websocket_chat": "its clients are other programs",
    "watchdog": "what it watches are threads that hold up others in real time",
}
