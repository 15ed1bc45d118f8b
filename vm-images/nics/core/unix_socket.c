// SPDX-License-Identifier: MIT
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "unix_socket.h"

#define BACKLOG 8

static int unix_socket__open(const char *path, int type, struct sockaddr_un *address)
{
	int fd;

	*address = (struct sockaddr_un) { .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(address->sun_path))
		return -ENAMETOOLONG;
	strcpy(address->sun_path, path);
	fd = socket(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	return fd < 0 ? -errno : fd;
}

int unix_socket__connect(const char *path, int type)
{
	struct sockaddr_un address;
	int fd, err;

	fd = unix_socket__open(path, type, &address);
	if (fd < 0)
		return fd;
	if (connect(fd, (struct sockaddr *)&address, sizeof(address))) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

/* Return: 0 when there is nothing at @path, or nothing any more. */
static int unix_socket__clear(const char *path, int type)
{
	struct stat file;
	int fd;

	if (lstat(path, &file))
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(file.st_mode))
		return -EEXIST;
	fd = unix_socket__connect(path, type);
	if (fd >= 0)
		close(fd);
	/* Only this says that nobody listens; a full backlog or another type is a live process. */
	if (fd != -ECONNREFUSED)
		return -EADDRINUSE;
	return unlink(path) && errno != ENOENT ? -errno : 0;
}

int unix_socket__listen(const char *path, int type)
{
	struct sockaddr_un address;
	int fd, err;

	fd = unix_socket__open(path, type, &address);
	if (fd < 0)
		return fd;
	err = unix_socket__clear(path, type);
	if (err)
		goto err_close;
	if (bind(fd, (struct sockaddr *)&address, sizeof(address))) {
		err = -errno;
		goto err_close;
	}
	if (listen(fd, BACKLOG)) {
		err = -errno;
		unlink(path);
		goto err_close;
	}
	return fd;

err_close:
	close(fd);
	return err;
}

bool unix_socket__is_alive(int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLRDHUP };

	return poll(&poll_fd, 1, 0) == 0;
}
