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

enum { MAGIC = 0x74757469, DIRECT_MOST = 65536, TEXTS = 4 };

struct head {
	uint32_t magic, arg_size, result_size;
	uint8_t arg_kind, result_kind, daemon, usual;
	uint32_t fds;     /* descriptors that go along */
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
		.identity = p->identity };
	return tu_parcel_pack(&r->arg, job->arg_kind, job->arg_size, p->jf.arg);
}

static void texts_of(const struct tu_request *r, const char *texts[TEXTS])
{
	texts[0] = r->job;
	texts[1] = r->module;
	texts[2] = r->name;
	texts[3] = r->identity;
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

	texts_of(r, texts);
	for (int i = 0; i < TEXTS; i++) {
		memcpy(at, texts[i], h->text_bytes[i]);
		at += h->text_bytes[i];
	}
	if (r->arg.size > 0)
		memcpy(at, r->arg.data, r->arg.size);
}

static int send_direct(
	int channel, const struct head *h, const void *body, const int *fds, int nfds)
{
	int rc = tu_os_channel_send(channel, h, sizeof(*h), fds, nfds);

	tu_crash_point();
	return rc == 0 ? tu_os_channel_send(channel, body, body_bytes(h), NULL, 0) : rc;
}

static int send_blob(int channel, struct head *h, const void *body, const int *fds, int nfds)
{
	int all[TU_OS_FDS_MOST], blob = tu_os_blob_open(body, body_bytes(h)), rc;

	if (blob < 0)
		return blob;
	memcpy(all, fds, (size_t)nfds * sizeof(*fds));
	all[nfds] = blob;
	h->by_blob = 1;
	rc = tu_os_channel_send(channel, h, sizeof(*h), all, nfds + 1);
	tu_os_close(blob);
	return rc;
}

int tu_request_send(int channel, const struct tu_request *r, const int *fds, int nfds)
{
	struct head h = { .magic = MAGIC,
		.arg_size = r->arg_size,
		.result_size = r->result_size,
		.arg_kind = r->arg_kind,
		.result_kind = r->result_kind,
		.daemon = r->daemon,
		.usual = (uint8_t)r->usual,
		.fds = (uint32_t)nfds,
		.offset = r->offset,
		.arg_bytes = r->arg.size };
	const char *texts[TEXTS];
	char *body;
	int rc;

	texts_of(r, texts);
	for (int i = 0; i < TEXTS; i++)
		h.text_bytes[i] = (uint32_t)strlen(texts[i]) + 1;
	body = tu_alloc(body_bytes(&h));
	if (!body)
		return -ENOMEM;
	fill(body, &h, r);
	rc = body_bytes(&h) > DIRECT_MOST ? send_blob(channel, &h, body, fds, nfds)
					  : send_direct(channel, &h, body, fds, nfds);
	tu_free(body);
	return rc;
}

static const char *receive_body(int channel, const struct head *h, int blob)
{
	char *body;

	if (h->by_blob)
		return tu_os_blob_map(blob, body_bytes(h));
	body = tu_alloc(body_bytes(h));
	if (body && tu_os_channel_receive(channel, body, body_bytes(h), NULL, 0) < 0)
		return NULL;
	return body;
}

int tu_request_receive(int channel, struct tu_request *r, int *fds, int nfds)
{
	int all[TU_OS_FDS_MOST];
	const char *texts[TEXTS], *body;
	struct head h;
	int rc = tu_os_channel_receive(channel, &h, sizeof(h), all, TU_OS_FDS_MOST);

	tu_crash_point();
	if (rc < 0)
		return rc;
	if (h.magic != MAGIC || h.fds > (uint32_t)nfds)
		return TUTTI_EPROTO;
	for (int i = 0; i < nfds; i++)
		fds[i] = i < (int)h.fds ? all[i] : -1;
	body = receive_body(channel, &h, all[h.fds]);
	if (all[h.fds] >= 0)
		tu_os_close(all[h.fds]);
	if (!body)
		return -ENOMEM;
	for (int i = 0; i < TEXTS; i++) {
		texts[i] = body;
		body += h.text_bytes[i];
	}
	*r = (struct tu_request){ .job = texts[0],
		.module = texts[1],
		.offset = h.offset,
		.arg_size = h.arg_size,
		.result_size = h.result_size,
		.arg_kind = h.arg_kind,
		.result_kind = h.result_kind,
		.daemon = h.daemon,
		.usual = (tutti_start_method)h.usual,
		.name = texts[2],
		.identity = texts[3],
		.arg = tutti_bytes_of(body, h.arg_bytes) };
	return 0;
}
