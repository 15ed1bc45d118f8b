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

enum sock_flags {
	SOCK_FASYNC = 15,
};

struct user_namespace;

struct net {
	struct user_namespace *user_ns;
};

struct sock {
	struct socket_wq *sk_wq;
	unsigned long sk_flags;
};

static inline bool sock_flag(const struct sock *sk, enum sock_flags flag)
{
	return READ_ONCE(sk->sk_flags) & BIT(flag);
}

static inline bool skwq_has_sleeper(struct socket_wq *wq)
{
	if (!wq)
		return false;
	smp_mb();
	return !list_empty(&wq->wait);
}

void sock_def_readable(struct sock *sk);
struct net *sock_net(const struct sock *sk);

#define EPOLLOUT	0x004
#define EPOLLWRNORM	0x100
#define EPOLLWRBAND	0x200
/* Who sleeps there has its entry on the list. */
void wake_up_interruptible_poll(struct list_head *wait, unsigned int events);

#endif
