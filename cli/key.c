/* SPDX-License-Identifier: MIT */
/* key.c - see key.h. */
#define _GNU_SOURCE
#include "key.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* All of it, one byte more than it may have at most. -errno. */
static ssize_t read_all(int fd, char *out, size_t size)
{
	size_t n = 0;
	ssize_t got;

	do {
		got = read(fd, out + n, size - n);
		if (got > 0)
			n += (size_t)got;
	} while (n < size && (got > 0 || (got < 0 && errno == EINTR)));
	return got < 0 ? -errno : (ssize_t)n;
}

static bool read_file(struct key *k, const char *who)
{
	int fd = open(k->file, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -errno : read_all(fd, k->key, sizeof k->key);

	if (fd >= 0)
		close(fd);
	if (n < 0) {
		say("%s: %s: %s", who, k->file, tutti_strerror((int)n));
		return false;
	}
	if (n > 0 && k->key[n - 1] == '\n')
		n--;
	if (n > 0 && k->key[n - 1] == '\r')
		n--;
	if (n > KEY_MOST || memchr(k->key, '\0', (size_t)n)) {
		say("%s: %s: a key has at most %d bytes, none of them zero", who, k->file,
			KEY_MOST);
		return false;
	}
	k->key[n] = '\0';
	return true;
}

static bool take_text(struct key *k, const char *who, const char *text)
{
	if (strlen(text) > KEY_MOST) {
		say("%s: a key has at most %d bytes", who, KEY_MOST);
		return false;
	}
	strcpy(k->key, text);
	return true;
}

/* Into k->key; "" if it was not given. */
static bool find(struct key *k, const char *who)
{
	const char *environment = getenv("TUTTI_AUTHKEY");

	if (k->text && k->file) {
		say("%s: --authkey and --authkey-file exclude each other", who);
		return false;
	}
	if (k->file)
		return read_file(k, who);
	if (!k->text)
		return take_text(k, who, environment ? environment : "");
	say("%s: everybody on this machine can see --authkey KEY, with ps; --authkey-file and "
	    "TUTTI_AUTHKEY are not seen",
		who);
	return take_text(k, who, k->text);
}

bool key_read(struct key *k, const char *who)
{
	if (!find(k, who))
		return false;
	if (*k->key)
		return true;
	say("%s: a key is needed, by --authkey-file FILE, TUTTI_AUTHKEY or --authkey KEY; it must "
	    "not be empty",
		who);
	return false;
}

void key_forget(struct key *k)
{
	explicit_bzero(k->key, sizeof k->key);
}
