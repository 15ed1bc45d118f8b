/* SPDX-License-Identifier: MIT */
#ifndef SHIM_MUTEX_H
#define SHIM_MUTEX_H

struct mutex {
	int held;
};

void mutex_lock(struct mutex *mutex);
void mutex_unlock(struct mutex *mutex);

#endif
