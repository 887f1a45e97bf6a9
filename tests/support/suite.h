/* SPDX-License-Identifier: MIT */
/*
 * suite.h - the frame of a test file: it names what runs, ends what hangs, and looks afterwards
 * whether everything is as before (leaks.h).
 *
 *     int main(void)
 *     {
 *             suite_begin();
 *             RUN(starts_clear);
 *             RUN_MIXES(excludes);
 *             return suite_end();
 *     }
 */
#ifndef TESTS_SUPPORT_SUITE_H
#define TESTS_SUPPORT_SUITE_H

#include "support/both.h"

void suite_begin(void);
int suite_end(void);

/* From here on it is this test that runs, and may take a while but not for ever. */
void suite_next(const char *name, int mix);

/* Seconds that one part may take: where all is slower, ctest gives each program longer. */
unsigned suite_limit(void);

/*
 * Is there time for more of what is repeated so that rare things happen? On a machine that has much
 * else to do a part does less of it rather than take too long.
 */
bool suite_has_time(void);

/* How often to do what is worth doing often: n times, a hundred times that in `make torture`. */
int suite_rounds(int n);

#define RUN(test)                      \
	do {                           \
		suite_next(#test, -1); \
		test();                \
	} while (0)

/* A test that takes a mix, with each of them. */
#define RUN_MIXES(test)                                    \
	do {                                               \
		for (int mix_ = 0; mix_ < MIXES; mix_++) { \
			suite_next(#test, mix_);           \
			test((enum mix)mix_);              \
		}                                          \
	} while (0)

#endif
