/* SPDX-License-Identifier: MIT */
/*
 * A belt by itself, led through random courses: what is on it comes off as it was put on, wherever
 * it lies; all three forms of belt.h occur; memory is given back.
 */
#include "proc/belt.h"

#include "os/os.h"
#include "support/suite.h"

#include <errno.h>

enum { BYTES = 1 << 20, LARGEST = 5000, ON = 20000 };

static struct tu_belt_view view;
static struct tu_belt belt;

static void begin(void)
{
	memset(&belt, 0, sizeof belt);
	view.belt = &belt;
	view.from = 0;
	view.fd = tu_os_memory_make("belt", BYTES);
	CHECK(view.fd >= 0);
	view.records = tu_os_memory_map_spare(view.fd, BYTES);
	CHECK(view.records);
	tu_belt_begin(&belt, BYTES);
}

static void end(void)
{
	tu_os_memory_unmap(view.records, BYTES);
	tu_os_memory_close(view.fd);
}

static unsigned size_of(unsigned number)
{
	unsigned x = number * 2654435761u >> 7;

	return x % 16 == 0 ? x / 16 % LARGEST : x / 16 % 100;
}

static int put(unsigned number)
{
	static char data[LARGEST];

	memset(data, (int)number, sizeof data);
	return tu_belt_put(&view, data, size_of(number));
}

static void get(unsigned number)
{
	struct tu_belt_record r;

	CHECK(tu_belt_first(&view, &r));
	CHECK_EQ(r.bytes, size_of(number));
	for (size_t i = 0; i < r.bytes; i++)
		CHECK_EQ(((const char *)r.data)[i], (char)number);
	tu_belt_take(&belt, &r);
	if (tu_belt_is_loose(&belt, &r))
		tu_belt_tighten(&view);
}

static uint64_t state;

static unsigned drawn(unsigned n)
{
	state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(state >> 33) % n;
}

/* Which of the forms it has now. */
static int form(void)
{
	uint64_t tail = belt.tail << 1 >> 33, head = belt.head >> 32;

	return belt.tail >> 63 && head < belt.floor ? 2 : tail < head ? 1 : 0;
}

static void comes_off_as_it_was_put_on(void)
{
	unsigned puts = 0, gets = 0, on = 0, most = 1;
	int forms[3] = { 0 };

	begin();
	state = 7;
	for (int i = 0; i < 200000; i++) {
		if (i % 500 == 0) /* now few are on it, now many */
			most = 1 + drawn(drawn(4) == 0 ? ON : 300);
		if (on < most && drawn(100) < 60) {
			CHECK_EQ(put(puts++), 0);
			on++;
		} else if (on > 0) {
			get(gets++);
			on--;
		}
		CHECK_EQ(tu_belt_count(&belt), on);
		forms[form()]++;
	}
	CHECK_EQ(tu_belt_puts(&belt), puts);
	CHECK(forms[0] > 0 && forms[1] > 0);
	if (TU_BELT_IS_SMALL)
		CHECK(forms[2] > 0); /* with a few hundred on it */
	end();
}

/* What does not fit is refused, and changes nothing. */
static void is_full_at_the_end(void)
{
	unsigned puts = 0, gets = 0;
	int rc;

	begin();
	for (int round = 0; round < 5; round++) {
		while ((rc = put(puts)) == 0)
			puts++;
		CHECK_EQ(rc, -ENOMEM);
		CHECK_EQ(put(puts), -ENOMEM);
		for (int i = 0; i < 1000; i++)
			get(gets++);
	}
	while (gets < puts)
		get(gets++);
	CHECK_EQ(tu_belt_count(&belt), 0);
	CHECK_EQ(put(puts), 0);
	get(puts);
	end();
}

/* Two to the 32 puts later. */
static void the_count_goes_on(void)
{
	begin();
	belt.tail = belt.head = UINT32_MAX - 5;
	belt.puts = UINT64_C(7) << 32 | (UINT32_MAX - 5);
	belt.head_seen = belt.head;
	belt.tail_seen = belt.tail;
	for (unsigned i = 0; i < 100; i++)
		CHECK_EQ(put(i), 0);
	CHECK_EQ(tu_belt_count(&belt), 100);
	CHECK_EQ(tu_belt_puts(&belt), (UINT64_C(8) << 32) + 94);
	for (unsigned i = 0; i < 100; i++)
		get(i);
	CHECK_EQ(tu_belt_count(&belt), 0);
	end();
}

int main(void)
{
	suite_begin();
	RUN(comes_off_as_it_was_put_on);
	RUN(is_full_at_the_end);
	RUN(the_count_goes_on);
	return suite_end();
}
