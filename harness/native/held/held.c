// SPDX-License-Identifier: MIT
/*
 * A socket whose owner holds its mutex for as long as it likes: it registers a UMEM in a page that
 * is a file's, and the file system, which is this program, does not say what is in the file.
 *
 *	held: FUSE file system, prints "held PID" when asked for the page, answers after SIGUSR1
 *	  |
 *	  +-- owner: socket, setsockopt(XDP_UMEM_REG), which waits for the page
 *
 * Killing it ends both.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <linux/if_xdp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define PAGE_BYTES	4096
#define FILE_NODE	2

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void own_socket(const char *directory)
{
	struct xdp_umem_reg umem = { .len = PAGE_BYTES, .chunk_size = PAGE_BYTES / 2 };
	char path[64];
	int file, fd;
	void *page;

	snprintf(path, sizeof(path), "%s/page", directory);
	file = open(path, O_RDONLY);
	fd = socket(AF_XDP, SOCK_RAW, 0);

	if (file < 0 || fd < 0)
		die("opening the file and the socket");
	page = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
	if (page == MAP_FAILED)
		die("mapping the file");
	/* Nobody else needs to find it. */
	umount2(directory, MNT_DETACH);
	rmdir(directory);
	umem.addr = (__u64)(unsigned long)page;
	if (setsockopt(fd, SOL_XDP, XDP_UMEM_REG, &umem, sizeof(umem)))
		die("registering the UMEM");
	puts("released");
	fflush(stdout);
	pause();
}

static void answer(int fuse, __u64 unique, int error, const void *data, size_t length)
{
	struct fuse_out_header header = { .len = sizeof(header) + length, .error = -error, .unique = unique };
	struct iovec parts[] = {
		{ .iov_base = &header, .iov_len = sizeof(header) },
		{ .iov_base = (void *)data, .iov_len = length },
	};

	/* Whoever asked may have gone. */
	if (writev(fuse, parts, length ? 2 : 1) < 0 && errno != ENOENT)
		die("answering the kernel");
}

static struct fuse_attr attributes(__u64 node)
{
	return (struct fuse_attr) {
		.ino = node, .nlink = 1, .blksize = PAGE_BYTES,
		.mode = node == FUSE_ROOT_ID ? S_IFDIR | 0555 : S_IFREG | 0444,
		.size = node == FUSE_ROOT_ID ? 0 : PAGE_BYTES,
	};
}

static void wait_for_release(const sigset_t *release)
{
	int signal;

	printf("held %d\n", getpid());
	fflush(stdout);
	sigwait(release, &signal);
}

static void serve(int fuse, const sigset_t *release)
{
	static char request[1 << 17], page[PAGE_BYTES];
	const struct fuse_in_header *in = (const void *)request;

	for (;;) {
		if (read(fuse, request, sizeof(request)) < 0) {
			if (errno == EINTR || errno == ENOENT)
				continue;
			return;
		}
		switch (in->opcode) {
		case FUSE_INIT: {
			struct fuse_init_out out = {
				.major = FUSE_KERNEL_VERSION, .minor = FUSE_KERNEL_MINOR_VERSION,
				.max_write = PAGE_BYTES,
			};

			answer(fuse, in->unique, 0, &out, sizeof(out));
			break;
		}
		case FUSE_LOOKUP: {
			struct fuse_entry_out out = { .nodeid = FILE_NODE, .attr_valid = 60, .entry_valid = 60,
						      .attr = attributes(FILE_NODE) };

			answer(fuse, in->unique, 0, &out, sizeof(out));
			break;
		}
		case FUSE_GETATTR: {
			struct fuse_attr_out out = { .attr_valid = 60, .attr = attributes(in->nodeid) };

			answer(fuse, in->unique, 0, &out, sizeof(out));
			break;
		}
		case FUSE_OPEN: {
			struct fuse_open_out out = { 0 };

			answer(fuse, in->unique, 0, &out, sizeof(out));
			break;
		}
		case FUSE_READ:
			wait_for_release(release);
			answer(fuse, in->unique, 0, page, sizeof(page));
			break;
		case FUSE_FORGET:
		case FUSE_BATCH_FORGET:
		case FUSE_INTERRUPT:
			break;
		default:
			answer(fuse, in->unique, ENOSYS, NULL, 0);
		}
	}
}

int main(void)
{
	char directory[] = "/tmp/flash-held-XXXXXX", options[80];
	int fuse = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	sigset_t release;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigemptyset(&release);
	sigaddset(&release, SIGUSR1);
	sigprocmask(SIG_BLOCK, &release, NULL);
	if (fuse < 0 || !mkdtemp(directory))
		die("opening /dev/fuse");
	snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0", fuse);
	if (mount("held", directory, "fuse", MS_NOSUID | MS_NODEV, options))
		die("mounting");

	if (!fork()) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(fuse);
		own_socket(directory);
		return 0;
	}
	serve(fuse, &release);
	return 0;
}
