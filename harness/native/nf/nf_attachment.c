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
static int wire__attach(struct wire *wire, const char *ifname, const char *object_path)
{
	LIBBPF_OPTS(bpf_link_create_opts, link_options, .flags = XDP_FLAGS_DRV_MODE);
	struct bpf_program *program;
	unsigned int ifindex;
	int err;

	ifindex = if_nametoindex(ifname);
	if (!ifindex)
		return -errno;

	wire->object = bpf_object__open_file(object_path, NULL);
	if (!wire->object)
		return -errno;

	err = bpf_object__load(wire->object);
	if (err)
		goto err_object;

	program = bpf_object__find_program_by_name(wire->object, "xsk_redirect");
	wire->map_fd = bpf_object__find_map_fd_by_name(wire->object, "xsks");
	if (!program || wire->map_fd < 0) {
		err = -ENOENT;
		goto err_object;
	}

	wire->link_fd = bpf_link_create(bpf_program__fd(program), ifindex, BPF_XDP, &link_options);
	if (wire->link_fd < 0) {
		err = wire->link_fd;
		goto err_object;
	}
	snprintf(wire->ifname, sizeof(wire->ifname), "%s", ifname);
	return 0;

err_object:
	bpf_object__close(wire->object);
	wire->object = NULL;
	return err;
}

static const struct wire *wires__find(const struct wires *wires, const char *ifname)
{
	for (int i = 0; i < wires->count; i++) {
		if (!strcmp(wires->wires[i].ifname, ifname))
			return &wires->wires[i];
	}
	return NULL;
}

/* One program and one map for every device that some function is bound to. */
int wires__attach(struct wires *wires, const struct options *options)
{
	for (int i = 0; i < options->function_count; i++) {
		for (int d = 0; d < NF_DIRECTIONS; d++) {
			const struct port_spec *spec = &options->functions[i].ports[d];
			int err;

			if (!spec->used || wires__find(wires, spec->ifname))
				continue;
			err = wire__attach(&wires->wires[wires->count], spec->ifname,
					   options->xdp_object);
			if (err) {
				fprintf(stderr, "nf: attaching %s to %s: %s\n", options->xdp_object,
					spec->ifname, strerror(-err));
				wires__detach(wires);
				return err;
			}
			wires->count++;
		}
	}
	return 0;
}

void wires__detach(struct wires *wires)
{
	while (wires->count > 0) {
		struct wire *wire = &wires->wires[--wires->count];

		close(wire->link_fd);
		bpf_object__close(wire->object);
	}
}

/* Returns the descriptor of the device's socket map, or -ENOENT. */
int wires__map_fd(const struct wires *wires, const char *ifname)
{
	const struct wire *wire = wires__find(wires, ifname);

	return wire ? wire->map_fd : -ENOENT;
}
