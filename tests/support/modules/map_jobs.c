/* SPDX-License-Identifier: MIT */
/* map_jobs.c - jobs for map_options.py and map_joblog.py that end when the test wants them to. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tutti/tutti.h>

static bool is(const tutti_bytes *in, const char *text)
{
	return in->size == strlen(text) && memcmp(in->data, text, in->size) == 0;
}

static tutti_event begun;

/* w: until the test writes to EAR; x: fails as soon as a w has begun; the rest goes through */
static int gate(tutti_bytes const *in, tutti_bytes *out)
{
	char c;

	if (is(in, "x")) {
		tutti_event_wait(&begun);
		return tutti_fail(-EINVAL, "this one fails");
	}
	if (is(in, "w")) {
		tutti_event_set(&begun);
		if (read(atoi(getenv("EAR")), &c, 1) != 1)
			return -errno;
	}
	return tutti_bytes_copy(out, in->data, in->size);
}
TUTTI_JOB_TRY(gate, tutti_bytes, tutti_bytes);

/* the same within tutti: w until a go comes by, for ever if none does */
static int meet(tutti_bytes const *in, tutti_bytes *out)
{
	static tutti_event went;
	int rc = 0;

	if (is(in, "x")) {
		tutti_event_wait(&begun);
		return tutti_fail(-EINVAL, "this one fails");
	}
	if (is(in, "go"))
		tutti_event_set(&went);
	if (is(in, "w")) {
		tutti_event_set(&begun);
		rc = tutti_event_wait(&went);
	}
	return rc < 0 ? rc : tutti_bytes_copy(out, in->data, in->size);
}
TUTTI_JOB_TRY(meet, tutti_bytes, tutti_bytes);

/* says which call of the process it is; the first two fail */
static int third(tutti_bytes const *in, tutti_bytes *out)
{
	static int calls;
	int n = __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED);

	if (n < 3)
		return tutti_fail(-EAGAIN, "call %d", n);
	return tutti_bytes_printf(out, "%.*s %d", (int)in->size, (const char *)in->data, n);
}
TUTTI_JOB_TRY(third, tutti_bytes, tutti_bytes);

/* waits for ever in the first call of the process, and in each for the input "ever" */
static int stuck_once(tutti_bytes const *in, tutti_bytes *out)
{
	static int calls;
	int rc = 0;

	if (__atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED) == 1 || is(in, "ever"))
		rc = tutti_sleep(TUTTI_FOREVER);
	return rc < 0 ? rc : tutti_bytes_copy(out, "free", 4);
}
TUTTI_JOB_TRY(stuck_once, tutti_bytes, tutti_bytes);

static int half_second(tutti_bytes const *in, tutti_bytes *out)
{
	int rc = tutti_sleep(TUTTI_MILLISECONDS(500));

	return rc < 0 ? rc : tutti_bytes_copy(out, in->data, in->size);
}
TUTTI_JOB_TRY(half_second, tutti_bytes, tutti_bytes);

static tutti_bytes same(tutti_bytes b)
{
	return b;
}
TUTTI_JOB(same, tutti_bytes, tutti_bytes);

static tutti_bytes zero(tutti_bytes b)
{
	(void)b;
	return tutti_bytes_of("a\0b", 3);
}
TUTTI_JOB(zero, tutti_bytes, tutti_bytes);

static void nothing(tutti_bytes b)
{
	(void)b;
}
TUTTI_JOB(nothing, void, tutti_bytes);
