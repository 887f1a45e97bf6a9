/* SPDX-License-Identifier: MIT */
/* pickle_object.c - opaque values that are objects: looked into, and made. */
#include "wire/pickle.h"
#include "wire/utf8.h"

#include <errno.h>
#include <limits.h>
#include <tutti/error.h>
#include <tutti/value_make.h>

static int put_text(struct tu_pickle *p, tutti_bytes text)
{
	tutti_value *v;
	int rc = tutti_value_text(&v, text.data, text.size);

	if (rc < 0)
		return rc == -EINVAL ? TUTTI_ETYPE : rc;
	return tu_pile_put(&p->pile, v);
}

static int put_none(struct tu_pickle *p)
{
	return tu_pile_put(&p->pile, tutti_value_none());
}

/* The class, arguments, state: whichever are there. */
static int put_parts(struct tu_pickle *p, const struct tu_pickle_node *n)
{
	bool object = n->kind == TU_PICKLE_OBJECT;
	bool built = (n->flags & TU_PICKLE_BUILT) && !(n->flags & TU_PICKLE_LATE);
	const struct tu_pickle_node *class = object ? tu_pickle_got(p, n->first) : n;
	tutti_bytes module, name;
	int rc;

	if (class->kind != TU_PICKLE_GLOBAL || !tu_pickle_names(p, class, &module, &name))
		return TUTTI_ETYPE;
	rc = put_text(p, module);
	if (rc == 0)
		rc = put_text(p, name);
	if (rc == 0)
		rc = object ? tu_pickle_read(p, p->nodes[n->first].next, 0) : put_none(p);
	if (rc == 0)
		rc = built ? tu_pickle_read(p, n->last, 0) : put_none(p);
	return rc < 0 ? rc : tu_pile_gather(&p->pile, TUTTI_VALUE_TUPLE, 0);
}

static int read_parts(struct tu_pickle *p, uint32_t root, unsigned level)
{
	const struct tu_pickle_node *n = &p->nodes[root];
	bool called;

	(void)level;
	if (n->kind != TU_PICKLE_GLOBAL && n->kind != TU_PICKLE_OBJECT)
		return TUTTI_ETYPE;
	/* What was got from the memo and then changed has no class of its own. */
	called = n->kind == TU_PICKLE_GLOBAL || (n->first && p->nodes[n->first].next);
	return called ? put_parts(p, n) : TUTTI_ETYPE;
}

int tutti_value_object(tutti_value **out, const tutti_value *v)
{
	/* What could be read with other options than the defaults can be looked into too. */
	const tutti_pickle_options all = { .items_max = SIZE_MAX, .depth_max = UINT_MAX };
	struct tu_pickle p;

	if (!v)
		return -EINVAL;
	if (tu_value_kind(v) != TUTTI_VALUE_OPAQUE)
		return TUTTI_ETYPE;
	tu_pickle_of_opaque(&p, v, &all, NULL);
	return tu_pickle_read_all(&p, out, read_parts);
}

static int write_text(struct tu_pickle_writer *w, const char *text)
{
	tutti_value *v;
	int rc = tutti_value_text(&v, text, strlen(text));

	if (rc < 0)
		return rc;
	rc = tu_pickle_write(w, v);
	tu_value_drop(v);
	return rc;
}

static int write_object(
	struct tu_pickle_writer *w, const char *module, const char *name, const tutti_value *args)
{
	int rc = write_text(w, module);

	if (rc == 0)
		rc = write_text(w, name);
	tu_out_byte(&w->out, OP_STACK_GLOBAL);
	tu_pickle_write_class(w, false);
	if (rc == 0 && args) {
		rc = tu_pickle_write(w, args);
		tu_out_byte(&w->out, OP_REDUCE);
	}
	return rc == 0 && w->legacy ? TUTTI_ETYPE : rc;
}

int tutti_value_object_make(
	tutti_value **out, const char *module, const char *name, const tutti_value *args)
{
	struct tu_pickle_writer w = { .enough = UINT32_MAX };
	tutti_bytes bytes;
	int rc;

	if (!module || !name || !*module || !*name)
		return -EINVAL;
	if (args && tu_value_kind(args) != TUTTI_VALUE_TUPLE)
		return TUTTI_ETYPE;
	rc = tu_out_end(&w.out, &bytes, write_object(&w, module, name, args));
	if (rc < 0)
		return rc;
	rc = tu_opaque_create(out, bytes.data, bytes.size, false);
	tutti_bytes_free(&bytes);
	return rc;
}
