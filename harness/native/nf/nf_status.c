// SPDX-License-Identifier: MIT
/*
 * One JSON file a function: what it moved, and where every frame it knows of is. Together the files
 * of all functions say for each frame of a UMEM in which place it is.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "nf.h"

struct ring_view {
	__u32 consumer, producer, mask;
};

static struct ring_view prod_ring__view(const struct xsk_ring_prod *ring)
{
	return (struct ring_view) {
		.consumer = __atomic_load_n(ring->consumer, __ATOMIC_ACQUIRE),
		.producer = *ring->producer,
		.mask = ring->mask,
	};
}

static struct ring_view cons_ring__view(const struct xsk_ring_cons *ring)
{
	return (struct ring_view) {
		.consumer = *ring->consumer,
		.producer = __atomic_load_n(ring->producer, __ATOMIC_ACQUIRE),
		.mask = ring->mask,
	};
}

/* Of the frame that it is in. */
static void address__print(FILE *file, const struct flash_umem *umem, __u64 addr, bool first)
{
	fprintf(file, "%s%llu", first ? "" : ",", flash_umem__frame(umem, addr));
}

static void addresses__print(FILE *file, const struct flash_umem *umem, const char *place,
			     const __u64 *addrs, struct ring_view view)
{
	fprintf(file, ",\"%s\":[", place);
	for (__u32 i = view.consumer; i != view.producer; i++)
		address__print(file, umem, addrs[i & view.mask], i == view.consumer);
	fputc(']', file);
}

static void descriptors__print(FILE *file, const struct flash_umem *umem, const char *place,
			       const struct xdp_desc *descs, struct ring_view view)
{
	fprintf(file, ",\"%s\":[", place);
	for (__u32 i = view.consumer; i != view.producer; i++)
		address__print(file, umem, descs[i & view.mask].addr, i == view.consumer);
	fputc(']', file);
}

static void frames__print(FILE *file, const struct port *port, const struct flash_umem *umem)
{
	const struct flash_rings *rings = flash_socket__rings(port->socket);
	const __u64 *held = flash_frames__addrs(port->frames);

	fprintf(file, ",\"frames\":{\"free\":[");
	for (__u32 i = 0; i < flash_frames__count(port->frames); i++)
		address__print(file, umem, held[i], i == 0);
	fputc(']', file);
	addresses__print(file, umem, "fill", rings->fill->ring, prod_ring__view(rings->fill));
	descriptors__print(file, umem, "rx", rings->rx->ring, cons_ring__view(rings->rx));
	descriptors__print(file, umem, "tx", rings->tx->ring, prod_ring__view(rings->tx));
	addresses__print(file, umem, "completion", rings->completion->ring,
			 cons_ring__view(rings->completion));
	fputc('}', file);
}

static void statistics__print(FILE *file, const struct port *port)
{
	struct xdp_statistics stats = { };
	socklen_t len = sizeof(stats);

	if (getsockopt(flash_socket__fd(port->socket), SOL_XDP, XDP_STATISTICS, &stats, &len))
		return;
	fprintf(file, ",\"statistics\":{\"rxDropped\":%llu,\"rxInvalidDescs\":%llu,"
		"\"txInvalidDescs\":%llu,\"rxRingFull\":%llu,\"rxFillRingEmpty\":%llu,"
		"\"txRingEmpty\":%llu}",
		stats.rx_dropped, stats.rx_invalid_descs, stats.tx_invalid_descs, stats.rx_ring_full,
		stats.rx_fill_ring_empty_descs, stats.tx_ring_empty_descs);
}

static void zerocopy__print(FILE *file, const struct port *port)
{
	struct xdp_options options = { };
	socklen_t len = sizeof(options);

	if (getsockopt(flash_socket__fd(port->socket), SOL_XDP, XDP_OPTIONS, &options, &len))
		return;
	fprintf(file, ",\"zeroCopyDriver\":%s",
		options.flags & XDP_OPTIONS_ZEROCOPY ? "true" : "false");
}

static void port__print(FILE *file, const struct port *port, const struct flash_umem *umem,
			const char *direction)
{
	const struct traffic *t = &port->traffic;

	fprintf(file, "{\"direction\":\"%s\",\"ifname\":\"%s\",\"queue\":%u", direction,
		port->spec->ifname, port->spec->queue);
	fprintf(file, ",\"rxPackets\":%llu,\"rxBytes\":%llu,\"txPackets\":%llu,\"txBytes\":%llu",
		t->rx_packets, t->rx_bytes, t->tx_packets, t->tx_bytes);
	fprintf(file, ",\"filteredPackets\":%llu,\"filteredBytes\":%llu,\"refusedKicks\":%llu",
		t->filtered_packets, t->filtered_bytes, t->refused_kicks);
	statistics__print(file, port);
	zerocopy__print(file, port);
	frames__print(file, port, umem);
	fputc('}', file);
}

static void function__print(FILE *file, const struct function *function)
{
	bool first = true;

	fprintf(file, "{\"name\":\"%s\",\"pid\":%d,\"sequence\":%u", function->spec->name, getpid(),
		function->status_sequence);
	fprintf(file, ",\"frameSize\":%u,\"frameCount\":%u,\"ports\":[",
		flash_umem__frame_size(function->umem), flash_umem__frame_count(function->umem));
	for (int d = 0; d < NF_DIRECTIONS; d++) {
		if (!function->ports[d].socket)
			continue;
		if (!first)
			fputc(',', file);
		port__print(file, &function->ports[d], function->umem, direction_names[d]);
		first = false;
	}
	fputs("]}\n", file);
}

/* A reader sees the whole file or the one before it. */
int status__write(struct function *function, const char *directory)
{
	char path[PATH_MAX], partial[PATH_MAX];
	bool failed;
	FILE *file;

	if (snprintf(path, sizeof(path), "%s/%s.json", directory, function->spec->name) >=
		    (int)sizeof(path) ||
	    snprintf(partial, sizeof(partial), "%s/.%s.partial", directory, function->spec->name) >=
		    (int)sizeof(partial))
		return -ENAMETOOLONG;

	file = fopen(partial, "w");
	if (!file)
		return -errno;
	function->status_sequence++;
	function__print(file, function);
	failed = ferror(file);
	if (fclose(file) || failed)
		return -EIO;
	return rename(partial, path) ? -errno : 0;
}
