/* SPDX-License-Identifier: MIT */
/* tls_bio.c - what OpenSSL reads from and writes to: two pieces of memory. Under t->lock. */
#include "net/tls.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static BIO_METHOD *method;

/* Doubled while it is small, and then no larger than needed: much is asked for beforehand. */
int tu_tls_out_room(struct tu_tls *t, size_t size)
{
	enum { LEAST = 256, SMALL = 4096 };
	size_t need = t->out.end + size, room = LEAST;
	unsigned char *data;

	if (t->out.room >= need)
		return 0;
	while (room < need && room < SMALL)
		room *= 2;
	if (room < need)
		room = need;
	data = realloc(t->out.data, room);
	if (!data)
		return -ENOMEM;
	t->out.data = data;
	t->out.room = room;
	return 0;
}

static int take(BIO *bio, char *data, size_t size, size_t *taken)
{
	struct tu_tls *t = BIO_get_data(bio);
	size_t n = t->filling ? 0 : t->in.end - t->in.begin;

	BIO_clear_retry_flags(bio);
	if (n > size)
		n = size;
	*taken = n;
	if (n == 0) {
		BIO_set_retry_read(bio);
		return 0;
	}
	memcpy(data, t->in.data + t->in.begin, n);
	t->in.begin += n;
	return 1;
}

static int keep(BIO *bio, const char *data, size_t size, size_t *kept)
{
	struct tu_tls *t = BIO_get_data(bio);

	BIO_clear_retry_flags(bio);
	if (tu_tls_out_room(t, size) < 0) {
		t->no_memory = true;
		return 0;
	}
	memcpy(t->out.data + t->out.end, data, size);
	t->out.end += size;
	*kept = size;
	return 1;
}

static long control(BIO *bio, int command, long number, void *pointer)
{
	(void)bio, (void)number, (void)pointer;
	return command == BIO_CTRL_FLUSH;
}

static void make_method(void)
{
	BIO_METHOD *made = BIO_meth_new(BIO_TYPE_SOURCE_SINK | BIO_get_new_index(), "tutti");

	if (made && BIO_meth_set_read_ex(made, take) && BIO_meth_set_write_ex(made, keep) &&
		BIO_meth_set_ctrl(made, control))
		method = made;
	else
		BIO_meth_free(made);
}

int tu_tls_bio_open(struct tu_tls *t)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	BIO *bio = NULL;

	pthread_once(&once, make_method);
	if (method)
		bio = BIO_new(method);
	if (!bio)
		return -ENOMEM;
	BIO_set_data(bio, t);
	BIO_set_init(bio, 1);
	SSL_set_bio(t->ssl, bio, bio);
	return 0;
}
