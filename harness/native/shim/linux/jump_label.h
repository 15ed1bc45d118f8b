/* SPDX-License-Identifier: MIT */
#ifndef SHIM_JUMP_LABEL_H
#define SHIM_JUMP_LABEL_H

#include <linux/compiler.h>

struct static_key_false {
	int enabled;
};

#define DECLARE_STATIC_KEY_FALSE(name)	extern struct static_key_false name
#define DEFINE_STATIC_KEY_FALSE(name)	struct static_key_false name
#define static_branch_unlikely(key)	unlikely(READ_ONCE((key)->enabled))
#define static_key_enabled(key)		READ_ONCE((key)->enabled)
#define static_branch_enable(key)	WRITE_ONCE((key)->enabled, 1)

#endif
