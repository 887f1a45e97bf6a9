/* SPDX-License-Identifier: MIT */
/* method.h - how processes start that do not say so themselves. */
#ifndef TU_PROC_METHOD_H
#define TU_PROC_METHOD_H

#include <tutti/fork.h>

/* One starts, and wants it that way, or 0: as usual. How it is to start; the usual way is fixed
   from now on. */
tutti_start_method tu_method_begin(tutti_start_method wanted);

#endif
