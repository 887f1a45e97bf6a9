/* SPDX-License-Identifier: MIT */
/*
 * client_kinds_test.c - what a SyncManager of Python's serves beside queues, by the verbs of
 * proxy_sync.h, proxy_barrier.h and proxy_data.h: with each CPython that is found here.
 *
 * ctest: TIMEOUT 240 LABELS no-valgrind LABELS no-qemu
 */
#include "support/managers.h"

#include <errno.h>
#include <tutti/value_make.h>

static tutti_manager *manager;

/* With one argument, or none. */
static tutti_proxy *make(const char *kind, const tutti_value *arg)
{
	tutti_value *args;
	tutti_proxy *p;

	CHECK_EQ(arg ? tutti_value_pack(&args, "(O)", arg) : tutti_value_pack(&args, "()"), 0);
	CHECK_EQ(tutti_manager_proxy(manager, kind, args, NULL, &p), 0);
	tutti_value_unref(args);
	return p;
}

static tutti_time moment(void)
{
	return tutti_after(TUTTI_MILLISECONDS(30));
}

/* -- what is waited for ----------------------------------------------------------------------- */

static void *wait_event(void *event)
{
	CHECK_EQ(tutti_proxy_event_wait(event), 0);
	return NULL;
}

static void events(void)
{
	tutti_proxy *e = make("Event", NULL);
	tutti_future *f;
	tutti_time deadline;

	CHECK_EQ(tutti_proxy_event_is_set(e), 0);
	CHECK_EQ(tutti_proxy_event_wait_until(e, 0), TUTTI_ETIMEDOUT);
	deadline = moment();
	CHECK_EQ(tutti_proxy_event_wait_until(e, deadline), TUTTI_ETIMEDOUT);
	CHECK(tutti_now() >= deadline);
	f = tutti_thread_start(wait_event, e, NULL);
	CHECK_EQ(tutti_proxy_event_set(e), 0);
	CHECK_EQ(tutti_future_result(f, NULL, 0), 0);
	tutti_future_unref(f);
	CHECK_EQ(tutti_proxy_event_is_set(e), 1);
	CHECK_EQ(tutti_proxy_event_wait_until(e, 0), 0);
	CHECK_EQ(tutti_proxy_event_clear(e), 0);
	CHECK_EQ(tutti_proxy_event_is_set(e), 0);
	tutti_proxy_free(e);
}

static void *acquire_and_release(void *lock)
{
	CHECK_EQ(tutti_proxy_acquire(lock), 0);
	CHECK_EQ(tutti_proxy_release(lock), 0);
	return NULL;
}

/* The thread that waits does not keep the other from letting go. */
static void locks(void)
{
	static const char *const names[] = { "Lock", "my_lock" };

	for (int i = 0; i < 2; i++) {
		tutti_proxy *l = make(names[i], NULL);
		tutti_future *f;

		CHECK_EQ(tutti_proxy_release(l), TUTTI_EUNLOCKED);
		CHECK_EQ(tutti_proxy_acquire(l), 0);
		CHECK_EQ(tutti_proxy_acquire_until(l, 0), TUTTI_ETIMEDOUT);
		CHECK_EQ(tutti_proxy_acquire_until(l, moment()), TUTTI_ETIMEDOUT);
		f = tutti_thread_start(acquire_and_release, l, NULL);
		CHECK_EQ(tutti_proxy_release(l), 0);
		CHECK_EQ(tutti_future_result(f, NULL, 0), 0);
		tutti_future_unref(f);
		CHECK_EQ(tutti_proxy_acquire_until(l, 0), 0);
		CHECK_EQ(tutti_proxy_release(l), 0);
		tutti_proxy_free(l);
	}
}

static void semaphores(void)
{
	tutti_proxy *s = make("BoundedSemaphore", tutti_value_int(2));

	CHECK_EQ(tutti_proxy_acquire(s), 0);
	CHECK_EQ(tutti_proxy_acquire_until(s, tutti_after(PATIENCE)), 0);
	CHECK_EQ(tutti_proxy_acquire_until(s, moment()), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_proxy_release(s), 0);
	CHECK_EQ(tutti_proxy_release(s), 0);
	CHECK_EQ(tutti_proxy_release(s), -EINVAL);
	tutti_proxy_free(s);
	s = make("Semaphore", tutti_value_int(0));
	CHECK_EQ(tutti_proxy_acquire_until(s, 0), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_proxy_release(s), 0);
	CHECK_EQ(tutti_proxy_acquire(s), 0);
	tutti_proxy_free(s);
}

/* The proxy is the holder: another has to wait, the same one has not, whatever thread calls. */
static void holders(void)
{
	tutti_proxy *a = make("my_rlock", NULL), *b = make("my_rlock", NULL);
	tutti_future *f;

	CHECK_EQ(tutti_proxy_acquire(a), 0);
	CHECK_EQ(tutti_proxy_acquire(a), 0);
	f = tutti_thread_start(acquire_and_release, a, NULL);
	CHECK_EQ(tutti_future_result(f, NULL, 0), 0);
	tutti_future_unref(f);
	CHECK_EQ(tutti_proxy_acquire_until(b, 0), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_proxy_release(b), TUTTI_EUNLOCKED);
	CHECK_EQ(tutti_proxy_release(a), 0);
	CHECK_EQ(tutti_proxy_acquire_until(b, moment()), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_proxy_release(a), 0);
	CHECK_EQ(tutti_proxy_acquire(b), 0);
	CHECK_EQ(tutti_proxy_release(b), 0);
	tutti_proxy_free(a);
	tutti_proxy_free(b);
}

static tutti_event about_to_wait;

static void *wait_condition(void *condition)
{
	CHECK_EQ(tutti_proxy_acquire(condition), 0);
	tutti_event_set(&about_to_wait);
	CHECK_EQ(tutti_proxy_condition_wait(condition), 0);
	CHECK_EQ(tutti_proxy_release(condition), 0);
	return NULL;
}

static void conditions(void)
{
	tutti_proxy *a = make("my_condition", NULL), *b = make("my_condition", NULL);
	tutti_future *f;

	CHECK_EQ(tutti_proxy_condition_notify(a, 1), TUTTI_EUNLOCKED);
	CHECK_EQ(tutti_proxy_condition_wait(a), TUTTI_EUNLOCKED);
	for (int i = 0; i < 2; i++) {
		tutti_event_clear(&about_to_wait);
		f = tutti_thread_start(wait_condition, b, NULL);
		CHECK_EQ(tutti_event_wait(&about_to_wait), 0);
		CHECK_EQ(tutti_proxy_acquire(a), 0); /* b waits, or it would hold the lock */
		CHECK_EQ(tutti_proxy_condition_notify(a, i == 0 ? 1 : SIZE_MAX), 0);
		CHECK_EQ(tutti_proxy_release(a), 0);
		CHECK_EQ(tutti_future_result(f, NULL, 0), 0);
		tutti_future_unref(f);
	}
	CHECK_EQ(tutti_proxy_acquire(a), 0);
	CHECK_EQ(tutti_proxy_condition_wait_until(a, 0), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_proxy_condition_wait_until(a, moment()), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_proxy_acquire_until(b, 0), TUTTI_ETIMEDOUT); /* a holds it again */
	CHECK_EQ(tutti_proxy_release(a), 0);
	tutti_proxy_free(a);
	tutti_proxy_free(b);
}

static void *wait_barrier(void *barrier)
{
	return (void *)(intptr_t)tutti_proxy_barrier_wait(barrier);
}

static void barriers(void)
{
	tutti_proxy *b = make("my_barrier", NULL);
	tutti_future *f = tutti_thread_start(wait_barrier, b, NULL);
	void *place;
	int mine = tutti_proxy_barrier_wait_until(b, tutti_after(PATIENCE));

	CHECK_EQ(tutti_future_result(f, &place, sizeof place), 0);
	tutti_future_unref(f);
	CHECK_EQ(mine + (intptr_t)place, 1);
	CHECK_EQ(tutti_proxy_barrier_parties(b), 2);
	CHECK_EQ(tutti_proxy_barrier_n_waiting(b), 0);
	CHECK_EQ(tutti_proxy_barrier_broken(b), 0);
	CHECK_EQ(tutti_proxy_barrier_wait_until(b, moment()), TUTTI_ETIMEDOUT);
	CHECK_EQ(tutti_proxy_barrier_broken(b), 1);
	CHECK_EQ(tutti_proxy_barrier_wait(b), TUTTI_EBROKEN);
	CHECK_EQ(tutti_proxy_barrier_reset(b), 0);
	CHECK_EQ(tutti_proxy_barrier_broken(b), 0);
	CHECK_EQ(tutti_proxy_barrier_abort(b), 0);
	CHECK_EQ(tutti_proxy_barrier_wait(b), TUTTI_EBROKEN);
	tutti_proxy_free(b);
}

/* -- data ------------------------------------------------------------------------------------- */

static tutti_value *value(const char *format, int n)
{
	tutti_value *v;

	CHECK_EQ(tutti_value_pack(&v, format, n, n + 1, n + 2), 0);
	return v;
}

/* All of it is that, which is unref'd. */
static void check_all(tutti_proxy *p, tutti_value *right)
{
	tutti_value *v;

	CHECK_EQ(tutti_proxy_snapshot(p, &v), 0);
	CHECK(tutti_value_equal(v, right));
	tutti_value_unref(v);
	tutti_value_unref(right);
}

static void dicts(void)
{
	tutti_proxy *d = make("dict", NULL);
	tutti_value *key, *v, *more = value("{i:i}", 5);

	CHECK_EQ(tutti_value_pack(&key, "s", "key"), 0);
	CHECK_EQ(tutti_proxy_item_get(d, key, &v), -ENOENT);
	CHECK_EQ(tutti_proxy_item_remove(d, key), -ENOENT);
	CHECK_EQ(tutti_proxy_item_pop(d, key, &v), -ENOENT);
	CHECK_EQ(tutti_proxy_item_set(d, key, tutti_value_int(3)), 0);
	CHECK_EQ(tutti_proxy_item_get(d, key, &v), 0);
	CHECK(tutti_value_equal(v, tutti_value_int(3)));
	CHECK_EQ(tutti_proxy_contains(d, key), 1);
	CHECK_EQ(tutti_proxy_contains(d, more), TUTTI_ETYPE); /* not to be hashed */
	CHECK_EQ(tutti_proxy_dict_update(d, more), 0);
	CHECK_EQ(tutti_proxy_size(d), 2);
	CHECK_EQ(tutti_proxy_call(d, "keys", NULL, NULL, &v), 0);
	tutti_value_unref(v);
	CHECK_EQ(tutti_proxy_call(d, "__iter__", NULL, NULL, &v), -ENOTSUP);
	CHECK_EQ(tutti_proxy_item_pop(d, key, &v), 0);
	CHECK_EQ(tutti_proxy_contains(d, key), 0);
	check_all(d, more);
	CHECK_EQ(tutti_proxy_clear(d), 0);
	CHECK_EQ(tutti_proxy_size(d), 0);
	tutti_value_unref(key);
	tutti_proxy_free(d);
}

static void lists(void)
{
	tutti_value *v, *three = value("[iii]", 1);
	tutti_proxy *l = make("list", three);

	check_all(l, three);
	CHECK_EQ(tutti_proxy_item_get(l, tutti_value_int(-1), &v), 0);
	CHECK(tutti_value_equal(v, tutti_value_int(3)));
	CHECK_EQ(tutti_proxy_item_get(l, tutti_value_int(3), &v), -ERANGE);
	CHECK_EQ(tutti_proxy_item_set(l, tutti_value_int(9), v), -ERANGE);
	CHECK_EQ(tutti_proxy_item_set(l, tutti_value_int(0), tutti_value_none()), 0);
	CHECK_EQ(tutti_proxy_item_remove(l, tutti_value_int(0)), 0);
	CHECK_EQ(tutti_proxy_item_pop(l, tutti_value_int(0), &v), 0);
	CHECK(tutti_value_equal(v, tutti_value_int(2)));
	CHECK_EQ(tutti_proxy_list_append(l, tutti_value_int(4)), 0);
	three = value("(iii)", 5);
	CHECK_EQ(tutti_proxy_list_extend(l, three), 0);
	tutti_value_unref(three);
	CHECK_EQ(tutti_proxy_contains(l, tutti_value_int(7)), 1);
	CHECK_EQ(tutti_proxy_contains(l, tutti_value_int(8)), 0);
	CHECK_EQ(tutti_proxy_size(l), 5);
	CHECK_EQ(tutti_proxy_clear(l), 0);
	CHECK_EQ(tutti_proxy_size(l), 0);
	tutti_proxy_free(l);
}

static void arrays(void)
{
	static const char codes[] = "bBhHiIlLqQfd";
	tutti_value *args, *v;
	tutti_proxy *a;

	for (const char *code = codes; *code; code++) {
		char text[2] = { *code, '\0' };

		CHECK_EQ(tutti_value_pack(&args, "(s[iii])", text, 1, 2, 3), 0);
		CHECK_EQ(tutti_manager_proxy(manager, "Array", args, NULL, &a), 0);
		tutti_value_unref(args);
		CHECK_EQ(tutti_proxy_item_set(a, tutti_value_int(1), tutti_value_int(100)), 0);
		CHECK_EQ(tutti_proxy_item_get(a, tutti_value_int(1), &v), 0);
		CHECK(tutti_value_equal(v, tutti_value_int(100)));
		tutti_value_unref(v);
		CHECK_EQ(tutti_proxy_item_get(a, tutti_value_int(3), &v), -ERANGE);
		CHECK_EQ(tutti_proxy_size(a), 3);
		CHECK_EQ(tutti_value_pack(&v, "[iii]", 1, 100, 3), 0);
		check_all(a, v);
		tutti_proxy_free(a);
	}
}

static void namespaces_and_values(void)
{
	tutti_proxy *n = make("Namespace", NULL);
	tutti_value *args, *v;

	CHECK_EQ(tutti_proxy_attribute_get(n, "x", &v), -ENOSYS);
	CHECK_EQ(tutti_proxy_attribute_set(n, "x", tutti_value_int(3)), 0);
	CHECK_EQ(tutti_proxy_attribute_get(n, "x", &v), 0);
	CHECK(tutti_value_equal(v, tutti_value_int(3)));
	CHECK_EQ(tutti_proxy_attribute_remove(n, "x"), 0);
	CHECK_EQ(tutti_proxy_attribute_remove(n, "x"), -ENOSYS);
	CHECK_EQ(tutti_proxy_attribute_get(n, NULL, &v), -EINVAL);
	tutti_proxy_free(n);
	CHECK_EQ(tutti_value_pack(&args, "(si)", "i", 4), 0);
	CHECK_EQ(tutti_manager_proxy(manager, "Value", args, NULL, &n), 0);
	tutti_value_unref(args);
	CHECK_EQ(tutti_proxy_value_set(n, tutti_value_int(5)), 0);
	CHECK_EQ(tutti_proxy_value_get(n, &v), 0);
	CHECK(tutti_value_equal(v, tutti_value_int(5)));
	tutti_proxy_free(n);
}

/* -- what methods end with -------------------------------------------------------------------- */

static const struct {
	const char *module, *name, *text;
	int code;
	const char *words;
} raises[] = {
	{ "builtins", "TypeError", "t", TUTTI_ETYPE, "TypeError: t" },
	{ "builtins", "ValueError", "v", -EINVAL, "ValueError: v" },
	{ "builtins", "KeyError", "k", -ENOENT, "KeyError: 'k'" },
	{ "builtins", "IndexError", "i", -ERANGE, "IndexError: i" },
	{ "builtins", "AttributeError", "a", -ENOSYS, "AttributeError: a" },
	{ "builtins", "StopIteration", NULL, -ENODATA, "StopIteration" },
	{ "builtins", "OSError", "o", TUTTI_EREMOTE, "OSError: o" },
	{ "queue", "Empty", NULL, TUTTI_EEMPTY, "Empty" },
	{ "queue", "Full", NULL, TUTTI_EFULL, "Full" },
	{ "threading", "BrokenBarrierError", NULL, TUTTI_EBROKEN, "BrokenBarrierError" },
	{ "decimal", "Overflow", "x", TUTTI_EREMOTE, "Overflow: x" },
};

static void endings(void)
{
	tutti_proxy *odd = make("get_odd", NULL);
	tutti_value *args, *v, *kwargs = value("{i:i}", 1);
	tutti_bytes text;

	for (size_t i = 0; i < sizeof raises / sizeof *raises; i++) {
		CHECK_EQ(tutti_value_pack(&args, raises[i].text ? "(sss)" : "(ss)",
				 raises[i].module, raises[i].name, raises[i].text),
			0);
		check_raises(odd, "fail", args, raises[i].code, raises[i].words);
		tutti_value_unref(args);
	}
	CHECK_EQ(tutti_proxy_call(odd, "unpicklable", NULL, NULL, &v), TUTTI_EREMOTE);
	CHECK_EQ(tutti_proxy_exception(&text, v), 0);
	CHECK(strncmp(text.data, "RemoteError: Unserializable message: ", 37) == 0);
	tutti_bytes_free(&text);
	tutti_value_unref(v);
	CHECK_EQ(tutti_proxy_call(odd, "around", NULL, NULL, &v), 0); /* contains itself */
	CHECK_EQ(tutti_value_kind(v), TUTTI_VALUE_OPAQUE);
	CHECK_EQ(tutti_proxy_exception(&text, v), TUTTI_ETYPE);
	tutti_value_unref(v);
	CHECK_EQ(tutti_proxy_exception(&text, NULL), -EINVAL);
	CHECK_EQ(tutti_proxy_call(odd, "nothing", NULL, kwargs, &v), -EINVAL); /* no texts */
	tutti_value_unref(kwargs);
	tutti_proxy_free(odd);
}

/* As positional arguments and by name; a list of them is as good as a tuple. */
static void arguments(void)
{
	tutti_proxy *odd = make("get_odd", NULL);
	tutti_value *args, *kwargs, *v, *right;

	CHECK_EQ(tutti_value_pack(&args, "[is]", 1, "two"), 0);
	CHECK_EQ(tutti_value_pack(&kwargs, "{s:n}", "three"), 0);
	CHECK_EQ(tutti_value_pack(&right, "((is){s:n})", 1, "two", "three"), 0);
	CHECK_EQ(tutti_proxy_call(odd, "echo", args, kwargs, &v), 0);
	CHECK(tutti_value_equal(v, right));
	tutti_value_unref(v);
	tutti_value_unref(right);
	tutti_value_unref(args);
	tutti_value_unref(kwargs);
	tutti_proxy_free(odd);
}

/* Who does not answer by this side's deadline; the next call has another connection. */
static void late(void)
{
	tutti_proxy *odd = make("get_odd", NULL);
	tutti_value *args, *v;

	CHECK_EQ(tutti_value_pack(&args, "(d)", 1e6), 0);
	CHECK_EQ(tutti_proxy_call_until(odd, "sleep", args, NULL, moment(), &v), TUTTI_ETIMEDOUT);
	CHECK(!v);
	tutti_value_unref(args);
	CHECK_EQ(tutti_proxy_call(odd, "nothing", NULL, NULL, &v), 0);
	CHECK_EQ(tutti_value_kind(v), TUTTI_VALUE_NONE);
	tutti_proxy_free(odd);
}

static void with_python(const char *python)
{
	struct server server = server_start(python, "127.0.0.1:0");

	printf("%s\n", python);
	manager = server_connect(&server);
	RUN(events);
	RUN(locks);
	RUN(semaphores);
	RUN(holders);
	RUN(conditions);
	RUN(barriers);
	RUN(dicts);
	RUN(lists);
	RUN(arrays);
	RUN(namespaces_and_values);
	RUN(endings);
	RUN(arguments);
	RUN(late);
	CHECK_EQ(tutti_manager_number_of_objects(manager), 0); /* all were given back */
	tutti_manager_free(manager);
	server_end(&server);
}

int main(void)
{
	return managers_each(with_python);
}
