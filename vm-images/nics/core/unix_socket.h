/* SPDX-License-Identifier: MIT */
/* Unix sockets with a path: a dead process's file is replaced, a live one's is left alone. */
#ifndef UNIX_SOCKET_H
#define UNIX_SOCKET_H

#include <stdbool.h>

/*
 * @type is SOCK_STREAM or SOCK_SEQPACKET; sockets are non-blocking and closed on exec.
 * Return: a descriptor, or -errno. To listen: -EADDRINUSE, a live process listens there; -EEXIST,
 * the file is something else; -ENAMETOOLONG.
 */
int unix_socket__listen(const char *path, int type);
int unix_socket__connect(const char *path, int type);

/* Whether the other side of a connected socket has not closed it. */
bool unix_socket__is_alive(int fd);

#endif
