/* SPDX-License-Identifier: MIT */
#ifndef SHIM_WORKQUEUE_H
#define SHIM_WORKQUEUE_H

#include <linux/types.h>

struct work_struct {
	int unused;
};

struct delayed_work {
	struct work_struct work;
	void (*function)(struct work_struct *work);
	bool pending, running;
	unsigned long due;	/* in jiffies */
	u32 nr_runs;
	struct delayed_work *next;	/* of all that there are */
};

struct workqueue_struct;

#define system_unbound_wq		((struct workqueue_struct *)NULL)
#define system_dfl_wq		system_unbound_wq
#define to_delayed_work(of)		container_of(of, struct delayed_work, work)
#define INIT_DELAYED_WORK(dwork, fn)	shim_init_delayed_work(dwork, fn)

void shim_init_delayed_work(struct delayed_work *dwork, void (*function)(struct work_struct *work));
bool queue_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork, unsigned long delay);
bool mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *dwork, unsigned long delay);
bool cancel_delayed_work_sync(struct delayed_work *dwork);

#endif
