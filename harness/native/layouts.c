// SPDX-License-Identifier: MIT
/* Prints size and field offsets of the structs the FFI mirrors, as JSON. */
#include <flash_nf.h>
#include <linux/if_xdp.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <xdp/xsk.h>

#define STRUCT(name)		printf("%s\"%s\":{\"size\":%zu,\"fields\":{", separator, #name, sizeof(struct name)); separator = ""
#define FIELD(name, field)	printf("%s\"%s\":%zu", separator, #field, offsetof(struct name, field)); separator = ","
#define END			printf("}}"); separator = ","

int main(void)
{
	const char *separator = "";

	printf("{");
	STRUCT(xdp_desc);
	FIELD(xdp_desc, addr);
	FIELD(xdp_desc, len);
	FIELD(xdp_desc, options);
	END;
	STRUCT(xdp_umem_reg);
	FIELD(xdp_umem_reg, addr);
	FIELD(xdp_umem_reg, len);
	FIELD(xdp_umem_reg, chunk_size);
	FIELD(xdp_umem_reg, headroom);
	FIELD(xdp_umem_reg, flags);
	END;
	STRUCT(sockaddr_xdp);
	FIELD(sockaddr_xdp, sxdp_family);
	FIELD(sockaddr_xdp, sxdp_flags);
	FIELD(sockaddr_xdp, sxdp_ifindex);
	FIELD(sockaddr_xdp, sxdp_queue_id);
	FIELD(sockaddr_xdp, sxdp_shared_umem_fd);
	END;
	STRUCT(xdp_ring_offset);
	FIELD(xdp_ring_offset, producer);
	FIELD(xdp_ring_offset, consumer);
	FIELD(xdp_ring_offset, desc);
	FIELD(xdp_ring_offset, flags);
	END;
	STRUCT(xdp_mmap_offsets);
	FIELD(xdp_mmap_offsets, rx);
	FIELD(xdp_mmap_offsets, tx);
	FIELD(xdp_mmap_offsets, fr);
	FIELD(xdp_mmap_offsets, cr);
	END;
	STRUCT(xdp_statistics);
	FIELD(xdp_statistics, rx_dropped);
	FIELD(xdp_statistics, rx_invalid_descs);
	FIELD(xdp_statistics, tx_invalid_descs);
	FIELD(xdp_statistics, rx_ring_full);
	FIELD(xdp_statistics, rx_fill_ring_empty_descs);
	FIELD(xdp_statistics, tx_ring_empty_descs);
	END;
	STRUCT(pollfd);
	FIELD(pollfd, fd);
	FIELD(pollfd, events);
	FIELD(pollfd, revents);
	END;
	STRUCT(xsk_ring_prod);
	FIELD(xsk_ring_prod, cached_prod);
	FIELD(xsk_ring_prod, cached_cons);
	FIELD(xsk_ring_prod, mask);
	FIELD(xsk_ring_prod, size);
	FIELD(xsk_ring_prod, producer);
	FIELD(xsk_ring_prod, consumer);
	FIELD(xsk_ring_prod, ring);
	FIELD(xsk_ring_prod, flags);
	END;
	STRUCT(xsk_ring_cons);
	FIELD(xsk_ring_cons, cached_prod);
	FIELD(xsk_ring_cons, cached_cons);
	FIELD(xsk_ring_cons, mask);
	FIELD(xsk_ring_cons, size);
	FIELD(xsk_ring_cons, producer);
	FIELD(xsk_ring_cons, consumer);
	FIELD(xsk_ring_cons, ring);
	FIELD(xsk_ring_cons, flags);
	END;
	STRUCT(xsk_umem_config);
	FIELD(xsk_umem_config, fill_size);
	FIELD(xsk_umem_config, comp_size);
	FIELD(xsk_umem_config, frame_size);
	FIELD(xsk_umem_config, frame_headroom);
	FIELD(xsk_umem_config, flags);
	END;
	STRUCT(xsk_socket_config);
	FIELD(xsk_socket_config, rx_size);
	FIELD(xsk_socket_config, tx_size);
	FIELD(xsk_socket_config, libxdp_flags);
	FIELD(xsk_socket_config, xdp_flags);
	FIELD(xsk_socket_config, bind_flags);
	END;
	STRUCT(flash_packet);
	FIELD(flash_packet, data);
	FIELD(flash_packet, addr);
	FIELD(flash_packet, len);
	FIELD(flash_packet, edge);
	END;
	STRUCT(flash_stats);
	FIELD(flash_stats, rx_packets);
	FIELD(flash_stats, rx_bytes);
	FIELD(flash_stats, tx_packets);
	FIELD(flash_stats, tx_bytes);
	FIELD(flash_stats, tx_full);
	FIELD(flash_stats, kicks);
	FIELD(flash_stats, sleeps);
	FIELD(flash_stats, busy_waits);
	FIELD(flash_stats, kernel);
	END;
	STRUCT(flash_port_opts);
	FIELD(flash_port_opts, ifname);
	FIELD(flash_port_opts, queue);
	FIELD(flash_port_opts, frame_count);
	FIELD(flash_port_opts, frame_size);
	FIELD(flash_port_opts, ring_size);
	FIELD(flash_port_opts, mode);
	FIELD(flash_port_opts, busy_poll);
	FIELD(flash_port_opts, queue_wait_ms);
	FIELD(flash_port_opts, xdp_object);
	FIELD(flash_port_opts, xskmap);
	END;
	STRUCT(flash_join_opts);
	FIELD(flash_join_opts, monitor);
	FIELD(flash_join_opts, chain);
	FIELD(flash_join_opts, function);
	FIELD(flash_join_opts, why);
	FIELD(flash_join_opts, why_len);
	FIELD(flash_join_opts, wait_ms);
	END;
	STRUCT(flash_sleep);
	FIELD(flash_sleep, fds);
	FIELD(flash_sleep, count);
	FIELD(flash_sleep, timeout_ms);
	END;
	printf("}\n");
	return 0;
}
