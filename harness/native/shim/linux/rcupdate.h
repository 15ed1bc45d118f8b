/* SPDX-License-Identifier: MIT */
#ifndef SHIM_RCUPDATE_H
#define SHIM_RCUPDATE_H

#include <linux/compiler.h>
#include <linux/sched.h>

/* No code on a kernel that is not preemptible. */
#define rcu_read_lock()			barrier()
#define rcu_read_unlock()		barrier()
#define rcu_dereference(p)		READ_ONCE(p)
#define rcu_access_pointer(p)		READ_ONCE(p)
#define rcu_dereference_protected(p, c)	(p)
#define RCU_INIT_POINTER(p, value)	WRITE_ONCE(p, value)
#define rcu_assign_pointer(p, value)	smp_store_release(&(p), value)

/* Where programs link what waits for grace periods, they say what that means. */
void synchronize_net(void);
void shim_free_later(void *p);
#define kfree_rcu(p, member)	shim_free_later(p)

#endif
