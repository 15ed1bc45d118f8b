// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pcapng.h"

enum { section_block = 0x0a0d0d0a, interface_block = 1, packet_block = 6 };
enum { byte_order_magic = 0x1a2b3c4d, link_ethernet = 1, option_resolution = 9, nanoseconds = 9 };

/* In the byte order of the machine, which the magic tells. */
struct section_header {
	__u32 type, len, magic;
	__u16 major, minor;
	__u32 section_len[2];	/* all ones: until the end of the file */
	__u32 len_again;
};

struct interface_description {
	__u32 type, len;
	__u16 link_type, reserved;
	__u32 snap;
	__u16 resolution, resolution_len;
	__u8 resolution_value, padding[3];
	__u16 end, end_len;
	__u32 len_again;
};

/* The packet follows, padded to words, and the length again. */
struct enhanced_packet {
	__u32 type, len, interface;
	__u32 time_upper, time_lower;
	__u32 captured_len, packet_len;
};

static int write_all(struct pcapng *pcapng, const void *data, size_t len)
{
	if (fwrite(data, 1, len, pcapng->file) != len)
		return -errno;
	pcapng->written += len;
	return 0;
}

/* What is in a file goes only if nobody else writes to it. */
static int empty(int fd)
{
	struct stat status;

	if (flock(fd, LOCK_EX | LOCK_NB))
		return -errno;
	if (fstat(fd, &status))
		return -errno;
	return S_ISREG(status.st_mode) && ftruncate(fd, 0) ? -errno : 0;
}

static int open_empty(FILE **file, const char *path)
{
	int err, fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);

	if (fd < 0)
		return -errno;
	err = empty(fd);
	if (!err) {
		*file = fdopen(fd, "w");
		err = *file ? 0 : -errno;
	}
	if (err)
		close(fd);
	return err;
}

int pcapng__create(struct pcapng *pcapng, const char *path, __u32 snap)
{
	const struct section_header section = {
		.type = section_block,
		.len = sizeof(section),
		.magic = byte_order_magic,
		.major = 1,
		.section_len = { ~0u, ~0u },
		.len_again = sizeof(section),
	};
	const struct interface_description interface = {
		.type = interface_block,
		.len = sizeof(interface),
		.link_type = link_ethernet,
		.snap = snap,
		.resolution = option_resolution,
		.resolution_len = 1,
		.resolution_value = nanoseconds,
		.len_again = sizeof(interface),
	};
	int err;

	*pcapng = (struct pcapng) { .snap = snap };
	err = open_empty(&pcapng->file, path);
	if (err)
		return err;
	err = write_all(pcapng, &section, sizeof(section));
	if (!err)
		err = write_all(pcapng, &interface, sizeof(interface));
	return err ? err : pcapng__flush(pcapng);
}

static __u32 captured_len(const struct pcapng *pcapng, __u32 len)
{
	return len < pcapng->snap ? len : pcapng->snap;
}

__u32 pcapng__size(const struct pcapng *pcapng, __u32 len)
{
	__u32 padded = (captured_len(pcapng, len) + 3) & ~3u;

	return sizeof(struct enhanced_packet) + padded + sizeof(__u32);
}

int pcapng__write(struct pcapng *pcapng, __u64 time_ns, const void *packet, __u32 len)
{
	static const __u8 zeros[3];
	const struct enhanced_packet header = {
		.type = packet_block,
		.len = pcapng__size(pcapng, len),
		.time_upper = time_ns >> 32,
		.time_lower = time_ns & 0xffffffff,
		.captured_len = captured_len(pcapng, len),
		.packet_len = len,
	};
	int err = write_all(pcapng, &header, sizeof(header));

	if (!err)
		err = write_all(pcapng, packet, header.captured_len);
	if (!err)
		err = write_all(pcapng, zeros, -header.captured_len & 3);
	return err ? err : write_all(pcapng, &header.len, sizeof(header.len));
}

int pcapng__flush(struct pcapng *pcapng)
{
	return fflush(pcapng->file) ? -errno : 0;
}

int pcapng__close(struct pcapng *pcapng)
{
	FILE *file = pcapng->file;

	pcapng->file = NULL;
	return file && fclose(file) ? -errno : 0;
}
