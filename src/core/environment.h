/* SPDX-License-Identifier: MIT */
/* environment.h - what whoever runs the program tells us. */
#ifndef TU_CORE_ENVIRONMENT_H
#define TU_CORE_ENVIRONMENT_H

/* The value of an environment variable, NULL if not set; see os.h. */
const char *tu_environment(const char *name);

/* Set one for what is started from here, before main. */
void tu_environment_set(const char *name, const char *value);

#endif
