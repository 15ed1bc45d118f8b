/* SPDX-License-Identifier: MIT */
#ifndef SHIM_CAPABILITY_H
#define SHIM_CAPABILITY_H

#include <linux/types.h>

#define CAP_NET_ADMIN	12

struct file;
struct user_namespace;

bool ns_capable(struct user_namespace *ns, int cap);
bool file_ns_capable(const struct file *file, struct user_namespace *ns, int cap);

#endif
