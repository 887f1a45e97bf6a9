/* SPDX-License-Identifier: MIT */
/*
 * map_chunks.h - a map over arrays in chunks: some tens of light jobs cost as much as one to hand
 * to a thread, so they go as one.
 */
#ifndef TU_EXEC_MAP_CHUNKS_H
#define TU_EXEC_MAP_CHUNKS_H

#include <tutti/job.h>

/* Items for each chunk; 0 or 1: none are made, each item is a job by itself. */
size_t tu_map_chunk(
	const tutti_executor *e, const tutti_job *job, size_t n, const tutti_map_options *options);

/* tutti_map with chunks of that many items. */
int tu_map_chunks(tutti_executor *e, tutti_job *job, const void *args, void *results, size_t n,
	size_t chunk, const tutti_map_options *options);

#endif
