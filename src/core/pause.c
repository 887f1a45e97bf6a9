/* SPDX-License-Identifier: MIT */
/* pause.c - a moment of a spin loop, and whether there is any sense in one. */
#include "core/context.h"
#include "os/os.h"

enum {
#ifdef TU_MODEL
	PAUSES = 1, /* there a pause is another's turn */
#else
	PAUSES = 32,
#endif
};

bool tu_single_cpu(void)
{
	static int cpus; /* all threads that find 0 write the same */
	int known = tu_load_rlx(&cpus);

	if (tu_simulated())
		return true;
	if (known == 0) {
		known = tu_os_cpu_usable();
		tu_store_rlx(&cpus, known);
	}
	return known == 1;
}

void tu_pause_briefly(void)
{
	for (int i = 0; i < PAUSES; i++)
		tu_os_pause();
}
