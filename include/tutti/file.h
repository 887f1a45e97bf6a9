/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_FILE_H
#define TUTTI_FILE_H

#include <sys/stat.h>
#include <sys/types.h>
#include <tutti/bytes.h>

/*
 * file.h - files, from tasks. A disk may take its time, and no system tells when it is ready: so
 * each of these calls is made on a helper thread while the caller waits, and the other tasks of its
 * thread go on. A thread that has no tasks makes it by itself. What has begun is waited for,
 * cancelled or not.
 *
 * Descriptors are the system's own: what is not here is done with them as ever. Errors are those of
 * the system's call of the same name.
 *
 * Example:
 *
 *     #include <stdio.h>
 *     #include <tutti/file.h>
 *
 *     int copy_file(const char *from, const char *to)
 *     {
 *             tutti_bytes all;
 *             int rc = tutti_file_load(from, &all);
 *
 *             if (rc < 0)
 *                     return rc;
 *             rc = tutti_file_store(to, all, 0644);
 *             tutti_bytes_free(&all);
 *             return rc;
 *     }
 */

TUTTI_BEGIN

/*
 * Open a file. It is not inherited by other programs (O_CLOEXEC).
 *
 * path       of the file
 * flags      as open(2): O_RDONLY, O_WRONLY | O_CREAT | O_TRUNC, ...
 * mode       of a file that is made, as 0644, without the bits of the umask
 * Returns    a descriptor; the caller's to close
 * Errors     -ENOENT           no such file, or folder; also -EACCES, -EISDIR, -EEXIST and what
 *                              else open(2) says
 *            TUTTI_ECANCELED   the caller was cancelled before; nothing happened
 *            -EMFILE           no descriptor; also -ENFILE
 *            -ENOMEM           no memory; -EAGAIN: no helper thread
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_file_open(const char *path, int flags, unsigned mode);

/*
 * Read from a file.
 *
 * fd         open for reading
 * data       receives the bytes
 * size       room, bytes
 * offset     of the first one; -1: where the file stands, which then moves
 * Returns    how many bytes; fewer than size only at the end, or if it is no plain file; 0: the end
 * Errors     -EIO              the disk; also -EBADF, -EISDIR and what else read(2) says
 *            TUTTI_ECANCELED   the caller was cancelled before; nothing happened
 *            -ENOMEM           no memory; -EAGAIN: no helper thread
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API ssize_t tutti_file_read(int fd, void *data, size_t size, int64_t offset);

/*
 * Write into a file, all of it.
 *
 * fd         open for writing
 * data       the bytes; may be NULL if size is 0
 * size       how many
 * offset     of the first one; -1: where the file stands, which then moves
 * Returns    0
 * Errors     -ENOSPC           the disk is full; part may be written. Also -EIO, -EBADF, -EDQUOT
 *                              and what else write(2) says
 *            TUTTI_ECANCELED   the caller was cancelled before; nothing happened
 *            -ENOMEM           no memory; -EAGAIN: no helper thread
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_file_write(int fd, const void *data, size_t size, int64_t offset);

/*
 * Have what was written reach the disk.
 *
 * fd         an open file, or folder
 * Returns    0
 * Errors     -EIO              it may be lost; also what else fsync(2) says
 *            TUTTI_ECANCELED   the caller was cancelled before; nothing happened
 *            -ENOMEM           no memory; -EAGAIN: no helper thread
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_file_sync(int fd);

/*
 * Get what is known of a file: size, kind, times.
 *
 * path       of the file; of a symbolic link that to which it leads
 * st         receives it
 * Returns    0
 * Errors     -ENOENT           no such file; also -EACCES, -ENOTDIR and what else stat(2) says
 *            TUTTI_ECANCELED   the caller was cancelled before
 *            -ENOMEM           no memory; -EAGAIN: no helper thread
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_file_stat(const char *path, struct stat *st);

/*
 * Give a file another name, in place of one that has it, in one step.
 *
 * from       the old path
 * to         the new one, on the same file system
 * Returns    0
 * Errors     -ENOENT           no such file; also -EXDEV, -EACCES and what else rename(2) says
 *            TUTTI_ECANCELED   the caller was cancelled before; nothing happened
 *            -ENOMEM           no memory; -EAGAIN: no helper thread
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_file_rename(const char *from, const char *to);

/*
 * Remove a file, or an empty folder.
 *
 * path       of it
 * Returns    0
 * Errors     -ENOENT           no such file; also -ENOTEMPTY, -EACCES and what else the system says
 *            TUTTI_ECANCELED   the caller was cancelled before; nothing happened
 *            -ENOMEM           no memory; -EAGAIN: no helper thread
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_file_remove(const char *path);

/*
 * Read a whole file.
 *
 * path       of the file
 * all        receives its contents
 * Returns    0; *all is the caller's to free
 * Errors     as tutti_file_open and tutti_file_read, TUTTI_ECANCELED among them
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_file_load(const char *path, tutti_bytes *all);

/*
 * Write a whole file, so that whoever reads it finds the old contents or the new ones, whole, also
 * after a crash: into another file beside it, which is synced and then given the name.
 *
 * path       of the file; the folder must be writable
 * all        the new contents
 * mode       of the file, as 0644, without the bits of the umask
 * Returns    0
 * Errors     as tutti_file_open, _write, _sync and _rename, TUTTI_ECANCELED among them; the old
 *            contents are still there
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_file_store(const char *path, tutti_bytes all, unsigned mode);

/*
 * Walk through a folder and all below it: fn is called, by the caller, for each file and folder, a
 * folder before what is in it, the names of one folder in the order of their bytes. Symbolic links
 * are shown and not followed. What cannot be read is left out, and told when all else was seen.
 *
 * path       of the folder
 * fn         gets the path, which begins with the given one, and what is known of the file; 0: go
 *            on; 1: do not enter this folder; < 0: stop
 * arg        passed on
 * Returns    0; all has been seen
 * Errors     any that fn has returned
 *            -ENOENT           no such folder
 *            -EACCES           this folder, or something below it, cannot be read; also -EIO and
 *                              the like: of several the first. What goes meanwhile is no error
 *            TUTTI_ECANCELED   the caller was cancelled
 *            -ENOMEM           no memory; -EAGAIN: no helper thread; -EMFILE: no descriptor. These
 *                              end it at once
 * Context    any thread or task
 * Waits      may; cancellation point
 */
TUTTI_API int tutti_file_walk(
	const char *path, int (*fn)(const char *path, const struct stat *st, void *arg), void *arg);

TUTTI_END

#endif
