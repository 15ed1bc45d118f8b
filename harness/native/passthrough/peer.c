// SPDX-License-Identifier: MIT
/* peer INTERFACE: says who sends a word over the wire, and which, and sends it back. */
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "frame.h"

static int fail(const char *what)
{
	perror(what);
	return 1;
}

int main(int argc, char **argv)
{
	struct sockaddr_ll address = { .sll_family = AF_PACKET, .sll_protocol = htons(FRAME_TYPE) };
	struct ifreq request = { 0 };
	struct frame frame;
	int fd;

	if (argc != 2)
		return 2;
	fd = socket(AF_PACKET, SOCK_RAW, htons(FRAME_TYPE));
	if (fd < 0)
		return fail("socket");
	address.sll_ifindex = if_nametoindex(argv[1]);
	if (address.sll_ifindex == 0)
		return fail(argv[1]);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)))
		return fail("bind");
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", argv[1]);
	if (ioctl(fd, SIOCGIFHWADDR, &request))
		return fail("SIOCGIFHWADDR");
	puts("ready");
	fflush(stdout);

	if (recv(fd, &frame, sizeof(frame), 0) < FRAME_BYTES)
		return fail("recv");
	frame.word[WORD_BYTES - 1] = '\0';
	printf("%02x:%02x:%02x:%02x:%02x:%02x %s\n", frame.from[0], frame.from[1], frame.from[2], frame.from[3],
	       frame.from[4], frame.from[5], frame.word);
	memcpy(frame.to, frame.from, sizeof(frame.to));
	memcpy(frame.from, request.ifr_hwaddr.sa_data, sizeof(frame.from));
	if (send(fd, &frame, sizeof(frame), 0) < 0)
		return fail("send");
	return close(fd);
}
