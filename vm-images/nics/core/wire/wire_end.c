// SPDX-License-Identifier: MIT
/* Ports, TAP devices and sockets as the ends of wires. */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/port.h"
#include "core/unix_socket.h"
#include "wire.h"

/* Frames that are read from a device before others have their turn. */
#define FRAMES_A_TURN 64
#define FRAME_MIN 14

static struct wire_end *wire_end__of_device(struct loop_source *source)
{
	return (struct wire_end *)((char *)source - offsetof(struct wire_end, device));
}

static struct wire_end *wire_end__of_listener(struct loop_source *source)
{
	return (struct wire_end *)((char *)source - offsetof(struct wire_end, listener));
}

static void wire_end__set_interest(struct wire_end *end, uint32_t interest)
{
	if (end->device.fd < 0 || end->interest == interest)
		return;
	end->interest = interest;
	loop__change(end->wire->loop, &end->device, interest);
}

static void wire_end__disconnect(struct wire_end *end)
{
	loop__drop(end->wire->loop, &end->device);
	wire__update_link(end->wire);
}

/* Return: whether there may be more to read. */
static bool wire_end__read_frame(struct wire_end *end)
{
	static uint8_t frame[NIC_FRAME_MAX + 1];
	ssize_t bytes;

	/*
	 * A frame that was read cannot be put back: none is read before there is room for the
	 * longest, so that the wire cannot refuse it.
	 */
	if (!frame_queue__has_room(&end->wire->directions[end->side].queue)) {
		end->wire->directions[end->side].sender_waits = true;
		wire_end__set_interest(end, end->interest & ~EPOLLIN);
		return false;
	}
	bytes = read(end->device.fd, frame, sizeof(frame));
	if (bytes < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (bytes <= 0) {
		/* The TAP device was deleted, or the other process is gone. */
		wire_end__disconnect(end);
		return false;
	}
	if (bytes < FRAME_MIN || bytes > NIC_FRAME_MAX)
		end->wire->counters.dropped[end->side]++;
	else
		wire__send(end->wire, end->side, frame, bytes);
	return true;
}

static void on_device(struct loop_source *source, uint32_t events)
{
	struct wire_end *end = wire_end__of_device(source);

	if (events & EPOLLOUT) {
		wire_end__set_interest(end, end->interest & ~EPOLLOUT);
		wire__offer_again(end->wire, end->side);
	}
	if (end->interest & EPOLLIN) {
		for (unsigned int i = 0; i < FRAMES_A_TURN && wire_end__read_frame(end); i++)
			;
	} else if (events & (EPOLLHUP | EPOLLERR)) {
		wire_end__disconnect(end);
	}
}

static int wire_end__watch(struct wire_end *end, int fd)
{
	int err;

	end->device = (struct loop_source) { .fd = fd, .ready = on_device };
	end->interest = EPOLLIN;
	err = loop__add(end->wire->loop, &end->device, end->interest);
	if (err) {
		close(fd);
		end->device.fd = -1;
		return err;
	}
	wire__update_link(end->wire);
	return 0;
}

int wire_end__attach_port(struct wire *wire, unsigned int side, struct nic *nic)
{
	struct wire_end *end = &wire->ends[side];

	if (nic->wire)
		return -EBUSY;
	end->kind = WIRE_PORT;
	end->nic = nic;
	nic->wire = wire;
	nic->side = side;
	wire__update_link(wire);
	return 0;
}

int wire_end__attach_tap(struct wire *wire, unsigned int side, const char *name)
{
	struct ifreq request = { .ifr_flags = IFF_TAP | IFF_NO_PI };
	struct wire_end *end = &wire->ends[side];
	int fd, err;

	if (strlen(name) >= sizeof(request.ifr_name))
		return -ENAMETOOLONG;
	strcpy(request.ifr_name, name);
	fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (ioctl(fd, TUNSETIFF, &request)) {
		err = -errno;
		close(fd);
		return err;
	}
	end->kind = WIRE_TAP;
	end->name = name;
	return wire_end__watch(end, fd);
}

int wire_end__attach_socket(struct wire *wire, unsigned int side, int fd)
{
	wire->ends[side].kind = WIRE_UNIX;
	return wire_end__watch(&wire->ends[side], fd);
}

int wire_end__connect(struct wire *wire, unsigned int side, const char *path)
{
	int fd = unix_socket__connect(path, SOCK_SEQPACKET);

	if (fd < 0)
		return fd;
	wire->ends[side].name = path;
	return wire_end__attach_socket(wire, side, fd);
}

static void on_peer(struct loop_source *source, uint32_t events)
{
	struct wire_end *end = wire_end__of_listener(source);
	int fd = accept4(source->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)events;
	if (fd < 0)
		return;
	/* One peer at a time; who went away without a word makes room for the next. */
	if (end->device.fd >= 0 && unix_socket__is_alive(end->device.fd)) {
		close(fd);
		return;
	}
	if (end->device.fd >= 0)
		wire_end__disconnect(end);
	wire_end__watch(end, fd);
}

int wire_end__listen(struct wire *wire, unsigned int side, const char *path)
{
	struct wire_end *end = &wire->ends[side];
	int fd = unix_socket__listen(path, SOCK_SEQPACKET);

	if (fd < 0)
		return fd;
	end->kind = WIRE_LISTEN;
	end->name = path;
	end->listener = (struct loop_source) { .fd = fd, .ready = on_peer };
	return loop__add(wire->loop, &end->listener, EPOLLIN);
}

void wire_end__detach(struct wire_end *end)
{
	loop__drop(end->wire->loop, &end->device);
	if (end->listener.fd >= 0)
		unlink(end->name);
	loop__drop(end->wire->loop, &end->listener);
	if (end->nic)
		end->nic->wire = NULL;
}

bool wire_end__is_there(const struct wire_end *end)
{
	return end->kind == WIRE_PORT || end->device.fd >= 0;
}

static enum wire_verdict wire_end__write(struct wire_end *end, const void *frame, size_t bytes)
{
	ssize_t written = end->kind == WIRE_TAP ? write(end->device.fd, frame, bytes) :
			  send(end->device.fd, frame, bytes, MSG_NOSIGNAL);

	if (written == (ssize_t)bytes)
		return WIRE_TAKEN;
	/* A TAP device that is down answers EIO; a peer that is gone is noticed when it is read. */
	return written < 0 && (errno == EAGAIN || errno == ENOBUFS) ? WIRE_REFUSED : WIRE_LOST;
}

enum wire_verdict wire_end__deliver(struct wire_end *end, const void *frame, size_t bytes)
{
	if (end->kind != WIRE_PORT)
		return wire_end__write(end, frame, bytes);
	return end->nic->model->receive(end->nic, frame, bytes) ? WIRE_TAKEN : WIRE_REFUSED;
}

void wire_end__miss(struct wire_end *end)
{
	if (end->kind == WIRE_PORT)
		end->nic->model->missed(end->nic);
}

void wire_end__tell_link(struct wire_end *end, bool up)
{
	unsigned int carrier = up;

	if (end->kind == WIRE_PORT)
		end->nic->model->link(end->nic, up);
	else if (end->kind == WIRE_TAP && end->device.fd >= 0)
		ioctl(end->device.fd, TUNSETCARRIER, &carrier);
}

void wire_end__go_on(struct wire_end *end)
{
	if (end->kind == WIRE_PORT)
		nic__schedule(end->nic);
	else
		wire_end__set_interest(end, end->interest | EPOLLIN);
}

void wire_end__await_room(struct wire_end *end)
{
	wire_end__set_interest(end, end->interest | EPOLLOUT);
}
