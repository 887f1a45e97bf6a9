/* SPDX-License-Identifier: MIT */
/* overflow.c - a fault in a guard page is a stack that was too small: say whose, and how large. */
#include "core/overflow.h"

#include "core/context.h"
#include "os/os.h"

const char *(*tu_context_name)(const struct tu_context *c, char *buf, size_t n);
const char *(*tu_worker_name)(const struct tu_worker *w, char *buf, size_t n);

static size_t add(char *to, size_t at, size_t room, const char *text)
{
	while (*text && at < room)
		to[at++] = *text++;
	return at;
}

/* No printf: this runs in a signal handler. */
static size_t add_kib(char *to, size_t at, size_t room, size_t bytes)
{
	char digits[24], *p = digits + sizeof(digits) - 1;
	size_t kib = bytes >> 10;

	*p = 0;
	do {
		*--p = (char)('0' + kib % 10);
	} while ((kib /= 10) > 0);
	return add(to, add(to, at, room, p), room, " KiB");
}

static void decide(const void *address)
{
	const struct tu_context *c = tu_current, *stack = c && c->aside ? c->aside : c;
	const char *fault = address;
	char text[300], buf[64];
	size_t at = 0, page = tu_os_page_bytes();

	if (!c || !stack->slab || fault >= stack->low || fault < stack->low - page)
		return;
	at = add(text, at, sizeof(text), "tutti: stack overflow in ");
	if (c->aside)
		at = add(text, at, sizeof(text), "a generator of ");
	at = add(text, at, sizeof(text),
		c->self   ? tu_context_name(c, buf, sizeof(buf))
		: c->slab ? "the loop"
			  : "a thread");
	at = add(text, at, sizeof(text), ": its stack has ");
	at = add_kib(text, at, sizeof(text), (size_t)1 << stack->size_class);
	at = add(text, at, sizeof(text), c->aside ? "\n" : " (stack_bytes asks for more)\n");
	tu_os_write_error(text, at);
}

void tu_overflow_watch(void)
{
	tu_os_fault_handler(decide);
}
