/* SPDX-License-Identifier: MIT */
/* ps_stacks.c - stacks for `tutti ps --stacks`, by a module that need not be there. */
#include "ps.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "stacks.h"
#include "web.h"

static const char module[] = "tutti-stacks.so";

static struct {
	struct stacks *(*open)(int pid);
	void (*close)(struct stacks *s);
	int (*walk)(struct stacks *s, uint64_t sp, uint64_t pc, uint64_t fp,
		void (*frame)(const char *words, void *arg), void *arg);
	struct stacks *stacks;
	int pid;
} of;

bool ps_stacks_begin(const char *command)
{
	*(void **)&of.open = module_find(module, "stacks_open");
	*(void **)&of.close = of.open ? module_find(module, "stacks_close") : NULL;
	*(void **)&of.walk = of.close ? module_find(module, "stacks_walk") : NULL;
	if (of.walk)
		return true;
	say("%s: no stacks: this tutti was built or installed without libdw: %s", command,
		dlerror());
	return false;
}

void ps_stacks_end(void)
{
	if (of.stacks)
		of.close(of.stacks);
	of.stacks = NULL;
	of.pid = 0;
}

static void add_frame(const char *words, void *arg)
{
	struct text *t = arg;

	if (t->size > 0)
		text_printf(t, "\n");
	text_printf(t, "%s", words);
}

int ps_stack(const tutti_inspect_row *row, struct text *frames)
{
	if (!row->pc)
		return 0;
	if (of.pid != row->pid) {
		ps_stacks_end();
		of.stacks = of.open(row->pid);
		of.pid = row->pid;
	}
	return of.stacks ? of.walk(of.stacks, row->sp, row->pc, row->fp, add_frame, frames) : 0;
}

/* Those that stand alike stand together: of ten thousand tasks most do. */
struct alike {
	struct text frames;
	size_t first, n;
};

static void put_one(const tutti_inspect_row *rows, const struct alike *a)
{
	static const char *const kinds[] = { "process", "thread", "task", "job" };
	const char *frame = a->frames.data, *end = frame + a->frames.size;

	printf("\n%s '%s'", kinds[rows[a->first].kind], rows[a->first].name);
	if (a->n > 1)
		printf(" and %zu more", a->n - 1);
	puts(":");
	while (frame < end) {
		const char *next = memchr(frame, '\n', (size_t)(end - frame));

		next = next ? next : end;
		printf("    %.*s\n", (int)(next - frame), frame);
		frame = next + 1;
	}
}

static struct alike *find(struct alike *all, size_t n, const struct text *frames)
{
	for (size_t i = 0; i < n; i++)
		if (all[i].frames.size == frames->size &&
			memcmp(all[i].frames.data, frames->data, frames->size) == 0)
			return &all[i];
	return NULL;
}

void ps_stacks_put(const tutti_inspection *seen)
{
	enum { MOST = 200 };
	static struct alike all[MOST];
	size_t n = 0, rows_n, left_out = 0;
	const tutti_inspect_row *rows = tutti_inspection_rows(seen, &rows_n);

	for (size_t i = 0; i < rows_n; i++) {
		struct text frames = { 0 };
		struct alike *same;

		if (ps_stack(&rows[i], &frames) == 0)
			continue;
		same = find(all, n, &frames);
		if (same)
			same->n++;
		else if (n < MOST)
			all[n++] = (struct alike){ frames, i, 1 };
		else
			left_out++;
		if (same || left_out)
			text_free(&frames);
	}
	for (size_t i = 0; i < n; i++) {
		put_one(rows, &all[i]);
		text_free(&all[i].frames);
	}
	if (left_out)
		printf("\n%zu more stacks are not shown\n", left_out);
	ps_stacks_end();
}
