// SPDX-License-Identifier: MIT
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "nf.h"

/* The link lives as long as a descriptor of it is open: a killed process leaves nothing attached. */
static int attachment__attach(struct attachment *attachment, const char *ifname,
			      const char *object_path)
{
	LIBBPF_OPTS(bpf_link_create_opts, link_options, .flags = XDP_FLAGS_DRV_MODE);
	struct bpf_program *program;
	unsigned int ifindex;
	int err;

	ifindex = if_nametoindex(ifname);
	if (!ifindex)
		return -errno;

	attachment->object = bpf_object__open_file(object_path, NULL);
	if (!attachment->object)
		return -errno;

	err = bpf_object__load(attachment->object);
	if (err)
		goto err_object;

	program = bpf_object__find_program_by_name(attachment->object, "xsk_redirect");
	attachment->map_fd = bpf_object__find_map_fd_by_name(attachment->object, "xsks");
	if (!program || attachment->map_fd < 0) {
		err = -ENOENT;
		goto err_object;
	}

	attachment->link_fd = bpf_link_create(bpf_program__fd(program), ifindex, BPF_XDP,
					      &link_options);
	if (attachment->link_fd < 0) {
		err = attachment->link_fd;
		goto err_object;
	}
	snprintf(attachment->ifname, sizeof(attachment->ifname), "%s", ifname);
	return 0;

err_object:
	bpf_object__close(attachment->object);
	attachment->object = NULL;
	return err;
}

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
			int err;

			if (!spec->used || attachments__find(attachments, spec->ifname))
				continue;
			err = attachment__attach(&attachments->all[attachments->count], spec->ifname,
					   options->xdp_object);
			if (err) {
				fprintf(stderr, "nf: attaching %s to %s: %s\n", options->xdp_object,
					spec->ifname, strerror(-err));
				attachments__detach(attachments);
				return err;
			}
			attachments->count++;
		}
	}
	return 0;
}

void attachments__detach(struct attachments *attachments)
{
	while (attachments->count > 0) {
		struct attachment *attachment = &attachments->all[--attachments->count];

		close(attachment->link_fd);
		bpf_object__close(attachment->object);
	}
}

/* Returns the descriptor of the device's socket map, or -ENOENT. */
int attachments__map_fd(const struct attachments *attachments, const char *ifname)
{
	const struct attachment *attachment = attachments__find(attachments, ifname);

	return attachment ? attachment->map_fd : -ENOENT;
}
