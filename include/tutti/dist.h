/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_DIST_H
#define TUTTI_DIST_H

/*
 * dist.h - all that is for work across machines, at once (libtutti-net): managers, proxies of what
 * they serve, and connections.
 *
 * Example:
 *
 *     #include <tutti/dist.h>
 *
 *     int join_in(tutti_manager **m, tutti_value_queue **tasks)
 *     {
 *             int rc = tutti_manager_create(m, "127.0.0.1:5000", tutti_bytes_text("abc"));
 *
 *             if (rc == 0)
 *                     rc = tutti_manager_connect(*m, tutti_after(TUTTI_SECONDS(10)));
 *             if (rc == 0)
 *                     rc = tutti_manager_queue(*m, "get_task_queue", tasks);
 *             return rc;
 *     }
 */

#include <tutti/connection.h>
#include <tutti/manager.h>
#include <tutti/manager_objects.h>
#include <tutti/proxy.h>
#include <tutti/proxy_barrier.h>
#include <tutti/proxy_data.h>
#include <tutti/proxy_sync.h>
#include <tutti/value_queue.h>
#include <tutti/worker.h>

#endif
