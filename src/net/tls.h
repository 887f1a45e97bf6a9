/* SPDX-License-Identifier: MIT */
/*
 * tls.h - encrypted streams, for the files that make settings, shake hands, read and write.
 *
 * OpenSSL does no I/O here: what came lies in `in` until it takes it, what it says collects in
 * `out` until somebody writes it below. So each call into it is short, is made under the
 * connection's lock, and no task ever waits inside of it: its error queue is the thread's, and
 * would be another task's on return.
 */
#ifndef TU_NET_TLS_H
#define TU_NET_TLS_H

#include <openssl/ssl.h>
#include <tutti/condition.h>
#include <tutti/lock.h>
#include <tutti/stream_layer.h>
#include <tutti/tls.h>

/* -- settings ---------------------------------------------------------------------------------- */

struct tu_tls_identity {
	X509 *leaf;
	STACK_OF(X509) * chain; /* those that have signed it */
	EVP_PKEY *key;
};

enum { TU_TLS_KEPT = 64 };

/* A session that a later connection to the same server may go on from. */
struct tu_tls_session {
	char *name; /* of the server; NULL: free */
	SSL_SESSION *session;
	uint64_t used; /* when: the one that was not for longest makes room */
};

/* A client's or a server's. It lives as long as its SSL_CTX, which every connection holds on to. */
struct tu_tls_settings {
	SSL_CTX *ctx;
	bool insecure, reuse;     /* fixed, as is what follows but for the sessions */
	unsigned char *protocols; /* each with its length before it */
	size_t protocols_size;
	struct tu_tls_identity *identities; /* a server's */
	size_t n;
	tutti_lock lock; /* of the sessions, which are a client's */
	uint64_t clock;
	struct tu_tls_session sessions[TU_TLS_KEPT];
};

struct tutti_tls_client {
	struct tu_tls_settings settings;
};

struct tutti_tls_server {
	struct tu_tls_settings settings;
};

/* Read all certificates of a file, which may be the text itself, in their order: one at least. */
int tu_tls_read_chain(STACK_OF(X509) * *chain, const char *file, tutti_tls_fault *fault);
int tu_tls_read_identity(
	struct tu_tls_identity *identity, const tutti_tls_identity *from, tutti_tls_fault *fault);
void tu_tls_free_identity(struct tu_tls_identity *identity);

/* The session to go on from, and the caller's to free; NULL: none. */
SSL_SESSION *tu_tls_session_get(struct tu_tls_settings *t, const char *name);
void tu_tls_session_put(struct tu_tls_settings *t, const char *name, SSL_SESSION *session);
void tu_tls_sessions_free(struct tu_tls_settings *t);

/* Have that settings object, made on first use and kept; NULL: no memory. */
tutti_tls_client *tu_tls_default_client(void);

/* -- a connection ------------------------------------------------------------------------------ */

struct tu_tls_bytes {
	unsigned char *data;
	size_t begin, end, room;
};

struct tu_tls {
	SSL *ssl;
	struct tu_tls_settings *settings; /* lives as long as ssl */
	tutti_stream *below;
	bool owns_below;
	char *name;      /* a client's, of the server; NULL: none was given */
	tutti_lock lock; /* of ssl and all that follows; not held while somebody waits below */
	tutti_condition written; /* writing has become false */
	bool writing;            /* somebody writes `out` below, or is about to */
	bool filling;            /* who reads is filling `in`, which is its own then */
	bool cut;                /* a write was broken off: nothing sensible can follow */
	bool no_memory;          /* for `out`, inside of OpenSSL */
	int failed;              /* for good; 0: not */
	int verdict;             /* on the other side's certificate; 0: none yet */
	char *fault;             /* in words; NULL: none */
	struct tu_tls_bytes in, out;
	SSL_SESSION *session; /* has come, and is to be put with the settings' */
};

extern const tutti_stream_layer tu_tls_layer;

/* The connection of a stream; NULL: it is not encrypted. */
static inline struct tu_tls *tu_tls_of(const tutti_stream *s)
{
	return (struct tu_tls *)tutti_stream_layer_arg(s, &tu_tls_layer);
}

/* Tie ssl to its connection's bytes. 0 or -ENOMEM. */
int tu_tls_bio_open(struct tu_tls *t);
/* See that `out` has room for so much more. 0 or -ENOMEM. Under the lock. */
int tu_tls_out_room(struct tu_tls *t, size_t size);

/* Read some from below into `in`: as tutti_stream_read_until. Of who reads. */
ssize_t tu_tls_fill(struct tu_tls *t, tutti_time deadline);

/*
 * Write below: begin waits for others that do and then is the only one; flush writes all of `out`;
 * end writes what others have left meanwhile, if it goes at once. As tutti_stream_write_until.
 */
int tu_tls_begin_write(struct tu_tls *t, tutti_time deadline);
int tu_tls_flush(struct tu_tls *t, tutti_time deadline);
void tu_tls_end_write(struct tu_tls *t);

/* What must be said whoever is cancelled, if it goes at once: that all is over, and why. */
void tu_tls_last_words(struct tu_tls *t, bool closing);

void tu_tls_free(struct tu_tls *t);

/* -- what went wrong --------------------------------------------------------------------------- */

/* Write a sentence, if fault is not NULL. Returns code. */
int tu_tls_say(tutti_tls_fault *fault, int code, const char *format, ...) TUTTI_PRINTF(3, 4);

/* The same with what OpenSSL's queue has to say, which is emptied: "what: reason". */
int tu_tls_say_queue(tutti_tls_fault *fault, int code, const char *what);

/*
 * The connection has failed for good, by what SSL_get_error gave for the last call: find the code,
 * and the words, and keep both. Under the lock. Returns the code.
 */
int tu_tls_fail(struct tu_tls *t, int ssl_error);

/*
 * OpenSSL asks of each certificate whether it will do, and has found out already: note why not. The
 * X509_STORE_CTX knows the connection. Runs inside the handshake.
 */
int tu_tls_judge(int fine, X509_STORE_CTX *store);

#endif
