/* SPDX-License-Identifier: MIT */
/* bytes_test.c - whose the bytes are, and that each memory failure leaves things as they were. */
#include "core/bytes.h"

#include <errno.h>
#include <wchar.h>

#include <tutti/tutti.h>

#include "support/memory.h"
#include "support/test.h"

static void borrowed(void)
{
	char data[] = "abc";
	tutti_bytes b = tutti_bytes_of(data, 2), t = tutti_bytes_text(data);

	CHECK(b.data == data && b.size == 2 && !b.owner);
	CHECK(t.data == data && t.size == 3 && !t.owner);
	t = tutti_bytes_text(NULL);
	CHECK(t.data == NULL && t.size == 0 && !t.owner);
	tutti_bytes_free(&b);
	CHECK(b.data == NULL && b.size == 0);
	CHECK_STR(data, "abc");
	tutti_bytes_free(&b);
	tutti_bytes_free(NULL);
}

static void copied(void)
{
	char data[] = "abc";
	tutti_bytes b;

	CHECK_EQ(tutti_bytes_copy(&b, data, 3), 0);
	data[0] = 'x';
	CHECK(b.size == 3 && b.owner && memcmp(b.data, "abc", 3) == 0);
	tutti_bytes_free(&b);
	CHECK(!b.owner && !b.data && b.size == 0);
	CHECK_EQ(tutti_bytes_copy(&b, NULL, 0), 0);
	CHECK(b.size == 0 && b.owner);
	tutti_bytes_free(&b);
	CHECK_EQ(tutti_bytes_copy(&b, data, SIZE_MAX - 4), -ENOMEM);
}

static void printed(void)
{
	tutti_bytes b;

	CHECK_EQ(tutti_bytes_printf(&b, "%d and %s", 7, "eight"), 0);
	CHECK_EQ(b.size, 11);
	CHECK_STR((const char *)b.data, "7 and eight"); /* with a zero behind it */
	tutti_bytes_free(&b);
	CHECK_EQ(tutti_bytes_printf(&b, "%s", ""), 0);
	CHECK(b.size == 0 && *(const char *)b.data == '\0');
	tutti_bytes_free(&b);
	CHECK_EQ(tutti_bytes_printf(&b, "%*s", 5000, "x"), 0);
	CHECK_EQ(b.size, 5000);
	tutti_bytes_free(&b);
	/* no character has this code, so the locale of this program cannot print it */
	CHECK_EQ(tutti_bytes_printf(&b, "%lc", (wint_t)0x7fffffff), -EINVAL);
}

static void kept(void)
{
	char data[] = "abc";
	tutti_bytes lent = tutti_bytes_text(data), a, b;

	CHECK_EQ(tu_bytes_keep(&a, &lent), 0);
	data[0] = 'x';
	CHECK(a.owner && a.data != data && memcmp(a.data, "abc", 3) == 0);
	CHECK_EQ(tu_bytes_keep(&b, &a), 0);
	CHECK(b.owner == a.owner && b.data == a.data);
	tutti_bytes_free(&a);
	CHECK(memcmp(b.data, "abc", 3) == 0);
	tutti_bytes_free(&b);
}

static void no_memory(void)
{
	tutti_bytes lent = tutti_bytes_text("abc"), out = tutti_bytes_text("as it was");

	test_alloc_fail_at(1);
	CHECK_EQ(tutti_bytes_copy(&out, "abc", 3), -ENOMEM);
	test_alloc_fail_at(1);
	CHECK_EQ(tutti_bytes_printf(&out, "%d", 1), -ENOMEM);
	test_alloc_fail_at(1);
	CHECK_EQ(tu_bytes_keep(&out, &lent), -ENOMEM);
	CHECK_STR((const char *)out.data, "as it was");
}

int main(void)
{
	size_t before = test_alloc_live();

	borrowed();
	copied();
	printed();
	kept();
	no_memory();
	CHECK_EQ(test_alloc_live(), before);
	return 0;
}
