/* SPDX-License-Identifier: MIT */
/* core/mutex.c on a futex: one holder at a time, and no wake is forgotten. */
#include "core/mutex.h"

#include "model/explorer.h"

static uint32_t mutex;
static int inside;

static void begin(void)
{
	mutex = 0;
	inside = 0;
}

static void once(void)
{
	tu_mutex_lock(&mutex);
	MODEL_CHECK(inside++ == 0);
	tu_model_point(&inside);
	MODEL_CHECK(--inside == 0);
	tu_mutex_unlock(&mutex);
}

static void twice(void)
{
	once();
	once();
}

static void is_free(void)
{
	MODEL_CHECK(mutex == 0);
}

static const struct model_test tests[] = {
	{ "two_twice", begin, { twice, twice }, is_free, .bound = 6, .deep = MODEL_ALL },
	{ "three", begin, { once, once, once }, is_free, .bound = 5, .deep = 7 },
};

int main(int argc, char **argv)
{
	return model_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}
