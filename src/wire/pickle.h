/* SPDX-License-Identifier: MIT */
/*
 * pickle.h - what the parts of the pickle codec share. A pickle is a program for a machine with a
 * stack and a memo. Here pickle_scan.c runs it once over ranges of bytes: it makes a tree of nodes,
 * each the opcodes that make one value, and no values. pickle_read.c makes values of the tree,
 * pickle_cut.c fragments: a node's opcodes by themselves, whose memo begins with them, without
 * PROTO, FRAME and STOP. An opaque value is such a fragment. pickle_write.c writes values.
 */
#ifndef TU_WIRE_PICKLE_H
#define TU_WIRE_PICKLE_H

#include "wire/out.h"
#include "wire/pile.h"

#include <tutti/value_pickle.h>

/* Opcodes by the names of Python's pickletools. */
enum {
	OP_MARK = '(',
	OP_STOP = '.',
	OP_POP = '0',
	OP_POP_MARK = '1',
	OP_BINBYTES = 'B',
	OP_SHORT_BINBYTES = 'C',
	OP_BINFLOAT = 'G',
	OP_BININT = 'J',
	OP_BININT1 = 'K',
	OP_BININT2 = 'M',
	OP_NONE = 'N',
	OP_REDUCE = 'R',
	OP_BINUNICODE = 'X',
	OP_EMPTY_LIST = ']',
	OP_APPEND = 'a',
	OP_BUILD = 'b',
	OP_GLOBAL = 'c',
	OP_DICT = 'd',
	OP_APPENDS = 'e',
	OP_BINGET = 'h',
	OP_LONG_BINGET = 'j',
	OP_LIST = 'l',
	OP_BINPUT = 'q',
	OP_LONG_BINPUT = 'r',
	OP_SETITEM = 's',
	OP_TUPLE = 't',
	OP_EMPTY_TUPLE = ')',
	OP_SETITEMS = 'u',
	OP_EMPTY_DICT = '}',
	OP_PROTO = 0x80,
	OP_NEWOBJ = 0x81,
	OP_TUPLE1 = 0x85,
	OP_TUPLE2,
	OP_TUPLE3,
	OP_NEWTRUE,
	OP_NEWFALSE,
	OP_LONG1,
	OP_LONG4,
	OP_SHORT_BINUNICODE,
	OP_BINUNICODE8,
	OP_BINBYTES8,
	OP_EMPTY_SET,
	OP_ADDITEMS,
	OP_FROZENSET,
	OP_NEWOBJ_EX,
	OP_STACK_GLOBAL,
	OP_MEMOIZE,
	OP_FRAME,
	OP_BYTEARRAY8
};

/* What a node makes. Those from TUPLE on have children. */
enum tu_pickle_kind {
	TU_PICKLE_MARK, /* only on the stack */
	TU_PICKLE_GET,  /* once more what is in the memo at place `first` */
	TU_PICKLE_ATOM, /* None, numbers: by its opcode, at byte `first` */
	TU_PICKLE_TEXT,
	TU_PICKLE_BYTES,
	TU_PICKLE_BYTEARRAY,
	TU_PICKLE_TUPLE,
	TU_PICKLE_LIST,
	TU_PICKLE_DICT,
	TU_PICKLE_SET,
	TU_PICKLE_FROZENSET,
	TU_PICKLE_GLOBAL, /* a class: module, name; none if the opcode has them */
	TU_PICKLE_OBJECT  /* a class, its arguments, then what it was given */
};

enum {
	TU_PICKLE_BUSY = 1,       /* being made: whoever meets it again has found a loop */
	TU_PICKLE_CHANGED = 2,    /* and was changed later, by way of the memo */
	TU_PICKLE_BUILT = 4,      /* the last child is the state */
	TU_PICKLE_ODD = 8,        /* not just a class and arguments; items, keywords */
	TU_PICKLE_CALL = 16,      /* made by REDUCE */
	TU_PICKLE_LATE = 32,      /* and given more behind its state */
	TU_PICKLE_SURROGATES = 64 /* a text that is none of ours */
};

struct tu_pickle_node {
	uint32_t start, end; /* its opcodes */
	uint32_t memo;       /* its place there, from 1; 0: none */
	uint32_t next;       /* of the same parent; 0: none, as there is no node 0 */
	uint32_t first, last;
	uint8_t kind, flags;
	uint16_t height;
};

struct tu_pickle_memo {
	uint32_t node, at; /* put there by the opcode at that byte */
};

struct tu_pickle_made {
	tutti_value *v;  /* NULL: not yet */
	uint64_t weight; /* what it adds to whole */
	unsigned level;  /* where it was made, as far as that counts */
	bool plain;
};

struct tu_pickle {
	const unsigned char *data;
	size_t size, at;
	uint32_t begin; /* of the first opcode */
	unsigned protocol;
	bool fragment; /* it is one */
	size_t items_max, whole_max;
	unsigned depth_max, whole_from;
	int classes;
	bool plain;
	tutti_value_fault *fault;

	struct tu_pickle_node *nodes;
	struct tu_pickle_memo *memo;
	uint32_t *stack;
	size_t n_nodes, room_nodes, n_memo, room_memo, n_stack, room_stack, marks;

	struct tu_pile pile;
	struct tu_pickle_made *made; /* by its place in the memo */
	uint64_t whole;
	size_t cut;     /* bytes of fragments */
	unsigned depth; /* of calls */
};

void tu_pickle_begin(struct tu_pickle *p, const void *data, size_t size,
	const tutti_pickle_options *options, tutti_value_fault *fault);
void tu_pickle_end(struct tu_pickle *p);

/* Make the tree of one value's opcodes, which begin at p->at and end before size. The node it is;
   < 0: as tutti_value_from_pickle. */
int64_t tu_pickle_scan(struct tu_pickle *p);

/* Where the opcode at `at` ends, which lies wholly in data; 0: there is none such. */
size_t tu_pickle_behind(const unsigned char *data, size_t size, size_t at);

/* How many bytes follow an opcode; of one that is counted, how many that number has. -1: it is
   none. */
int tu_pickle_operand(unsigned op);

/* A number of so many bytes, the lowest first. */
uint64_t tu_pickle_number(const unsigned char *data, unsigned bytes);

/* What a node is that is not a GET: itself, or what that gets. */
struct tu_pickle_node *tu_pickle_got(const struct tu_pickle *p, uint32_t node);

/* What the opcode of a text or of bytes has. */
tutti_bytes tu_pickle_string(const struct tu_pickle *p, const struct tu_pickle_node *n);

/* Of a class; false: they are no texts. */
bool tu_pickle_names(const struct tu_pickle *p, const struct tu_pickle_node *n, tutti_bytes *module,
	tutti_bytes *name);

/* Whether options->classes lets it in. */
bool tu_pickle_allowed(int classes, tutti_bytes module, tutti_bytes name);

/* Classes whose objects may become values of other kinds. */
enum tu_pickle_like {
	TU_LIKE_NONE,
	TU_LIKE_LIST,
	TU_LIKE_SET,
	TU_LIKE_FROZENSET,
	TU_LIKE_DICT,
	TU_LIKE_BYTES,
	TU_LIKE_BYTEARRAY,
	TU_LIKE_ENCODED /* bytes, as protocol 2 has them */
};
enum tu_pickle_like tu_pickle_like(tutti_bytes module, tutti_bytes name);

/* Put what a node makes onto p->pile. */
typedef int tu_pickle_reader(struct tu_pickle *p, uint32_t node, unsigned level);
tu_pickle_reader tu_pickle_read;

/* Scan, and hand out what the reader makes of the root. The end of p. */
int tu_pickle_read_all(struct tu_pickle *p, tutti_value **out, tu_pickle_reader *read);

/* A node as an opaque value, onto p->pile. */
int tu_pickle_cut(struct tu_pickle *p, const struct tu_pickle_node *n);

/* Make something a second time, which is bounded as fragments are. -E2BIG: too often. */
int tu_pickle_repeat(struct tu_pickle *p, uint64_t bytes);

/* It adds so much to what the value would be. -E2BIG: too much. */
int tu_pickle_weigh(struct tu_pickle *p, uint64_t bytes);

/* flags of counted, of an opaque value: its classes have the names of Python 2. */
enum { TU_BOX_LEGACY = 4 };

struct tu_pickle_writer {
	struct tu_out out;
	size_t memos;       /* put there by fragments so far */
	size_t enough;      /* stop with -E2BIG beyond so many bytes */
	bool legacy, newer; /* fragments of which there were some */
};

int tu_pickle_write(struct tu_pickle_writer *w, const tutti_value *v);
void tu_pickle_write_class(struct tu_pickle_writer *w, bool legacy); /* notes that there is one */
void tu_pickle_write_get(struct tu_out *o, size_t place);

/* A fragment as a value; data is copied. */
int tu_opaque_create(tutti_value **out, const void *data, size_t size, bool legacy);

/* As tu_pickle_begin, of v's fragment. */
void tu_pickle_of_opaque(struct tu_pickle *p, const tutti_value *v,
	const tutti_pickle_options *options, tutti_value_fault *fault);

/* Whether it is a fragment: 0, or as tutti_value_from_pickle. */
int tu_pickle_check(const void *data, size_t size);

#endif
