/* SPDX-License-Identifier: MIT */
/*
 * http.h - what the files of the HTTP server share.
 *
 * A connection costs little while it is idle: its state lies on its task's stack, and what came is
 * kept nowhere. With the first bytes of a request an exchange is made, which has everything that
 * lasts as long as the request, and goes with it.
 */
#ifndef TU_NET_HTTP_H
#define TU_NET_HTTP_H

#include "base/list.h"

#include <llhttp/llhttp.h>
#include <sys/stat.h>
#include <time.h>
#include <tutti/event.h>
#include <tutti/http_log.h>
#include <tutti/http_server.h>
#include <tutti/listener.h>
#include <tutti/lock.h>

enum { TU_HTTP_FIELDS = 100, TU_HTTP_VALUES = 16, TU_HTTP_ROOM = 1024 };

/* -- routes ------------------------------------------------------------------------------------ */

struct tu_http_route {
	char *text;         /* "GET /users/{id}" as given */
	signed char method; /* enum llhttp_method; -1: any */
	char *path;         /* in text */
	tutti_http_handler fn;
	void *arg;
	void *own; /* given back with the route */
};

/* Read one; text becomes its own. 0, -EINVAL, -ENOMEM. */
int tu_http_route_parse(struct tu_http_route *r, const char *text);

/* < 0: a is more exact than b, and comes first; 0: they match the same. */
int tu_http_route_order(const struct tu_http_route *a, const struct tu_http_route *b);

struct tu_http_value {
	const char *name; /* in the route, not ended */
	size_t name_size;
	const char *text;
};

/* -- the server -------------------------------------------------------------------------------- */

struct tutti_http_server {
	tutti_listener *listener; /* NULL: it has none */
	tutti_http_server_options options;
	struct tu_http_route *routes; /* the most exact first */
	size_t n_routes;
	void (*log)(const tutti_http_record *r, void *arg);
	void *log_arg;
	tutti_lock lock;
	struct tu_list connections; /* under lock */
	bool serving;               /* likewise */
	bool stopping;              /* likewise */
};

/* Who has taken a connection over from HTTP. */
struct tu_http_upgraded {
	/* The server stops, whose lock is held: not to wait. */
	void (*going_away)(struct tu_http_upgraded *u);
	/* The handler has returned rc. Whether that is news: not if it is what happened here. */
	bool (*end)(struct tu_http_upgraded *u, int rc);
};

struct tu_http_connection {
	struct tu_link link;               /* under the server's lock */
	bool idle;                         /* likewise: waits for a whole request's head */
	struct tu_http_upgraded *upgraded; /* likewise; NULL: it is HTTP */
	bool known;                        /* had a request before */
	bool hurried;                      /* the server stops: the next request is its last one */
	bool encrypted;                    /* its end is something to be written */
	tutti_event over; /* of an encrypted one: not to wait for a request any more */
	tutti_http_server *server;
	tutti_stream *stream;
	llhttp_t parser; /* its data is the exchange */
};

/* As tutti_http_server_route; own, memory of malloc's, is the route's if there is no error. */
int tu_http_server_add(
	tutti_http_server *s, const char *route, tutti_http_handler fn, void *arg, void *own);

/* Whether another request may be waited for: if the server stops, only of who is new. */
bool tu_http_connection_idle(struct tu_http_connection *c);

/* A request has come, with the whole of its head. */
void tu_http_connection_busy(struct tu_http_connection *c);

/* Whether this request is its last one, since the server stops. */
bool tu_http_connection_ends(const struct tu_http_connection *c);

/* -- an exchange ------------------------------------------------------------------------------- */

/* While the head comes, counted from its beginning: it may be moved. */
struct tu_http_span {
	uint32_t at, size;
};

struct tu_http_field {
	struct tu_http_span name, value;
};

enum tu_http_body { TU_HTTP_NO_REPLY, TU_HTTP_PIECES, TU_HTTP_DONE, TU_HTTP_UPGRADED };

struct tutti_http_exchange {
	struct tu_http_connection *connection;

	tutti_time began; /* its first byte was there */

	/* the request's head */
	const char *base; /* what the parser reads now begins here */
	struct tu_http_field fields[TU_HTTP_FIELDS];
	unsigned n_fields;
	bool in_name;   /* of the last field, not in its value */
	bool url_done;  /* the parser has seen its end */
	bool head_done; /* likewise */
	bool too_many;  /* fields */
	struct tu_http_span url;
	char *head;               /* the whole of it, zeroes between the pieces */
	size_t head_size;         /* there is one more zero behind it */
	struct tu_http_span host; /* which the URL names, behind head; empty: it names none */
	char *path, *query;       /* in head; query: NULL if there is none */
	bool keep;                /* the connection lasts, as far as the client is concerned */
	bool wants_continue;      /* it waits for 100 before it sends the body */
	const struct tu_http_route *route;
	struct tu_http_value values[TU_HTTP_VALUES];
	unsigned n_values;

	/* its body */
	size_t span;      /* bytes of it come next on the stream */
	size_t before;    /* and before those, others of the parser's */
	bool complete;    /* no more comes */
	char last;        /* byte of what stands around it; 0: one of its own was later */
	size_t around;    /* bytes that stand around its own, beyond those and CHUNK_LINE */
	bool partly_read; /* by tutti_http_read */
	int body_rc;      /* what reading it said, 0 or less, for good */
	char *body;       /* all of it, once read */
	size_t body_size;

	/* the reply */
	enum tu_http_body reply;
	int status; /* of the reply; 0: none has begun */
	bool chunked;
	bool bare;       /* no body goes out: to HEAD, of 204, 205 and 304 */
	int64_t left;    /* bytes that are still to be written; -1: not said */
	int64_t written; /* bytes of the body that went out */
	char *extra;     /* headers of the handler's, complete lines */
	size_t extra_size;
	int write_rc; /* what writing said, 0 or less, for good */
	int came_to;  /* of who took it over, as let_go was told */
	bool gone;    /* the client has left, and the handler was cancelled for that */
	int refusal; /* the status, if the handler fails because of what it was asked for; 0: 500 */

	/* memory that lasts as long */
	struct tu_http_more *more;
	size_t used;
	char room[TU_HTTP_ROOM];
};

/* Of size bytes, until the exchange ends; NULL: no memory. */
void *tu_http_take(struct tutti_http_exchange *x, size_t size);

/*
 * Wait for a request and read its head. 0: *x is to be served; > 0: the status that it deserves,
 * and the connection ends then; TUTTI_EDONE: the client has gone, or was idle for too
 * long; or another error.
 */
int tu_http_exchange_begin(struct tu_http_connection *c, struct tutti_http_exchange **x);

/* Whether the client still waits to be told to send the body. */
bool tu_http_exchange_waits(const struct tutti_http_exchange *x);

/* Whether what is left of the body would be read, as far as can be said before. */
bool tu_http_exchange_drains(const struct tutti_http_exchange *x);

/* Reads what is left of the body, if it is little. Whether the next request can be read then. */
bool tu_http_exchange_drain(struct tutti_http_exchange *x);

/* Whether there is no more of the request, without waiting for it. */
bool tu_http_exchange_is_read(struct tutti_http_exchange *x);

void tu_http_exchange_free(struct tutti_http_exchange *x);

/* From bytes to the head: http_head.c. */
void tu_http_head_begin(struct tutti_http_exchange *x);

/*
 * What the n bytes at data are, of which the parser has seen so many. 0: a request that is to be
 * served; 1: there must be more; < 0: an error; > 1: the status that they deserve.
 */
int tu_http_head_feed(struct tutti_http_exchange *x, const char *data, size_t seen, size_t n);

/* As serve(x), which is cancelled if the client leaves meanwhile. */
int tu_http_watch(struct tutti_http_exchange *x, int (*serve)(struct tutti_http_exchange *x));

/* Finds x' route, and what stands for its names. 0, or the status: 404, 405, 400, 500. */
int tu_http_route_find(struct tutti_http_exchange *x);

/* A bit for each method, by its number, that x' path has a route for. */
uint64_t tu_http_route_methods(struct tutti_http_exchange *x);

/* A reply of the server's own, a line of text; 405 says what is allowed. 0, or as a reply. */
int tu_http_reply_status(struct tutti_http_exchange *x, int status);

/* Whether a handler may say that header. */
bool tu_http_may_say(const char *name, const char *value);

/* The body, or the rest of it, from a file. 0; -EIO: it is not that long; as a reply. */
int tu_http_write_file(struct tutti_http_exchange *x, int fd, int64_t from, int64_t size);

/* The handler has returned: ends the pieces. 0; TUTTI_EPROTO: fewer than were said; as a reply. */
int tu_http_reply_end(struct tutti_http_exchange *x);

/* 101: goes on as that protocol. 0, or as a reply. */
int tu_http_reply_upgrade(struct tutti_http_exchange *x, const char *protocol);

/* Reply so, and have u take the connection over: 0; TUTTI_EPROTO, TUTTI_ESHUTDOWN; as a reply. */
int tu_http_exchange_upgrade(
	struct tutti_http_exchange *x, const char *protocol, struct tu_http_upgraded *u);

/* Who took it over is told nothing more; rc is what the connection had come to. */
void tu_http_exchange_let_go(struct tutti_http_exchange *x, int rc);

/* The handler has returned rc. Whether that is news: not if it is what the connection came to. */
bool tu_http_upgrade_is_news(int rc, int came_to);
bool tu_http_upgrade_end(struct tutti_http_exchange *x, int rc);

/* The request is over; code as in a record. */
void tu_http_log(const struct tutti_http_exchange *x, int code);

/* -- files and folders ------------------------------------------------------------------------- */

/* The descriptor; -EISDIR: a folder; -EACCES: neither file nor folder. */
int tu_http_file_open(const char *path, struct stat *st);

/* With what an open file is, or with that it is not there; path says the type. */
int tu_http_file_reply(struct tutti_http_exchange *x, int fd, const struct stat *st,
	const char *path, const char *type);
int tu_http_file_missing(struct tutti_http_exchange *x, int code);
const char *tu_http_file_type(const char *path);

/* A page of what is in the folder, piece by piece if it is long. 0; of the folder; as a reply. */
int tu_http_list(struct tutti_http_exchange *x, const char *folder, bool hidden);

/* In place; -1: a % that is none, or a zero byte. plus: + is a blank. */
int tu_http_decode(char *text, size_t size, bool plus);

/* Whether text, of which before is the byte before, has lines that end with CR LF, none folded. */
bool tu_http_are_lines(const char *text, size_t size, char before);

/* Whether it may be a host and a port, or nothing. */
bool tu_http_is_host(const char *text);

/* Whether it is among the words of a list with commas, in whatever case. */
bool tu_http_has_token(const char *list, size_t size, const char *token);

bool tu_http_is_token(const char *text);
bool tu_http_is_value(const char *text); /* of a header: no control characters */
bool tu_http_same_name(const char *a, const char *b);

/*
 * What the request's conditions say about what has this tag and was changed then. 0: it is to be
 * done; 304, 412: that is the reply.
 */
int tu_http_condition(const struct tutti_http_exchange *x, const char *tag, time_t modified);

/* Now, and any time, as Date has it; and back: -1: it is none. */
void tu_http_date(char text[32]);
void tu_http_date_of(time_t when, char text[32]);
int tu_http_date_parse(const char *text, time_t *when);

#endif
