/* SPDX-License-Identifier: MIT */
/* find.h - from the word a user writes to the job it means. */
#ifndef CLI_FIND_H
#define CLI_FIND_H

#include "cli.h"

/*
 * Find a job by what the user calls it: one built in, or FILE:NAME in a module, which is loaded and
 * stays. NULL: there is none such that takes and gives text; the subcommand called command
 * has said why.
 */
tutti_job *find_job(const char *command, const char *word);

/* The nth job built in, and what it does; NULL: there are fewer. */
tutti_job *find_built_in(int n, const char **does);

/*
 * Load a module, which stays: its code runs to the end of the process. The jobs built in make
 * place, so that it may use their names. Returns where it begins; NULL: the subcommand called
 * command has said why not.
 */
const void *find_load(const char *command, const char *file);

enum { FIND_KIND_BYTES = 48 };

/* What a job takes or gives, in words; out is room for them. */
const char *find_kind(unsigned kind, uint32_t size, char out[FIND_KIND_BYTES]);

#endif
