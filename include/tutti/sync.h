/* SPDX-License-Identifier: MIT */
#ifndef TUTTI_SYNC_H
#define TUTTI_SYNC_H

/*
 * sync.h - everything you wait on or share by, at once. All are plain values, used by address, from
 * any thread or task, with nothing to destroy.
 *
 * Example:
 *
 *     static tutti_lock lock;
 *     static tutti_event ready;
 *
 *     void publish(int *place, int value)
 *     {
 *             TUTTI_WITH(&lock) {
 *                     *place = value;
 *             }
 *             tutti_event_set(&ready);
 *     }
 */

#include <tutti/barrier.h>
#include <tutti/condition.h>
#include <tutti/event.h>
#include <tutti/local.h>
#include <tutti/lock.h>
#include <tutti/once.h>
#include <tutti/race.h>
#include <tutti/rwlock.h>
#include <tutti/semaphore.h>

#endif
