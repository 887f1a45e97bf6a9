/* SPDX-License-Identifier: MIT */
/*
 * facts.h - in a simulated run: who holds what and who waits for whom, kept in a ledger of the run;
 * and what is suspected to be a deadlock of some, while others live.
 */
#ifndef TU_SIM_FACTS_H
#define TU_SIM_FACTS_H

#include "observe/ledger.h"

/* Nobody holds anything or waits: a new run. */
void tu_facts_begin(void);

/* What is known; to be read. */
struct tu_ledger *tu_facts(void);

/* As the probe tells it. */
void tu_facts_took(struct tu_context *self, const struct tu_doing *doing);
void tu_facts_gave(struct tu_context *self, const void *object);
void tu_facts_made(const void *object);
void tu_facts_parks(struct tu_context *self, const void *key, int64_t until);
void tu_facts_goes_on(struct tu_context *self);

/* name: of one that holds something yet. */
void tu_facts_ended(struct tu_context *self, const char *name);

/*
 * Has a circle of some who wait for each other stood for long? One of them has not moved since it
 * was suspected. That alone is no proof: a lock may be let go by another than who took it. It is
 * one when it has stood for many changes, tu_machine.suspicious, whatever others did meanwhile.
 */
bool tu_facts_circle_stands(void);

#endif
