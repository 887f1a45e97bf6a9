/* SPDX-License-Identifier: MIT */
/* rows: +proof */
/* frame_test.c - messages in a stream. */
#include "dist/frame.h"
#include "support/hex.h"
#include "support/suite.h"

#include <errno.h>
#include <tutti/error.h>

static void check_head(uint64_t body, const char *hex)
{
	unsigned char head[TU_FRAME_HEAD_LONG], right[TU_FRAME_HEAD_LONG];
	size_t n = from_hex(right, sizeof(right), hex);

	CHECK_EQ(tu_frame_head(head, body), n);
	CHECK(memcmp(head, right, n) == 0);
}

static void heads(void)
{
	check_head(0, "00000000");
	check_head(59, "0000003b");
	check_head(0x01020304, "01020304");
	check_head(0x7fffffff, "7fffffff");
	check_head(0x80000000, "ffffffff 0000000080000000");
	check_head(UINT64_C(0x0102030405060708), "ffffffff 0102030405060708");
}

static int look(struct tu_frame *f, const char *hex, uint64_t most)
{
	unsigned char data[64];
	size_t n = from_hex(data, sizeof(data), hex);

	return tu_frame_look(f, data, n, most);
}

static void looks(void)
{
	struct tu_frame f;

	CHECK_EQ(look(&f, "", 100), 0);
	CHECK_EQ(f.head, 0);
	CHECK_EQ(look(&f, "000000", 100), 0);
	CHECK_EQ(f.head, 0);
	CHECK_EQ(look(&f, "00000003", 100), 0);
	CHECK_EQ(f.head, 4);
	CHECK_EQ(f.body, 3);
	CHECK_EQ(look(&f, "00000003 0102", 100), 0);
	CHECK_EQ(look(&f, "00000003 010203", 100), 1);
	CHECK_EQ(look(&f, "00000003 010203 0000", 100), 1);
	CHECK_EQ(f.head + f.body, 7);
	CHECK_EQ(look(&f, "00000000", 100), 1);
	CHECK_EQ(f.body, 0);
	CHECK_EQ(look(&f, "00000003", 3), 0);
	CHECK_EQ(look(&f, "00000003", 2), -E2BIG);
}

static void long_heads(void)
{
	struct tu_frame f;

	CHECK_EQ(look(&f, "ffffffff 00000000000000", 100), 0);
	CHECK_EQ(f.head, 0);
	CHECK_EQ(look(&f, "ffffffff 0000000000000002", 100), 0);
	CHECK_EQ(f.head, 12);
	CHECK_EQ(look(&f, "ffffffff 0000000000000002 0102", 100), 1);
	CHECK_EQ(f.body, 2);
	CHECK_EQ(look(&f, "ffffffff 0000000080000000", UINT64_MAX), 0);
	CHECK_EQ(f.body, 0x80000000);
	CHECK_EQ(look(&f, "ffffffff ffffffffffffffff", UINT64_MAX), -E2BIG);
	CHECK_EQ(look(&f, "ffffffff 0000000000000065", 100), -E2BIG);
}

static void no_frames(void)
{
	struct tu_frame f;

	CHECK_EQ(look(&f, "fffffffe", 100), TUTTI_EPROTO);
	CHECK_EQ(look(&f, "80000000", UINT64_MAX), TUTTI_EPROTO);
}

int main(void)
{
	suite_begin();
	RUN(heads);
	RUN(looks);
	RUN(long_heads);
	RUN(no_frames);
	return suite_end();
}
