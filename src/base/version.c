/* SPDX-License-Identifier: MIT */
/* version.c - the library's version at run time, which may be newer than the program's headers. */
#include <tutti/version.h>

#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)

const char *tutti_version(void)
{
	return TEXT(TUTTI_VERSION_MAJOR.TUTTI_VERSION_MINOR.TUTTI_VERSION_PATCH);
}
