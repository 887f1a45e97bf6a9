/* SPDX-License-Identifier: MIT */
/*
 * machines.h - what `tutti manager`, `tutti worker`, `tutti master` and `tutti map --on tcp://...`
 * share.
 */
#ifndef CLI_WEB_MACHINES_H
#define CLI_WEB_MACHINES_H

#include <tutti/dist.h>

#include "key.h"
#include "web.h"

#define TASKS_NAME "get_task_queue"
#define RESULTS_NAME "get_result_queue"
#define JOBS_NAME "get_jobs"

/* Is it tcp://HOST:PORT or unix:PATH? NULL: no, and that was said. */
const char *machines_place(const char *who, const char *word);

/* Connect, within ten seconds. 0, or < 0 and it has said why not; *m is freed by the caller. */
int machines_connect(const char *who, tutti_manager **m, const char *where, const struct key *k);

/* Why a manager's queue or jobs cannot be had. */
void machines_say(const char *who, const char *where, const char *name, int rc);

#endif
