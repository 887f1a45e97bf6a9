/* SPDX-License-Identifier: MIT */
/* request.c - see request.h. On the way: a head, the texts, each with its zero, the bytes. */
#include "proc/request.h"

#include "core/alloc.h"
#include "core/crash_point.h"
#include "os/os.h"
#include "proc/parcel.h"

#include <errno.h>
#include <string.h>
#include <tutti/error.h>

enum { MAGIC = 0x74757469, TEXTS = 5, FDS = 4 };

struct head {
	uint32_t magic, arg_size, result_size;
	uint8_t arg_kind, result_kind, daemon, usual;
	int32_t place;
	uint32_t fds;     /* bit i: descriptor i goes along */
	int32_t carried;  /* after those, so many more */
	uint32_t by_blob; /* the rest is in a blob, the descriptor after those */
	uint32_t text_bytes[TEXTS];
	uint64_t offset, arg_bytes;
};

int tu_request_make(struct tu_request *r, const struct tu_process *p)
{
	const tutti_job *job = p->jf.job;
	const char *file;
	const char *base = tu_os_module_of(job, &file);

	*r = (struct tu_request){ .job = job->name,
		.module = file,
		.offset = (size_t)((const char *)job - base),
		.arg_size = job->arg_size,
		.result_size = job->result_size,
		.arg_kind = job->arg_kind,
		.result_kind = job->result_kind,
		.daemon = p->daemon,
		.usual = tutti_process_method(),
		.name = p->name,
		.identity = p->identity,
		.tape = "" };
	return tu_parcel_pack(&r->arg, job->arg_kind, job->arg_size, p->jf.arg);
}

static void texts_of(const struct tu_request *r, const char *texts[TEXTS])
{
	texts[0] = r->job;
	texts[1] = r->module;
	texts[2] = r->name;
	texts[3] = r->identity;
	texts[4] = r->tape;
}

static size_t body_bytes(const struct head *h)
{
	size_t n = h->arg_bytes;

	for (int i = 0; i < TEXTS; i++)
		n += h->text_bytes[i];
	return n;
}

static void fill(char *at, const struct head *h, const struct tu_request *r)
{
	const char *texts[TEXTS];

	memcpy(at, h, sizeof(*h));
	at += sizeof(*h);
	texts_of(r, texts);
	for (int i = 0; i < TEXTS; i++) {
		memcpy(at, texts[i], h->text_bytes[i]);
		at += h->text_bytes[i];
	}
	if (r->arg.size > 0)
		memcpy(at, r->arg.data, r->arg.size);
}

/* The body by a blob, the head alone through the channel. */
static int send_blob(int channel, struct head *h, const char *body, int *fds, int nfds)
{
	int blob = tu_os_blob_open(body, body_bytes(h)), rc;

	if (blob < 0)
		return blob;
	fds[nfds] = blob;
	h->by_blob = 1;
	rc = tu_os_channel_send(channel, h, sizeof(*h), fds, nfds + 1);
	tu_os_close(blob);
	return rc;
}

/* Those that go along, without gaps; their number. */
static int gather(const struct tu_request_fds *fds, uint32_t *which, int *all)
{
	const int each[FDS] = { fds->life, fds->family, fds->clock, fds->errors };
	int n = 0;

	for (int i = 0; i < FDS; i++) {
		if (each[i] < 0)
			continue;
		*which |= 1u << i;
		all[n++] = each[i];
	}
	for (int i = 0; i < fds->carried.n; i++)
		all[n++] = fds->carried.fds[i];
	return n;
}

/* The way back. The number of those that came. */
static int scatter(struct tu_request_fds *fds, const struct head *h, const int *all)
{
	int each[FDS], n = 0;

	for (int i = 0; i < FDS; i++)
		each[i] = h->fds & 1u << i ? all[n++] : -1;
	*fds = (struct tu_request_fds){ each[0], each[1], each[2], each[3], { .n = h->carried } };
	for (int i = 0; i < h->carried; i++)
		fds->carried.fds[i] = all[n++];
	return n;
}

int tu_request_send(int channel, const struct tu_request *r, const struct tu_request_fds *fds)
{
	struct head h = { .magic = MAGIC,
		.arg_size = r->arg_size,
		.result_size = r->result_size,
		.arg_kind = r->arg_kind,
		.result_kind = r->result_kind,
		.daemon = r->daemon,
		.usual = (uint8_t)r->usual,
		.place = r->place,
		.carried = fds->carried.n,
		.offset = r->offset,
		.arg_bytes = r->arg.size };
	int all[TU_OS_FDS_MOST], nfds = gather(fds, &h.fds, all), rc;
	const char *texts[TEXTS];
	char *whole;

	texts_of(r, texts);
	for (int i = 0; i < TEXTS; i++)
		h.text_bytes[i] = (uint32_t)strlen(texts[i]) + 1;
	whole = tu_alloc(sizeof(h) + body_bytes(&h));
	if (!whole)
		return -ENOMEM;
	fill(whole, &h, r);
	if (sizeof(h) + body_bytes(&h) > tu_os_channel_room(channel))
		rc = send_blob(channel, &h, whole + sizeof(h), all, nfds);
	else
		rc = tu_os_channel_send(channel, whole, sizeof(h) + body_bytes(&h), all, nfds);
	tu_free(whole);
	return rc;
}

static void *receive_body(int channel, const struct head *h, int blob)
{
	void *body;

	if (h->by_blob)
		return (void *)tu_os_blob_map(blob, body_bytes(h));
	body = tu_alloc(body_bytes(h));
	if (body && tu_os_channel_receive(channel, body, body_bytes(h), NULL, 0) == 0)
		return body;
	tu_free(body);
	return NULL;
}

/* Where all of it is: at body. */
static void take_apart(struct tu_request *r, const struct head *h, char *body)
{
	const char *texts[TEXTS], *at = body;

	for (int i = 0; i < TEXTS; i++) {
		texts[i] = at;
		at += h->text_bytes[i];
	}
	*r = (struct tu_request){ .job = texts[0],
		.module = texts[1],
		.offset = h->offset,
		.arg_size = h->arg_size,
		.result_size = h->result_size,
		.arg_kind = h->arg_kind,
		.result_kind = h->result_kind,
		.daemon = h->daemon,
		.usual = (tutti_start_method)h->usual,
		.place = h->place,
		.name = texts[2],
		.identity = texts[3],
		.tape = texts[4],
		.arg = tutti_bytes_of(at, h->arg_bytes),
		.body = h->by_blob ? NULL : body };
}

int tu_request_receive(int channel, struct tu_request *r, struct tu_request_fds *fds)
{
	int all[TU_OS_FDS_MOST], blob;
	struct head h;
	char *body;
	int rc = tu_os_channel_receive(channel, &h, sizeof(h), all, TU_OS_FDS_MOST);

	tu_crash_point();
	if (rc < 0)
		return rc;
	if (h.magic != MAGIC || h.carried < 0 || h.carried > TU_CARRIED_MOST)
		return TUTTI_EPROTO;
	blob = all[scatter(fds, &h, all)];
	body = receive_body(channel, &h, blob);
	if (blob >= 0)
		tu_os_close(blob);
	if (!body)
		return -ENOMEM;
	take_apart(r, &h, body);
	return 0;
}

void tu_request_drop(struct tu_request *r)
{
	tu_free(r->body);
}
