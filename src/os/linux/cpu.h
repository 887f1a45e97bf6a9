/* SPDX-License-Identifier: MIT */
/* cpu.h - the part of counting CPUs that reads files: apart, so that tests can make up a tree. */
#ifndef TU_OS_LINUX_CPU_H
#define TU_OS_LINUX_CPU_H

/*
 * The least quota of CPUs along the path of the process's control groups, rounded down but at
 * least 1; 0 if nothing limits it. membership is the file /proc/self/cgroup, root the folder
 * /sys/fs/cgroup or what stands for them.
 */
int tu_cpu_quota(const char *membership, const char *root);

#endif
