/* SPDX-License-Identifier: MIT */
/* ctest: LABELS no-qemu */
/* Who chooses between epoll and io_uring, and what is said where it cannot be had. */
#include <tutti/poller.h>

#include "support/again.h"
#include "support/filter.h"
#include "support/suite.h"

#include <errno.h>
#include <sys/wait.h>

static bool there; /* a ring can be had here */

/* -- parts, each a process of its own ---------------------------------------------------------- */

static int print_used(void)
{
	tutti_info info;

	tutti_info_get(&info);
	puts(tutti_poller_used() == TUTTI_IO_URING ? "io_uring" : "epoll");
	puts(info.poller);
	return 0;
}

static int choose_both(void)
{
	CHECK_EQ(tutti_poller_choose(TUTTI_EPOLL), 0);
	print_used();
	CHECK_EQ(tutti_poller_choose(TUTTI_IO_URING), 0);
	print_used();
	CHECK_EQ(tutti_poller_choose(TUTTI_POLLER_AUTO), 0);
	print_used();
	CHECK_EQ(tutti_poller_choose((tutti_poller)3), -EINVAL);
	CHECK_EQ(tutti_poller_choose((tutti_poller)-1), -EINVAL);
	return 0;
}

/* What has been found out before is found out again behind the filter: it is inherited. */
static int without(void)
{
	int refused = atoi(getenv("TEST_REFUSED"));
	char *const arguments[] = { (char *)"poller_choice_test", (char *)"used", NULL };

	filter_refuse(SYS_io_uring_setup, refused);
	execv("/proc/self/exe", arguments);
	return 1;
}

static int choose_without(void)
{
	filter_refuse(SYS_io_uring_setup, EPERM);
	CHECK_EQ(tutti_poller_choose(TUTTI_IO_URING), -EPERM);
	print_used();
	CHECK_EQ(tutti_poller_choose(TUTTI_POLLER_AUTO), 0);
	return print_used();
}

static const struct again_part parts[] = { { "used", print_used }, { "both", choose_both },
	{ "without", without }, { "choose without", choose_without }, { NULL, NULL } };

/* -- what they print --------------------------------------------------------------------------- */

static struct again ask(const char *part, const char *told)
{
	struct again a;

	if (told)
		setenv("TUTTI_POLLER", told, 1);
	else
		unsetenv("TUTTI_POLLER");
	a = again(part);
	again_check_exit(&a, part, 0);
	return a;
}

static void check(const char *part, const char *told, const char *out, const char *err)
{
	struct again a = ask(part, told);

	CHECK_STR(a.out, out);
	CHECK_STR(a.err, err);
	again_free(&a);
}

#define RING "io_uring\nepoll and io_uring\n"
#define EPOLL "epoll\nepoll\n"
#define REFUSED(why) "TUTTI_POLLER=io_uring: there is none here (" why "); it is epoll\n"

static void the_environment_chooses(void)
{
	check("used", "epoll", EPOLL, "");
	check("used", "auto", there ? RING : EPOLL, "");
	check("used", "", there ? RING : EPOLL, "");
	check("used", NULL, there ? RING : EPOLL, "");
	if (there)
		check("used", "io_uring", RING, "");
}

static void a_wrong_word_is_said(void)
{
	check("used", "kqueue", there ? RING : EPOLL,
		"tutti: TUTTI_POLLER='kqueue' is none of epoll, io_uring and auto; it is "
		"ignored\n");
}

static void the_program_chooses(void)
{
	if (there)
		check("both", NULL, EPOLL RING RING, "");
}

static void the_environment_goes_before_it(void)
{
	check("both", "epoll", EPOLL EPOLL EPOLL, "");
	if (there)
		check("both", "auto", RING RING RING, "");
}

static void refuse(int error)
{
	char text[16];

	snprintf(text, sizeof text, "%d", error);
	setenv("TEST_REFUSED", text, 1);
}

static void forbidden_it_is_epoll(void)
{
	refuse(EPERM);
	check("without", "auto", EPOLL, "");
	check("without", NULL, EPOLL, "");
	check("without", "epoll", EPOLL, "");
	if (there)
		check("choose without", NULL, EPOLL EPOLL, "");
}

static void forced_it_is_said(void)
{
	struct again a;

	if (!there)
		return; /* built without, it says so whatever the kernel would */
	refuse(EPERM);
	a = ask("without", "io_uring");
	CHECK_STR(a.out, EPOLL);
	CHECK(strstr(a.err, REFUSED("EPERM")));
	again_free(&a);
	refuse(ENOSYS);
	a = ask("without", "io_uring");
	CHECK_STR(a.out, EPOLL);
	CHECK(strstr(a.err, REFUSED("the kernel or this library is without")));
	again_free(&a);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return again_part(parts, argv[1]);
	suite_begin();
	there = tutti_poller_choose(TUTTI_IO_URING) == 0;
	RUN(the_environment_chooses);
	RUN(a_wrong_word_is_said);
	RUN(the_program_chooses);
	RUN(the_environment_goes_before_it);
	RUN(forbidden_it_is_epoll);
	RUN(forced_it_is_said);
	return suite_end();
}
