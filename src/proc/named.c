/* SPDX-License-Identifier: MIT */
/* named.c - see named.h. At the end of the process what is left of its names is taken back. */
#include "proc/named.h"

#include "core/fork.h"
#include "core/mutex.h"
#include "os/os.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { TEXT_ROOM = 128 };

static uint32_t lock; /* a tu_mutex, of the list */
static struct tu_list given = { { &given.head, &given.head } };
static struct tu_fork_guard guard = { .lock = &lock };

/* The name as it is kept; NULL: it cannot be one. */
static const char *sound(const char *name)
{
	size_t n;

	if (!name)
		return NULL;
	if (*name == '/')
		name++;
	n = strlen(name);
	return n == 0 || n > TUTTI_NAME_MOST || strchr(name, '/') ? NULL : name;
}

/* What cannot be known, as without a descriptor to look with, is no reason to take its name. */
static bool lives(int pid, uint64_t birth)
{
	uint64_t now = tu_os_process_birth(pid);

	if (birth == TU_OS_BORN_SOMETIME || now == TU_OS_BORN_SOMETIME)
		return now != 0;
	return now == birth;
}

/* The handle behind a name, if who gave it lives. */
static int look_up(const char *name, tutti_handle *h)
{
	char text[TEXT_ROOM];
	uint64_t birth;
	int pid;

	if (tu_os_name_read(name, text, sizeof(text)) < 0 ||
		sscanf(text, "%d %" SCNu64 " %" SCNx64 " %" SCNx64, &pid, &birth, &h->id[0],
			&h->id[1]) != 4)
		return -ENOENT;
	return lives(pid, birth) ? 0 : -ENOENT;
}

/* Between hold and let go, so that nobody else puts an end to the same old name. */
static int write_held(const char *name, tutti_handle h)
{
	char text[TEXT_ROOM];
	int pid = tu_os_process_id();
	tutti_handle there;

	if (look_up(name, &there) == 0)
		return -EEXIST;
	tu_os_name_remove(name);
	snprintf(text, sizeof(text), "%d %" PRIu64 " %" PRIx64 " %" PRIx64, pid,
		tu_os_process_birth(pid), h.id[0], h.id[1]);
	return tu_os_name_write(name, text);
}

int tu_name_give(struct tu_named *n, const char *name, tutti_handle h)
{
	int held, rc;

	name = sound(name);
	if (!name)
		return -EINVAL;
	held = tu_os_names_hold();
	if (held < 0)
		return held;
	rc = write_held(name, h);
	tu_os_names_let_go(held);
	if (rc < 0)
		return rc;
	tu_fork_guard_once(&guard);
	strcpy(n->name, name);
	tu_store_rlx(&n->pid, tu_os_process_id()); /* seen under the lock below */
	tu_mutex_lock(&lock);
	tu_list_add_tail(&given, &n->link);
	tu_mutex_unlock(&lock);
	return 0;
}

void tu_name_take_back(struct tu_named *n)
{
	/* Only that one of several does it counts. */
	if (tu_load_rlx(&n->pid) != 0 && tu_swap_acqrel(&n->pid, 0) == tu_os_process_id())
		tu_os_name_remove(n->name);
}

void tu_name_forget(struct tu_named *n)
{
	tu_name_take_back(n);
	tu_mutex_lock(&lock);
	if (tu_link_used(&n->link))
		tu_list_remove(&n->link);
	tu_mutex_unlock(&lock);
}

int tu_name_find(const char *name, tutti_handle *h)
{
	name = sound(name);
	return name ? look_up(name, h) : -EINVAL;
}

__attribute__((destructor)) static void take_all_back(void)
{
	tu_mutex_lock(&lock);
	tu_list_each(link, &given)
		tu_name_take_back(tu_container_of(link, struct tu_named, link));
	tu_mutex_unlock(&lock);
}
