/* SPDX-License-Identifier: MIT */
/* facts.c - see facts.h. What the ledger needs in memory is no choice of the run. */
#include "sim/facts.h"

#include "sim/machine.h"
#include "sim/names.h"

enum { CHANGES_LONG = 10000 }; /* for these a suspected circle must stand */

static struct tu_ledger *ledger;

static struct {
	const struct tu_account *account; /* the ledger's, for good; NULL: nobody is suspected */
	uint64_t wait;                    /* which of its waits that was */
} suspect;

static void forget_suspect(void)
{
	suspect.account = NULL;
	tu_machine.suspicious = UINT64_MAX;
}

void tu_facts_begin(void)
{
	tu_machine.own = true;
	if (!ledger)
		ledger = tu_ledger_create();
	else
		tu_ledger_reset(ledger);
	tu_machine.own = false;
	tu_check(ledger != NULL, "no memory for the simulation itself");
	forget_suspect();
	tu_names_begin();
}

struct tu_ledger *tu_facts(void)
{
	return ledger;
}

void tu_facts_took(struct tu_context *self, const struct tu_doing *doing)
{
	tu_machine.own = true;
	tu_ledger_took(ledger, self, doing);
	tu_machine.own = false;
}

void tu_facts_gave(struct tu_context *self, const void *object)
{
	tu_ledger_gave(ledger, self, object);
}

void tu_facts_made(const void *object)
{
	tu_ledger_forget(ledger, object);
}

void tu_facts_parks(struct tu_context *self, const void *key, int64_t until)
{
	const struct tu_account *a;
	struct tu_circle circle;

	tu_machine.own = true;
	a = tu_ledger_parks(ledger, self, key, until);
	tu_machine.own = false;
	if (!tu_ledger_deadlock(ledger, a, &circle) || tu_facts_circle_stands())
		return;
	suspect.account = a;
	suspect.wait = a->wait;
	tu_machine.suspicious = tu_machine.changes + CHANGES_LONG;
}

void tu_facts_goes_on(struct tu_context *self)
{
	tu_ledger_goes_on(ledger, self);
}

void tu_facts_ended(struct tu_context *self, const char *name)
{
	tu_machine.own = true;
	tu_ledger_ended(ledger, self, name);
	tu_machine.own = false;
}

bool tu_facts_circle_stands(void)
{
	const struct tu_account *a = suspect.account;
	struct tu_circle circle;

	if (a && a->until && a->wait == suspect.wait && a->context &&
		tu_ledger_deadlock(ledger, a, &circle))
		return true;
	forget_suspect();
	return false;
}
