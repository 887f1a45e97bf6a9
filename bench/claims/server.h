/* SPDX-License-Identifier: MIT */
/*
 * server.h - a server on the loopback in a process of its own, for what the claims fetch from. For
 * each byte that it gets it sends ANSWER_BYTES, the first of them an 'a'.
 */
#ifndef CLAIMS_SERVER_H
#define CLAIMS_SERVER_H
#include <stdint.h>

enum { ANSWER_BYTES = 64 };

struct server {
	const char *where; /* as of tutti_serve; "each" a thread for each connection; NULL: tasks */
	int64_t delay_ns;  /* before each answer */
	int cpu;           /* 1: it has the first CPU alone; 0: any */
	int pid;           /* filled in */
	int ports[2];      /* a pipe, through which the child says its port */
};

/* Start it, in a process that has no other threads. Returns its port. */
int server_start(struct server *server);
void server_stop(struct server *server);

#endif
