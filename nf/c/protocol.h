/* SPDX-License-Identifier: MIT */
/* What functions and the monitor say to each other, see nf/README.md. */
#ifndef FLASH_PROTOCOL_H
#define FLASH_PROTOCOL_H

#include <linux/types.h>
#include <sys/un.h>

enum { protocol_version = 1, name_len = 32, why_len = 200, most_owner = 254 };

enum message_type {
	message_join = 1,
	message_joined = 2,
	message_refused = 3,
	message_edges = 4,
	message_leave = 5,
};

struct message_header {
	__u32 version, type;
};

struct join_message {
	struct message_header header;
	char chain[name_len], function[name_len];
};

struct joined_message {
	struct message_header header;
	__u32 frame_size, frame_count;		/* of the UMEM */
	__u32 owner, own_frames;		/* its number in the owner bytes; 0: there are none */
	__u32 rx, tx, fill, completion;		/* sizes of rings */
	__u32 edges;
};

struct refused_message {
	struct message_header header;
	__u32 error;				/* an errno */
	char why[why_len];
};

struct edges_message {
	struct message_header header;
	__u32 edges;
};

union message {
	struct message_header header;
	struct joined_message joined;
	struct refused_message refused;
	struct edges_message edges;
};

_Static_assert(sizeof(struct join_message) == 72, "as in nf/README.md");
_Static_assert(sizeof(struct joined_message) == 44, "as in nf/README.md");
_Static_assert(sizeof(struct refused_message) == 212, "as in nf/README.md");
_Static_assert(sizeof(struct edges_message) == 12, "as in nf/README.md");

#endif
