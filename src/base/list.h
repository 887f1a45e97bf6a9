/* SPDX-License-Identifier: MIT */
/*
 * list.h - an intrusive doubly linked list. Nothing is allocated, nothing can fail.
 *
 * The head is itself a link of a ring, so that adding and removing have no special cases. A link
 * that was removed is zeroed; so a link can tell whether it is on a list, if it began as zero
 * bytes. A head must not be moved while anything is on it.
 */
#ifndef TU_BASE_LIST_H
#define TU_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

/* The struct of the given type whose member is at ptr. */
#define tu_container_of(ptr, type, member) \
	((type *)((char *)(1 ? (ptr) : &((type *)0)->member) - offsetof(type, member)))

struct tu_link {
	struct tu_link *next, *prev;
};

struct tu_list {
	struct tu_link head;
};

static inline void tu_list_init(struct tu_list *list)
{
	list->head.next = list->head.prev = &list->head;
}

static inline bool tu_list_empty(const struct tu_list *list)
{
	return list->head.next == &list->head;
}

/* Is the link on some list? Only for links that began as zero bytes. */
static inline bool tu_link_used(const struct tu_link *link)
{
	return link->next != NULL;
}

/* Put link, which is on no list, behind the one at prev. */
static inline void tu_link_insert(struct tu_link *prev, struct tu_link *link)
{
	link->next = prev->next;
	link->prev = prev;
	prev->next->prev = link;
	prev->next = link;
}

static inline void tu_list_add_tail(struct tu_list *list, struct tu_link *link)
{
	tu_link_insert(list->head.prev, link);
}

static inline void tu_list_add_head(struct tu_list *list, struct tu_link *link)
{
	tu_link_insert(&list->head, link);
}

/* Take link off the list it is on. */
static inline void tu_list_remove(struct tu_link *link)
{
	link->next->prev = link->prev;
	link->prev->next = link->next;
	link->next = link->prev = NULL;
}

static inline struct tu_link *tu_list_first(const struct tu_list *list)
{
	return tu_list_empty(list) ? NULL : list->head.next;
}

static inline struct tu_link *tu_list_last(const struct tu_list *list)
{
	return tu_list_empty(list) ? NULL : list->head.prev;
}

/* Take off and return the first link, NULL if there is none. */
static inline struct tu_link *tu_list_take(struct tu_list *list)
{
	struct tu_link *link = tu_list_first(list);

	if (link)
		tu_list_remove(link);
	return link;
}

/* Move all of from behind what is on to; from is empty afterwards. */
static inline void tu_list_splice(struct tu_list *to, struct tu_list *from)
{
	struct tu_link *first = from->head.next, *last = from->head.prev;

	if (tu_list_empty(from))
		return;
	first->prev = to->head.prev;
	to->head.prev->next = first;
	last->next = &to->head;
	to->head.prev = last;
	tu_list_init(from);
}

/* for (struct tu_link *link = first; not at the end; link = next): the list must not change. */
#define tu_list_each(link, list) \
	for (struct tu_link *link = (list)->head.next; link != &(list)->head; link = link->next)

/* The same, but the body may remove (and free) the link it is given, and only that. */
#define tu_list_each_safe(link, list)                                \
	for (struct tu_link *link = (list)->head.next, *link##_next; \
		tu_link_peek_(link, link##_next) != &(list)->head; link = link##_next)
#define tu_link_peek_(link, after) ((after) = (link)->next, (link))

#endif
