/* SPDX-License-Identifier: MIT */
/* tasks_engine.h - the engine "tasks": each job a task of the loop of the thread that opens it. */
#ifndef TU_LOOP_TASKS_ENGINE_H
#define TU_LOOP_TASKS_ENGINE_H

#include "exec/executor.h"

extern const struct tu_own_engine tu_engine_tasks;

#endif
