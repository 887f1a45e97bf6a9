/* SPDX-License-Identifier: MIT */
/* rows: +proof */
/*
 * handshake_test.c - two sides prove that they have the same key: each step in its bytes, both
 * ends against each other, and whatever else may come. The key is abc, the random bytes 00 01 02.
 */
#include "base/prng.h"
#include "dist/handshake.h"
#include "support/hex.h"
#include "support/suite.h"

#include <errno.h>
#include <tutti/error.h>

#define CHALLENGE "0000003b 234348414c4c454e474523 7b7368613235367d" COUNTED
#define COUNTED                                    \
	"000102030405060708090a0b0c0d0e0f10111213" \
	"1415161718191a1b1c1d1e1f2021222324252627"
#define WELCOME "00000009 2357454c434f4d4523"
#define FAILURE "00000009 234641494c55524523"
#define SHA256                                      \
	"00000028 7b7368613235367d"                 \
	"ee2b4cd766c1e0f5eb564525d250361f729d00e39" \
	"48c83c5651d1cefdb97de31"
#define MD5 "00000010 3e4faf2fc53f133cd76571e5d3fb9fd5"
#define TAGGED_MD5 "00000015 7b6d64357d 3e4faf2fc53f133cd76571e5d3fb9fd5"
#define SHA384                                             \
	"00000038 7b7368613338347d"                        \
	"2d32bf2730ff075bad53a6d7651eab6fbf775bab939b493f" \
	"38d5a653f15a4df235a2c0f44c5de12a1aa7e38baf661bc3"
#define SHA3_256                                   \
	"0000002a 7b736861335f3235367d"            \
	"c9ebbab20481d215e498d1a84c14a5c55c4c4ff8" \
	"4bac93e0de7ded75d48ee128"
#define SHA3_384                                           \
	"0000003a 7b736861335f3338347d"                    \
	"807ce4908a470029ede6af46bc99c060211a759624af7dcb" \
	"7912b7e890a163fca98b96152ac079000af3e1c45dce8f33"
#define RAW_SHA256                                  \
	"00000020"                                  \
	"ee2b4cd766c1e0f5eb564525d250361f729d00e39" \
	"48c83c5651d1cefdb97de31"

#define OLD_CHALLENGE                     \
	"0000001f 234348414c4c454e474523" \
	"000102030405060708090a0b0c0d0e0f10111213"
#define OLD_MD5 "00000010 1b373176a84c1b044d9ba09795b53791"
#define OLD_SHA256 "00000020 2aabe9f4d598faec7cb99ead7b85e5a785318c77c46d6ced4891b787867b5dd6"

static unsigned char counted[TU_HANDSHAKE_RANDOM];

static struct tu_handshake begin(struct tu_handshake_options options)
{
	struct tu_handshake h;

	options.random = counted;
	CHECK_EQ(tu_handshake_begin(&h, tutti_bytes_text("abc"), &options), 0);
	return h;
}

/* What comes, all at once or byte by byte, gives rc and this to write. */
static void step(struct tu_handshake *h, const char *in, int rc, const char *out)
{
	unsigned char data[600], right[600];
	size_t size = from_hex(data, sizeof(data), in), taken = 0, at = 0;
	size_t n = from_hex(right, sizeof(right), out);
	int got = 0;
	tutti_bytes bytes;

	while (at < size && got == 0) {
		got = tu_handshake_take(h, data + at, h->options.no_md5 ? size - at : 1, &taken);
		at += taken;
	}
	CHECK_EQ(got, rc);
	CHECK_EQ(rc < 0 || at == size, 1);
	bytes = tu_handshake_out(h);
	CHECK_EQ(bytes.size, n);
	CHECK(memcmp(bytes.data, right, n) == 0);
}

#define LISTENS ((struct tu_handshake_options){ 0 })
#define CONNECTS ((struct tu_handshake_options){ .connects = true })

static void listens_to_each_digest(void)
{
	static const char *const answers[] = { SHA256, MD5, TAGGED_MD5, SHA384, SHA3_256, SHA3_384,
		RAW_SHA256 };

	for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
		struct tu_handshake h = begin(LISTENS);

		step(&h, "", 0, CHALLENGE);
		step(&h, answers[i], 0, WELCOME);
		step(&h, CHALLENGE, 0, SHA256);
		step(&h, WELCOME, 1, "");
	}
}

static void listens_to_an_older_python(void)
{
	struct tu_handshake h = begin(LISTENS);

	step(&h, "", 0, CHALLENGE);
	step(&h, MD5, 0, WELCOME);
	step(&h, OLD_CHALLENGE, 0, OLD_MD5);
	step(&h, WELCOME, 1, "");
	h = begin(LISTENS); /* one without MD5: its first answer says so */
	step(&h, "", 0, CHALLENGE);
	step(&h, RAW_SHA256, 0, WELCOME);
	step(&h, OLD_CHALLENGE, 0, OLD_SHA256);
	step(&h, WELCOME, 1, "");
}

static void tells_what_is_worth_another_try(void)
{
	struct tu_handshake h = begin(CONNECTS);

	step(&h, OLD_CHALLENGE, 0, OLD_MD5);
	step(&h, FAILURE, TUTTI_EAUTH, "");
	CHECK(tu_handshake_was_old(&h));
	h = begin((struct tu_handshake_options){ .connects = true, .old_sha256 = true });
	step(&h, OLD_CHALLENGE, 0, OLD_SHA256);
	step(&h, FAILURE, TUTTI_EAUTH, "");
	CHECK(!tu_handshake_was_old(&h));
	h = begin(CONNECTS);
	step(&h, CHALLENGE, 0, SHA256);
	step(&h, FAILURE, TUTTI_EAUTH, "");
	CHECK(!tu_handshake_was_old(&h));
}

static void connects(void)
{
	struct tu_handshake h = begin(CONNECTS);

	step(&h, CHALLENGE, 0, SHA256);
	step(&h, WELCOME, 0, CHALLENGE);
	step(&h, SHA256, 1, WELCOME);
	h = begin(CONNECTS);
	step(&h, OLD_CHALLENGE, 0, OLD_MD5);
	step(&h, WELCOME, 0, CHALLENGE);
	step(&h, MD5, 1, WELCOME);
}

/* Each name that a challenge may have is answered by that digest. */
static void answers_by_name(void)
{
	static const char *const names[] = { "{md5}", "{sha384}", "{sha3_256}", "{sha3_384}" };
	static const size_t sizes[] = { 21, 56, 42, 58 };

	for (size_t i = 0; i < 4; i++) {
		struct tu_handshake h = begin(CONNECTS);
		unsigned char data[100] = { 0, 0, 0 };
		size_t taken, n = strlen(names[i]);
		tutti_bytes out;

		data[3] = (unsigned char)(11 + n + 20);
		from_hex(data + 4, 11, "234348414c4c454e474523");
		for (size_t k = 0; k < n; k++)
			data[15 + k] = (unsigned char)names[i][k];
		CHECK_EQ(tu_handshake_take(&h, data, 4 + 11 + n + 20, &taken), 0);
		out = tu_handshake_out(&h);
		CHECK_EQ(out.size, 4 + sizes[i]);
		CHECK(memcmp((const char *)out.data + 4, names[i], n) == 0);
	}
}

/* rows: F136 */
static void a_wrong_key_is_refused(void)
{
	struct tu_handshake h = begin(LISTENS);

	step(&h, "", 0, CHALLENGE);
	step(&h, OLD_MD5, TUTTI_EAUTH, FAILURE);
	step(&h, SHA256, TUTTI_EAUTH, "");
	h = begin(CONNECTS);
	step(&h, CHALLENGE, 0, SHA256);
	step(&h, FAILURE, TUTTI_EAUTH, "");
	h = begin(CONNECTS);
	step(&h, CHALLENGE, 0, SHA256);
	step(&h, WELCOME, 0, CHALLENGE);
	step(&h,
		"00000028 7b7368613235367d"
		"ee2b4cd766c1e0f5eb564525d250361f729d00e3948c83c5651d1cefdb97de30",
		TUTTI_EAUTH, FAILURE);
	h = begin(LISTENS);
	step(&h, "", 0, CHALLENGE);
	step(&h, SHA256, 0, WELCOME);
	step(&h, CHALLENGE, 0, SHA256);
	step(&h, FAILURE, TUTTI_EAUTH, "");
}

static void answers_of_other_sizes_are_refused(void)
{
	static const char *const answers[] = { "00000000", "00000001 00",
		"00000008 7b7368613235367d", "0000000f 3e4faf2fc53f133cd76571e5d3fb9f",
		"00000011 3e4faf2fc53f133cd76571e5d3fb9fd500",
		"00000015 7b6d64347d 3e4faf2fc53f133cd76571e5d3fb9fd5" };

	for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++) {
		struct tu_handshake h = begin(LISTENS);

		step(&h, "", 0, CHALLENGE);
		step(&h, answers[i], TUTTI_EAUTH, FAILURE);
	}
}

static void md5_may_be_refused(void)
{
	struct tu_handshake h = begin((struct tu_handshake_options){ .no_md5 = true });

	step(&h, "", 0, CHALLENGE);
	step(&h, MD5, TUTTI_EAUTH, FAILURE);
	h = begin((struct tu_handshake_options){ .no_md5 = true });
	step(&h, "", 0, CHALLENGE);
	step(&h, TAGGED_MD5, TUTTI_EAUTH, FAILURE);
	h = begin((struct tu_handshake_options){ .no_md5 = true, .connects = true });
	step(&h, OLD_CHALLENGE, 0, OLD_SHA256); /* it may be one without MD5, too */
	h = begin((struct tu_handshake_options){ .no_md5 = true });
	step(&h, "", 0, CHALLENGE);
	step(&h, SHA256, 0, WELCOME);
	step(&h, CHALLENGE, 0, SHA256);
	step(&h, WELCOME, 1, "");
}

/* To what is no handshake nothing is said. */
/* rows: F136 */
static void strangers_hear_nothing(void)
{
	static const char *const frames[] = { "47455420", "fffffffe", "ffffffff", "00000101",
		"0000000b 234348414c4c454e474523", /* a challenge of nothing, one of 19 bytes */
		"0000001e 234348414c4c454e474523 00010203040506070809 0a0b0c0d0e0f101112",
		"00000020 234348414c4c454e474523 000102030405060708090a0b0c0d0e0f1011121314",
		"00000020 234348414c4c454e474523 7b7368617d 0001020304050607 0809101112131415",
		"00000009 2357454c434f4d4523" };

	for (size_t i = 0; i < sizeof(frames) / sizeof(*frames); i++) {
		struct tu_handshake h = begin(CONNECTS);

		step(&h, frames[i], TUTTI_EPROTO, "");
		step(&h, CHALLENGE, TUTTI_EPROTO, "");
	}
}

/* What comes behind the last frame is left to the caller. */
static void the_rest_stays(void)
{
	struct tu_handshake h = begin((struct tu_handshake_options){ .no_md5 = true });
	unsigned char data[600];
	size_t n = from_hex(data, sizeof(data), SHA256 CHALLENGE WELCOME), taken;

	(void)tu_handshake_out(&h);
	memset(data + n, 'b', 6);
	CHECK_EQ(tu_handshake_take(&h, data, n + 6, &taken), 1);
	CHECK_EQ(taken, n);
	CHECK_EQ(tu_handshake_take(&h, data, n + 6, &taken), 1);
	CHECK_EQ(taken, 0);
	CHECK_EQ(tu_handshake_out(&h).size, 13 + 44);
}

/* Both ends with bytes of the system's, and keys that differ or do not. */
static void meets_itself(const char *one, const char *other, int rc)
{
	struct tu_handshake l, c;
	int l_rc = 0, c_rc = 0;
	size_t taken;

	CHECK_EQ(tu_handshake_begin(&l, tutti_bytes_text(one), NULL), 0);
	CHECK_EQ(tu_handshake_begin(&c, tutti_bytes_text(other), &CONNECTS), 0);
	for (int i = 0; i < 3; i++) {
		tutti_bytes out = tu_handshake_out(&l);

		if (c_rc == 0)
			c_rc = tu_handshake_take(&c, out.data, out.size, &taken);
		out = tu_handshake_out(&c);
		if (l_rc == 0)
			l_rc = tu_handshake_take(&l, out.data, out.size, &taken);
	}
	CHECK_EQ(l_rc, rc);
	CHECK_EQ(c_rc, rc);
	CHECK(memcmp(l.text + 8, c.text + 8, TU_HANDSHAKE_RANDOM) != 0);
}

static void both_ends(void)
{
	meets_itself("key", "key", 1);
	meets_itself("", "", 1);
	meets_itself("key", "kez", TUTTI_EAUTH);
	meets_itself("key", "", TUTTI_EAUTH);
}

/* Changed bytes never lead to the end of it. */
static void changed_bytes(void)
{
	static const char *const good[] = { SHA256 CHALLENGE WELCOME, MD5 OLD_CHALLENGE WELCOME };
	struct tu_prng prng;

	tu_prng_init(&prng, 1);
	for (int i = suite_rounds(20000); i > 0 && suite_has_time(); i--) {
		unsigned char data[600];
		size_t n = from_hex(data, sizeof(data), good[i % 2]), taken = 0, at = 0;
		size_t place = (size_t)tu_prng_below(&prng, n), step_max = 1 + i % 7;
		struct tu_handshake h = begin(LISTENS);
		int rc = 0;
		bool in_challenge;

		data[place] ^= (unsigned char)(1 + tu_prng_below(&prng, 255));
		for (; at < n && rc == 0; at += taken)
			rc = tu_handshake_take(
				&h, data + at, step_max < n - at ? step_max : n - at, &taken);
		/* Another challenge than that is as good. */
		in_challenge = place >= n - 13 - 48 && place < n - 13;
		CHECK(rc <= 0 || in_challenge);
		CHECK(tu_handshake_out(&h).size <= sizeof(h.out));
	}
}

int main(void)
{
	for (size_t i = 0; i < sizeof(counted); i++)
		counted[i] = (unsigned char)i;
	suite_begin();
	RUN(listens_to_each_digest);
	RUN(listens_to_an_older_python);
	RUN(connects);
	RUN(tells_what_is_worth_another_try);
	RUN(answers_by_name);
	RUN(a_wrong_key_is_refused);
	RUN(answers_of_other_sizes_are_refused);
	RUN(md5_may_be_refused);
	RUN(strangers_hear_nothing);
	RUN(the_rest_stays);
	RUN(both_ends);
	RUN(changed_bytes);
	return suite_end();
}
