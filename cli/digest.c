/* SPDX-License-Identifier: MIT */
/* digest.c - the SHA-256 of a file, read a block at a time. */
#include "jobs.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <tutti/tutti.h>

enum { BLOCK_BYTES = 1 << 17 };

struct file {
	const char *path;
	int fd; /* -1: not open yet */
	size_t size;
	int error;
	unsigned char block[BLOCK_BYTES];
};

/* Fill the block as far as the file goes; opens it first. The part that waits for a disk. */
static void *read_block(void *arg)
{
	struct file *file = arg;
	ssize_t n = 0;

	file->size = 0;
	if (file->fd < 0)
		file->fd = open(file->path, O_RDONLY | O_CLOEXEC);
	if (file->fd < 0) {
		file->error = -errno;
		return NULL;
	}
	while (file->size < BLOCK_BYTES) {
		n = read(file->fd, file->block + file->size, BLOCK_BYTES - file->size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		file->size += (size_t)n;
	}
	if (n < 0)
		file->error = -errno;
	return NULL;
}

/* The same, without holding up the other tasks of this thread, if the job is a task. */
static int next_block(struct file *file)
{
	int rc = 0;

	if (tutti_task_current())
		rc = tutti_call_blocking(read_block, file, NULL);
	else
		read_block(file);
	return rc < 0 ? rc : file->error;
}

static int hash(struct file *file, EVP_MD_CTX *sha, tutti_bytes *out)
{
	unsigned char md[EVP_MAX_MD_SIZE];
	char hex[2 * EVP_MAX_MD_SIZE + 1];
	unsigned size;

	if (!EVP_DigestInit_ex(sha, EVP_sha256(), NULL))
		return -ENOMEM;
	do {
		int rc = tutti_cancelled() ? TUTTI_ECANCELED : next_block(file);

		if (rc < 0)
			return rc;
		if (!EVP_DigestUpdate(sha, file->block, file->size))
			return -EIO;
	} while (file->size == BLOCK_BYTES);
	if (!EVP_DigestFinal_ex(sha, md, &size))
		return -EIO;
	for (unsigned i = 0; i < size; i++) {
		hex[2 * i] = "0123456789abcdef"[md[i] >> 4];
		hex[2 * i + 1] = "0123456789abcdef"[md[i] & 15];
	}
	return tutti_bytes_copy(out, hex, 2 * (size_t)size);
}

static int digest_path(const char *path, tutti_bytes *out)
{
	struct file *file = malloc(sizeof *file);
	EVP_MD_CTX *sha = EVP_MD_CTX_new();
	int rc = -ENOMEM;

	if (file && sha) {
		file->path = path;
		file->fd = -1;
		file->error = 0;
		rc = hash(file, sha, out);
		if (file->fd >= 0)
			close(file->fd);
	}
	EVP_MD_CTX_free(sha);
	free(file);
	return rc;
}

int digest(tutti_bytes const *in, tutti_bytes *out)
{
	char *path;
	int rc;

	if (in->size > 0 && memchr(in->data, '\0', in->size))
		return tutti_fail(-EINVAL, "a file name has no zero byte");
	path = strndup(in->size > 0 ? in->data : "", in->size);
	if (!path)
		return -ENOMEM;
	rc = digest_path(path, out);
	free(path);
	return rc;
}
