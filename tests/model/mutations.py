# SPDX-License-Identifier: MIT
"""The models can fail: each of these mistakes, made in a copy of a source, must fail its model.

usage: mutations.py [SOURCE]      all of them, or those of one source, for example sync/lock.c

A mutation names the source, what to replace in it and by what, and the model that must notice. The
text to replace must stand in the source exactly once, so that no mutation turns into nothing when
the source changes.

ctest: LABELS torture
"""
import concurrent.futures
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parents[2]
SOURCE = pathlib.Path(os.environ.get("TUTTI_SOURCE_DIR", HERE))
BUILD = pathlib.Path(os.environ.get("TUTTI_BUILD_DIR", HERE / "build/dev"))
CC = os.environ.get("TUTTI_CC", "cc")
LIMIT_S = 300
ON_FUTEX = ("park", "mutex", "fd")

# (source, what goes wrong, model, [(text, instead), ...])
MUTATIONS = [
    ("core/park.c", "sleep without a last look at the inbox", "park",
     [("\tif (!tu_load_seq(&w->inbox))", "\tif (true)")]),
    ("core/park.c", "look at the inbox before saying that one sleeps", "park",
     [("\ttu_store_seq(&w->sleep, how);\n\tif (!tu_load_seq(&w->inbox))\n",
       "\tbool nothing = !tu_load_seq(&w->inbox);\n"
       "\ttu_store_seq(&w->sleep, how);\n\tif (nothing)\n")]),
    ("core/park.c", "sleep in the poller without a last look at the inbox", "fd",
     [("\tif (!tu_load_seq(&w->inbox))", "\tif (true)")]),
    ("core/park.c", "do not wake who sleeps in its poller", "fd",
     [("\t\ttu_poller_wake(w);", "\t\t;")]),
    ("core/park.c", "sleep on the word with a descriptor to wait for", "fd",
     [("w->polled ? TU_WORKER_POLLING : TU_WORKER_ASLEEP", "TU_WORKER_ASLEEP")]),
    ("core/poller.c", "wake a poller that may be closed just now", "fd",
     [("\ttu_add_seq(&w->ringing, 1u);", "\t;"), ("\ttu_sub_rel(&w->ringing, 1u);", "\t;")]),
    ("core/poller.c", "do not wait for those who wake", "fd",
     [("while (tu_load_seq(&w->ringing))", "while (false)")]),
    ("core/poller.c", "what is ready is granted to all threads' waiters", "fd",
     [("if (w && i->context->worker != w)", "if (false)")]),
    ("core/poller.c", "what others ask for is forgotten when one is served", "fd",
     [("\t\telse if (left)\n", "\t\telse if (false)\n")]),
    ("core/poller.c", "a new wait takes the place of an older one", "fd",
     [("events = me->ask | asked(b, fd, w);", "events = me->ask;")]),
    ("core/poller.c", "an answer for what was not asked", "fd",
     [("if (!(i->ask & events))", "if (!events)")]),
    ("core/poller.c", "it waits on although it was given up", "fd",
     [("\ttu_show(&w->polled, w->polled - 1);", "\t;")]),
    ("sync/fd.c", "leave the queue alone", "fd",
     [("\ttu_poller_leave(self->worker, fd, &me);", "\t;")]),
    ("core/park.c", "wake no thread", "park",
     [("\t\ttu_os_futex_wake(&w->sleep, 1);", "\t\t;")]),
    ("core/park.c", "the waker leaves the sleep word as it is", "park",
     [("was = tu_swap_acqrel(&w->sleep, TU_WORKER_AWAKE);",
       "was = tu_load_acq(&w->sleep);")]),
    ("core/park.c", "notify only who is parked", "park",
     [("\tif (tu_swap_acqrel(&c->park, TU_PARK_NOTIFIED) != TU_PARK_PARKED)\n\t\treturn NULL;",
       "\tif (tu_load_acq(&c->park) != TU_PARK_PARKED)\n\t\treturn NULL;\n"
       "\ttu_store_rel(&c->park, TU_PARK_NOTIFIED);")]),
    ("core/park.c", "park over a notification", "park",
     [("\tif (tu_cas_acqrel(&self->park, &empty, TU_PARK_PARKED)) {\n",
       "\ttu_store_rel(&self->park, empty + 1);\n\t{\n")]),
    ("core/park.c", "two posts, one entry", "park",
     [("} while (!tu_cas_weak_seq(&w->inbox, &top, r));",
       "} while (tu_store_seq(&w->inbox, r), false);")]),
    ("core/park.c", "an entry posted while the inbox is emptied", "park",
     [("newest = tu_swap_acq(&w->inbox, (struct tu_runnable *)NULL);",
       "newest = tu_load_acq(&w->inbox);\n"
       "\ttu_store_rlx(&w->inbox, (struct tu_runnable *)NULL);")]),
    ("core/mutex.c", "sleep without saying so", "mutex",
     [("while (tu_swap_acqrel(m, 2) != 0)", "while (tu_swap_acqrel(m, 1) != 0)")]),
    ("core/mutex.c", "nobody is woken", "mutex",
     [("\ttu_real_futex_wake(m, 1);", "\t(void)m;")]),
    ("core/wait.c", "a grant after the deadline is reported as the deadline", "semaphore",
     [("\t\t\trc = 0;\n\t\t\tbreak;\n\t\t}\n\t\tif (rc == 0)",
       "\t\t\tbreak;\n\t\t}\n\t\tif (rc == 0)")]),
    ("core/wait.c", "leave a queue that one is no longer in", "semaphore",
     [("if (!me->next) {", "if (false) {")]),
    ("core/wait.c", "notify before the cancel is there", "park",
     [("\ttu_or_acqrel(&c->attention, TU_ATTENTION_CANCEL);\n\ttu_unpark(c);",
       "\ttu_unpark(c);\n\ttu_or_acqrel(&c->attention, TU_ATTENTION_CANCEL);")]),
    ("core/wait.c", "no timer", "semaphore",
     [("\ttu_worker_timer(w, timer);", "\t(void)w;")]),
    ("core/wait.c", "a timer left behind", "semaphore",
     [("\t\ttu_lot_unlock(*locked);\n\t}\n\tdisarm(&alarm);", "\t\ttu_lot_unlock(*locked);\n\t}")]),
    ("core/lot.c", "the bucket of a waiter that was moved meanwhile", "condition",
     [("if (tu_load_rlx(&w->key) == key)\n\t\t\treturn b;", "if (true)\n\t\t\treturn b;")]),
    ("core/lot.c", "the last of several is not woken", "semaphore",
     [("for (unsigned i = 0; i < wakes->n; i++)\n\t\ttu_worker_wake",
       "for (unsigned i = 0; i + 1 < wakes->n; i++)\n\t\ttu_worker_wake")]),
    ("core/lot.c", "a granted waiter stays queued", "semaphore",
     [("\ttu_lot_remove(b, w);\n\tw->answer = answer;", "\tw->answer = answer;")]),
    ("sync/lock.c", "let go without a wake", "lock",
     [("\t\ttu_lot_grant(b, next, TU_LOCK_COMPETE, &wakes);\n\t}\n\ttu_lot_unlock(b);\n"
       "\ttu_wakes_flush(&wakes);",
       "\t\ttu_lot_grant(b, next, TU_LOCK_COMPETE, &wakes);\n\t}\n\ttu_lot_unlock(b);")]),
    ("sync/lock.c", "queue although it has come free", "lock",
     [("\t\t\treturn true;\n\treturn false;\n}\n\nvoid tu_lock_waiter_left",
       "\t\t\treturn true;\n\treturn true;\n}\n\nvoid tu_lock_waiter_left")]),
    ("sync/lock.c", "handed over, and free as well", "lock",
     [("LOCKED | queued); /* stays held", "queued); /* stays held")]),
    ("sync/lock.c", "the one let go got it and does not say so", "lock",
     [("(w | LOCKED) & ~drop)", "w | LOCKED)")]),
    ("sync/lock.c", "the one let go queues again and does not say so", "lock",
     [("(w | QUEUED) & ~drop)", "w | QUEUED)")]),
    ("sync/lock.c", "free it and do not see who queued meanwhile", "lock",
     [("tu_likely(tu_cas_rel(&l->priv[0], &w, w & ~LOCKED)))",
       "(tu_store_rel(&l->priv[0], w & ~LOCKED), true))")]),
    ("sync/condition.c", "queued after the lock was given up", "condition",
     [("\ttu_lot_enqueue(b, &me, c);\n\tcount(c, 1);\n\ttu_lot_unlock(b);\n"
       "\tdepth = tu_lock_give_all(l);\n",
       "\ttu_lot_unlock(b);\n\tdepth = tu_lock_give_all(l);\n\tb = tu_lot_lock(c);\n"
       "\ttu_lot_enqueue(b, &me, c);\n\tcount(c, 1);\n\ttu_lot_unlock(b);\n")]),
    ("sync/condition.c", "notified, but reported as the deadline", "condition",
     [("\t\ttu_lock_waiter_left(l, b);\n\t\trc = 0;", "\t\ttu_lock_waiter_left(l, b);")]),
    ("sync/condition.c", "who gives up is still counted", "condition",
     [("\t} else {\n\t\tcount(c, -1u);\n\t}", "\t}")]),
    ("sync/semaphore.c", "no second look for a permit", "semaphore",
     [(" || v == WAITERS;", " || true;")]),
    ("sync/semaphore.c", "hand over although all have given up", "semaphore",
     [("\trc = add(s, n); /* those", "\t/* those")]),
    ("sync/semaphore.c", "the last to go takes WAITERS from others", "semaphore",
     [("\tif (!tu_lot_first(b, s))\n", "")]),
    ("sync/semaphore.c", "take with a plain store", "semaphore",
     [("\t\tif (tu_cas_weak_acq(&s->priv[0], &v, v - 1))\n\t\t\treturn true;",
       "\t\ttu_store_rlx(&s->priv[0], v - 1);\n\t\treturn true;")]),
    ("sync/event.c", "set with a plain store", "event",
     [("} while (!tu_cas_weak_rel(&e->priv[0], &v, SET));",
       "} while (tu_store_rel(&e->priv[0], SET), false);")]),
    ("sync/event.c", "wait although it was set meanwhile", "event",
     [("\t\t\treturn v == WAITERS;", "\t\t\treturn true;")]),
    ("sync/event.c", "who gives up clears what others wait for", "event",
     [("\tif (!tu_lot_first(b, e))\n", "")]),
    ("sync/barrier.c", "out of time in a full round", "barrier",
     [("!(tu_load_rlx(&b->priv[STATE]) & ACTING)) {\n\t\tgive_up", "true) {\n\t\tgive_up")]),
    ("sync/barrier.c", "the last to come does not see that the round was aborted", "barrier",
     [("if (b->priv[ROUND] != round)", "if (false)")]),
    ("sync/barrier.c", "who is cancelled leaves the others waiting", "barrier",
     [("\t\tasks |= IN_ROUND;\n", "")]),
    ("sync/barrier.c", "nobody at the door is told", "barrier",
     [("\ttu_grant_each(k, b, AT_DOOR, ARRIVE_AGAIN, &wakes);\n", "")]),
    ("sync/rwlock.c", "readers behind a writer who gave up", "rwlock",
     [("\tif (!(v & WRITER))\n\t\tfor", "\tif (false)\n\t\tfor")]),
    ("sync/rwlock.c", "no second look when passing on", "rwlock",
     [("\trc = let_go(l); /* those", "\t/* those")]),
    ("sync/rwlock.c", "wait for a lock that nobody holds", "rwlock",
     [("if (!open_to(v, ask) && tu_cas_rlx", "if (tu_cas_rlx")]),
    ("sync/rwlock.c", "forget those behind the writer", "rwlock",
     [("WRITER | (readers + writers > 1 ? WAITERS : 0)", "WRITER")]),
    ("sync/once.c", "end with a plain store", "once",
     [("if (!tu_cas_rel(&o->priv[0], &running, done ? DONE : NEW))",
       "(void)running;\n\tif ((tu_store_rel(&o->priv[0], done ? DONE : NEW), false))")]),
    ("sync/once.c", "a failure forgets the second who waits", "once",
     [("tu_lot_after(w, w) ? WAITERS : RUNNING", "RUNNING")]),
    ("sync/once.c", "run although another runs", "once",
     [("return v == DONE ? IS_DONE : YOUR_TURN;", "return IS_DONE;")]),
    ("sync/store_queue.c", "join the line without the queue's lock", "queue",
     [("\tget_in_line(line, &me);\n\ttu_mutex_unlock(&q->lock);\n",
       "\ttu_mutex_unlock(&q->lock);\n\tget_in_line(line, &me);\n")]),
    ("core/lot.c", "two things are given to one who wanted either", "choice",
     [("\tif (tu_cas_acqrel(option->taken, &none, option->number))\n\t\treturn true;\n"
       "\ttu_lot_remove(b, w);\n\treturn false;",
       "\ttu_cas_acqrel(option->taken, &none, option->number);\n\t(void)b;\n\treturn true;")]),
    ("core/lot.c", "who is served twice is served with the second", "choice",
     [("if (tu_cas_acqrel(option->taken, &none, option->number))",
       "if (tu_store_rel(option->taken, option->number), !none)")]),
    ("core/lot.c", "who is served already stands in the way", "choice",
     [("\ttu_lot_remove(b, w);\n\treturn false;", "\t(void)b;\n\treturn false;")]),
    ("sync/choice.c", "what was claimed is forgotten when time runs out", "choice",
     [("done = was_given(choice, places) ? (int)choice->first : tu_choice_look(choice);",
       "done = rc < 0 ? -1 : was_given(choice, places) ? (int)choice->first"
       "\n\t\t\t: tu_choice_look(choice);")]),
    ("sync/choice.c", "a permit that was given is looked for", "choice",
     [("was_given(choice, places) ? (int)choice->first : tu_choice_look(choice)",
       "tu_choice_look(choice)")]),
    ("sync/choice.c", "a place in line is left standing", "choice",
     [("\tleave_all(choice, places, queued);", "\tleave_all(choice, places, queued / 2);")]),
    ("sync/choice.c", "nobody is told that a case has left", "choice",
     [("\t\t\tkind->left((void *)tu_load_rlx(&w->key), b); /* under its lock */\n",
       "\t\t\t(void)kind;\n")]),
    ("sync/event.c", "WAITERS stays behind who has left", "choice",
     [("\t\ttu_store_rlx(&e->priv[0], CLEAR);", "\t\t;")]),
    ("sync/semaphore.c", "WAITERS stays behind who has left", "choice",
     [("\t\ttu_store_rlx(&s->priv[0], 0);", "\t\t;")]),
    ("sync/choice.c", "wait although one was ready when its turn came", "choice",
     [("\t\tif (rc <= 0)\n\t\t\treturn rc;\n\t}\n\t*queued",
       "\t\tif (rc < 0)\n\t\t\treturn rc;\n\t}\n\t*queued")]),
    ("sync/choice.c", "woken for one, and looking at another", "choice",
     [("\t\tchoice->first = choice->taken - 1;", "\t\tchoice->first = 1;")]),
    ("sync/semaphore.c", "a permit to who was served already", "choice",
     [("\t\tif (tu_lot_claim(b, w))\n\t\t\tserved++;\n\t\telse if (w == first)\n"
       "\t\t\tfirst = next;", "\t\ttu_lot_claim(b, w);\n\t\tserved++;")]),
    ("sync/ring_queue.c", "the turn of one who was served already is lost", "choice",
     [("\t\tif (!tu_lot_claim(b, w))\n\t\t\tcontinue;\n\t\ttu_lot_grant(b, w, 0, &wakes);",
       "\t\tif (tu_lot_claim(b, w))\n\t\t\ttu_lot_grant(b, w, 0, &wakes);")]),
    ("sync/ring_queue.c", "a case stands in line beside an item", "choice",
     [("\twaits = blocked(q);", "\twaits = true;")]),
    ("sync/store_queue.c", "the turn of one who was served already is lost", "choice",
     [("\t\tif (!tu_lot_claim(b, w))\n\t\t\tcontinue;\n\t\ttu_lot_grant(b, w, 0, wakes);",
       "\t\tif (tu_lot_claim(b, w))\n\t\t\ttu_lot_grant(b, w, 0, wakes);")]),
    ("sync/store_queue.c", "a case stands in line beside an item", "choice",
     [("waits = !q->shutdown && (to_put ? !has_room(q) : q->store.count == 0);",
       "waits = true;")]),
    ("sync/store_queue.c", "a case waits in a queue that is shut down", "choice",
     [("waits = !q->shutdown && (to_put", "waits = (to_put")]),
    ("sync/store_queue.c", "a get lets no putter go", "queue",
     [("\tlet_go(&q->putters, 1, wakes);\n", "")]),
    ("sync/store_queue.c", "let go, and gone without a look", "queue",
     [("\t\trc = a->again(q, item, wakes);\n\t\tif (rc == 1 && waited < 0)",
       "\t\trc = tu_cancel_pending(self);\n\t\tif (rc == 0)\n"
       "\t\t\trc = a->again(q, item, wakes);\n\t\tif (rc == 1 && waited < 0)")]),
    ("sync/ring_queue.c", "sleep without a last look at the ring", "queue",
     [("\twaits = blocked(q);", "\twaits = true;")]),
    ("sync/ring_queue.c", "look at the ring before saying that one sleeps", "queue",
     [("\ttu_queue_line_add(line, 1); /* before the look below; see the top */\n"
       "\twaits = blocked(q);",
       "\twaits = blocked(q);\n\ttu_queue_line_add(line, 1);")]),
    ("sync/ring_queue.c", "a get lets no putter go", "queue",
     [("\tlet_one_go(&q->putters);\n\treturn 0;\n}\n\n/* -- looking",
       "\treturn 0;\n}\n\n/* -- looking")]),
    ("sync/ring_queue.c", "more are finished than were put", "queue",
     [("\t} while (!tu_cas_weak_seq(&q->finished, &finished, finished + 1));",
       "\t} while (tu_add_seq(&q->finished, 1), false);")]),
    ("sync/ring_queue.c", "joiners are not told", "queue",
     [("\t\tlet_go(&q->joiners, UINT32_MAX);", "\t\t;")]),
    ("sync/ring_queue.c", "shutdown lets nobody go", "queue",
     [("\tlet_go(&q->getters, UINT32_MAX);\n", "")]),
    ("sync/ring.c", "two puts claim one slot", "queue",
     [("if (tu_cas_weak_seq(&r->tail, &tail, after(r, tail))) {",
       "if (tu_store_seq(&r->tail, after(r, tail)), true) {")]),
    ("sync/ring.c", "two gets take one item", "queue",
     [("if (tu_cas_weak_seq(&r->head, &head, after(r, head))) {",
       "if (tu_store_seq(&r->head, after(r, head)), true) {")]),
    ("sync/ring.c", "drained and closed, but not said", "queue",
     [("if ((tail & ~r->closed) == head)", "if (tail == head)")]),
    ("sync/ring.c", "a put after the close", "queue",
     [("\ttu_or_seq(&r->tail, r->closed); /* no put",
       "\tuint64_t tail = tu_load_seq(&r->tail);\n\n"
       "\ttu_store_seq(&r->tail, tail | r->closed); /* no put")]),
    ("proc/cells.c", "a late wake takes a sleeper's word that it sleeps", "cells",
     [("asleep != 0 && (int32_t)(now - (uint32_t)asleep) > 0", "asleep != 0")]),
    ("proc/cells.c", "nobody is said to sleep once one is woken", "cells",
     [("tu_word_wake(&c->shared->work, n) < n)", "tu_word_wake(&c->shared->work, n) < 9)")]),
    ("proc/cells.c", "the pool sleeps without a last look at what is done", "cells",
     [("\tif (!is_any(arg) && tu_load_seq", "\tif (tu_load_seq")]),
    ("proc/cells.c", "the pool looks at what is done before it says that it sleeps", "cells",
     [("\ttu_store_seq(&s->pool_asleep, 1u);\n\tif (!is_any(arg) &&",
       "\tbool any = is_any(arg);\n\n\ttu_store_seq(&s->pool_asleep, 1u);\n\tif (!any &&")]),
    ("proc/cells.c", "a late wake takes away that the pool sleeps, and does not wake it", "cells",
     [("\ttu_add_seq(&s->news, 1u); /* as shown */\n\ttu_word_wake", "\ttu_word_wake")]),
    ("proc/cells.c", "who finishes does not look whether it was stopped", "cells",
     [("return kind_of(state) != TU_CELL_STOPPED;", "return true;")]),
    ("exec/deque.c", "an owner takes back what may be stolen just now", "deque",
     [("\t} while (!tu_cas_weak_acqrel(&d->shared, &old, less));\n\td->split",
       "\t} while (tu_store_rel(&d->shared, less), false);\n\td->split")]),
    ("exec/deque.c", "a thief does not look whether it was the first", "deque",
     [("\t\tif (tu_cas_weak_acqrel(&d->shared, &old, less))\n\t\t\treturn",
       "\t\tif (tu_store_rel(&d->shared, less), true)\n\t\t\treturn")]),
    ("exec/deque.c", "sharing forgets what was stolen meanwhile", "deque",
     [("\t} while (!tu_cas_weak_seq(&d->shared, &old, grown));",
       "\t} while (tu_store_rel(&d->shared, grown), false);")]),
    ("exec/deque.c", "the oldest is taken back when it was stolen", "deque",
     [("\t\tif (tail > i)", "\t\tif (tail > i + 1)")]),
    ("exec/deque.c", "what was stolen stays below the tail", "deque",
     [("\ttu_store_rlx(&d->shared, tu_deque_shared(i, i));\n", "")]),
]


def mutate(source, changes):
    text = (SOURCE / "src" / source).read_text()
    for old, new in changes:
        if text.count(old) != 1:
            return None, f"stands {text.count(old)} times in {source}: {old!r}"
        text = text.replace(old, new)
    return text, None


def build(folder, text, model):
    mutant, program = folder / "mutant.c", folder / "mutant"
    mutant.write_text(text)
    ground = "futex" if model in ON_FUTEX else "tokens"
    command = [CC, "-std=gnu11", "-g", "-O1", "-w", "-no-pie", "-DTU_MODEL", "-D_GNU_SOURCE",
               f"-I{SOURCE}/src", f"-I{SOURCE}/include", f"-I{SOURCE}/tests",
               f"{SOURCE}/tests/model/{model}_model.c", str(mutant),
               f"{BUILD}/tests/model/libmodel_{ground}.a", "-o", str(program), "-pthread"]
    if os.environ.get("TUTTI_SANITIZE"):
        command.append("-fsanitize=" + os.environ["TUTTI_SANITIZE"])
    done = subprocess.run(command, capture_output=True, text=True)
    return program, done.stderr if done.returncode else None


def verdict(program):
    """(caught, how)"""
    try:
        run = subprocess.run([program], capture_output=True, text=True, timeout=LIMIT_S,
                             env={**os.environ, "TUTTI_TORTURE": "0"})
    except subprocess.TimeoutExpired:
        return False, "does not end"
    if run.returncode == 0:
        return False, "SURVIVES"
    first = (run.stderr.splitlines() or [""])[0]
    return run.returncode == 1 and " preemptions: " in first, first or str(run.returncode)


def judge(mutation):
    source, what, model, changes = mutation
    text, complaint = mutate(source, changes)
    if complaint:
        return False, source, what, complaint
    with tempfile.TemporaryDirectory() as folder:
        program, complaint = build(pathlib.Path(folder), text, model)
        if complaint:
            return False, source, what, complaint
        caught, how = verdict(program)
    return caught, source, what, how.replace(f"{SOURCE}/", "")


def main():
    chosen = [m for m in MUTATIONS if len(sys.argv) < 2 or m[0] == sys.argv[1]]
    escaped = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for caught, source, what, how in pool.map(judge, chosen):
            escaped += not caught
            print("caught " if caught else "ESCAPED", f"{source}: {what}\n        {how}",
                  flush=True)
    print(f"{len(chosen)} mutations, {escaped} escaped")
    return 1 if escaped or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
