/* SPDX-License-Identifier: MIT */
/* cpu.c - how many CPUs there are for us, and the word of whoever runs the program on that. */
#include "core/cpu.h"
#include "core/report.h"
#include "os/os.h"

#include <errno.h>
#include <stdlib.h>
#include <tutti/cpu.h>

int tu_cpu_told(void)
{
	const char *text = tu_os_environment("TUTTI_CPUS");
	char *end;
	long n;

	if (!text || !*text)
		return 0;
	n = strtol(text, &end, 10);
	if (*end == 0 && n >= 1 && n <= 1 << 20)
		return (int)n;
	tu_report(-EINVAL, "TUTTI_CPUS='%s' is not a number of CPUs; it is ignored", text);
	return 0;
}

int tutti_cpu_count(void)
{
	int told = tu_cpu_told();

	return told > 0 ? told : tu_os_cpu_usable();
}

int tutti_cpu_count_online(void)
{
	return tu_os_cpu_online();
}
