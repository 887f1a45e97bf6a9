/* SPDX-License-Identifier: MIT */
/*
 * facts.h - what somebody who looks from outside must know to find his way in this process.
 *
 * `tutti ps`, gdb and the like read the memory of a process, or what is left of one in a core file,
 * without its help. Each file here that has something to be seen has a table of facts: addresses,
 * and at which offsets what lies, by name. A note in the program's or the library's file leads to
 * the table, so that it is found where everything else was stripped, in a static program too.
 *
 *     TU_FACTS(stack, TU_FACT_AT("slab.next", struct tu_slab, next), ...);
 *
 * A name that changes its meaning is another name: who looks may be of an older or a newer library,
 * and finds that something is missing rather than something wrong. What is named there is read
 * while it changes. See src/inspect/.
 */
#ifndef TU_BASE_FACTS_H
#define TU_BASE_FACTS_H

#include <stddef.h>
#include <stdint.h>
#include <tutti/version.h>

/* Both as they lie in memory: their layout is fixed for ever. */
struct tu_fact {
	char name[24];
	uintptr_t value;
};

struct tu_facts {
	uint64_t magic;
	char version[16]; /* of the library */
	uint64_t count;
	const struct tu_fact *facts;
};

#define TU_FACTS_MAGIC UINT64_C(0x7463616674757474) /* "ttutfact" */
enum { TU_FACTS_NOTE = 1 };                         /* the note's type; its name is "tutti" */

#define TU_FACTS_TEXT__(x) #x
#define TU_FACTS_TEXT_(x) TU_FACTS_TEXT__(x)
#define TU_FACTS_VERSION TU_FACTS_TEXT_(TUTTI_VERSION_MAJOR.TUTTI_VERSION_MINOR.TUTTI_VERSION_PATCH)

/* Where member is in type. */
#define TU_FACT_AT(name, type, member)       \
	{                                    \
		name, offsetof(type, member) \
	}
/* How large it is. */
#define TU_FACT_SIZE(name, type)   \
	{                          \
		name, sizeof(type) \
	}
/* Where a variable of this process is, or a number. */
#define TU_FACT_ADDRESS(name, place)     \
	{                                \
		name, (uintptr_t)(place) \
	}

#ifdef TU_MODEL
#define TU_FACTS(room, ...) _Static_assert(1, "nobody looks into a model")
#else
/* The note holds how far from itself the table is: nothing there is to be relocated. */
#define TU_FACTS(room, ...)                                                                       \
	static const struct tu_fact room##_facts[] = { __VA_ARGS__ };                             \
	extern const struct tu_facts tu_facts_of_##room;                                          \
	const struct tu_facts tu_facts_of_##room                                                  \
		__attribute__((used, visibility("hidden"))) = { TU_FACTS_MAGIC, TU_FACTS_VERSION, \
			sizeof(room##_facts) / sizeof(room##_facts[0]), room##_facts };           \
	__asm__(".pushsection .note.tutti,\"a\",%note\n"                                          \
		"\t.balign 4\n"                                                                   \
		"\t.long 6, 8, 1\n"                                                               \
		"\t.asciz \"tutti\"\n"                                                            \
		"\t.balign 4\n"                                                                   \
		"1:\t.quad tu_facts_of_" #room " - 1b\n"                                          \
		"\t.popsection\n")
#endif

#endif
