/* SPDX-License-Identifier: MIT */
/* rows: F127 */
/* ctest: VIRTUAL ON */
/* What the HTTP client makes of bodies: texts in many charsets, JSON, what is compressed. */
#include "net/web.h"

#include <tutti/value_codec.h>

struct page {
	const char *type, *coding;
	const char *bytes;
	size_t size; /* 0: as long as the text */
	const char *text;
};

static const struct page *shown;

/* The header is there just as it is said. */
static int show(tutti_http_exchange *x, void *arg)
{
	size_t size = shown->size ? shown->size : strlen(shown->bytes);

	(void)arg;
	if (shown->coding)
		CHECK_EQ(tutti_http_reply_header(x, "Content-Encoding", shown->coding), 0);
	return tutti_http_reply(x, 200, shown->type, tutti_bytes_of(shown->bytes, size));
}

static int accepts(tutti_http_exchange *x, void *arg)
{
	const char *what = tutti_http_request_header(x, "Accept-Encoding");

	(void)arg;
	return tutti_http_reply(x, 200, NULL, tutti_bytes_text(what ? what : "-"));
}

static tutti_http_session *s;

static tutti_http_response get(const char *path)
{
	tutti_http_options o = { .fault = &fault };
	tutti_http_response r;

	CHECK_EQ(tutti_http_get(s, &r, at(path), &o), 0);
	CHECK_EQ(r.status, 200);
	return r;
}

static tutti_http_response get_page(const struct page *p)
{
	shown = p;
	return get("/page");
}

/* -- charsets ---------------------------------------------------------------------------------- */

#define BAD "\xef\xbf\xbd"
#define UTF8 "text/plain; charset=utf-8"

static const struct page pages[] = {
	{ NULL, NULL, "", 0, "" },
	{ NULL, NULL, "a \xc3\xa4", 0, "a \xc3\xa4" },
	{ "text/html", NULL, "\xc3\xa4\xe4", 0, "\xc3\xa4" BAD },
	{ UTF8, NULL, "\xf0\x9f\x98\x80", 0, "\xf0\x9f\x98\x80" },
	{ UTF8, NULL, "\xef\xbb\xbfx", 0, "x" },
	{ UTF8, NULL, "a\0b", 3, "a\0b" },
	{ UTF8, NULL, "\xf0\x9f\x98", 0, BAD },
	{ UTF8, NULL, "\xf0\x9f\x98z", 0, BAD "z" },
	{ UTF8, NULL, "\xed\xa0\x80", 0, BAD BAD BAD },
	{ UTF8, NULL, "\xc0\xaf\xff\x80", 0, BAD BAD BAD BAD },
	{ UTF8, NULL, "\xf8\x88\x80\x80\x80", 0, BAD BAD BAD BAD BAD },
	{ UTF8, NULL, "\xe4\xb8", 0, BAD },
	{ "text/html; charset=GBK", NULL, "\xd6\xd0\xce\xc4 abc", 0,
		"\xe4\xb8\xad\xe6\x96\x87 abc" },
	{ "text/html;charset=\"gb2312\"", NULL, "\xd6\xd0", 0, "\xe4\xb8\xad" },
	{ "text/html; charset=GBK", NULL, "\xd6", 0, BAD },
	{ "text/html; x=y; Charset=ISO-8859-1", NULL, "\xe9\x80", 0, "\xc3\xa9\xe2\x82\xac" },
	{ "text/html; charset=us-ascii", NULL, "a", 0, "a" },
	{ "text/html; charset=Shift_JIS", NULL, "\x93\xfa", 0, "\xe6\x97\xa5" },
	{ "text/html", NULL,
		"\xff\xfe"
		"a\0\xe9",
		6, "a\xc3\xa9" },
	{ "text/html; charset=utf-16le", NULL, "a\0\xe9", 4, "a\xc3\xa9" },
	{ "text/html; charset=", NULL, "a", 0, "a" },
};

/* rows: F127 */
static void texts_are_decoded(void)
{
	for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
		tutti_http_response r = get_page(&pages[i]);
		size_t size = pages[i].size == 3 ? 3 : strlen(pages[i].text);
		tutti_bytes text, again;

		CHECK_EQ(tutti_http_text(&r, &text), 0);
		CHECK_EQ(text.size, size);
		CHECK(memcmp(text.data, pages[i].text, size + 1) == 0);
		CHECK_EQ(tutti_http_text(&r, &again), 0);
		CHECK(again.data == text.data && again.size == text.size);
		size = pages[i].size ? pages[i].size : strlen(pages[i].bytes);
		CHECK_EQ(r.body.size, size);
		CHECK(memcmp(r.body.data, pages[i].bytes, size) == 0);
		tutti_http_response_free(&r);
	}
}

static void unknown_charsets_are_named(void)
{
	static const char *const types[] = { "text/html; charset=martian",
		"text/html; charset=abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz" };

	for (size_t i = 0; i < 2; i++) {
		struct page page = { types[i], NULL, "x\xff", 0, "" };
		tutti_http_response r = get_page(&page);
		tutti_bytes text;

		if (i == 0) {
			CHECK_EQ(tutti_http_text(&r, &text), -EINVAL);
			CHECK(strstr(fault.text, "/page: the charset martian is not known"));
		} else {
			CHECK_EQ(tutti_http_text(&r, &text), 0);
			CHECK_STR((const char *)text.data, "x" BAD);
		}
		tutti_http_response_free(&r);
	}
}

/* Long ones, so that characters are cut wherever they can be. */
static void long_texts_are_decoded(void)
{
	static char bytes[30002], wanted[45001];
	struct page page = { "text/plain; charset=gbk", NULL, bytes, 0, wanted };
	tutti_http_response r;
	tutti_bytes text;

	for (int i = 0; i < 15000; i++) {
		memcpy(bytes + 1 + 2 * i, "\xd6\xd0", 3);
		memcpy(wanted + 3 * i, "\xe4\xb8\xad", 4);
	}
	page.bytes = bytes + 1;
	r = get_page(&page);
	CHECK_EQ(tutti_http_text(&r, &text), 0);
	CHECK_STR((const char *)text.data, wanted);
	tutti_http_response_free(&r);
}

/* -- values ------------------------------------------------------------------------------------ */

static void json_is_read(void)
{
	struct page good = { "application/json", NULL, "{\"a\": [1, null]}", 0, "" };
	struct page bad = { "application/json", NULL, "{\"a\": 1", 0, "" };
	tutti_http_response r = get_page(&good);
	tutti_value *v = NULL;
	tutti_bytes text;

	CHECK_EQ(tutti_http_json(&r, &v), 0);
	CHECK_EQ(tutti_value_repr(&text, v), 0);
	CHECK_STR((const char *)text.data, "{'a': [1, None]}");
	tutti_bytes_free(&text);
	tutti_value_unref(v);
	tutti_http_response_free(&r);
	r = get_page(&bad);
	v = NULL;
	CHECK_EQ(tutti_http_json(&r, &v), TUTTI_EPROTO);
	CHECK(strstr(fault.text, "/page: "));
	CHECK(!v);
	tutti_http_response_free(&r);
}

/* -- codings ----------------------------------------------------------------------------------- */

#define HELLOS                                                                     \
	"hello hello hello hello hello hello hello hello hello hello hello hello " \
	"hello hello hello hello hello hello hello hello "
#define GZIP                                                                       \
	"\x1f\x8b\x08\0\0\0\0\0\x02\x03\xcb\x48\xcd\xc9\xc9\x57\xc8\xa0\x3b\x09\0" \
	"\x2f\xfa\xf8\x48\x78\0\0\0"

static const struct page packed[] = {
	{ UTF8, "gzip", GZIP, sizeof GZIP - 1, HELLOS },
	{ UTF8, "deflate", "\x78\x9c\xcb\x48\xcd\xc9\xc9\x57\xc8\xa0\x3b\x09\0\x77\xba\x2c\x11", 17,
		HELLOS },
	{ UTF8, "identity", "plain", 5, "plain" },
};

static void what_is_packed_is_unpacked(void)
{
	for (size_t i = 0; i < sizeof packed / sizeof *packed; i++) {
		tutti_http_response r = get_page(&packed[i]);

		CHECK_STR((const char *)r.body.data, packed[i].text);
		CHECK_EQ(tutti_http_size(&r), (int64_t)packed[i].size);
		tutti_http_response_free(&r);
	}
}

/* Who asks for it himself gets it as it is. */
static void nothing_is_unpacked_for_who_packs(void)
{
	const char *headers[] = { "accept-encoding", "gzip", NULL };
	const char *nothing[] = { "accept-encoding", "", NULL };
	tutti_http_options o = { .headers = headers };
	tutti_http_response r = get("/accepts");

	CHECK(strstr(r.body.data, "gzip") && strstr(r.body.data, "deflate"));
	tutti_http_response_free(&r);
	check_asked(s, "GET", "/accepts", &o, 200, "gzip");
	shown = &packed[0];
	CHECK_EQ(tutti_http_get(s, &r, at("/page"), &o), 0);
	CHECK_EQ(r.body.size, sizeof GZIP - 1);
	CHECK(memcmp(r.body.data, GZIP, sizeof GZIP) == 0);
	tutti_http_response_free(&r);
	o.headers = nothing;
	check_asked(s, "GET", "/accepts", &o, 200, "-");
}

#define BOMB                                                                                   \
	"\x1f\x8b\x08\0\0\0\0\0\x02\x03\xed\xc1\x01\x0d\0\0\0\xc2\xa0\xf7\x4f\x6d\x0e\x37\xa0" \
	"\0\0\0\0\0\0\0\0\0\xe0\xdf\0\x2e\xca\x3b\x4d\x10\x27\0\0"

/* What counts is how long it is when it is unpacked. */
static void bombs_do_not_go_off(void)
{
	struct page page = { UTF8, "gzip", BOMB, sizeof BOMB - 1, "" };
	tutti_http_options small = { .body_max = 9999 }, enough = { .body_max = 10000 };
	tutti_http_response r;

	shown = &page;
	check_fails(s, at("/page"), &small, -EMSGSIZE, "127.0.0.1:");
	CHECK_EQ(tutti_http_get(s, &r, at("/page"), &enough), 0);
	CHECK_EQ(r.body.size, 10000);
	tutti_http_response_free(&r);
}

static void *everything(void *arg)
{
	web_make();
	web_route("GET /page", show, NULL);
	web_route("GET /accepts", accepts, NULL);
	web_begin();
	s = open_session();
	RUN(texts_are_decoded);
	RUN(unknown_charsets_are_named);
	RUN(long_texts_are_decoded);
	RUN(json_is_read);
	RUN(what_is_packed_is_unpacked);
	RUN(nothing_is_unpacked_for_who_packs);
	RUN(bombs_do_not_go_off);
	tutti_http_session_free(s);
	web_end();
	return arg;
}

int main(void)
{
	suite_begin();
	finish(tutti_thread_start(everything, NULL, NULL));
	return suite_end();
}
