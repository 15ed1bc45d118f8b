/* SPDX-License-Identifier: MIT */
#ifndef SHIM_CPUMASK_H
#define SHIM_CPUMASK_H

/* What asks for it has one thread, unless it says how many. */
#ifndef SHIM_CPUS
#define SHIM_CPUS	1u
#endif
#define num_possible_cpus()	SHIM_CPUS

#endif
