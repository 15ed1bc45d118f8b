/* SPDX-License-Identifier: MIT */
#ifndef SHIM_SOCK_H
#define SHIM_SOCK_H

#include <linux/list.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/rcupdate.h>
#include <linux/skbuff.h>

struct socket_wq {
	struct list_head wait;
};

struct sock {
	struct socket_wq *sk_wq;
};

static inline bool skwq_has_sleeper(struct socket_wq *wq)
{
	if (!wq)
		return false;
	smp_mb();
	return !list_empty(&wq->wait);
}

void sock_def_readable(struct sock *sk);

#endif
