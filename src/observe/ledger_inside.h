/* SPDX-License-Identifier: MIT */
/* ledger_inside.h - for the files of the ledger alone. */
#ifndef TU_OBSERVE_LEDGER_INSIDE_H
#define TU_OBSERVE_LEDGER_INSIDE_H

#include "observe/ledger.h"
#include "observe/table.h"

struct tu_ledger {
	struct tu_table accounts, holds, runners;
	struct tu_list present, idle, spare_accounts;
	struct tu_hold *spare_holds; /* by earlier */
	uint64_t waits;
	uint32_t searches;
};

#endif
