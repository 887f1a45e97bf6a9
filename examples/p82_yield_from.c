/* SPDX-License-Identifier: MIT */
/* rows: F120 P82 */
/* One generator hands out the whole list, one its elements: by a loop, and by delegating. */
#include <stdio.h>
#include <tutti/tutti.h>

static const char *const titles[] = { "Python", "Java", "C++", NULL };

static void *whole(tutti_generator *self, void *list)
{
	tutti_generator_yield(self, list, NULL);
	return NULL;
}

static void *elements(tutti_generator *self, void *list)
{
	for (const char *const *title = list; *title; title++)
		if (tutti_generator_yield(self, (void *)*title, NULL) < 0)
			break;
	return NULL;
}

static void *delegating(tutti_generator *self, void *list)
{
	tutti_generator *sub = tutti_generator_create(elements, list);

	if (sub)
		tutti_generator_delegate(self, sub, NULL);
	tutti_generator_free(sub);
	return NULL;
}

static void print_list(const char *const *list)
{
	printf("生成器1: [");
	for (const char *const *title = list; *title; title++)
		printf("%s'%s'", title == list ? "" : ", ", *title);
	printf("]\n");
}

static void print_all(tutti_generator_fn fn, bool lists)
{
	tutti_generator *g = tutti_generator_create(fn, (void *)titles);
	void *item;

	while (g && tutti_generator_next(g, &item) == 0) {
		if (lists)
			print_list(item);
		else
			printf("生成器2: %s\n", (const char *)item);
	}
	tutti_generator_free(g);
}

int main(void)
{
	print_all(whole, true);
	print_all(delegating, false);
	print_all(elements, false); /* the same, written out as a loop */
	return 0;
}
