/* SPDX-License-Identifier: MIT */
/*
 * handshake_fuzz.c - what a stranger may say instead of proving that he has the key. The first byte
 * says with which options, the second how many bytes come at a time.
 *
 * The other end is given our random bytes, and may so know what the text is, but not the key: if
 * the key of both is not the same, nobody may get to the end, whatever comes.
 */
#include "dist/handshake.h"
#include "driver.h"

#include <tutti/error.h>

static int play(struct tu_handshake *h, const uint8_t *data, size_t size, size_t step)
{
	size_t taken = 0;
	int rc = 0;

	for (size_t at = 0; at < size && rc == 0; at += taken) {
		size_t n = step < size - at ? step : size - at;

		rc = tu_handshake_take(h, data + at, n, &taken);
		FUZZ_CHECK(taken <= n && (rc != 0 || taken == n));
		FUZZ_CHECK(tu_handshake_out(h).size <= sizeof(h->out));
	}
	FUZZ_CHECK(rc == 0 || rc == 1 || rc == TUTTI_EAUTH || rc == TUTTI_EPROTO);
	return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t random[TU_HANDSHAKE_RANDOM];
	struct tu_handshake_options options = { .random = random };
	struct tu_handshake h;
	size_t step;
	int rc;

	if (size < 2)
		return 0;
	for (size_t i = 0; i < sizeof(random); i++)
		random[i] = (uint8_t)i;
	options.connects = data[0] & 1;
	options.no_md5 = data[0] & 2;
	options.old_sha256 = data[0] & 4;
	step = data[1] ? data[1] : 1;
	FUZZ_CHECK(tu_handshake_begin(&h, tutti_bytes_text("abc"), &options) == 0);
	rc = play(&h, data + 2, size - 2, step);
	/* In other pieces it ends the same. */
	FUZZ_CHECK(tu_handshake_begin(&h, tutti_bytes_text("abc"), &options) == 0);
	FUZZ_CHECK(play(&h, data + 2, size - 2, size) == rc);
	/* And with another key never well: the corpus has no answer by it. */
	FUZZ_CHECK(tu_handshake_begin(&h, tutti_bytes_text("another"), &options) == 0);
	FUZZ_CHECK(play(&h, data + 2, size - 2, step) <= 0);
	return 0;
}

FUZZ_MAIN("handshake", 20000)
