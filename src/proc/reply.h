/* SPDX-License-Identifier: MIT */
/* reply.h - what a child's job came to, on its way back. */
#ifndef TU_PROC_REPLY_H
#define TU_PROC_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tutti/job.h>

/*
 * Is what comes of such a job small? Then it fits into the channel, nobody waits for who reads, and
 * it can be read after the child's end. So words of failure that do not fit are cut there.
 */
bool tu_reply_is_small(const tutti_job *job);

/* Send what came of f, a job's future that is done. Waits for who reads, if it is not small. */
int tu_reply_send(int channel, tutti_future *f, const tutti_job *job);

/* What has come so far. */
struct tu_reply {
	char *bytes;
	size_t used, room;
};

/* Take what there is. 1: it is complete; 0: more is to come; < 0: it never will. */
int tu_reply_look(int channel, struct tu_reply *r);

/* If complete: the code, the text or NULL, and the result or NULL; in r's memory. */
int32_t tu_reply_read(const struct tu_reply *r, const char **text, tutti_bytes *result);

void tu_reply_free(struct tu_reply *r);

#endif
