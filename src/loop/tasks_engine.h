/* SPDX-License-Identifier: MIT */
/* tasks_engine.h - the engine "tasks": each job a task of the loop of the thread that opens it. */
#ifndef TU_LOOP_TASKS_ENGINE_H
#define TU_LOOP_TASKS_ENGINE_H

#include <tutti/executor.h>

extern const tutti_engine tu_engine_tasks;

#endif
