/* SPDX-License-Identifier: MIT */
/* Parts of the port that others rely on to the byte, or to the descriptor (os/os.h). */
#include "os/os.h"

#include "support/leaks.h"
#include "support/suite.h"

#include <fcntl.h>
#include <sys/mman.h>

enum { PAGE_MOST = 65536 };

static unsigned char bytes[6 * PAGE_MOST]; /* as those that are given to it: of the program */

static void zero(size_t from, size_t n)
{
	size_t page = tu_os_page_bytes();

	memset(bytes, 0xaa, 6 * page);
	tu_os_pages_zero(bytes + from, n);
	for (size_t i = 0; i < 6 * page; i++)
		if (bytes[i] != (i >= from && i < from + n ? 0 : 0xaa)) {
			fprintf(stderr, "%zu bytes from %zu: byte %zu is %d\n", n, from, i,
				bytes[i]);
			check_end();
		}
}

static void zero_everywhere(void)
{
	size_t page = tu_os_page_bytes();
	const size_t places[] = { 0, 1, 100, page - 1, page, page + 1 };

	CHECK(page <= PAGE_MOST);
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
		for (size_t k = 0; k < sizeof(places) / sizeof(*places); k++) {
			zero(places[i], places[k]);
			zero(places[i], places[k] + 2 * page);
		}
}

static void zeroes_are_where_they_are_wanted_alone(void)
{
	zero_everywhere();
}

/* Which the system does not take back. */
static void locked_memory_becomes_zero_too(void)
{
	if (mlock(bytes, sizeof(bytes)) < 0) {
		printf("  it cannot be locked here\n");
		return;
	}
	zero_everywhere();
	CHECK_EQ(munlock(bytes, sizeof(bytes)), 0);
}

/* In a row or not, and with some that are none. */
static void all_and_no_others_are_closed(void)
{
	int before = leaks_descriptors(), fd[10], gone[6];

	for (int i = 0; i < 10; i++) {
		fd[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
		CHECK(fd[i] >= 0);
	}
	gone[0] = -1;
	gone[1] = fd[1];
	gone[2] = fd[2];
	gone[3] = -1;
	gone[4] = fd[3];
	gone[5] = fd[8];
	tu_os_close_all(gone, 6);
	for (int i = 0; i < 10; i++)
		CHECK_EQ(tu_os_is_open(fd[i]), i == 0 || (i > 3 && i != 8));
	tu_os_close_all(fd + 4, 4);
	tu_os_close_all(&fd[0], 1);
	tu_os_close_all(&fd[9], 1);
	tu_os_close_all(fd, 0);
	CHECK_EQ(leaks_descriptors(), before);
}

int main(void)
{
	suite_begin();
	RUN(zeroes_are_where_they_are_wanted_alone);
	RUN(locked_memory_becomes_zero_too);
	RUN(all_and_no_others_are_closed);
	return suite_end();
}
