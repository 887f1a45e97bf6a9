/* SPDX-License-Identifier: MIT */
/*
 * stacks.c - see stacks.h. Frames are found by the tables that compilers leave for exceptions, so a
 * program need not have kept its frame pointers; names and lines by what it was not stripped of.
 * libdw is told of a process with one thread, which is whatever is walked just now.
 */
#define _GNU_SOURCE
#include "stacks.h"

#include <dwarf.h>
#include <elfutils/libdwfl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>

enum { FRAMES_MOST = 64, WORDS = 512, SEARCHED = 4096, STACK_MOST = 1 << 23 };

/* Numbers of registers, as libdw has them; how far above a frame's record its pointer points. */
#if defined(__x86_64__)
enum { SP = 7, FP = 6, ABOVE = 0 };
#elif defined(__aarch64__)
enum { SP = 31, FP = 29, ABOVE = 0 };
#elif defined(__riscv)
enum { SP = 2, FP = 8, ABOVE = 16 };
#else
#error "which registers has this CPU?"
#endif

struct stacks {
	Dwfl *dwfl;
	int pid;
	uint64_t sp, pc, fp;                         /* of what is walked */
	void (*frame)(const char *words, void *arg); /* NULL: they are but counted */
	void *arg;
	int n;
	uint64_t last; /* the outermost frame's */
};

#define EXPORTED __attribute__((visibility("default")))

/* -- the process, as libdw asks for it --------------------------------------------------------- */

static pid_t next_thread(Dwfl *dwfl, void *arg, void **thread)
{
	struct stacks *s = arg;

	(void)dwfl;
	if (*thread)
		return 0;
	*thread = s;
	return s->pid;
}

static bool get_thread(Dwfl *dwfl, pid_t id, void *arg, void **thread)
{
	(void)dwfl;
	(void)id;
	*thread = arg;
	return true;
}

static bool read_word(Dwfl *dwfl, Dwarf_Addr at, Dwarf_Word *word, void *arg)
{
	struct stacks *s = arg;
	struct iovec here = { word, sizeof *word }, there = { (void *)(uintptr_t)at, sizeof *word };

	(void)dwfl;
	return process_vm_readv(s->pid, &here, 1, &there, 1, 0) == (ssize_t)sizeof *word;
}

static bool set_registers(Dwfl_Thread *thread, void *arg)
{
	struct stacks *s = arg;
	Dwarf_Word sp = s->sp, fp = s->fp;

	if (!dwfl_thread_state_registers(thread, SP, 1, &sp) ||
		(fp && !dwfl_thread_state_registers(thread, FP, 1, &fp)))
		return false;
	dwfl_thread_state_register_pc(thread, s->pc);
	return true;
}

static const Dwfl_Thread_Callbacks process = {
	.next_thread = next_thread,
	.get_thread = get_thread,
	.memory_read = read_word,
	.set_initial_registers = set_registers,
};

static char *nowhere; /* debug information is looked for in the usual places */
static const Dwfl_Callbacks files = {
	.find_elf = dwfl_linux_proc_find_elf,
	.find_debuginfo = dwfl_standard_find_debuginfo,
	.debuginfo_path = &nowhere,
};

/* -- walking ----------------------------------------------------------------------------------- */

/* "function+0x1b at file.c:12", or in which file. */
static void put_frame(struct stacks *s, Dwarf_Addr pc, Dwarf_Addr within)
{
	Dwfl_Module *module = dwfl_addrmodule(s->dwfl, within);
	const char *name = NULL, *source = NULL, *file = NULL;
	char words[WORDS];
	GElf_Off into = 0;
	GElf_Sym symbol;
	Dwfl_Line *line;
	int number = 0;
	size_t used;

	if (module) {
		name = dwfl_module_addrinfo(module, within, &into, &symbol, NULL, NULL, NULL);
		line = dwfl_module_getsrc(module, within);
		if (line)
			source = dwfl_lineinfo(line, NULL, &number, NULL, NULL, NULL);
		file = dwfl_module_info(module, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
	}
	if (name)
		used = (size_t)snprintf(
			words, sizeof words, "%s+0x%" PRIx64, name, (uint64_t)into + (pc - within));
	else
		used = (size_t)snprintf(words, sizeof words, "0x%llx", (unsigned long long)pc);
	if (used < sizeof words && source)
		snprintf(words + used, sizeof words - used, " at %s:%d", source, number);
	else if (used < sizeof words && file)
		snprintf(words + used, sizeof words - used, " in %s", file);
	s->frame(words, s->arg);
}

static int one_frame(Dwfl_Frame *state, void *arg)
{
	struct stacks *s = arg;
	bool exact;
	Dwarf_Addr pc;

	if (!dwfl_frame_pc(state, &pc, &exact))
		return DWARF_CB_ABORT;
	/* But for the innermost it is where a call returns to, which may be past its end. */
	if (s->frame)
		put_frame(s, pc, exact ? pc : pc - 1);
	s->last = exact ? pc : pc - 1;
	return ++s->n < FRAMES_MOST ? DWARF_CB_OK : DWARF_CB_ABORT;
}

static int walk(struct stacks *s)
{
	s->n = 0;
	dwfl_getthread_frames(s->dwfl, s->pid, one_frame, s);
	return s->n;
}

static bool is_code(const struct stacks *s, uint64_t at)
{
	Dwfl_Module *module = dwfl_addrmodule(s->dwfl, at);
	Dwarf_Addr bias;

	return module && dwfl_module_address_section(module, &at, &bias) != NULL;
}

#if defined(__x86_64__)
/* A stub of a module's own, by which it calls others? */
static bool is_stub(const struct stacks *s, uint64_t at)
{
	Dwfl_Module *module = dwfl_addrmodule(s->dwfl, at);
	Dwarf_Addr bias;
	Elf_Scn *section = module ? dwfl_module_address_section(module, &at, &bias) : NULL;
	Elf *elf = module ? dwfl_module_getelf(module, &bias) : NULL;
	GElf_Shdr header;
	size_t names;
	const char *name;

	if (!section || !elf || !gelf_getshdr(section, &header) || elf_getshdrstrndx(elf, &names))
		return false;
	name = elf_strptr(elf, names, header.sh_name);
	return name && strncmp(name, ".plt", 4) == 0;
}

/*
 * Does a call of the function that callee is in return to at? What is before says so: a call of
 * that very function, of a stub if it is another module's, or by a pointer, of anything.
 */
static bool returns_from(const struct stacks *s, uint64_t callee, uint64_t at)
{
	uint8_t before[7];
	struct iovec here = { before, sizeof before },
		     there = { (void *)(uintptr_t)(at - sizeof before), sizeof before };
	Dwfl_Module *module = dwfl_addrmodule(s->dwfl, callee);
	GElf_Off into = 0;
	GElf_Sym symbol;
	int32_t far;

	if (process_vm_readv(s->pid, &here, 1, &there, 1, 0) != (ssize_t)sizeof before)
		return false;
	if (before[2] == 0xe8) {
		memcpy(&far, before + 3, sizeof far);
		at += (uint64_t)(int64_t)far;
		if (!module ||
			!dwfl_module_addrinfo(module, callee, &into, &symbol, NULL, NULL, NULL))
			return true; /* a function without a name begins somewhere */
		return at == callee - into ||
		       (dwfl_addrmodule(s->dwfl, at) != module && is_stub(s, at));
	}
	return (before[5] == 0xff && (before[6] & 0xf8) == 0xd0) || /* by a register, */
	       (before[4] == 0xff && (before[5] & 0xf8) == 0x50) || /* or a place near it, */
	       (before[3] == 0xff && before[4] == 0x14) ||
	       (before[1] == 0xff && ((before[2] & 0xf8) == 0x90 || before[2] == 0x15)) ||
	       (before[0] == 0xff && before[1] == 0x94); /* or far away */
}
#else
static bool returns_from(const struct stacks *s, uint64_t callee, uint64_t at)
{
	(void)s;
	(void)callee;
	(void)at;
	return true;
}
#endif

/*
 * Of a thread in the kernel nobody tells the frame pointer, by which those who have called it may
 * have kept theirs. Each has put the one before on the stack, with where it returns to behind it:
 * the first such pair is where the pointer points, or it is that of one who has it somewhere else
 * and says so. What calls before have left there looks the same, but returns from something else
 * than the one where the walk has ended. 0: there is none.
 */
static uint64_t find_frame(const struct stacks *s)
{
	uint64_t words[SEARCHED];
	struct iovec here = { words, sizeof words },
		     there = { (void *)(uintptr_t)s->sp, sizeof words };
	ssize_t got = process_vm_readv(s->pid, &here, 1, &there, 1, 0);
	size_t n = got > 0 ? (size_t)got / sizeof *words : 0;

	for (size_t i = 0; i + 1 < n; i++) {
		uint64_t at = s->sp + i * sizeof *words + ABOVE;

		if (words[i] > at && words[i] - at < STACK_MOST && words[i] % sizeof *words == 0 &&
			is_code(s, words[i + 1]) && returns_from(s, s->last, words[i + 1]))
			return at;
	}
	return 0;
}

EXPORTED int stacks_walk(struct stacks *s, uint64_t sp, uint64_t pc, uint64_t fp,
	void (*frame)(const char *words, void *arg), void *arg)
{
	s->sp = sp;
	s->pc = pc;
	s->fp = fp;
	s->frame = NULL;
	s->arg = arg;
	if (!fp) { /* is it needed, and does it lead anywhere? */
		int without = walk(s);

		s->fp = find_frame(s);
		if (s->fp && walk(s) <= without)
			s->fp = 0;
	}
	s->frame = frame;
	return walk(s);
}

EXPORTED void stacks_close(struct stacks *s)
{
	if (!s)
		return;
	dwfl_end(s->dwfl);
	free(s);
}

EXPORTED struct stacks *stacks_open(int pid)
{
	struct stacks *s = calloc(1, sizeof *s);

	if (!s)
		return NULL;
	s->pid = pid;
	s->dwfl = dwfl_begin(&files);
	if (s->dwfl && dwfl_linux_proc_report(s->dwfl, pid) == 0 &&
		dwfl_report_end(s->dwfl, NULL, NULL) == 0 &&
		dwfl_attach_state(s->dwfl, NULL, pid, &process, s))
		return s;
	stacks_close(s);
	return NULL;
}
