/* SPDX-License-Identifier: MIT */
/*
 * C++ exceptions on our stacks. The unwinder knows them: a task throws and catches, and a backtrace
 * from within one comes to an end at the stack's bottom. And each task has its own exceptions: it
 * may wait in a handler, in a handler within one, in a destructor while an exception is on its way,
 * and in a generator's handler, with others doing the same in between.
 */
#include <atomic>
#include <cstdio>
#include <exception>
#include <execinfo.h>
#include <stdexcept>
#include <string>
#include <tutti/tutti.h>

enum { TASKS = 4, DEPTH = 3, ROUNDS = 20, FRAMES_MOST = 64 };

static std::atomic<int> wrong, frames;

static void expect(bool so, const char *what)
{
	if (so)
		return;
	std::printf("not so: %s\n", what);
	wrong++;
}

__attribute__((noinline)) static void go_down(int depth, const std::string &word)
{
	if (depth == 0) {
		void *at[FRAMES_MOST];

		frames = backtrace(at, FRAMES_MOST);
		tutti_yield();
		throw std::runtime_error(word);
	}
	go_down(depth - 1, word);
	__asm__ volatile(""); /* so that this is no tail call */
}

static bool is_current(const std::string &word)
{
	try {
		throw; /* what the runtime takes for the one being handled */
	} catch (const std::runtime_error &error) {
		return error.what() == word;
	}
}

/* Waits in a handler, in a handler within that, and in the first again. */
static void in_handlers(const std::string &word)
{
	try {
		go_down(DEPTH, word);
	} catch (const std::runtime_error &outer) {
		tutti_yield();
		expect(is_current(word), "the exception is this task's");
		try {
			go_down(DEPTH, word + " within");
		} catch (const std::runtime_error &inner) {
			tutti_yield();
			expect(is_current(word + " within"), "the inner one as well");
			expect(inner.what() == word + " within", "its text is whole");
		}
		tutti_yield();
		expect(is_current(word), "the outer one is back");
		expect(outer.what() == word, "its text is whole");
	}
	expect(!std::current_exception(), "nothing is left");
}

struct waits_at_its_end {
	~waits_at_its_end()
	{
		expect(std::uncaught_exceptions() == 1, "one exception is on its way");
		tutti_yield();
		expect(std::uncaught_exceptions() == 1, "it still is");
	}
};

static void in_a_destructor(const std::string &word)
{
	expect(std::uncaught_exceptions() == 0, "others' exceptions do not count");
	try {
		waits_at_its_end object;

		go_down(0, word);
	} catch (const std::runtime_error &error) {
		expect(error.what() == word, "it arrives");
	}
}

static void *yields_in_a_handler(tutti_generator *self, void *arg)
{
	const std::string &word = *static_cast<std::string *>(arg);

	try {
		go_down(DEPTH, word);
	} catch (const std::runtime_error &error) {
		expect(tutti_generator_yield(self, nullptr, nullptr) == 0, "it is resumed");
		expect(is_current(word), "the generator has its own");
	}
	return nullptr;
}

static void beside_a_generator(const std::string &word)
{
	std::string other = word + " in a generator";
	tutti_generator *g = tutti_generator_create(yields_in_a_handler, &other);

	expect(tutti_generator_next(g, nullptr) == 0, "it yields");
	expect(!std::current_exception(), "a generator's exceptions are not its caller's");
	try {
		go_down(DEPTH, word);
	} catch (const std::runtime_error &error) {
		expect(tutti_generator_next(g, nullptr) == TUTTI_EDONE, "it ends");
		expect(is_current(word), "nor the caller's its");
	}
	tutti_generator_free(g);
}

static void *all_of_them(void *arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		std::string word = "task " + std::to_string(reinterpret_cast<long>(arg)) +
				   ", round " + std::to_string(i);

		in_handlers(word);
		in_a_destructor(word);
		beside_a_generator(word);
	}
	return nullptr;
}

static void *catches_nothing(void *arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		expect(!std::current_exception(), "a task without a handler sees none");
		tutti_yield();
	}
	return arg;
}

static void *some_tasks(void *arg)
{
	tutti_future *tasks[TASKS + 1];

	for (long i = 0; i < TASKS; i++)
		tasks[i] = tutti_task_start(all_of_them, reinterpret_cast<void *>(i), nullptr);
	tasks[TASKS] = tutti_task_start(catches_nothing, nullptr, nullptr);
	expect(tutti_join_all(tasks, TASKS + 1) == 0, "all have ended well");
	return arg;
}

int main()
{
	tutti_future *thread = tutti_thread_start(some_tasks, nullptr, nullptr);

	some_tasks(nullptr);
	expect(tutti_join_all(&thread, 1) == 0, "so has the other thread");
	expect(frames > DEPTH && frames < FRAMES_MOST, "a backtrace ends at the bottom");
	std::printf("%d frames, %d wrong\n", frames.load(), wrong.load());
	return wrong == 0 ? 0 : 1;
}
