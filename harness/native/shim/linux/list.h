/* SPDX-License-Identifier: MIT */
#ifndef SHIM_LIST_H
#define SHIM_LIST_H

#include <linux/types.h>

static inline void INIT_LIST_HEAD(struct list_head *list)
{
	list->next = list->prev = list;
}

static inline bool list_empty(const struct list_head *list)
{
	return READ_ONCE(list->next) == list;
}

static inline bool list_empty_careful(const struct list_head *list)
{
	const struct list_head *next = smp_load_acquire(&list->next);

	return next == list && next == READ_ONCE(list->prev);
}

static inline void list_add_tail(struct list_head *node, struct list_head *list)
{
	node->next = list;
	node->prev = list->prev;
	list->prev->next = node;
	list->prev = node;
}

static inline void list_add(struct list_head *node, struct list_head *list)
{
	list_add_tail(node, list->next);
}

static inline void list_del_init(struct list_head *node)
{
	node->next->prev = node->prev;
	node->prev->next = node->next;
	INIT_LIST_HEAD(node);
}

static inline void list_move(struct list_head *node, struct list_head *list)
{
	list_del_init(node);
	list_add(node, list);
}

static inline void list_move_tail(struct list_head *node, struct list_head *list)
{
	list_del_init(node);
	list_add_tail(node, list);
}

/* All that are on one list go to the beginning of another. */
static inline void list_splice_init(struct list_head *from, struct list_head *to)
{
	while (!list_empty(from))
		list_move(from->prev, to);
}

#define LIST_HEAD(name)		struct list_head name = { &(name), &(name) }
#define list_add_rcu		list_add
#define list_del_rcu		list_del_init
#define list_entry(p, type, member)		container_of(p, type, member)
#define list_last_entry(list, type, member)	list_entry((list)->prev, type, member)
#define list_first_entry(list, type, member)	list_entry((list)->next, type, member)
#define list_for_each_entry(at, list, member)						\
	for (at = list_entry((list)->next, __typeof__(*at), member); &at->member != (list);	\
	     at = list_entry(at->member.next, __typeof__(*at), member))
#define list_for_each_entry_rcu	list_for_each_entry
#define list_first_entry_or_null(list, type, member) \
	(list_empty(list) ? NULL : list_entry((list)->next, type, member))
#define list_for_each_entry_safe(at, then, list, member)				\
	for (at = list_entry((list)->next, __typeof__(*at), member);			\
	     then = list_entry(at->member.next, __typeof__(*at), member), &at->member != (list);\
	     at = then)

#endif
