/* SPDX-License-Identifier: MIT */
/* The second library says what it is and what it stands on. */
#include "support/suite.h"

#include <tutti/net.h>
#include <tutti/version.h>

static void versions_are_said(void)
{
	const char *text = tutti_net_version();
	size_t n = strlen(tutti_version());

	CHECK(strncmp(text, tutti_version(), n) == 0);
	CHECK(strncmp(text + n, ", c-ares 1.", 11) == 0);
	CHECK(strstr(text, ", OpenSSL 3."));
	CHECK(strstr(text, ", libcurl "));
	CHECK(tutti_net_version() == text);
}

int main(void)
{
	suite_begin();
	RUN(versions_are_said);
	return suite_end();
}
