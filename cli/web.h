/* SPDX-License-Identifier: MIT */
/*
 * web.h - the subcommands and jobs that need libtutti-net. They are in a module, cli/web/, which
 * is loaded when one of them is asked for: its libraries take several times as long to load as all
 * that the other subcommands do before they begin.
 */
#ifndef CLI_WEB_H
#define CLI_WEB_H

#include "key.h"

/* What a module that is beside libtutti has of that name; NULL: dlerror says why there is none. */
void *module_find(const char *name, const char *symbol);

/* The nth job of the module, and what it does; NULL: there are fewer, or there is no module. */
tutti_job *web_job(int n, const char **does);

/*
 * See that a manager is at where and serves jobs; from now on there is the engine "tcp". 0, or < 0
 * and it has said why not.
 */
int web_find_manager(const char *where, const struct key *k);

/* The module's own: its subcommands, as those in cli.h, and its jobs, as above. */
#define WEB_EXPORT __attribute__((visibility("default")))
WEB_EXPORT int web_fetch_main(int argc, char **argv);
WEB_EXPORT int web_serve_main(int argc, char **argv);
WEB_EXPORT int web_manager_main(int argc, char **argv);
WEB_EXPORT int web_master_main(int argc, char **argv);
WEB_EXPORT int web_worker_main(int argc, char **argv);
WEB_EXPORT int web_reach(const char *where, const struct key *k);
WEB_EXPORT tutti_job *web_find_job(int n, const char **does);

#endif
