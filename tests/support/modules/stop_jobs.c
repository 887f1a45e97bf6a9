/* SPDX-License-Identifier: MIT */
/*
 * stop_jobs.c - jobs for map_stop.py that say how they fare: to the descriptor in TELL they write
 * b when they begin and c when they are asked to stop.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tutti/tutti.h>

static void tell(char c)
{
	if (write(atoi(getenv("TELL")), &c, 1) != 1)
		abort();
}

static bool is_number(const tutti_bytes *in)
{
	return in->size > 0 && strchr("0123456789", *(const char *)in->data);
}

/* numbers go through; anything else waits to be cancelled */
static int patient(tutti_bytes const *in, tutti_bytes *out)
{
	int rc;

	if (is_number(in))
		return tutti_bytes_copy(out, in->data, in->size);
	tell('b');
	rc = tutti_sleep(TUTTI_FOREVER);
	tell('c');
	return rc;
}
TUTTI_JOB_TRY(patient, tutti_bytes, tutti_bytes);

/* computes until it is cancelled, and then gives a result all the same */
static int busy(tutti_bytes const *in, tutti_bytes *out)
{
	if (!is_number(in)) {
		tell('b');
		while (!tutti_cancelled())
			;
		tell('c');
	}
	return tutti_bytes_copy(out, in->data, in->size);
}
TUTTI_JOB_TRY(busy, tutti_bytes, tutti_bytes);

/* does not listen */
static int deaf(tutti_bytes const *in, tutti_bytes *out)
{
	(void)in;
	(void)out;
	tell('b');
	for (bool over = false; !over;)
		pause();
	return 0;
}
TUTTI_JOB_TRY(deaf, tutti_bytes, tutti_bytes);
