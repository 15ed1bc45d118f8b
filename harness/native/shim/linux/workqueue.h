/* SPDX-License-Identifier: MIT */
#ifndef SHIM_WORKQUEUE_H
#define SHIM_WORKQUEUE_H

struct work_struct {
	int unused;
};

struct delayed_work {
	struct work_struct work;
};

#endif
