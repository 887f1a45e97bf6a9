/* SPDX-License-Identifier: MIT */
/*
 * Every noun of the public headers once, from C++17: what a C++ program can rely on. Ends with 0,
 * or with 1 and the line of the first check that failed.
 */
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <cerrno>
#include <tutti/tutti.h>

#define CHECK(x)                                                                             \
	do {                                                                                 \
		if (!(x)) {                                                                  \
			std::fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #x); \
			std::exit(1);                                                        \
		}                                                                            \
	} while (0)

static_assert(sizeof(tutti_lock) == 16, "lock");
static_assert(sizeof(tutti_condition) == 16, "condition");
static_assert(sizeof(tutti_event) == 8, "event");
static_assert(sizeof(tutti_semaphore) == 16, "semaphore");
static_assert(sizeof(tutti_rwlock) == 16, "rwlock");
static_assert(sizeof(tutti_barrier) == 48, "barrier");
static_assert(sizeof(tutti_once) == 8, "once");
static_assert(sizeof(tutti_local) == 16, "local");
static_assert(sizeof(tutti_scope) == 64, "scope");
static_assert(sizeof(tutti_case) == 40, "case");

static int square(int n)
{
	return n * n;
}
TUTTI_JOB(square, int, int);

static int halve(int const *n, int *half)
{
	if (*n % 2 != 0)
		return tutti_fail(TUTTI_EUSER, "%d is odd", *n);
	*half = *n / 2;
	return 0;
}
TUTTI_JOB_TRY(halve, int, int);

static tutti_value *twice(tutti_value *v)
{
	tutti_value *items[] = { v, v }, *out = nullptr;
	return tutti_value_tuple(&out, items, 2) == 0 ? out : nullptr;
}
TUTTI_JOB(twice, tutti_value *, tutti_value *);

static int power(const tutti_value *args, const tutti_value *kwargs, tutti_value **result)
{
	double base, by = 2, out = 1;
	int rc = tutti_args_unpack(args, kwargs, "d|d", "base by", &base, &by);
	if (rc < 0)
		return rc;
	while (by-- > 0)
		out *= base;
	return tutti_value_pack(result, "d", out);
}
TUTTI_JOB_VALUES(power);

static tutti_lock lock = TUTTI_LOCK_INIT;
static tutti_rlock rlock = TUTTI_RLOCK_INIT;
static tutti_local slot = TUTTI_LOCAL_INIT(std::free);

static void *same(void *arg)
{
	return arg;
}

static void *fails(void *)
{
	tutti_fail(TUTTI_EUSER - 1, "on %s", "purpose");
	return nullptr;
}

static bool is_true(void *arg)
{
	return *static_cast<bool *>(arg);
}

static int runs(void *arg)
{
	++*static_cast<int *>(arg);
	return 0;
}

static void seen(tutti_future *, void *arg)
{
	++*static_cast<int *>(arg);
}

static void locks()
{
	tutti_time past = tutti_now() - 1;
	{
		TUTTI_HOLD(&lock);
		CHECK(tutti_lock_locked(&lock));
		CHECK(tutti_lock_acquire_until(&lock, past) == TUTTI_ETIMEDOUT);
	}
	TUTTI_WITH(&rlock)
	{
		TUTTI_WITH(&rlock)
		{
			CHECK(tutti_lock_locked(&rlock));
		}
		CHECK(tutti_lock_locked(&rlock));
	}
	CHECK(!tutti_lock_locked(&lock) && !tutti_lock_locked(&rlock));
	try {
		TUTTI_HOLD(&lock);
		throw 1;
	} catch (int) {
		CHECK(!tutti_lock_locked(&lock));
	}
	CHECK(tutti_lock_release(&lock) == TUTTI_EUNLOCKED);

	tutti_rwlock rw = {};
	tutti_rwlock_acquire_read(&rw);
	CHECK(tutti_rwlock_acquire_write_until(&rw, past) == TUTTI_ETIMEDOUT);
	CHECK(tutti_rwlock_release(&rw) == 0);
	CHECK(tutti_rwlock_release(&rw) == TUTTI_EUNLOCKED);
}

static void waits()
{
	tutti_time past = tutti_now() - 1;
	tutti_condition changed = {};
	bool yes = true;
	TUTTI_WITH(&lock)
	{
		CHECK(tutti_condition_wait_for(&changed, &lock, is_true, &yes, past) == 0);
		CHECK(tutti_condition_notify(&changed, &lock, SIZE_MAX) == 0);
	}

	tutti_event event = {};
	CHECK(tutti_event_wait_until(&event, past) == TUTTI_ETIMEDOUT);
	tutti_event_set(&event);
	CHECK(tutti_event_wait(&event) == 0);

	tutti_semaphore seats;
	CHECK(tutti_semaphore_init(&seats, 1, TUTTI_BOUNDED) == 0);
	CHECK(tutti_semaphore_acquire(&seats) == 0);
	CHECK(tutti_semaphore_acquire_until(&seats, past) == TUTTI_ETIMEDOUT);
	CHECK(tutti_semaphore_release(&seats, 1) == 0);
	CHECK(tutti_semaphore_release(&seats, 1) < 0);

	tutti_barrier alone;
	CHECK(tutti_barrier_init(&alone, 1, nullptr, nullptr, 0) == 0);
	CHECK(tutti_barrier_wait(&alone) == 0);

	tutti_once once = {};
	int times = 0;
	CHECK(tutti_once_run(&once, runs, &times) == 0);
	CHECK(tutti_once_run(&once, runs, &times) == 0);
	CHECK(times == 1);

	CHECK(tutti_local_get(&slot) == nullptr);
	CHECK(tutti_local_set(&slot, std::malloc(1)) == 0);
	std::free(tutti_local_get(&slot));
	CHECK(tutti_local_set(&slot, nullptr) == 0);

	int racy = 1;
	TUTTI_STORE(&racy, TUTTI_LOAD(&racy) + 1);
	CHECK(racy == 2);
}

static void queues()
{
	tutti_queue *q = nullptr;
	tutti_queue_options options = {};
	options.maxsize = 1;
	CHECK(tutti_queue_create(&q, sizeof(int), &options) == 0);
	int in = 7, out = 0;
	CHECK(tutti_queue_put(q, &in) == 0);
	CHECK(tutti_queue_put_until(q, &in, tutti_now() - 1) == TUTTI_EFULL);
	CHECK(tutti_queue_get(q, &out) == 0 && out == 7);
	CHECK(tutti_queue_get_until(q, &out, tutti_now() - 1) == TUTTI_EEMPTY);
	CHECK(tutti_queue_task_done(q) == 0 && tutti_queue_join(q) == 0);
	CHECK(tutti_queue_shutdown(q, false) == 0);
	CHECK(tutti_queue_put(q, &in) == TUTTI_ESHUTDOWN);
	tutti_queue_free(q);
}

static void selects()
{
	tutti_queue *q = nullptr;
	tutti_event event = {};
	tutti_semaphore seats = {};
	tutti_future *promise = tutti_future_create(0);
	const int in = 7;
	int out = 0;
	CHECK(tutti_queue_create(&q, sizeof(int), nullptr) == 0);
	tutti_case cases[] = { tutti_case_get(q, &out), tutti_case_acquire(&seats),
		tutti_case_event(&event), tutti_case_future(promise), tutti_case_put(q, &in) };
	CHECK(tutti_select(cases, 4, tutti_now() - 1) == TUTTI_ETIMEDOUT);
	CHECK(tutti_select(cases, 5, TUTTI_FOREVER) == 4 && cases[4].code == 0);
	CHECK(tutti_select(cases, 4, TUTTI_FOREVER) == 0 && out == 7);
	tutti_case none = tutti_case_fd(-1, TUTTI_READABLE);
	CHECK(tutti_select(&none, 1, 0) == TUTTI_ETIMEDOUT);
	CHECK(tutti_fd_wait(-1, TUTTI_READABLE | TUTTI_WRITABLE, 0) == -EBADF);
	tutti_future_unref(promise);
	tutti_queue_free(q);
}

static void futures()
{
	int value = 42, got = 0, calls = 0;
	tutti_future *promise = tutti_future_create(sizeof(value));
	CHECK(promise != nullptr && tutti_future_error(promise) == TUTTI_EPENDING);
	CHECK(tutti_future_add_done_callback(promise, seen, &calls) == 0);
	CHECK(tutti_future_set_result(promise, &value) == 0);
	CHECK(tutti_future_set_result(promise, &value) == TUTTI_EDONE);
	CHECK(tutti_future_result(promise, &got, 1) == TUTTI_ETYPE);
	CHECK(tutti_future_result(promise, &got, sizeof(got)) == 0 && got == 42 && calls == 1);
	tutti_future_unref(promise);

	tutti_future *all[] = { tutti_thread_start(same, nullptr, nullptr),
		tutti_task_start(same, nullptr, nullptr),
		tutti_timer_start(TUTTI_MILLISECONDS(1), same, nullptr) };
	CHECK(tutti_join_all(all, 3) == 0);

	tutti_thread *bad = tutti_thread_start(fails, nullptr, nullptr);
	CHECK(tutti_thread_join(bad, nullptr) == TUTTI_EUSER - 1);
	CHECK(std::strcmp(tutti_future_text(bad), "on purpose") == 0);
	tutti_future_unref(bad);

	void *result = nullptr;
	CHECK(tutti_run(same, &value, &result) == 0 && result == &value);
	CHECK(tutti_call_blocking(same, &value, &result) == 0 && result == &value);

	tutti_scope limit, quiet;
	tutti_timeout_begin(&limit, tutti_after(TUTTI_MILLISECONDS(1)));
	CHECK(tutti_timeout_end(&limit, tutti_sleep(TUTTI_SECONDS(10))) == TUTTI_ETIMEDOUT);
	tutti_shield_begin(&quiet, TUTTI_FOREVER);
	CHECK(tutti_shield_end(&quiet, tutti_sleep(0)) == 0);

	CHECK(std::strcmp(tutti_thread_name(nullptr), "MainThread") == 0);
	CHECK(tutti_thread_current() == tutti_thread_main() && tutti_loop_current() != nullptr);
	CHECK(tutti_task_current() == nullptr && !tutti_cancelled() && tutti_yield() == 0);
	CHECK(tutti_cpu_count() >= 1 && tutti_cpu_count_online() >= 1);
}

static void jobs()
{
	tutti_executor *e = nullptr;
	int n[3] = { 1, 2, 3 }, squares[3] = {}, half = 0;
	CHECK(tutti_executor_open(&e, "no such word", nullptr) == TUTTI_ENOENGINE);
	CHECK(tutti_executor_open(&e, "threads:2", nullptr) == 0);
	CHECK(square_map(e, n, squares, 3) == 0 && squares[2] == 9);
	tutti_future *odd = halve_submit(e, 3), *even = halve_submit(e, 4);
	CHECK(halve_result(odd, &half) == TUTTI_EUSER);
	CHECK(halve_result(even, &half) == 0 && half == 2);
	CHECK(square_result(even, &half) == TUTTI_ETYPE);
	tutti_future_unref(odd);
	tutti_future_unref(even);
	tutti_executor_free(e);
	CHECK(tutti_job_find("square") == &square_job);

	tutti_bytes text;
	CHECK(tutti_bytes_printf(&text, "%d", 12) == 0 && text.size == 2);
	tutti_bytes_free(&text);

	tutti_progress *p = tutti_progress_create("jobs", 1);
	tutti_progress_add(p, 1);
	tutti_progress_free(p);
}

static bool reads(tutti_value *v, const char *repr)
{
	tutti_bytes text;
	CHECK(tutti_value_repr(&text, v) == 0);
	bool same = std::strcmp(static_cast<const char *>(text.data), repr) == 0;
	tutti_bytes_free(&text);
	tutti_value_unref(v);
	return same;
}

static void values()
{
	tutti_value *v = nullptr, *again = nullptr, *call = nullptr;
	const tutti_value *args, *kwargs;
	CHECK(tutti_value_pack(&v, "{s:[L,d], s:n}", "a", INT64_C(1), 2.5, "b") == 0);
	int64_t one = 0;
	double half = 0;
	CHECK(tutti_value_unpack(v, "{s:[Ld]}", "a", &one, &half) == 0 && one == 1 && half == 2.5);
	CHECK(tutti_value_kind(tutti_value_at(tutti_value_key(v, "a"), 1)) == TUTTI_VALUE_FLOAT);
	tutti_bytes bytes;
	tutti_json_options options = {};
	options.spaced = true;
	tutti_value_fault fault;
	CHECK(tutti_value_encode(&bytes, v) == 0);
	CHECK(tutti_value_decode(&again, bytes.data, bytes.size, &fault) == 0);
	CHECK(tutti_value_equal(v, again) && tutti_value_hash(v) == tutti_value_hash(again));
	tutti_bytes_free(&bytes);
	CHECK(tutti_value_to_json(&bytes, v, &options, nullptr) == 0);
	const char *json = static_cast<const char *>(bytes.data);
	CHECK(std::strcmp(json, "{\"a\": [1, 2.5], \"b\": null}") == 0);
	tutti_bytes_free(&bytes);
	CHECK(tutti_value_from_json(&call, "[1,", 3, nullptr, &fault) == TUTTI_EPROTO);
	CHECK(fault.at == 3);
	tutti_value_unref(tutti_value_ref(v));
	tutti_value_unref(again);
	CHECK(reads(v, "{'a': [1, 2.5], 'b': None}"));

	tutti_executor *e = nullptr;
	CHECK(tutti_executor_open(&e, "threads", nullptr) == 0);
	CHECK(tutti_call_pack(&call, "i{s:i}", 3, "by", 4) == 0);
	CHECK(tutti_call_parts(call, &args, &kwargs) == 0);
	tutti_future *f = power_submit(e, args, kwargs);
	CHECK(power_result(f, &v) == 0 && reads(v, "81.0"));
	tutti_future_unref(f);
	CHECK(power_map(e, &call, &v, 1) == 0 && reads(v, "81.0"));
	f = twice_submit(e, call);
	CHECK(twice_result(f, &v) == 0 && reads(v, "(((3,), {'by': 4}), ((3,), {'by': 4}))"));
	tutti_future_unref(f);
	tutti_value_unref(call);
	tutti_executor_free(e);
}

int main()
{
	CHECK(tutti_set_allocator(nullptr) == 0);
	tutti_set_reporter(tutti_report_stderr, nullptr);
	CHECK(tutti_version()[0] == '0' + TUTTI_VERSION_MAJOR);
	CHECK(std::strcmp(tutti_errname(TUTTI_EFULL), "TUTTI_EFULL") == 0);
	locks();
	waits();
	queues();
	selects();
	futures();
	jobs();
	values();
	return 0;
}
