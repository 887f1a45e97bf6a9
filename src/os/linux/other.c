/* SPDX-License-Identifier: MIT */
/*
 * other.c - another process' memory, by process_vm_readv or, where that is kept from us, by its
 * file in /proc; the kernel asks for the same permission either way.
 */
#include "os/other.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { PIECES_MOST = 256, HEADERS_MOST = 64, NOTES_MOST = 1 << 13, LINE = 512 };

int tu_os_other_open(struct tu_os_other *o, int pid)
{
	struct tu_os_about about;
	int rc = tu_os_other_about(pid, &about);

	*o = (struct tu_os_other){ .pid = pid, .memory = -1 };
	return rc;
}

void tu_os_other_close(struct tu_os_other *o)
{
	if (o->memory >= 0)
		close(o->memory);
	o->memory = -1;
}

/* -- memory ------------------------------------------------------------------------------------ */

static int open_memory(struct tu_os_other *o)
{
	char path[64];

	if (o->memory >= 0)
		return 0;
	snprintf(path, sizeof(path), "/proc/%d/mem", o->pid);
	o->memory = open(path, O_RDONLY | O_CLOEXEC);
	if (o->memory >= 0)
		return 0;
	return errno == ENOENT || errno == ESRCH ? -ESRCH : -EPERM;
}

static int read_file(struct tu_os_other *o, uint64_t from, void *to, size_t n)
{
	int rc = open_memory(o);
	ssize_t got;

	if (rc < 0)
		return rc;
	got = pread(o->memory, to, n, (off_t)from);
	if (got == 0)
		return -ESRCH; /* its memory is gone */
	return got == (ssize_t)n ? 0 : -EFAULT;
}

/* By the call: how many bytes, or -1 with errno. Not the C library's, which sanitizers replace. */
static ssize_t call(struct tu_os_other *o, struct tu_os_piece *pieces, size_t n)
{
	struct iovec here[PIECES_MOST], there[PIECES_MOST];

	for (size_t i = 0; i < n; i++) {
		here[i] = (struct iovec){ pieces[i].to, pieces[i].n };
		there[i] = (struct iovec){ (void *)(uintptr_t)pieces[i].from, pieces[i].n };
	}
	return syscall(SYS_process_vm_readv, o->pid, here, n, there, n, 0);
}

/* How many of the pieces are whole in what was read. */
static size_t whole(struct tu_os_piece *pieces, size_t n, size_t got)
{
	size_t i;

	for (i = 0; i < n && got >= pieces[i].n; i++) {
		pieces[i].read = true;
		got -= pieces[i].n;
	}
	return i;
}

static int read_by_file(struct tu_os_other *o, struct tu_os_piece *pieces, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int rc = read_file(o, pieces[i].from, pieces[i].to, pieces[i].n);

		if (rc == -EPERM || rc == -ESRCH)
			return rc;
		pieces[i].read = rc == 0;
	}
	return 0;
}

/* What cannot be read ends a call: the next begins behind it. */
int tu_os_other_read_many(struct tu_os_other *o, struct tu_os_piece *pieces, size_t n)
{
	size_t i = 0;

	while (i < n) {
		size_t most = n - i < PIECES_MOST ? n - i : PIECES_MOST, done;
		ssize_t got;

		if (o->memory >= 0)
			return read_by_file(o, pieces + i, n - i);
		got = call(o, pieces + i, most);
		if (got < 0 && errno == ESRCH)
			return -ESRCH;
		if (got < 0 && errno != EFAULT) /* forbidden, or unknown: the file tells */
			return read_by_file(o, pieces + i, n - i);
		done = whole(pieces + i, most, got < 0 ? 0 : (size_t)got);
		i += done;
		if (done < most)
			pieces[i++].read = false;
	}
	return 0;
}

int tu_os_other_read(struct tu_os_other *o, uint64_t from, void *to, size_t n)
{
	struct tu_os_piece piece = { from, to, n, false };
	int rc = tu_os_other_read_many(o, &piece, 1);

	return rc < 0 ? rc : piece.read ? 0 : -EFAULT;
}

/* -- notes ------------------------------------------------------------------------------------- */

struct looking {
	const char *name;
	uint32_t type;
	void (*found)(int module, uint64_t at, void *arg);
	void *arg;
};

/* The notes in n bytes that lie at at, over there. */
static void look_at_notes(
	const struct looking *k, int module, const char *bytes, size_t n, uint64_t at)
{
	size_t used = 0, name_bytes = strlen(k->name) + 1;
	Elf64_Nhdr note;

	while (used + sizeof(note) <= n) {
		size_t name, text;

		memcpy(&note, bytes + used, sizeof(note));
		name = used + sizeof(note);
		text = name + (note.n_namesz + (size_t)3) / 4 * 4;
		if (note.n_namesz > n || note.n_descsz > n || text + note.n_descsz > n)
			return;
		if (note.n_type == k->type && note.n_namesz == name_bytes &&
			memcmp(bytes + name, k->name, name_bytes) == 0)
			k->found(module, at + text, k->arg);
		used = text + (note.n_descsz + (size_t)3) / 4 * 4;
	}
}

static void look_at_segment(struct tu_os_other *o, const struct looking *k, int module,
	const Elf64_Phdr *p, uint64_t bias)
{
	char bytes[NOTES_MOST];

	if (p->p_type == PT_NOTE && p->p_memsz <= NOTES_MOST &&
		tu_os_other_read(o, bias + p->p_vaddr, bytes, p->p_memsz) == 0)
		look_at_notes(k, module, bytes, p->p_memsz, bias + p->p_vaddr);
}

/* What is mapped at base begins a file: is it one of code? bits: 0: no. */
static int look_at_module(struct tu_os_other *o, const struct looking *k, int module, uint64_t base)
{
	Elf64_Phdr headers[HEADERS_MOST];
	uint64_t lowest = UINT64_MAX;
	Elf64_Ehdr file;
	int rc = tu_os_other_read(o, base, &file, sizeof(file));

	if (rc == -EPERM || rc == -ESRCH)
		return rc;
	if (rc < 0 || memcmp(file.e_ident, ELFMAG, SELFMAG) != 0)
		return 0;
	if (file.e_ident[EI_CLASS] == ELFCLASS32)
		return 32;
	if (file.e_phentsize != sizeof(headers[0]) || file.e_phnum > HEADERS_MOST ||
		tu_os_other_read(
			o, base + file.e_phoff, headers, file.e_phnum * sizeof(headers[0])) < 0)
		return 0;
	for (int i = 0; i < file.e_phnum; i++)
		if (headers[i].p_type == PT_LOAD && headers[i].p_vaddr < lowest)
			lowest = headers[i].p_vaddr & ~(uint64_t)4095;
	if (lowest == UINT64_MAX)
		return 0;
	for (int i = 0; i < file.e_phnum; i++)
		look_at_segment(o, k, module, &headers[i], base - lowest);
	return 64;
}

/* A file read by the line, without the C library's: that may be what hangs. */
struct lines {
	int fd;
	size_t used, n;
	char bytes[4096];
};

/* The next line without its end, cut to what fits; false: there is none. */
static bool next_line(struct lines *l, char *line)
{
	size_t i = 0;

	for (;;) {
		char c;

		if (l->used == l->n) {
			ssize_t got = read(l->fd, l->bytes, sizeof(l->bytes));

			if (got <= 0)
				return false;
			l->n = (size_t)got;
			l->used = 0;
		}
		c = l->bytes[l->used++];
		line[i < LINE - 1 ? i : LINE - 1] = c == '\n' ? 0 : c;
		if (c == '\n')
			break;
		i++;
	}
	line[LINE - 1] = 0;
	return true;
}

/* Does a mapped file begin there? */
static bool begins_file(const char *line, uint64_t *at)
{
	unsigned long long begin, from, inode;
	char how[8];

	if (sscanf(line, "%llx-%*x %7s %llx %*x:%*x %llu", &begin, how, &from, &inode) != 4)
		return false;
	*at = begin;
	return from == 0 && inode != 0 && how[0] == 'r';
}

int tu_os_other_notes(struct tu_os_other *o, const char *name, uint32_t type,
	void (*found)(int module, uint64_t at, void *arg), void *arg, int *bits)
{
	struct looking k = { name, type, found, arg };
	struct lines lines = { .used = 0 };
	char path[64], line[LINE];
	int module = 0, rc = 0;
	uint64_t at;

	*bits = 64;
	snprintf(path, sizeof(path), "/proc/%d/maps", o->pid);
	lines.fd = open(path, O_RDONLY | O_CLOEXEC);
	if (lines.fd < 0)
		return errno == ENOENT || errno == ESRCH ? -ESRCH : -EPERM;
	while (rc >= 0 && next_line(&lines, line)) {
		if (!begins_file(line, &at))
			continue;
		rc = look_at_module(o, &k, module++, at);
		if (rc == 32)
			*bits = 32;
	}
	close(lines.fd);
	return rc < 0 ? rc : 0;
}

/* -- modules ----------------------------------------------------------------------------------- */

/* A line more of what is mapped: another file, more of the last one, or its zeroed variables. */
static size_t add_mapping(struct tu_os_module *out, size_t n, size_t room, const char *line)
{
	struct tu_os_module *last = n > 0 ? &out[n - 1] : NULL;
	unsigned long long begin, end, from, inode;
	int path = 0;

	if (sscanf(line, "%llx-%llx %*7s %llx %*x:%*x %llu %n", &begin, &end, &from, &inode,
		    &path) != 4)
		return n;
	if (last && ((inode != 0 && inode == last->inode) ||
			    (inode == 0 && begin == last->high && line[path] != '['))) {
		last->high = end;
		return n;
	}
	if (inode == 0 || from != 0 || line[path] != '/' || n == room)
		return n;
	out[n] = (struct tu_os_module){ .low = begin, .high = end, .inode = inode };
	snprintf(out[n].path, sizeof(out[n].path), "%s", line + path);
	return n + 1;
}

size_t tu_os_other_modules(int pid, struct tu_os_module *out, size_t n)
{
	struct lines lines = { .used = 0 };
	char path[64], line[LINE];
	size_t count = 0;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	lines.fd = open(path, O_RDONLY | O_CLOEXEC);
	if (lines.fd < 0)
		return 0;
	while (next_line(&lines, line))
		count = add_mapping(out, count, n, line);
	close(lines.fd);
	for (size_t i = 0; i < count; i++)
		out[i].pid = pid;
	return count;
}
