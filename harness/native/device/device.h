/* SPDX-License-Identifier: MIT */
/* Network devices by any of their names. */
#ifndef DEVICE_H
#define DEVICE_H

#include <net/if.h>

/*
 * The kernel's own name of the device that is called @given, which may be one of its altnames and
 * longer. Says, as @program, which devices there are if there is no such one. Returns 0 or -errno.
 */
int device__name(char name[IF_NAMESIZE], const char *given, const char *program);

#endif
