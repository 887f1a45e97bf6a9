/* SPDX-License-Identifier: MIT */
/* file.h - a file that is written once, from its beginning to its end, by way of the port. */
#ifndef TU_CORE_FILE_H
#define TU_CORE_FILE_H

#include <stddef.h>

/* Empty, whatever was there. Its descriptor, or -errno. What is run by exec does not have it. */
int tu_file_create(const char *path);

/* All of it: 0, or -errno. */
int tu_file_append(int fd, const void *data, size_t size);
void tu_file_close(int fd);

#endif
