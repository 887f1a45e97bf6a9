/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_STREAM_FILE_H
#define TUTTI_STREAM_FILE_H

#include <tutti/stream.h>

/*
 * stream_file.h - a file, or part of it, into a stream, without taking its bytes through the
 * program (sendfile). What is not in memory yet is read from the disk meanwhile, for which the
 * thread blocks; so cold files are better sent from a thread of their own.
 *
 * Example:
 *
 *     #include <errno.h>
 *     #include <fcntl.h>
 *     #include <sys/stat.h>
 *     #include <tutti/stream_file.h>
 *     #include <unistd.h>
 *
 *     int send_whole(tutti_stream *s, const char *path)
 *     {
 *             int fd = open(path, O_RDONLY | O_CLOEXEC), rc = -EIO;
 *             struct stat st;
 *
 *             if (fd < 0)
 *                     return -errno;
 *             if (fstat(fd, &st) == 0)
 *                     rc = tutti_stream_send_file(s, fd, 0, (size_t)st.st_size);
 *             close(fd);
 *             return rc;
 *     }
 */

TUTTI_BEGIN

/*
 * Write bytes of a file, as tutti_stream_write would. The file's own place is not moved.
 *
 * s          the stream
 * fd         a file that can be read, at any place
 * offset     of the first byte, >= 0
 * size       how many
 * Returns    0; the system has all of it
 * Errors     -EINVAL           offset
 *            -EISDIR           fd is a folder; -ESPIPE: a pipe, a socket, a terminal; -EBADF: not
 *                              open, or not for reading. Nothing was sent, the stream is well
 *            TUTTI_EPROTO      the file has ended before; what there was has been sent
 *            -EIO              the file cannot be read; part may have been sent
 *            and those of tutti_stream_write, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_stream_send_file(tutti_stream *s, int fd, int64_t offset, size_t size);

/*
 * The same with a deadline.
 *
 * s          the stream
 * fd         a file that can be read, at any place
 * offset     of the first byte, >= 0
 * size       how many
 * deadline   absolute; in the past: only what goes in at once
 * Returns    0
 * Errors     TUTTI_ETIMEDOUT   not all of it by then; part may have been sent: broken off
 *            and those of tutti_stream_send_file, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_stream_send_file_until(
	tutti_stream *s, int fd, int64_t offset, size_t size, tutti_time deadline);

TUTTI_END

#endif
