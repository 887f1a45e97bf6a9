/* SPDX-License-Identifier: MIT */
/* file.c - see file.h. */
#include "core/file.h"

#include "os/files.h"

#include <fcntl.h>

int tu_file_create(const char *path)
{
	return tu_os_file_open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
}

int tu_file_append(int fd, const void *data, size_t size)
{
	return tu_os_file_write(fd, data, size, -1);
}

void tu_file_close(int fd)
{
	tu_os_file_close(fd);
}
