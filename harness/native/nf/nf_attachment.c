// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "nf.h"

static const struct attachment *attachments__find(const struct attachments *attachments,
						  const char *ifname)
{
	for (int i = 0; i < attachments->count; i++) {
		if (!strcmp(attachments->all[i].ifname, ifname))
			return &attachments->all[i];
	}
	return NULL;
}

/* One program and one map for every device that some function is bound to. */
int attachments__attach(struct attachments *attachments, const struct options *options)
{
	for (int i = 0; i < options->function_count; i++) {
		for (int d = 0; d < NF_DIRECTIONS; d++) {
			const struct port_spec *spec = &options->functions[i].ports[d];
			struct attachment *next = &attachments->all[attachments->count];
			int err;

			if (!spec->used || attachments__find(attachments, spec->ifname))
				continue;
			err = flash_xdp__attach(&next->xdp, spec->ifname, options->xdp_object);
			if (err) {
				fprintf(stderr, "nf: attaching %s to %s: %s\n", options->xdp_object,
					spec->ifname, strerror(-err));
				attachments__detach(attachments);
				return err;
			}
			memcpy(next->ifname, spec->ifname, sizeof(next->ifname));
			attachments->count++;
		}
	}
	return 0;
}

void attachments__detach(struct attachments *attachments)
{
	while (attachments->count > 0)
		flash_xdp__detach(attachments->all[--attachments->count].xdp);
}

int attachments__add(const struct attachments *attachments, const struct port *port)
{
	const struct attachment *attachment = attachments__find(attachments, port->spec->ifname);

	return attachment ? flash_xdp__add(attachment->xdp, port->socket) : -ENOENT;
}
