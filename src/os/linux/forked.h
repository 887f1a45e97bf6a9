/* SPDX-License-Identifier: MIT */
/* forked.h - the three steps of tu_os_at_fork, for a fork that the C library does not know of. */
#ifndef TU_OS_LINUX_FORKED_H
#define TU_OS_LINUX_FORKED_H

void tu_os_forked_before(void);
void tu_os_forked_parent(void);
void tu_os_forked_child(void);

#endif
