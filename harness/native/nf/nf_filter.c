// SPDX-License-Identifier: MIT
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/udp.h>
#include <string.h>

#include "nf.h"

#define IP_FRAGMENT_OFFSET	0x1fff

/* Whether this is an IPv4 UDP packet (its first fragment) to the given port. */
bool filter__drops(const void *packet, __u32 len, int drop_udp_port)
{
	struct ethhdr eth;
	struct udphdr udp;
	struct iphdr ip;
	__u32 ip_len;

	if (drop_udp_port < 0 || len < sizeof(eth) + sizeof(ip))
		return false;

	memcpy(&eth, packet, sizeof(eth));
	if (eth.h_proto != htons(ETH_P_IP))
		return false;

	memcpy(&ip, (const char *)packet + sizeof(eth), sizeof(ip));
	ip_len = ip.ihl * 4;
	if (ip.protocol != IPPROTO_UDP || (ntohs(ip.frag_off) & IP_FRAGMENT_OFFSET))
		return false;
	if (ip_len < sizeof(ip) || len < sizeof(eth) + ip_len + sizeof(udp))
		return false;

	memcpy(&udp, (const char *)packet + sizeof(eth) + ip_len, sizeof(udp));
	return ntohs(udp.dest) == drop_udp_port;
}
