/* SPDX-License-Identifier: MIT */
/* handshake.c - see handshake.h. */
#include "dist/handshake.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <string.h>
#include <tutti/error.h>

static const char challenge[] = "#CHALLENGE#", welcome[] = "#WELCOME#", failure[] = "#FAILURE#";

/* MD5 is the first. */
static const struct digest {
	const char *tag;
	size_t tag_size, size;
	const EVP_MD *(*md)(void);
} digests[] = { { "{md5}", 5, 16, EVP_md5 }, { "{sha256}", 8, 32, EVP_sha256 },
	{ "{sha384}", 8, 48, EVP_sha384 }, { "{sha3_256}", 10, 32, EVP_sha3_256 },
	{ "{sha3_384}", 10, 48, EVP_sha3_384 } };

enum {
	DIGESTS = sizeof(digests) / sizeof(*digests),
	OLD_CHALLENGE = 20,
	MAC_MOST = EVP_MAX_MD_SIZE,
	TAG_LAST = 9 /* where its } is, at most */
};

static const struct digest *const md5 = &digests[0], *const sha256 = &digests[1];

/* -- digests ---------------------------------------------------------------------------------- */

/* Whose tag a text begins with; NULL: none of them. */
static const struct digest *tagged(const unsigned char *text, size_t size)
{
	for (size_t i = 0; i < DIGESTS; i++)
		if (size >= digests[i].tag_size &&
			memcmp(text, digests[i].tag, digests[i].tag_size) == 0)
			return &digests[i];
	return NULL;
}

static bool has_tag(const unsigned char *text, size_t size)
{
	return size > 0 && text[0] == '{' &&
	       memchr(text, '}', size < TAG_LAST + 1 ? size : TAG_LAST + 1);
}

/* false: OpenSSL is set up without that digest. */
static bool mac(const struct tu_handshake *h, const struct digest *d, const void *text, size_t size,
	unsigned char out[MAC_MOST])
{
	unsigned n = 0;
	const void *key = h->key.size > 0 ? h->key.data : "";

	return HMAC(d->md(), key, (int)h->key.size, text, size, out, &n) && n == d->size;
}

/* Is it the MAC of our text? In a time that does not tell where it differs. */
static bool is_mac(
	const struct tu_handshake *h, const struct digest *d, const unsigned char *answer)
{
	unsigned char right[MAC_MOST];
	bool same = mac(h, d, h->text, sizeof(h->text), right) &&
		    CRYPTO_memcmp(right, answer, d->size) == 0;

	OPENSSL_cleanse(right, sizeof(right));
	return same && !(d == md5 && h->options.no_md5);
}

/* -- what is written -------------------------------------------------------------------------- */

static void write_frame(
	struct tu_handshake *h, const void *first, size_t n, const void *rest, size_t m)
{
	unsigned char head[TU_FRAME_HEAD_LONG];
	size_t size = tu_frame_head(head, n + m);

	memcpy(h->out + h->n_out, head, size);
	memcpy(h->out + h->n_out + size, first, n);
	if (m > 0)
		memcpy(h->out + h->n_out + size + n, rest, m);
	h->n_out += size + n + m;
}

static void write_word(struct tu_handshake *h, const char *word)
{
	write_frame(h, word, strlen(word), NULL, 0);
}

static void write_challenge(struct tu_handshake *h)
{
	write_frame(h, challenge, strlen(challenge), h->text, sizeof(h->text));
}

static int fail(struct tu_handshake *h, int code)
{
	h->state = TU_HANDSHAKE_FAILED;
	h->failure = code;
	return code;
}

/* -- what comes ------------------------------------------------------------------------------- */

static int take_answer(struct tu_handshake *h, const unsigned char *body, size_t size)
{
	const struct digest *d = tagged(body, size);
	bool good;

	if (size == md5->size)
		good = is_mac(h, md5, body);
	else if (size == sha256->size)
		good = h->options.old_sha256 = is_mac(h, sha256, body); /* so are its own */
	else
		good = d && size == d->tag_size + d->size && is_mac(h, d, body + d->tag_size);
	write_word(h, good ? welcome : failure);
	if (!good)
		return fail(h, TUTTI_EAUTH);
	h->state = h->options.connects ? TU_HANDSHAKE_DONE : TU_HANDSHAKE_CHALLENGE;
	return 0;
}

static int take_challenge(struct tu_handshake *h, const unsigned char *body, size_t size)
{
	const unsigned char *text = body + strlen(challenge);
	unsigned char answer[MAC_MOST];
	const struct digest *d;
	bool old, good;

	if (size < strlen(challenge) + OLD_CHALLENGE ||
		memcmp(body, challenge, strlen(challenge)) != 0)
		return fail(h, TUTTI_EPROTO);
	size -= strlen(challenge);
	old = size == OLD_CHALLENGE;
	if (old)
		d = h->options.old_sha256 || h->options.no_md5 ? sha256 : md5;
	else
		d = has_tag(text, size) ? tagged(text, size) : NULL;
	if (!d)
		return fail(h, TUTTI_EPROTO);
	if (d == md5 && h->options.no_md5)
		return fail(h, TUTTI_EAUTH);
	good = mac(h, d, text, size, answer);
	if (!good && old && d == md5) { /* as OpenSSL is with FIPS; the other may be so too */
		d = sha256;
		good = mac(h, d, text, size, answer);
	}
	h->old_md5 = old && d == md5;
	if (good)
		write_frame(h, d->tag, old ? 0 : d->tag_size, answer, d->size);
	OPENSSL_cleanse(answer, sizeof(answer));
	if (!good)
		return fail(h, TUTTI_EAUTH);
	h->state = TU_HANDSHAKE_VERDICT;
	return 0;
}

static int take_verdict(struct tu_handshake *h, const unsigned char *body, size_t size)
{
	if (size != strlen(welcome) || memcmp(body, welcome, size) != 0)
		return fail(h, TUTTI_EAUTH);
	if (h->options.connects)
		write_challenge(h);
	h->state = h->options.connects ? TU_HANDSHAKE_ANSWER : TU_HANDSHAKE_DONE;
	return 0;
}

static int take_frame(struct tu_handshake *h, const unsigned char *body, size_t size)
{
	switch (h->state) {
	case TU_HANDSHAKE_ANSWER:
		return take_answer(h, body, size);
	case TU_HANDSHAKE_CHALLENGE:
		return take_challenge(h, body, size);
	default:
		return take_verdict(h, body, size);
	}
}

/* As many bytes as the frame that has begun still needs, or its head. 1: it is whole. */
static int fill(struct tu_handshake *h, const unsigned char *data, size_t size, size_t *taken)
{
	struct tu_frame f;
	int rc;

	while ((rc = tu_frame_look(&f, h->in, h->n_in, TU_HANDSHAKE_MOST)) == 0) {
		size_t want = f.head ? f.head + f.body - h->n_in : TU_FRAME_HEAD - h->n_in;

		/* Only a long head is not known by then, and no frame here is so large. */
		if (h->n_in >= TU_FRAME_HEAD && !f.head)
			return TUTTI_EPROTO;
		if (*taken == size)
			return 0;
		want = want < size - *taken ? want : size - *taken;
		memcpy(h->in + h->n_in, data + *taken, want);
		h->n_in += want;
		*taken += want;
	}
	return rc < 0 ? TUTTI_EPROTO : rc;
}

int tu_handshake_take(struct tu_handshake *h, const void *data, size_t size, size_t *taken)
{
	int rc = 0;

	*taken = 0;
	while (h->state < TU_HANDSHAKE_DONE) {
		rc = fill(h, data, size, taken);
		if (rc < 0)
			return fail(h, rc);
		if (rc == 0)
			return 0;
		rc = take_frame(h, h->in + TU_FRAME_HEAD, h->n_in - TU_FRAME_HEAD);
		h->n_in = 0;
		if (rc < 0)
			return rc;
	}
	return h->state == TU_HANDSHAKE_DONE ? 1 : h->failure;
}

bool tu_handshake_was_old(const struct tu_handshake *h)
{
	return h->options.connects && h->state == TU_HANDSHAKE_FAILED &&
	       h->failure == TUTTI_EAUTH && h->old_md5;
}

tutti_bytes tu_handshake_out(struct tu_handshake *h)
{
	tutti_bytes out = tutti_bytes_of(h->out, h->n_out);

	h->n_out = 0;
	return out;
}

int tu_handshake_begin(
	struct tu_handshake *h, tutti_bytes key, const struct tu_handshake_options *options)
{
	if (key.size > INT32_MAX)
		return -EINVAL;
	*h = (struct tu_handshake){ .key = key };
	if (options)
		h->options = *options;
	memcpy(h->text, sha256->tag, sha256->tag_size);
	if (h->options.random)
		memcpy(h->text + sha256->tag_size, h->options.random, TU_HANDSHAKE_RANDOM);
	else if (RAND_bytes(h->text + sha256->tag_size, TU_HANDSHAKE_RANDOM) != 1)
		return -EIO;
	h->state = h->options.connects ? TU_HANDSHAKE_CHALLENGE : TU_HANDSHAKE_ANSWER;
	if (!h->options.connects)
		write_challenge(h);
	return 0;
}
