/* SPDX-License-Identifier: MIT */
/* caught.c - what C++ has caught, and its way past a switch of stacks. */
#include "core/caught.h"

/* Of the C++ ABI. Weak: it is there if the program has it, and we do not bring it in. */
extern __attribute__((weak)) struct tu_caught *__cxa_get_globals(void);

struct tu_caught *tu_caught_here(void)
{
	static struct tu_caught nothing; /* never written */

	return __cxa_get_globals ? __cxa_get_globals() : &nothing;
}

void tu_caught_switch(
	struct tu_caught *here, struct tu_registers *from, const struct tu_registers *to)
{
	struct tu_caught ours = *here;

	*here = (struct tu_caught){ 0 };
	tu_arch_switch(from, to);
	*here = ours;
}
