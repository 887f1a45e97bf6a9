/* SPDX-License-Identifier: MIT */
/*
 * word_helper.c - the thread that sleeps on words for those who cannot, see words.h.
 *
 * It touches a word only under the lock, while handed says so: whoever no longer waits takes his
 * words back under it, and the memory may go. Asleep it touches nothing, and what it sleeps on may
 * be old: then it wakes for nothing.
 *
 * It is no worker and runs nothing of the program's. Without anybody to look for it ends.
 */
#include "core/family.h"
#include "core/fork.h"
#include "core/mutex.h"
#include "core/words.h"
#include "core/worker.h"

enum { IDLE_NS = 100000000, WAKES = 16 };

static struct {
	uint32_t lock; /* a tu_mutex, of all of this */
	bool runs;
	struct tu_list handed; /* workers' */
	uint32_t bell;         /* atomic; another with each change of that. It sleeps on it too */
} helper = { .handed = { { &helper.handed.head, &helper.handed.head } } };

/* What it sleeps on; its own. */
static struct tu_os_word words[TU_OS_WORDS_MOST];

static struct tu_worker *worker_of(struct tu_link *link)
{
	return tu_container_of(link, struct tu_worker, waits_for_words.link);
}

static bool has_changed(const struct tu_os_word *word)
{
	/* seq: see the end */
	return tu_load_seq((uint32_t *)(uintptr_t)word->at) != (uint32_t)word->expected;
}

/* Is there anything that w is to be told? Under the lock. The first word is the family's deaths. */
static bool concerns(const struct tu_words *its)
{
	for (uint32_t i = 0; i < its->handed_count; i++)
		if (has_changed(&its->handed_over[i]))
			return true;
	return false;
}

static void take_off(struct tu_words *its)
{
	/* [word-1] release: the words were looked at for the last time; acquired in take_back */
	tu_store_rel(&its->handed, 0u);
	tu_list_remove(&its->link);
}

/* Under the lock. How many are to be woken, and are off the list; *left: there are more. */
static unsigned collect(struct tu_worker *wakes[WAKES], bool *left)
{
	unsigned n = 0;

	tu_list_each_safe(link, &helper.handed) {
		struct tu_worker *w = worker_of(link);

		if (!concerns(&w->waits_for_words))
			continue;
		if (n == WAKES) {
			*left = true;
			break;
		}
		take_off(&w->waits_for_words);
		wakes[n++] = w;
	}
	return n;
}

/* Under the lock: what to sleep on. *left: there is no room for all of it. */
static size_t put_all(bool *left)
{
	size_t n = 1;

	/* Relaxed: it is changed under the lock. */
	tu_os_word_set(&words[0], &helper.bell, tu_load_rlx(&helper.bell), false);
	tu_list_each(link, &helper.handed) {
		const struct tu_words *its = &worker_of(link)->waits_for_words;

		for (uint32_t i = 0; i < its->handed_count && n < TU_OS_WORDS_MOST; i++)
			words[n++] = its->handed_over[i];
		if (n == TU_OS_WORDS_MOST || !its->all_handed)
			*left = true;
	}
	return n;
}

/* One look and, if that wakes nobody, one sleep. false: for a while there was nobody. */
static bool look_and_sleep(bool *idle)
{
	struct tu_worker *wakes[WAKES];
	bool left = false, was_idle = *idle;
	unsigned n;
	size_t count;

	tu_mutex_lock(&helper.lock);
	n = collect(wakes, &left);
	count = put_all(&left);
	*idle = n == 0 && tu_list_empty(&helper.handed);
	if (*idle && was_idle)
		helper.runs = false;
	tu_mutex_unlock(&helper.lock);
	for (unsigned i = 0; i < n; i++)
		tu_worker_wake(wakes[i]);
	if (*idle && was_idle)
		return false;
	if (n == 0)
		tu_os_words_wait(words, count,
			left    ? tu_os_now() + TU_WORDS_LOOK_NS
			: *idle ? tu_os_now() + IDLE_NS
				: INT64_MAX);
	return true;
}

static void run(void *arg)
{
	bool idle = false;

	(void)arg;
	tu_os_thread_name("tutti-words");
	while (look_and_sleep(&idle))
		;
}

/* -- who hands over ---------------------------------------------------------------------------- */

static void in_child(struct tu_fork_guard *g)
{
	(void)g;
	helper.runs = false;
	tu_list_init(
		&helper.handed); /* the one worker that is left has forgotten its own already */
}

static struct tu_fork_guard guard = { .lock = &helper.lock, .in_child = in_child };

/* Under the lock. */
static bool start(void)
{
	const struct tu_os_thread_start how = { run, NULL, 128 << 10 };

	if (!helper.runs)
		helper.runs = tu_os_thread_start(&how) == 0;
	return helper.runs;
}

/* Under the lock. */
static void put_words_of(struct tu_worker *w)
{
	struct tu_words *its = &w->waits_for_words;

	tu_os_word_set(&its->handed_over[0], tu_family_deaths(), its->deaths, true);
	its->handed_count = (uint32_t)tu_words_put(w, its->handed_over, 1);
	its->all_handed = w->words == its->handed_count - 1;
	its->handed_version = its->version;
	if (!tu_link_used(&its->link))
		tu_list_add_tail(&helper.handed, &its->link);
	tu_store_rlx(&its->handed, 1u); /* for the caller itself */
}

static bool hand_over(struct tu_worker *w)
{
	bool done;

	tu_fork_guard_once(&guard);
	tu_mutex_lock(&helper.lock);
	done = start();
	if (done) {
		put_words_of(w);
		/* Relaxed: the lock has the order, and the kernel compares. */
		tu_add_rlx(&helper.bell, 1u);
	}
	tu_mutex_unlock(&helper.lock);
	if (done)
		tu_os_futex_wake(&helper.bell, 1);
	return done;
}

int64_t tu_words_hand_over(struct tu_worker *w)
{
	struct tu_words *its = &w->waits_for_words;
	int64_t patience = tu_family_patience();
	/* Relaxed: if it is taken off just now, w is woken as well. */
	bool done = tu_load_rlx(&its->handed) && its->handed_version == its->version;

	if (!done)
		done = tu_os_words_can() && hand_over(w);
	if (!done)
		patience = TU_WORDS_LOOK_NS;
	return patience == INT64_MAX ? INT64_MAX : tu_os_now() + patience;
}

void tu_words_take_back(struct tu_worker *w)
{
	/* [word-1] acquire: if it is taken off just now, the helper is done with the words */
	if (tu_likely(!tu_load_acq(&w->waits_for_words.handed)))
		return;
	tu_mutex_lock(&helper.lock);
	if (tu_link_used(&w->waits_for_words.link))
		take_off(&w->waits_for_words);
	tu_mutex_unlock(&helper.lock);
}

/*
 * That no change is missed between the worker and the helper:
 *
 *     the worker                            the helper
 *     sleep = how              (seq)        looks at the word    (seq): it has changed
 *     looks at the word        (seq)        looks at sleep       (seq)
 *
 * If the helper finds the worker awake, the worker's look comes later than the helper's, and finds
 * the change too.
 */
