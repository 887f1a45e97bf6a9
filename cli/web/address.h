/* SPDX-License-Identifier: MIT */
/* address.h - where a subcommand is to listen, as the user says it. */
#ifndef CLI_WEB_ADDRESS_H
#define CLI_WEB_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * What --listen means: HOST:PORT or unix:PATH, as given or in room. A port alone is one of this
 * machine's own address, as python3 -m http.server has it. NULL: it is none, and who has said so.
 */
const char *address_full(const char *who, const char *text, char *room, size_t size);

/* What rc of a call means that was about an address: of a host's name, that there is none such. */
const char *address_words(const char *address, int rc);

/* What to do about an error there: "" or words to be appended. */
const char *address_hint(const char *address, int rc);

#endif
