/* SPDX-License-Identifier: MIT */
/*
 * client.h - what the files of the HTTP client share.
 *
 * A session has multis (of libcurl: connections and what happens on them). While one is used it
 * belongs to one loop, and only tasks of that touch it; when its last transfer ends it is nobody's,
 * and whoever comes next takes it. libcurl never waits: one of those who wait for a transfer, the
 * leader, waits for all descriptors of the multi and has libcurl do what is to be done; the others
 * wait for it to tell them. When the leader has what it wants it makes another one the leader. So
 * there is no thread and no task but those that asked.
 */
#ifndef TU_NET_CLIENT_H
#define TU_NET_CLIENT_H

#include "base/list.h"

#include <curl/curl.h>
#include <pthread.h>
#include <tutti/event.h>
#include <tutti/http_client.h>
#include <tutti/lock.h>
#include <tutti/loop.h>
#include <tutti/semaphore.h>
#include <unistd.h>

enum {
	TU_CLIENT_HEAD_MAX = 256 * 1024,   /* bytes of a response's head */
	TU_CLIENT_AHEAD_MAX = 256 * 1024,  /* of a body that come before they are read */
	TU_CLIENT_DROPPED_MAX = 64 * 1024, /* of a redirect's body, to keep the connection */
	TU_CLIENT_SPARE_MAX = 100          /* of libcurl's handles, 6 KB each */
};

/* -- growing text ------------------------------------------------------------------------------ */

struct tu_client_text {
	char *data; /* a zero follows; NULL: nothing was ever added */
	size_t size, room;
};

int tu_client_add(struct tu_client_text *t, const void *data, size_t size); /* 0, -ENOMEM */
int tu_client_add_text(struct tu_client_text *t, const char *text);

/* name=value, encoded as a form's, with a & before it if there is something. */
int tu_client_add_pair(struct tu_client_text *t, const char *name, const char *value);

/* -- sessions ---------------------------------------------------------------------------------- */

struct tutti_http_session {
	tutti_lock lock;
	struct tu_list multis; /* under lock */
	unsigned users;        /* under lock: the owner, each request, each response that is read */
	struct tu_list hosts;  /* under lock: those that are asked, if there is a limit for each */
	tutti_semaphore permits;          /* for requests at work, if there is a limit */
	bool used;                        /* under lock: it has made a request */
	bool closed;                      /* under lock */
	pid_t pid;                        /* under lock: whose connections these are */
	int closing;                      /* an eventfd that can be read from once it is closed */
	CURL *spare[TU_CLIENT_SPARE_MAX]; /* under lock: of transfers that have ended */
	unsigned n_spare;                 /* likewise */
	CURLSH *share;                    /* cookies, TLS sessions */
	pthread_mutex_t share_mutex[CURL_LOCK_DATA_LAST];
	tutti_http_session_options options; /* fixed with the first request, as all that follows */
	char *trust;
	tutti_http_options defaults; /* whose texts are its own */
};

/* One more user, or one less. 0; TUTTI_ESHUTDOWN: it is closed. */
int tu_client_session_use(tutti_http_session *s);
void tu_client_session_leave(tutti_http_session *s);

/*
 * One of libcurl's handles, as if it was new. To make one costs more than a small request: of those
 * whose transfer ended well some are kept. NULL: no memory. To give none back does nothing.
 */
CURL *tu_client_easy_take(tutti_http_session *s);
void tu_client_easy_give(tutti_http_session *s, CURL *easy, bool ended_well);

int tu_client_defaults_take(tutti_http_session *s, const tutti_http_options *o);
void tu_client_defaults_free(tutti_http_session *s);

/* Settle the options of a request: its own, else the session's, else the usual ones. */
void tu_client_settle(
	const tutti_http_session *s, tutti_http_options *o, const tutti_http_options *given);

/* -- multis ------------------------------------------------------------------------------------ */

struct tu_client_transfer;

/* What a multi's epoll has of a descriptor. */
struct tu_client_watched {
	uint32_t events; /* that it watches it for; 0: not at all */
	bool used;       /* by a transfer: libcurl wants to hear of it */
};

struct tu_client_multi {
	struct tu_link link; /* under the session's lock */
	tutti_http_session *session;
	tutti_loop *loop;       /* under the session's lock: whose it is; NULL: nobody's */
	unsigned users;         /* likewise: transfers */
	bool lost;              /* likewise: it is the parent process' */
	struct tu_list dropped; /* likewise: transfers that other threads gave up */
	CURLM *curl;
	int epoll;                         /* of the descriptors that libcurl waits for */
	struct tu_client_watched *watched; /* by number of descriptor */
	size_t watched_room;
	tutti_time wake;   /* when libcurl wants to be called */
	tutti_time sleeps; /* the leader, if it waits, until then */
	struct tu_client_transfer *leader;
	struct tu_list waiting; /* transfers whose callers wait to be told */
};

/* One for the caller's loop, with a user more. 0, TUTTI_ESHUTDOWN, -ENOMEM, -EMFILE. */
int tu_client_multi_take(tutti_http_session *s, struct tu_client_multi **m);
void tu_client_multi_leave(struct tu_client_multi *m);

/* Under the session's lock, or where nobody else knows of it. */
int tu_client_multi_create(struct tu_client_multi **m, tutti_http_session *s);
void tu_client_multi_free(struct tu_client_multi *m);

/*
 * Somebody gives up the transfer that has this link. True: others of it are under way on another
 * thread, which ends this one with its own next one; false: it is the caller's to end.
 */
bool tu_client_multi_drop(struct tu_client_multi *m, struct tu_link *link);

/* What libcurl is to be told of a transfer that has its multi. */
struct tu_client_transfer;
void tu_client_multi_set(struct tu_client_transfer *t);

/* Have libcurl begin what it was given, outside its own callbacks. */
void tu_client_multi_start(struct tu_client_multi *m);

/* After a call into libcurl that may want to be called earlier than the leader wakes. */
void tu_client_multi_look(struct tu_client_multi *m);

/* -- responses --------------------------------------------------------------------------------- */

struct tu_client_field {
	size_t name, value; /* where they are in head */
};

/* The joined values of headers that are there more than once. */
struct tu_client_kept {
	struct tu_client_kept *next;
	char *text;
};

/* What a tutti_http_response has as priv. */
struct tu_client_response {
	struct tu_client_text head; /* names and values, each with a zero behind it */
	struct tu_client_field *fields;
	size_t n_fields, fields_room;
	int status;
	int64_t size; /* as the server says; -1 */
	char *url;
	struct tu_client_kept *kept;
	struct tu_client_text body;
	size_t body_from;           /* what comes before was read */
	struct tu_client_text text; /* the body decoded */
	tutti_http_fault *fault;
	struct tu_client_transfer *transfer; /* while the body comes */
	bool streamed;
	int rc; /* what reading said for good */
};

struct tu_client_response *tu_client_response_of(const tutti_http_response *r);
const char *tu_client_field_find(const struct tu_client_response *r, const char *name);
int tu_client_response_add(struct tu_client_response *r, const void *data, size_t size);
void tu_client_response_clear(struct tu_client_response *r); /* for another head and body */
void tu_client_response_free(struct tu_client_response *r);

/* A line of the head. 0; 1: the head is complete; -ENOMEM; -EMSGSIZE; TUTTI_EPROTO. */
int tu_client_response_line(struct tu_client_response *r, const char *line, size_t size);

/* -- requests ---------------------------------------------------------------------------------- */

/* All that is to be asked for; redirects change it. */
struct tu_client_request {
	tutti_http_options o; /* settled; texts are the caller's or the session's */
	char method[32];
	CURLU *url;
	bool tls;
	char *host, *port;           /* as to be looked up */
	char *name;                  /* "host:port", for words */
	char *login;                 /* own */
	struct tu_client_text owned; /* a body that was made from a form or from json */
	tutti_bytes body;            /* data is NULL: none */
	bool has_secrets;            /* it is still where the login and such headers are for */
	char *proxy;                 /* NULL: none */
	char *proxy_host, *proxy_port;
	tutti_http_fault *fault;
};

int tu_client_request_init(struct tu_client_request *q, const tutti_http_session *s,
	const char *method, const char *url, const tutti_http_options *options);
void tu_client_request_free(struct tu_client_request *q);

/* A part as a text of malloc's; NULL: there is none, or no memory. */
char *tu_client_url_part(CURLU *url, CURLUPart what, unsigned flags);

/* Another request instead, after status said so. 0; -EINVAL, -EPROTONOSUPPORT, -ESPIPE, -ENOMEM. */
int tu_client_request_redirect(struct tu_client_request *q, int status, const char *url);

/* The headers to be sent, but for cookies, in *list. 0, -ENOMEM. */
int tu_client_request_headers(const struct tu_client_request *q, const tutti_http_options *defaults,
	struct curl_slist **list);

/* A header that the caller has given, for all requests or for this one; NULL: none. */
const char *tu_client_request_header(
	const struct tu_client_request *q, const tutti_http_options *defaults, const char *name);

/* Whether they may be so. 0, -EINVAL, said in words. */
int tu_client_check_options(const tutti_http_options *o, tutti_http_fault *fault);

/* By which proxy, into q: what options say, or the environment. 0, -EINVAL, -EPROTONOSUPPORT. */
int tu_client_proxy_find(struct tu_client_request *q);
bool tu_client_proxy_skips(const char *no_proxy, const char *host, const char *port);

/* -- transfers --------------------------------------------------------------------------------- */

/* One request on its way, to one host. */
struct tu_client_transfer {
	struct tu_client_request request;
	struct tu_client_response *response; /* where the answer goes */
	tutti_http_session *session;
	struct tu_client_multi *multi; /* NULL: it is not under way */
	tutti_loop *loop;              /* whose task it was begun by */
	CURL *easy;
	struct curl_slist *headers, *resolved;
	struct tu_link waiting; /* in the multi's list */
	struct tu_link dropped; /* likewise */
	tutti_event event;
	bool told;      /* something that its caller may wait for has happened */
	bool done;      /* libcurl is done with it */
	bool head_done; /* status and headers are there */
	bool streams;   /* the body waits for who reads it */
	bool dropping;  /* the body is nobody's: of a redirect */
	size_t dropped_size;
	bool paused;    /* libcurl waits for room */
	bool connected; /* or has been given a connection */
	CURLcode result;
	int rc;        /* of a callback of ours; before result's */
	int no_socket; /* errno of the last one that could not be made; 0: it could */
	tutti_time deadline, connect_by;
	struct tu_client_host *host; /* whose permit it has */
	bool counted;                /* it has one of the session's */
	char *up;                    /* what the caller's read gave, and is to be sent */
	size_t up_size, up_at;
	bool up_end;   /* it gave the end */
	bool up_wants; /* libcurl waits for more */
	char words[CURL_ERROR_SIZE];
};

/* Look up, connect, begin what t's request says. 0, or what is wrong; t is to be ended then too. */
int tu_client_transfer_begin(struct tu_client_transfer *t);

/* The connection is kept if t is done. The other one frees what was asked for, too. */
void tu_client_transfer_end(struct tu_client_transfer *t);
void tu_client_transfer_free(struct tu_client_transfer *t);

/* Until the head is there; all. 0, or what is wrong, said in words. */
int tu_client_transfer_head(struct tu_client_transfer *t);
int tu_client_transfer_all(struct tu_client_transfer *t);
/* Until there is enough, or an end; one that is bad is told to who asks again and finds less. */
int tu_client_transfer_until(
	struct tu_client_transfer *t, bool (*is_enough)(const struct tu_client_transfer *t));

/* The whole answer has come, and nothing more is to be said. */
bool tu_client_transfer_is_complete(const struct tu_client_transfer *t);

/* Until t was told something. 0, TUTTI_ETIMEDOUT, TUTTI_ECANCELED, -EMFILE, -ENOMEM. */
int tu_client_wait(struct tu_client_transfer *t);
void tu_client_tell(struct tu_client_transfer *t);

/* Whether the answer is to be followed. */
bool tu_client_is_redirect(const struct tu_client_transfer *t);

/* A permit to be at work, which may have to be waited for. 0, or as of a semaphore. */
int tu_client_limits_take(struct tu_client_transfer *t);
void tu_client_limits_leave(struct tu_client_transfer *t);

/* -- what went wrong --------------------------------------------------------------------------- */

int tu_client_say(tutti_http_fault *fault, int code, const char *format, ...) TUTTI_PRINTF(3, 4);

/* The code of how a transfer ended that is done, and its words. */
int tu_client_result(struct tu_client_transfer *t);

/* For what has no words of its own: "host:port: ..." */
int tu_client_say_code(const struct tu_client_request *q, int code);

#endif
