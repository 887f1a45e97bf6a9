/* SPDX-License-Identifier: MIT */
/*
 * code.c - which function an address is in: what the dynamic linker knows, which is the public
 * ones, and else the symbol table of the file, where that was not stripped. Variables: by that.
 */
#include "os/os.h"
#include "os/other.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

typedef ElfW(Ehdr) file_header;
typedef ElfW(Shdr) section;
typedef ElfW(Sym) symbol;

/* A file of ours as it lies on the disk. */
struct image {
	const char *bytes; /* NULL: it cannot be read, or is another one by now */
	size_t size;
};

static void unmap(struct image *m)
{
	if (m->bytes)
		munmap((void *)m->bytes, m->size);
	m->bytes = NULL;
}

static void map(struct image *m, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *p = MAP_FAILED;

	if (fd >= 0 && fstat(fd, &st) == 0 && (size_t)st.st_size > sizeof(file_header))
		p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p != MAP_FAILED)
		*m = (struct image){ p, (size_t)st.st_size };
	if (fd >= 0)
		close(fd);
}

/* What was loaded at base, if its file is still the one that was. */
static struct image image_of(const Dl_info *info)
{
	/* The program's own path may be relative to where it was once. */
	const char *const paths[] = { info->dli_fname, "/proc/self/exe" };
	struct image m = { NULL, 0 };

	for (int i = 0; i < 2 && !m.bytes; i++) {
		map(&m, paths[i]);
		if (m.bytes && memcmp(m.bytes, info->dli_fbase, sizeof(file_header)) != 0)
			unmap(&m);
	}
	return m;
}

/* n things of size at offset, if they are within the file. */
static const void *part(const struct image *m, size_t offset, size_t n, size_t size)
{
	if (offset > m->size || n > (m->size - offset) / size)
		return NULL;
	return m->bytes + offset;
}

static const section *symbol_table(const struct image *m, const section **strings)
{
	const file_header *header = (const void *)m->bytes;
	const section *sections = part(m, header->e_shoff, header->e_shnum, sizeof(*sections));

	for (size_t i = 0; sections && i < header->e_shnum; i++) {
		if (sections[i].sh_type != SHT_SYMTAB || sections[i].sh_link >= header->e_shnum)
			continue;
		*strings = &sections[sections[i].sh_link];
		return &sections[i];
	}
	return NULL;
}

/*
 * What is around address, STT_FUNC or STT_OBJECT, copied to buf; false: not known. *into: how far
 * it is into it.
 */
static bool find_symbol(
	const struct image *m, int type, uintptr_t address, char *buf, size_t n, size_t *into)
{
	const ElfW(Shdr) * strings, *table = symbol_table(m, &strings);
	size_t count = table ? table->sh_size / sizeof(symbol) : 0;
	const symbol *symbols = table ? part(m, table->sh_offset, count, sizeof(*symbols)) : NULL;
	const char *names = table ? part(m, strings->sh_offset, strings->sh_size, 1) : NULL;

	if (table && strings->sh_size > INT_MAX)
		return false;
	for (size_t i = 0; symbols && names && i < count; i++) {
		const symbol *s = &symbols[i];

		if ((s->st_info & 15) != type || s->st_shndx == SHN_UNDEF ||
			address - s->st_value >= s->st_size || s->st_name >= strings->sh_size)
			continue;
		*into = address - s->st_value;
		snprintf(buf, n, "%.*s", (int)(strings->sh_size - s->st_name), names + s->st_name);
		return true;
	}
	return false;
}

/* The same for what is loaded. */
static bool find_loaded(
	const Dl_info *info, int type, const void *address, char *buf, size_t n, size_t *into)
{
	struct image m = image_of(info);
	uintptr_t base;
	bool found;

	if (!m.bytes)
		return false;
	base = ((const file_header *)(const void *)m.bytes)->e_type == ET_EXEC
		       ? 0
		       : (uintptr_t)info->dli_fbase;
	found = find_symbol(&m, type, (uintptr_t)address - base, buf, n, into);
	unmap(&m);
	return found;
}

const char *tu_os_code_place(const void *address, char *buf, size_t n)
{
	const char *at = address, *file, *function;
	char name[128];
	size_t into = 0;
	Dl_info info;

	if (!dladdr(address, &info) || !info.dli_fname) {
		snprintf(buf, n, "%p", address);
		return buf;
	}
	file = strrchr(info.dli_fname, '/');
	file = file ? file + 1 : info.dli_fname;
	function = info.dli_sname;
	if (function)
		into = (size_t)(at - (const char *)info.dli_saddr);
	else if (find_loaded(&info, STT_FUNC, address, name, sizeof(name), &into))
		function = name;
	if (function)
		snprintf(buf, n, "%s(%s+0x%zx)", file, function, into);
	else
		snprintf(buf, n, "%s(+0x%zx)", file, (size_t)(at - (const char *)info.dli_fbase));
	return buf;
}

bool tu_os_data_name(const void *address, char *buf, size_t n)
{
	char name[128];
	size_t into = 0;
	Dl_info info;

	if (!dladdr(address, &info) || !info.dli_fname ||
		!find_loaded(&info, STT_OBJECT, address, name, sizeof(name), &into))
		return false;
	if (into > 0)
		snprintf(buf, n, "%s+0x%zx", name, into);
	else
		snprintf(buf, n, "%s", name);
	return true;
}

bool tu_os_module_data_name(
	const struct tu_os_module *module, uint64_t address, char *buf, size_t n)
{
	struct image m = { NULL, 0 };
	char name[128], path[300];
	size_t into = 0;
	struct stat st;
	bool found;

	snprintf(path, sizeof(path), "/proc/%d/root%s", module->pid, module->path);
	if (stat(path, &st) == 0 && st.st_ino == module->inode)
		map(&m, path);
	else if (stat(module->path, &st) == 0 && st.st_ino == module->inode)
		map(&m, module->path);
	if (!m.bytes || memcmp(m.bytes, ELFMAG, SELFMAG) != 0) {
		unmap(&m);
		return false;
	}
	if (((const file_header *)(const void *)m.bytes)->e_type != ET_EXEC)
		address -= module->low;
	found = find_symbol(&m, STT_OBJECT, address, name, sizeof(name), &into);
	unmap(&m);
	if (found && into > 0)
		snprintf(buf, n, "%s+0x%zx", name, into);
	else if (found)
		snprintf(buf, n, "%s", name);
	return found;
}
