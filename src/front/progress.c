/* SPDX-License-Identifier: MIT */
/*
 * progress.c - progress that other processes count on. Here alone the room that shows it and the
 * room that shares memory meet: the first knows no more of it than where the numbers are.
 */
#include "base/atomic.h"
#include "core/alloc.h"
#include "observe/progress_screen.h"

#include <errno.h>
#include <tutti/error.h>
#include <tutti/shm.h>

static const size_t cells_bytes = TU_CELLS * sizeof(struct tu_progress_cell);

static void drop(void *shm)
{
	tutti_shm_free(shm);
}

static tutti_shm *share(tutti_progress *p)
{
	struct tu_progress_share *made = tu_alloc_zero(sizeof(*made)), *first = NULL;
	tutti_shm *shm;

	if (!made || tutti_shm_create(&shm, cells_bytes) < 0) {
		tu_free(made);
		return NULL;
	}
	*made = (struct tu_progress_share){ tutti_shm_data(shm), shm, drop };
	/* [progress-share] release: who sees it sees what is in it; acquire: or the other's */
	if (tu_cas_acqrel(&p->share, &first, made))
		return shm;
	tutti_shm_free(shm);
	tu_free(made);
	return first->owner;
}

tutti_handle tutti_progress_handle(tutti_progress *p)
{
	/* [progress-share] acquire */
	struct tu_progress_share *there = tu_load_acq(&p->share);
	tutti_shm *shm = there ? there->owner : share(p);

	return shm ? tutti_shm_handle(shm) : (tutti_handle){ { 0, 0 } };
}

int tutti_progress_attach(tutti_progress **p, tutti_handle handle)
{
	tutti_progress *made = tu_alloc_zero(sizeof(*made));
	tutti_shm *shm;
	int rc = made ? tutti_shm_attach(&shm, handle) : -ENOMEM;

	if (rc == 0 && tutti_shm_size(shm) != cells_bytes) {
		tutti_shm_free(shm);
		rc = TUTTI_ETYPE;
	}
	if (rc == 0)
		made->share = tu_alloc_zero(sizeof(*made->share));
	if (rc == 0 && !made->share) {
		tutti_shm_free(shm);
		rc = -ENOMEM;
	}
	if (rc < 0) {
		tu_free(made);
		return rc;
	}
	*made->share = (struct tu_progress_share){ tutti_shm_data(shm), shm, drop };
	made->cells = made->share->cells;
	made->attached = true;
	*p = made;
	return 0;
}
