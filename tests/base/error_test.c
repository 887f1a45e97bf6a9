/* SPDX-License-Identifier: MIT */
/* rows: T48 */
#include <tutti/error.h>

#include "support/test.h"

#include <errno.h>
#include <limits.h>

struct own {
	int code;
	const char *name, *text;
};

static const struct own table[] = {
#define X(own, text) { own, #own, text },
#include "base/error_table.h"
};
enum { OWN = sizeof table / sizeof *table };

static void test_own_codes(void)
{
	for (int i = 0; i < OWN; i++) {
		CHECK_STR(tutti_errname(table[i].code), table[i].name);
		CHECK_STR(tutti_strerror(table[i].code), table[i].text);
		CHECK(table[i].code <= -5000 && table[i].code >= -9999);
		for (int k = 0; k < i; k++) {
			CHECK(table[i].code != table[k].code);
			CHECK(strcmp(table[i].text, table[k].text) != 0);
		}
	}
}

static void test_codes_of_the_system(void)
{
	CHECK_STR(tutti_errname(-ENOMEM), "ENOMEM");
	CHECK_STR(tutti_strerror(-ENOMEM), "Cannot allocate memory");
	CHECK_STR(tutti_errname(-EDEADLK), "EDEADLK");
	CHECK_STR(tutti_errname(-EPERM), "EPERM");
	CHECK_STR(tutti_errname(-4095), "unknown");
}

static void test_the_rest(void)
{
	static const int unknown[] = { 1, INT_MAX, -4000, -4096, -4999, -9999, -99999 };

	CHECK_STR(tutti_errname(0), "OK");
	CHECK_STR(tutti_strerror(0), "success");
	CHECK_STR(tutti_errname(TUTTI_EUSER), "TUTTI_EUSER");
	CHECK_STR(tutti_strerror(TUTTI_EUSER - 7), "user error");
	CHECK_STR(tutti_strerror(INT_MIN), "user error");
	for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
		CHECK_STR(tutti_strerror(unknown[i]), "unknown error");
		CHECK_STR(tutti_errname(unknown[i]), "unknown");
	}
}

int main(void)
{
	test_own_codes();
	test_codes_of_the_system();
	test_the_rest();
	for (int code = -20000; code < 100; code++)
		CHECK(tutti_strerror(code) && tutti_errname(code));
	return 0;
}
