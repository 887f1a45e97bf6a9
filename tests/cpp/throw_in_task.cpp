/* SPDX-License-Identifier: MIT */
/*
 * The unwinder knows our stacks: a task throws and catches, with others running in between, and a
 * backtrace from within one comes to an end at the stack's bottom. A handler does not wait: the C++
 * runtime keeps caught exceptions by the thread.
 */
#include <cstdio>
#include <cstring>
#include <execinfo.h>
#include <stdexcept>
#include <tutti/tutti.h>

enum { TASKS = 3, DEPTH = 3, FRAMES_MOST = 64 };

static int caught, frames;

__attribute__((noinline)) static void go_down(int depth)
{
	if (depth == 0) {
		void *at[FRAMES_MOST];

		frames = backtrace(at, FRAMES_MOST);
		tutti_yield();
		throw std::runtime_error("from below");
	}
	go_down(depth - 1);
	__asm__ volatile(""); /* so that this is no tail call */
}

static void *catch_it(void *arg)
{
	try {
		go_down(DEPTH);
	} catch (const std::runtime_error &error) {
		caught += std::strcmp(error.what(), "from below") == 0;
	}
	return arg;
}

int main()
{
	tutti_future *tasks[TASKS];

	for (int i = 0; i < TASKS; i++)
		tasks[i] = tutti_task_start(catch_it, nullptr, nullptr);
	int rc = tutti_join_all(tasks, TASKS);

	std::printf("rc %d, %d caught, %d frames\n", rc, caught, frames);
	return rc == 0 && caught == TASKS && frames > DEPTH && frames < FRAMES_MOST ? 0 : 1;
}
