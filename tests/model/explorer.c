/* SPDX-License-Identifier: MIT */
/* explorer.c - see explorer.h. */
#include "model/explorer.h"
#include "base/atomic.h"

#include "base/check.h"
#include "model/schedule.h"
#include "os/arch/switch.h"

#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/common_interface_defs.h>
#endif

enum { STACK_BYTES = 256 * 1024, NOBODY = -1, CLOCK = MODEL_FIBERS };

/* A stack; the last one is the explorer's own, on which it goes from schedule to schedule. */
struct fiber {
	struct tu_registers registers;
	void *low;
	size_t bytes;
	void *fake_stack; /* ASan's */
	bool done;
	const volatile uint64_t *word; /* what it touches at its last point; NULL: not seen to */
	uint64_t before;               /* what was there */
	unsigned changes;              /* how often something else was there afterwards */
	unsigned seen;                 /* changes by others, when it last went on from a pause */
	bool (*ready)(void *arg);      /* what it waits for; NULL: nothing */
	void *arg;
};

static struct fiber fibers[MODEL_FIBERS + 1];
static struct fiber *const home = &fibers[MODEL_FIBERS];

static const struct model_test *test;
static int count;     /* of its fibers */
static int running;   /* NOBODY: the explorer itself */
static int instants;  /* how many of the test's have passed */
static int bound;     /* of preemptions */
static int preempted; /* in this schedule so far */
static unsigned outcomes;

/* -- who goes on ------------------------------------------------------------------------------ */

static bool can_run(int i)
{
	struct fiber *f = &fibers[i];

	return !f->done && (!f->ready || f->ready(f->arg));
}

static bool can_clock(void)
{
	return instants < MODEL_INSTANTS && test->instants[instants] != 0;
}

/* Who has the turn next: the one that has it, if it can, or any other; NOBODY: all are stuck. */
static int next_turn(int self)
{
	bool free = self == NOBODY || !can_run(self);
	int option[MODEL_FIBERS + 1], n = 0, taken;

	if (!free) {
		if (preempted == bound)
			return self;
		option[n++] = self;
	}
	for (int i = 0; i < count; i++)
		if (i != self && can_run(i))
			option[n++] = i;
	if (can_clock() && (n == 0 || preempted < bound))
		option[n++] = CLOCK;
	if (n == 0)
		return NOBODY;
	taken = option[schedule_choose(n)];
	if (taken != option[0] && (!free || taken == CLOCK))
		preempted++;
	return taken;
}

static void let_time_pass(void)
{
	schedule_note(CLOCK, NULL, NULL);
	instants++;
}

/* The same, after the time that passes first. Time is paid for: afterwards the turn is free. */
static int next_fiber(void)
{
	int next = next_turn(running);

	while (next == CLOCK) {
		let_time_pass();
		next = next_turn(NOBODY);
	}
	return next;
}

static void change(struct fiber *from, struct fiber *to)
{
#ifdef __SANITIZE_ADDRESS__
	__sanitizer_start_switch_fiber(&from->fake_stack, to->low, to->bytes);
#endif
	tu_arch_switch(&from->registers, &to->registers);
#ifdef __SANITIZE_ADDRESS__
	__sanitizer_finish_switch_fiber(from->fake_stack, NULL, NULL);
#endif
}

static void go_on(void)
{
	int self = running, next = next_fiber();

	if (next == self)
		return;
	running = next;
	if (next == NOBODY) {
		for (int i = 0; i < count; i++)
			if (!fibers[i].done)
				model_fail("deadlock: nobody can go on");
		change(&fibers[self], home);
		return; /* in a later schedule */
	}
	model_ground_enter(next);
	change(self == NOBODY ? home : &fibers[self], &fibers[next]);
}

/* -- who has changed something ---------------------------------------------------------------- */

/* Before the fiber's step: the aligned word around it, whatever else of it may be out of bounds. */
__attribute__((no_sanitize("address"))) static void watch(struct fiber *f, const volatile void *at)
{
	f->word = (const volatile uint64_t *)((uintptr_t)at & ~(uintptr_t)7);
	f->before = *f->word;
}

/* After it, and before anybody else's. */
__attribute__((no_sanitize("address"))) static void note_change(struct fiber *f)
{
	if (f->word && *f->word != f->before)
		f->changes++;
	f->word = NULL;
}

static unsigned changes_by_others(const struct fiber *self)
{
	unsigned n = (unsigned)instants;

	for (int i = 0; i < count; i++)
		if (&fibers[i] != self)
			n += fibers[i].changes;
	return n;
}

static bool is_changed(void *fiber)
{
	const struct fiber *f = fiber;

	return changes_by_others(f) != f->seen;
}

/* -- what fibers call ------------------------------------------------------------------------- */

void tu_model_point(const volatile void *where)
{
	if (running == NOBODY)
		return;
	if (!schedule_note(running, where, __builtin_return_address(0)))
		model_fail("livelock: no end after %d steps", STEPS_MOST);
	note_change(&fibers[running]);
	if (preempted < bound)
		go_on();
	watch(&fibers[running], where);
}

void model_block(bool (*ready)(void *arg), void *arg)
{
	struct fiber *f = &fibers[running];

	note_change(f);
	f->ready = ready;
	f->arg = arg;
	schedule_note(running, NULL, __builtin_return_address(0));
	go_on();
	f->ready = NULL;
}

void model_pause(void)
{
	struct fiber *f = &fibers[running];

	model_block(is_changed, f);
	f->seen = changes_by_others(f);
}

int64_t model_now(void)
{
	return instants ? test->instants[instants - 1] : MODEL_START;
}

int model_self(void)
{
	return running;
}

void model_saw(unsigned outcome)
{
	outcomes |= outcome;
}

void model_fail(const char *format, ...)
{
	va_list args;

	running = NOBODY;
	fflush(stdout);
	fprintf(stderr, "%s, with at most %d preemptions: ", test->name, bound);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputs("\n", stderr);
	schedule_print(test->name, bound);
	fflush(stderr);
	_Exit(1);
}

/* The sources' own checks go the same way. */
static void panicked(const char *text, size_t n)
{
	model_fail("%.*s", (int)n, text);
}

/* A crash in the sources is a failure like any other. A sanitizer has more to say about it. */
#ifdef __SANITIZE_ADDRESS__
static void watch_for_crashes(void)
{
}
#else
static void crashed(int signal)
{
	(void)signal;
	model_fail("crash");
}

static void watch_for_crashes(void)
{
	static char stack[STACK_BYTES];
	const stack_t other = { .ss_sp = stack, .ss_size = sizeof stack };
	const struct sigaction action = { .sa_handler = crashed, .sa_flags = SA_ONSTACK };

	sigaltstack(&other, NULL);
	sigaction(SIGSEGV, &action, NULL);
}
#endif

/* -- from schedule to schedule ---------------------------------------------------------------- */

/* A fiber is made once. In each schedule it runs the test's function of its number. */
static void fiber_main(void *arg)
{
	(void)arg;
#ifdef __SANITIZE_ADDRESS__
	__sanitizer_finish_switch_fiber(NULL, NULL, NULL);
#endif
	for (;;) {
		test->fiber[running]();
		note_change(&fibers[running]);
		fibers[running].done = true;
		go_on();
	}
}

static void make_fibers(void)
{
	pthread_attr_t attributes;

	tu_check(pthread_getattr_np(pthread_self(), &attributes) == 0, "no stack of my own");
	pthread_attr_getstack(&attributes, &home->low, &home->bytes);
	pthread_attr_destroy(&attributes);
	for (int i = 0; i < MODEL_FIBERS; i++) {
		struct fiber *f = &fibers[i];

		f->bytes = STACK_BYTES;
		f->low = mmap(
			NULL, f->bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		tu_check(f->low != MAP_FAILED, "no memory for a fiber");
		tu_arch_prepare(&f->registers, (char *)f->low + f->bytes, fiber_main, NULL);
	}
}

static void run_schedule(void)
{
	schedule_begin();
	preempted = 0;
	instants = 0;
	for (int i = 0; i < count; i++) {
		fibers[i].done = false;
		fibers[i].changes = fibers[i].seen = 0;
	}
	model_ground_begin();
	test->begin();
	go_on();
	model_ground_end();
	if (test->end)
		test->end();
}

/* Returns how many there are. */
static uint64_t run_schedules(int most)
{
	uint64_t n = 0;

	bound = most;
	schedule_forget();
	do {
		run_schedule();
		n++;
	} while (schedule_next());
	return n;
}

static int bound_of(const struct model_test *t)
{
	const char *given = getenv("MODEL_BOUND"), *limit = getenv("MODEL_MOST");
	const char *torture = getenv("TUTTI_TORTURE");
	int most = torture && torture[0] == '1' ? t->deep : t->bound;

	if (given)
		return atoi(given);
	return limit && most > atoi(limit) ? atoi(limit) : most;
}

static int run_test(const struct model_test *t)
{
	int most = bound_of(t);
	uint64_t n = 0, before; /* schedules */

	test = t;
	outcomes = 0;
	for (count = 0; count < MODEL_FIBERS && t->fiber[count]; count++)
		;
	for (int b = 0; b <= most; b++) {
		before = n;
		n = run_schedules(b);
		if (n == before) /* nothing new, so a greater bound brings nothing either */
			b = most = MODEL_ALL;
	}
	if ((outcomes & t->outcomes) != t->outcomes) {
		fprintf(stderr, "%s: outcomes %#x never came about\n", t->name,
			t->outcomes & ~outcomes);
		return 1;
	}
	printf("%s: all %llu schedules%s", t->name, (unsigned long long)n,
		most == MODEL_ALL ? "" : " with at most ");
	if (most != MODEL_ALL)
		printf("%d preemptions", most);
	puts(" pass");
	fflush(stdout);
	return 0;
}

static int replay(const struct model_test *t, const char *choices)
{
	test = t;
	for (count = 0; count < MODEL_FIBERS && t->fiber[count]; count++)
		;
	bound = bound_of(t);
	schedule_take(choices);
	run_schedule();
	schedule_print(t->name, bound);
	printf("%s: this schedule passes\n", t->name);
	return 0;
}

int model_main(int argc, char **argv, const struct model_test *tests, size_t n)
{
	const char *choices = getenv("MODEL_CHOICES");
	int failed = 0;

	tu_panic_write = panicked;
	running = NOBODY;
	watch_for_crashes();
	make_fibers();
	schedule_program(argv[0]);
	for (size_t i = 0; i < n; i++)
		if (argc < 2 || strcmp(argv[1], tests[i].name) == 0)
			failed |= choices ? replay(&tests[i], choices) : run_test(&tests[i]);
	return failed;
}
