// SPDX-License-Identifier: MIT
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <stdlib.h>
#include <unistd.h>

#include "internal.h"

struct flash_xdp {
	struct bpf_object *object;
	int map_fd;
	int link_fd;	/* the program is attached as long as this is open */
};

static int xdp__link(struct flash_xdp *xdp, int ifindex)
{
	LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = XDP_FLAGS_DRV_MODE);
	struct bpf_program *program;
	int err;

	err = bpf_object__load(xdp->object);
	if (err)
		return err;
	program = bpf_object__find_program_by_name(xdp->object, "xsk_redirect");
	xdp->map_fd = bpf_object__find_map_fd_by_name(xdp->object, "xsks");
	if (!program || xdp->map_fd < 0)
		return -ENOENT;
	xdp->link_fd = bpf_link_create(bpf_program__fd(program), ifindex, BPF_XDP, &opts);
	return xdp->link_fd < 0 ? xdp->link_fd : 0;
}

int flash_xdp__attach(struct flash_xdp **out, const char *ifname, const char *object)
{
	int err, ifindex = if_nametoindex(ifname);
	struct flash_xdp *xdp;

	*out = NULL;
	if (!ifindex)
		return -errno;
	xdp = calloc(1, sizeof(*xdp));
	if (!xdp)
		return -ENOMEM;
	xdp->object = bpf_object__open_file(object, NULL);
	if (!xdp->object) {
		err = -errno;
		goto err_xdp;
	}
	err = xdp__link(xdp, ifindex);
	if (err)
		goto err_object;
	*out = xdp;
	return 0;

err_object:
	bpf_object__close(xdp->object);
err_xdp:
	free(xdp);
	return err;
}

int flash_xdp__add(const struct flash_xdp *xdp, const struct flash_socket *socket)
{
	return bpf_map_update_elem(xdp->map_fd, &socket->queue, &socket->fd, BPF_ANY);
}

void flash_xdp__detach(struct flash_xdp *xdp)
{
	if (!xdp)
		return;
	close(xdp->link_fd);
	bpf_object__close(xdp->object);
	free(xdp);
}
