/* SPDX-License-Identifier: MIT */
/* kind_sync_test.c - the kinds that synchronise: answers, waiting, and clients that go. */
#include "dist/asking.h"

static struct tu_object *o;
static struct asked a, b, c;

static void begins_to_wait(struct asked *x, const void *who, const char *method, const char *args)
{
	CHECK_EQ(begin(x, o, who, method, args), TU_CALL_WAITS);
	CHECK(x->call.waits);
}

static void gone(const void *who)
{
	tu_object_left(o, who);
}

/* -- Event ------------------------------------------------------------------------------------ */

static void event_answers(void)
{
	o = make("Event", "[]");
	IS(ask(o, ANN, "is_set", "[]"), "False");
	IS(ask(o, ANN, "wait", "[0]"), "False");
	IS(ask(o, ANN, "wait", "[-1]"), "False");
	IS(ask_named(o, ANN, "wait", "[]", "{\"timeout\": 0.0}"), "False");
	IS(ask(o, ANN, "wait", "[\"x\"]"),
		"TypeError: '>' not supported between instances of 'str' and 'int'");
	IS(ask(o, ANN, "set", "[]"), "None");
	IS(ask(o, ANN, "wait", "[\"x\"]"), "True"); /* which is not looked at */
	IS(ask(o, ANN, "wait", "[null]"), "True");
	IS(ask(o, ANN, "clear", "[]"), "None");
	IS(ask(o, ANN, "is_set", "[]"), "False");
	IS(ask(o, ANN, "set", "[1]"), "TypeError: set() takes 0 arguments but 1 were given");
	tu_object_free(o);
	CHECK(!make("Event", "[1]"));
	IS(said, "TUTTI_ETYPE Event() takes 0 arguments but 1 were given");
}

static void event_wakes_all(void)
{
	o = make("Event", "[]");
	begins_to_wait(&a, ANN, "wait", "[null]");
	begins_to_wait(&b, BOB, "wait", "[1000]");
	begins_to_wait(&c, EVE, "wait", "[1000]");
	CHECK_EQ(a.call.deadline, TUTTI_FOREVER);
	CHECK(b.call.deadline < TUTTI_FOREVER);
	IS(end_late(&b), "False");
	IS(ask(o, ANN, "set", "[]"), "None");
	IS(ask(o, ANN, "clear", "[]"), "None"); /* they were told before */
	IS(end_told(&a), "True");
	IS(end_told(&c), "True");
	tu_object_free(o);
}

/* -- Lock, RLock ------------------------------------------------------------------------------ */

/* Of both, and of a Condition. */
static void acquires(void)
{
	IS(ask(o, ANN, "acquire", "[]"), "True");
	IS(ask(o, BOB, "acquire", "[false]"), "False");
	IS(ask(o, BOB, "acquire", "[true, 0]"), "False");
	IS(ask_named(o, BOB, "acquire", "[]", "{\"blocking\": false}"), "False");
	IS(ask(o, BOB, "acquire", "[false, -1]"), "False");
	IS(ask(o, BOB, "acquire", "[false, 1]"),
		"ValueError: can't specify a timeout for a non-blocking call");
	IS(ask(o, BOB, "acquire", "[true, -2]"),
		"ValueError: timeout value must be a non-negative number");
	IS(ask(o, BOB, "acquire", "[true, null]"),
		"TypeError: 'NoneType' object cannot be interpreted as an integer");
	IS(ask(o, BOB, "acquire", "[true, \"x\"]"),
		"TypeError: 'str' object cannot be interpreted as an integer");
	IS(ask(o, BOB, "acquire", "[1, 2, 3]"),
		"TypeError: acquire() takes 2 arguments but 3 were given");
	IS(ask(o, EVE, "locked", "[]"), "True");
	IS(ask(o, ANN, "release", "[]"), "None");
	IS(ask(o, EVE, "locked", "[]"), "False");
}

/* In the order in which they came, whoever gives up or goes. */
static void acquires_in_order(void)
{
	IS(ask(o, ANN, "acquire", "[]"), "True");
	begins_to_wait(&a, BOB, "acquire", "[]");
	begins_to_wait(&b, EVE, "acquire", "[true, 1000]");
	begins_to_wait(&c, &c, "acquire", "[true, -1]");
	CHECK_EQ(a.call.deadline, TUTTI_FOREVER);
	CHECK_EQ(c.call.deadline, TUTTI_FOREVER);
	drop(&a);
	IS(end_late(&b), "False");
	begins_to_wait(&b, EVE, "acquire", "[]");
	IS(ask(o, ANN, "release", "[]"), "None");
	CHECK(!c.call.waits && b.call.waits);
	IS(end_told(&c), "True");
	gone(BOB); /* who has nothing */
	CHECK(b.call.waits);
	IS(ask(o, &c, "release", "[]"), "None");
	IS(end_told(&b), "True");
	IS(ask(o, EVE, "release", "[]"), "None");
	IS(ask(o, ANN, "locked", "[]"), "False");
}

/* Who has gone holds it still, and who comes after it at its address does not. */
static void stays_taken(const char *released_by_another)
{
	IS(ask(o, ANN, "acquire", "[]"), "True");
	begins_to_wait(&a, BOB, "acquire", "[true, 1000]");
	gone(ANN);
	CHECK(a.call.waits);
	IS(ask(o, ANN, "locked", "[]"), "True");
	IS(ask(o, ANN, "acquire", "[false]"), "False");
	IS(ask(o, ANN, "release", "[]"), released_by_another);
}

static void stays_taken_for_ever(void)
{
	stays_taken("RuntimeError: cannot release un-acquired lock");
	IS(end_late(&a), "False");
	IS(ask(o, ANN, "locked", "[]"), "True");
	tu_object_free(o);
}

/* An answer that could not be delivered is the next one's. */
static void undoes(void)
{
	IS(ask(o, ANN, "acquire", "[]"), "True");
	begins_to_wait(&a, BOB, "acquire", "[]");
	begins_to_wait(&b, EVE, "acquire", "[]");
	IS(ask(o, ANN, "release", "[]"), "None");
	CHECK(!a.call.waits && b.call.waits);
	drop(&a);
	IS(end_told(&b), "True");
	CHECK_EQ(begin(&a, o, BOB, "acquire", "[false]"), 0);
	drop(&a); /* of one that was not got there is nothing to take back */
	IS(ask(o, ANN, "locked", "[]"), "True");
	IS(ask(o, EVE, "release", "[]"), "None");
}

static void lock(void)
{
	o = make("Lock", "[]");
	IS(ask(o, ANN, "release", "[]"), "RuntimeError: release unlocked lock");
	acquires();
	acquires_in_order();
	undoes();
	IS(ask(o, ANN, "acquire", "[]"), "True");
	IS(ask(o, ANN, "acquire", "[false]"), "False");
	IS(ask(o, BOB, "release", "[]"), "None"); /* anybody may */
	stays_taken("None");
	IS(end_told(&a), "True");
	tu_object_free(o);
	CHECK(!make("Lock", "[1]"));
	IS(said, "TUTTI_ETYPE Lock() takes 0 arguments but 1 were given");
}

static void lock_released_before_it_is_undone(void)
{
	o = make("Lock", "[]");
	CHECK_EQ(begin(&a, o, ANN, "acquire", "[]"), 0);
	IS(ask(o, BOB, "release", "[]"), "None");
	IS(ask(o, ANN, "acquire", "[]"), "True");
	drop(&a);
	IS(ask(o, BOB, "locked", "[]"), "True"); /* this is another one */
	tu_object_free(o);
}

static void rlock(void)
{
	o = make("RLock", "[]");
	IS(ask(o, ANN, "release", "[]"), "RuntimeError: cannot release un-acquired lock");
	acquires();
	acquires_in_order();
	undoes();
	IS(ask(o, ANN, "acquire", "[]"), "True");
	IS(ask(o, ANN, "acquire", "[]"), "True");
	CHECK_EQ(begin(&a, o, ANN, "acquire", "[]"), 0);
	drop(&a); /* the third */
	IS(ask(o, BOB, "release", "[]"), "RuntimeError: cannot release un-acquired lock");
	IS(ask(o, ANN, "release", "[]"), "None");
	IS(ask(o, BOB, "acquire", "[false]"), "False");
	IS(ask(o, ANN, "release", "[]"), "None");
	IS(ask(o, BOB, "acquire", "[false]"), "True");
	IS(ask(o, BOB, "release", "[]"), "None");
	stays_taken_for_ever();
}

/* -- semaphores ------------------------------------------------------------------------------- */

static void semaphore_arguments(const char *kind)
{
	CHECK(!make(kind, "[-1]"));
	IS(said, "EINVAL semaphore initial value must be >= 0");
	CHECK(!make(kind, "[\"x\"]"));
	IS(said, "TUTTI_ETYPE '<' not supported between instances of 'str' and 'int'");
	CHECK(!make(kind, "[36893488147419103232]"));
	IS(said, "EINVAL semaphore initial value has more than 64 bits");
	o = make_named(kind, "[]", "{\"value\": 2}");
	IS(ask(o, ANN, "acquire", "[]"), "True");
	IS(ask(o, ANN, "acquire", "[null]"), "True");
	IS(ask(o, ANN, "acquire", "[false]"), "False");
	IS(ask(o, ANN, "acquire", "[true, 0]"), "False");
	IS(ask(o, ANN, "acquire", "[true, -1]"), "False");
	IS(ask(o, ANN, "acquire", "[false, 1]"),
		"ValueError: can't specify timeout for non-blocking acquire");
	IS(ask(o, ANN, "acquire", "[true, \"x\"]"),
		"TypeError: unsupported operand type(s) for +: 'float' and 'str'");
	IS(ask(o, ANN, "acquire", "[1, 2, 3]"),
		"TypeError: acquire() takes 2 arguments but 3 were given");
	IS(ask(o, ANN, "release", "[0]"), "ValueError: n must be one or more");
	IS(ask(o, ANN, "release", "[\"x\"]"),
		"TypeError: '<' not supported between instances of 'str' and 'int'");
	IS(ask_named(o, ANN, "release", "[]", "{\"n\": 2}"), "None");
	IS(ask(o, ANN, "acquire", "[]"), "True");
	IS(ask(o, ANN, "release", "[]"), "None");
	tu_object_free(o);
}

/* A permit goes on to the next, whatever becomes of the one before. */
static void permits_go_on(const char *kind)
{
	o = make(kind, "[]");
	IS(ask(o, ANN, "acquire", "[]"), "True");
	begins_to_wait(&a, ANN, "acquire", "[]");
	begins_to_wait(&b, BOB, "acquire", "[true, null]");
	begins_to_wait(&c, EVE, "acquire", "[true, 1000]");
	drop(&a);
	IS(ask(o, ANN, "release", "[]"), "None");
	CHECK(!b.call.waits && c.call.waits);
	drop(&b);
	IS(end_told(&c), "True");
	begins_to_wait(&c, EVE, "acquire", "[true, 1000]");
	IS(end_late(&c), "False");
	IS(ask(o, EVE, "release", "[]"), "None");
	IS(ask(o, BOB, "acquire", "[false]"), "True");
	tu_object_free(o);
}

/* A permit of one who has gone, and anybody may give it back. */
static void permit_stays_taken(const char *kind)
{
	o = make(kind, "[]");
	IS(ask(o, ANN, "acquire", "[]"), "True");
	begins_to_wait(&a, EVE, "acquire", "[]");
	gone(ANN);
	CHECK(a.call.waits);
	IS(ask(o, BOB, "acquire", "[false]"), "False");
	IS(ask(o, BOB, "release", "[]"), "None");
	IS(end_told(&a), "True");
	tu_object_free(o);
}

static void semaphore(void)
{
	semaphore_arguments("Semaphore");
	permits_go_on("Semaphore");
	permit_stays_taken("Semaphore");
	o = make("Semaphore", "[0]");
	begins_to_wait(&a, ANN, "acquire", "[]");
	begins_to_wait(&b, BOB, "acquire", "[]");
	IS(ask(o, EVE, "release", "[3]"), "None");
	IS(end_told(&a), "True");
	IS(end_told(&b), "True");
	IS(ask(o, ANN, "acquire", "[]"), "True");
	IS(ask(o, ANN, "release", "[36893488147419103232]"),
		"ValueError: Semaphore released too many times");
	tu_object_free(o);
}

static void bounded_semaphore(void)
{
	semaphore_arguments("BoundedSemaphore");
	permits_go_on("BoundedSemaphore");
	permit_stays_taken("BoundedSemaphore");
	o = make("BoundedSemaphore", "[2]");
	IS(ask(o, ANN, "release", "[]"), "ValueError: Semaphore released too many times");
	IS(ask(o, ANN, "acquire", "[]"), "True");
	IS(ask(o, BOB, "acquire", "[]"), "True");
	IS(ask(o, ANN, "release", "[3]"), "ValueError: Semaphore released too many times");
	tu_object_free(o);
}

/* -- Condition -------------------------------------------------------------------------------- */

static void condition_answers(void)
{
	CHECK(!make("Condition", "[3]"));
	IS(said, "TUTTI_ETYPE a Condition has a lock of its own here");
	o = make("Condition", "[null]");
	IS(ask(o, ANN, "release", "[]"), "RuntimeError: cannot release un-acquired lock");
	IS(ask(o, ANN, "wait", "[1]"), "RuntimeError: cannot wait on un-acquired lock");
	IS(ask(o, ANN, "notify", "[]"), "RuntimeError: cannot notify on un-acquired lock");
	IS(ask(o, ANN, "notify_all", "[]"), "RuntimeError: cannot notify on un-acquired lock");
	acquires();
	acquires_in_order();
	undoes();
	IS(ask(o, ANN, "acquire", "[]"), "True");
	IS(ask(o, ANN, "wait", "[\"x\"]"),
		"TypeError: '>' not supported between instances of 'str' and 'int'");
	IS(ask(o, ANN, "wait", "[0]"), "False");
	IS(ask(o, ANN, "wait", "[-1]"), "False");
	IS(ask(o, ANN, "notify", "[\"x\"]"),
		"TypeError: '>' not supported between instances of 'str' and 'int'");
	IS(ask(o, ANN, "notify", "[-1]"), "None");
	IS(ask(o, ANN, "notify", "[36893488147419103232]"), "None");
	IS(ask(o, ANN, "release", "[]"), "None"); /* it has it still */
	stays_taken_for_ever();
}

/* Three wait, each of whom had it so many times. */
static void three_wait(const char *timeout)
{
	o = make("Condition", "[]");
	IS(ask(o, ANN, "acquire", "[]"), "True");
	IS(ask(o, ANN, "acquire", "[]"), "True");
	begins_to_wait(&a, ANN, "wait", timeout);
	IS(ask(o, BOB, "acquire", "[]"), "True");
	begins_to_wait(&b, BOB, "wait", timeout);
	IS(ask(o, EVE, "acquire", "[]"), "True");
	begins_to_wait(&c, EVE, "wait", timeout);
	IS(ask(o, &o, "acquire", "[]"), "True");
}

static void condition_notifies(void)
{
	three_wait("[null]");
	IS(ask(o, &o, "notify", "[2]"), "None");
	CHECK(a.call.waits && b.call.waits); /* until they have the lock */
	IS(ask(o, &o, "release", "[]"), "None");
	CHECK(b.call.waits);
	IS(end_told(&a), "True");
	IS(ask(o, ANN, "release", "[]"), "None"); /* both times */
	CHECK(b.call.waits);
	IS(ask(o, ANN, "notify_all", "[]"), "None");
	IS(ask(o, ANN, "release", "[]"), "None");
	IS(end_told(&b), "True");
	CHECK(c.call.waits);
	IS(ask(o, BOB, "release", "[]"), "None");
	IS(end_told(&c), "True");
	tu_object_free(o);
}

static void condition_too_late(void)
{
	three_wait("[1000]");
	CHECK(a.call.deadline < TUTTI_FOREVER);
	CHECK_EQ(tu_call_late(o, &b.call), TU_CALL_WAITS); /* for the lock, as long as it takes */
	CHECK_EQ(b.call.deadline, TUTTI_FOREVER);
	IS(ask(o, &o, "notify", "[]"), "None");
	CHECK_EQ(tu_call_late(o, &a.call), TU_CALL_WAITS); /* notified before */
	IS(ask(o, &o, "release", "[]"), "None");
	IS(end_told(&b), "False");
	IS(ask(o, BOB, "release", "[]"), "None");
	IS(end_told(&a), "True");
	IS(ask(o, ANN, "release", "[]"), "None");
	IS(ask(o, ANN, "release", "[]"), "None");
	IS(end_late(&c), "False");
	tu_object_free(o);
}

/* A notification that its taker cannot use is the next one's. */
static void condition_of_the_gone(void)
{
	three_wait("[null]");
	IS(ask(o, &o, "notify", "[]"), "None");
	drop(&a);
	IS(ask(o, &o, "release", "[]"), "None");
	CHECK(!b.call.waits && c.call.waits);
	drop(&b); /* and one that has its answer */
	IS(end_told(&c), "True");
	IS(ask(o, BOB, "acquire", "[false]"), "False");
	IS(ask(o, EVE, "release", "[]"), "None");
	IS(ask(o, BOB, "acquire", "[false]"), "True");
	begins_to_wait(&a, BOB, "wait", "[]");
	drop(&a); /* which was not notified */
	IS(ask(o, ANN, "acquire", "[false]"), "True");
	tu_object_free(o);
}

/* One who looks again and again without waiting leaves the lock to others between. */
static void condition_lets_others(void)
{
	o = make("Condition", "[]");
	IS(ask(o, ANN, "acquire", "[]"), "True");
	begins_to_wait(&b, BOB, "acquire", "[]");
	begins_to_wait(&a, ANN, "wait", "[0]");
	IS(end_told(&b), "True");
	IS(ask(o, BOB, "release", "[]"), "None");
	IS(end_told(&a), "False");
	tu_object_free(o);
}

/* -- Barrier ---------------------------------------------------------------------------------- */

static const char *attribute(const char *name)
{
	char args[40];

	snprintf(args, sizeof(args), "[\"%s\"]", name);
	return ask(o, ANN, "__getattribute__", args);
}

static void barrier_arguments(void)
{
	CHECK(!make("Barrier", "[]"));
	IS(said, "TUTTI_ETYPE Barrier() missing required argument: 'parties'");
	CHECK(!make("Barrier", "[0]"));
	IS(said, "EINVAL parties must be > 0");
	CHECK(!make("Barrier", "[\"x\"]"));
	IS(said, "TUTTI_ETYPE parties must be an int, not str");
	CHECK(!make("Barrier", "[2, 3]"));
	IS(said, "TUTTI_ETYPE a Barrier's action cannot be executed here");
	CHECK(!make("Barrier", "[2, null, \"x\"]"));
	IS(said, "TUTTI_ETYPE timeout must be a number or None, not str");
	o = make_named("Barrier", "[2]", "{\"timeout\": 0}");
	IS(attribute("parties"), "2");
	IS(attribute("n_waiting"), "0");
	IS(attribute("broken"), "False");
	IS(attribute("zzz"), "AttributeError: 'Barrier' object has no attribute 'zzz'");
	IS(ask(o, ANN, "__getattribute__", "[3]"),
		"TypeError: attribute name must be string, not 'int'");
	IS(ask(o, ANN, "wait", "[\"x\"]"),
		"TypeError: unsupported operand type(s) for +: 'float' and 'str'");
	IS(attribute("broken"), "False");
	IS(ask(o, ANN, "wait", "[]"), "BrokenBarrierError: "); /* its own timeout */
	IS(attribute("broken"), "True");
	IS(ask(o, ANN, "wait", "[5]"), "BrokenBarrierError: ");
	IS(ask(o, ANN, "reset", "[]"), "None");
	IS(attribute("broken"), "False");
	tu_object_free(o);
}

static void barrier_passes(void)
{
	o = make("Barrier", "[3]");
	for (int round = 0; round < 2; round++) {
		begins_to_wait(&a, ANN, "wait", "[null]");
		begins_to_wait(&b, BOB, "wait", "[1000]");
		IS(attribute("n_waiting"), "2");
		IS(ask(o, EVE, "wait", "[0]"), "2");
		IS(attribute("n_waiting"), "0");
		IS(end_told(&a), "0");
		IS(end_told(&b), "1");
	}
	tu_object_free(o);
	o = make("Barrier", "[1]");
	IS(ask(o, ANN, "wait", "[]"), "0");
	tu_object_free(o);
}

static void barrier_breaks(void)
{
	o = make("Barrier", "[3]");
	begins_to_wait(&a, ANN, "wait", "[1000]");
	begins_to_wait(&b, BOB, "wait", "[null]");
	IS(end_late(&a), "BrokenBarrierError: ");
	IS(end_told(&b), "BrokenBarrierError: ");
	IS(attribute("n_waiting"), "0");
	IS(ask(o, ANN, "reset", "[]"), "None");
	begins_to_wait(&a, ANN, "wait", "[]");
	IS(ask(o, ANN, "abort", "[]"), "None");
	IS(end_told(&a), "BrokenBarrierError: ");
	IS(attribute("broken"), "True");
	IS(ask(o, ANN, "reset", "[]"), "None");
	begins_to_wait(&a, ANN, "wait", "[]");
	IS(ask(o, BOB, "reset", "[]"), "None"); /* of who waits, too */
	IS(end_told(&a), "BrokenBarrierError: ");
	IS(attribute("broken"), "False");
	tu_object_free(o);
}

/* Who goes is not there: another may come in its stead, and indexes are of those who are. */
static void barrier_of_the_gone(void)
{
	o = make("Barrier", "[3]");
	begins_to_wait(&a, ANN, "wait", "[]");
	begins_to_wait(&b, BOB, "wait", "[]");
	drop(&a);
	IS(attribute("n_waiting"), "1");
	begins_to_wait(&c, EVE, "wait", "[]");
	IS(ask(o, ANN, "wait", "[]"), "2");
	IS(end_told(&b), "0");
	IS(end_told(&c), "1");
	tu_object_free(o);
}

int main(void)
{
	suite_begin();
	RUN(event_answers);
	RUN(event_wakes_all);
	RUN(lock);
	RUN(lock_released_before_it_is_undone);
	RUN(rlock);
	RUN(semaphore);
	RUN(bounded_semaphore);
	RUN(condition_answers);
	RUN(condition_notifies);
	RUN(condition_too_late);
	RUN(condition_of_the_gone);
	RUN(condition_lets_others);
	RUN(barrier_arguments);
	RUN(barrier_passes);
	RUN(barrier_breaks);
	RUN(barrier_of_the_gone);
	return suite_end();
}
