/* SPDX-License-Identifier: MIT */
/* frame.h - where a signal has interrupted its thread. For other files of this folder. */
#ifndef TU_OS_LINUX_FRAME_H
#define TU_OS_LINUX_FRAME_H

/* context: the third argument of a handler. NULL: not known for this CPU. */
const void *tu_frame_pc(const void *context);

#endif
