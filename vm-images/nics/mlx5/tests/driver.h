/* SPDX-License-Identifier: MIT */
/*
 * The least a driver of the ConnectX-5 does, for the model's tests: commands, rings, a way for
 * frames. It knows the device by its commands alone; fields are by bit as in mlx5_ifc.h.
 */
#ifndef MLX5_DRIVER_H
#define MLX5_DRIVER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "mlx5/command.h"
#include "mlx5/cq.h"
#include "mlx5/eq.h"
#include "mlx5/fields.h"
#include "mlx5/model.h"
#include "test/fake_guest.h"
#include "test/frames.h"

#define DRIVER_BOXES 17u
#define DRIVER_LOG_RING 4u
#define DRIVER_RING (1u << DRIVER_LOG_RING)
#define DRIVER_BUFFER 2048u
#define DRIVER_TOKEN 0x5a
#define UNMAPPED (GUEST_BASE + GUEST_BYTES)

/* Of completion and event queues alike. */
struct ring {
	uint32_t number;
	uint64_t base, record;
	unsigned int log_size;
	uint32_t next;			/* consumer index */
};

struct queue {
	uint32_t number;
	uint64_t base, record, buffers;
	uint16_t next;			/* producer index */
	struct ring cq;
};

struct driver {
	struct guest *guest;
	uint64_t commands, in_boxes, out_boxes;
	uint8_t in[MLX5_COMMAND_MAX], out[MLX5_COMMAND_MAX];
	uint8_t delivery;
	uint32_t uar, pd, domain, key, tis;
	struct ring events, completions;	/* EQs: of everything else, and of CQs */
};

static inline void *driver__at(struct driver *driver, uint64_t address)
{
	return guest__at(driver->guest, address);
}

/* A word of the initialization segment, as ioread32be() and iowrite32be() have it. */
static inline uint32_t driver__segment(struct driver *driver, uint32_t offset)
{
	return __builtin_bswap32(guest__read32(driver->guest, offset));
}

static inline void driver__set_segment(struct driver *driver, uint32_t offset, uint32_t value)
{
	guest__write32(driver->guest, offset, __builtin_bswap32(value));
}

/* Begins a command; its fields are then set in driver->in. */
static inline uint8_t *driver__begin(struct driver *driver, uint16_t opcode, uint16_t modifier)
{
	memset(driver->in, 0, sizeof(driver->in));
	put_be16(driver->in, opcode);
	put_be16(driver->in + 6, modifier);
	return driver->in;
}

static inline uint64_t driver__box(uint64_t boxes, unsigned int number)
{
	return boxes + 1024 * number;
}

static inline void driver__link_boxes(struct driver *driver, uint64_t boxes)
{
	for (unsigned int i = 0; i < DRIVER_BOXES; i++) {
		uint8_t *box = driver__at(driver, driver__box(boxes, i));

		put_be64(box + 560, i + 1 < DRIVER_BOXES ? driver__box(boxes, i + 1) : 0);
		put_be32(box + 568, i);
		box[573] = DRIVER_TOKEN;
	}
}

/* What is beyond the 16 bytes of the entry, to or from mailboxes. */
static inline void driver__copy_boxes(struct driver *driver, uint64_t boxes, uint8_t *data,
				      size_t bytes, bool in)
{
	for (size_t at = 16, i = 0; at < bytes; at += 512, i++) {
		uint8_t *box = driver__at(driver, driver__box(boxes, i));
		size_t part = bytes - at < 512 ? bytes - at : 512;

		if (in)
			memcpy(box, data + at, part);
		else
			memcpy(data + at, box, part);
	}
}

static inline uint8_t *driver__entry(struct driver *driver, unsigned int slot)
{
	return driver__at(driver, driver->commands + 64 * slot);
}

/* Puts the command that was begun into an entry, and rings. */
static inline void driver__post(struct driver *driver, unsigned int slot, size_t in_bytes,
				size_t out_bytes)
{
	uint8_t *entry = driver__entry(driver, slot);

	driver__copy_boxes(driver, driver->in_boxes, driver->in, in_bytes, true);
	memset(entry, 0, 64);
	entry[0] = 7;
	put_be32(entry + 4, in_bytes);
	put_be64(entry + 8, driver->in_boxes);
	memcpy(entry + 16, driver->in, 16);
	put_be64(entry + 48, driver->out_boxes);
	put_be32(entry + 56, out_bytes);
	entry[60] = DRIVER_TOKEN;
	entry[63] = 1;
	driver__set_segment(driver, 0x18, 1u << slot);
	guest__run(driver->guest);
}

/* The command that was begun, of @in_bytes. Returns its status; its answer is in driver->out. */
static inline unsigned int driver__command(struct driver *driver, size_t in_bytes, size_t out_bytes)
{
	uint8_t *entry = driver__entry(driver, 0);

	driver__post(driver, 0, in_bytes, out_bytes);
	assert_int_equal(entry[63] & 1, 0);
	driver->delivery = entry[63] >> 1;
	memcpy(driver->out, entry + 32, 16);
	driver__copy_boxes(driver, driver->out_boxes, driver->out, out_bytes, false);
	return driver->out[0];
}

/* A command that has no fields but a number, where most have it. */
static inline unsigned int driver__simple(struct driver *driver, uint16_t opcode, uint32_t number)
{
	field__set(driver__begin(driver, opcode, 0), COMMAND_NUMBER, number);
	return driver__command(driver, 16, 16);
}

static inline uint32_t driver__number(struct driver *driver)
{
	return field__get(driver->out, COMMAND_NUMBER);
}

static inline uint32_t driver__allocate(struct driver *driver, uint16_t opcode)
{
	assert_int_equal(driver__simple(driver, opcode, 0), MLX5_OK);
	return driver__number(driver);
}

/* No more than a command queue. */
static inline struct driver driver__start_bare(void)
{
	struct driver driver = { .guest = guest__create(&mlx5_model) };

	driver.commands = guest__alloc(driver.guest, 4096, 4096);
	driver.in_boxes = guest__alloc(driver.guest, 1024 * DRIVER_BOXES, 1024);
	driver.out_boxes = guest__alloc(driver.guest, 1024 * DRIVER_BOXES, 1024);
	driver__link_boxes(&driver, driver.in_boxes);
	driver__link_boxes(&driver, driver.out_boxes);
	driver__set_segment(&driver, 0x10, driver.commands >> 32);
	driver__set_segment(&driver, 0x14, driver.commands);
	return driver;
}

/* Memory for a ring, and the list of its pages. */
static inline void driver__put_pages(struct driver *driver, uint8_t *list, uint64_t *base,
				     size_t bytes)
{
	*base = guest__alloc(driver->guest, bytes < 4096 ? 4096 : bytes, 4096);
	for (size_t at = 0; at < bytes; at += 4096)
		put_be64(list + at / 512, *base + at);
}

static inline struct ring driver__create_eq(struct driver *driver, unsigned int vector,
					    uint64_t events)
{
	struct ring eq = { .log_size = DRIVER_LOG_RING };
	uint8_t *in = driver__begin(driver, 0x301, 0);

	field__set(in, 0x80 + 0x63, 5, eq.log_size);
	field__set(in, 0x80 + 0x68, 24, driver->uar);
	field__set(in, 0x80 + 0xb4, 12, vector);
	put_be64(in + 0x58, events);
	driver__put_pages(driver, in + 0x110, &eq.base, DRIVER_RING * 64);
	assert_int_equal(driver__command(driver, 0x118, 16), MLX5_OK);
	eq.number = field__get(driver->out, 0x58, 8);
	for (unsigned int i = 0; i < DRIVER_RING; i++)
		((uint8_t *)driver__at(driver, eq.base))[64 * i + 63] = 1;
	return eq;
}

/* Tells the device how far the EQ was read, and arms it. */
static inline void eq__arm(struct driver *driver, struct ring *eq)
{
	uint64_t doorbell = (uint64_t)driver->uar * 4096 + 0x40;

	guest__write32(driver->guest, doorbell,
		       __builtin_bswap32(eq->number << 24 | (eq->next & 0xffffff)));
	guest__run(driver->guest);
}

/* The next event, or NULL. */
static inline uint8_t *eq__take(struct driver *driver, struct ring *eq)
{
	uint8_t *entry = driver__at(driver, eq->base + 64 * (eq->next % (1u << eq->log_size)));

	if ((entry[63] ^ eq->next >> eq->log_size) & 1)
		return NULL;
	eq->next++;
	return entry;
}

static inline struct ring driver__create_cq_of(struct driver *driver, unsigned int log_size)
{
	struct ring cq = { .log_size = log_size };
	uint8_t *in = driver__begin(driver, 0x400, 0), *entries;

	cq.record = guest__alloc(driver->guest, 8, 8);
	field__set(in, 0x80 + 0x63, 5, log_size);
	field__set(in, 0x80 + 0x68, 24, driver->uar);
	field__set(in, 0x80 + 0xa0, 32, driver->completions.number);
	field__set(in, 0x80 + 0x1c0, 64, cq.record);
	driver__put_pages(driver, in + 0x110, &cq.base, (size_t)64 << log_size);
	assert_int_equal(driver__command(driver, 0x110 + (8 << log_size) / 64 + 8, 16), MLX5_OK);
	cq.number = driver__number(driver);
	entries = driver__at(driver, cq.base);
	for (unsigned int i = 0; i < 1u << log_size; i++)
		entries[64 * i + 63] = 0xf1;
	return cq;
}

static inline struct ring driver__create_cq(struct driver *driver)
{
	return driver__create_cq_of(driver, DRIVER_LOG_RING);
}

/* The next completion, or NULL; the device is told by the record. */
static inline uint8_t *cq__take(struct driver *driver, struct ring *cq)
{
	uint8_t *entry = driver__at(driver, cq->base + 64 * (cq->next % (1u << cq->log_size)));

	if (entry[63] >> 4 == 0xf || (entry[63] ^ cq->next >> cq->log_size) & 1)
		return NULL;
	cq->next++;
	put_be32(driver__at(driver, cq->record), cq->next & 0xffffff);
	return entry;
}

static inline void cq__arm(struct driver *driver, struct ring *cq)
{
	uint8_t doorbell[8];

	put_be32(doorbell, cq->next & 0xffffff);
	put_be32(doorbell + 4, cq->number);
	guest__write(driver->guest, 0, (uint64_t)driver->uar * 4096 + 0x20, le64(doorbell), 8);
	guest__run(driver->guest);
}

/* With all that queues need. */
static inline struct driver driver__start(void)
{
	struct driver driver = driver__start_bare();
	uint8_t *in;

	assert_int_equal(driver__simple(&driver, 0x104, 0), MLX5_OK);
	assert_int_equal(driver__simple(&driver, 0x102, 0), MLX5_OK);
	driver.uar = driver__allocate(&driver, 0x802);
	driver.pd = driver__allocate(&driver, 0x800);
	driver.domain = driver__allocate(&driver, 0x816);
	driver.events = driver__create_eq(&driver, 0, 1u << MLX5_EVENT_CQ_ERROR |
						      1u << MLX5_EVENT_PORT_CHANGE);
	driver.completions = driver__create_eq(&driver, 1, 0);
	eq__arm(&driver, &driver.events);
	eq__arm(&driver, &driver.completions);

	in = driver__begin(&driver, 0x200, 0);
	field__set(in, 0x94, 2, 3);	/* reads and writes */
	field__set(in, 0xb8, 8, 0x77);
	field__set(in, 0xe0, 1, 1);
	field__set(in, 0xe8, 24, driver.pd);
	assert_int_equal(driver__command(&driver, 0x110, 16), MLX5_OK);
	driver.key = driver__number(&driver) << 8 | 0x77;

	field__set(driver__begin(&driver, 0x912, 0), 0x228, 24, driver.domain);
	assert_int_equal(driver__command(&driver, 0xc0, 16), MLX5_OK);
	driver.tis = driver__number(&driver);
	return driver;
}

static inline void driver__stop(struct driver *driver)
{
	guest__destroy(driver->guest);
}

/* SQs (@opcode 0x905) and RQs (0x909) alike. */
static inline unsigned int queue__modify(struct driver *driver, uint16_t opcode, uint32_t number,
					 unsigned int from, unsigned int to)
{
	uint8_t *in = driver__begin(driver, opcode, 0);

	field__set(in, 0x40, 4, from);
	field__set(in, COMMAND_NUMBER, number);
	field__set(in, 0x108, 4, to);
	return driver__command(driver, 0x110, 16);
}

static inline uint8_t *queue__begin(struct driver *driver, uint16_t opcode, struct queue *queue,
				    unsigned int log_size, unsigned int log_stride)
{
	uint8_t *in;

	queue->record = guest__alloc(driver->guest, 8, 8);
	queue->cq = driver__create_cq(driver);
	queue->buffers = guest__alloc(driver->guest, DRIVER_BUFFER * DRIVER_RING, 4096);
	in = driver__begin(driver, opcode, 0);
	field__set(in, 0x148, 24, queue->cq.number);
	field__set(in, 0x280, 4, 1);
	field__set(in, 0x2c8, 24, driver->pd);
	field__set(in, 0x300, 64, queue->record);
	field__set(in, 0x38c, 4, log_stride);
	field__set(in, 0x39b, 5, log_size);
	driver__put_pages(driver, in + 0x110, &queue->base, (size_t)1 << (log_size + log_stride));
	return in;
}

static inline struct queue driver__create_sq(struct driver *driver)
{
	struct queue sq = { 0 };
	uint8_t *in = queue__begin(driver, 0x904, &sq, DRIVER_LOG_RING, 6);

	field__set(in, 0x200, 16, 1);
	field__set(in, 0x268, 24, driver->tis);
	assert_int_equal(driver__command(driver, 0x118, 16), MLX5_OK);
	sq.number = driver__number(driver);
	assert_int_equal(queue__modify(driver, 0x905, sq.number, 0, 1), MLX5_OK);
	return sq;
}

/* @vsd: the VLAN tag stays in the frame. */
static inline struct queue driver__create_rq(struct driver *driver, unsigned int log_stride,
					     bool vsd)
{
	struct queue rq = { 0 };
	uint8_t *in = queue__begin(driver, 0x908, &rq, DRIVER_LOG_RING, log_stride);

	field__set(in, 0x103, 1, vsd);
	assert_int_equal(driver__command(driver, 0x118, 16), MLX5_OK);
	rq.number = driver__number(driver);
	assert_int_equal(queue__modify(driver, 0x909, rq.number, 0, 1), MLX5_OK);
	return rq;
}

static inline uint8_t *sq__block(struct driver *driver, const struct queue *sq, uint16_t index)
{
	return driver__at(driver, sq->base + 64 * (index % DRIVER_RING));
}

/* A WQE's control segment. Returns the WQE, of which the rest is zero. */
static inline uint8_t *sq__begin(struct driver *driver, struct queue *sq, uint8_t opcode,
				 unsigned int segments)
{
	uint8_t *wqe = sq__block(driver, sq, sq->next);

	memset(wqe, 0, 64);
	put_be32(wqe, (uint32_t)sq->next << 8 | opcode);
	put_be32(wqe + 4, sq->number << 8 | segments);
	wqe[11] = 0x08;
	return wqe;
}

static inline void sq__put_data(struct driver *driver, uint8_t *segment, uint64_t address,
				uint32_t bytes)
{
	put_be32(segment, bytes);
	put_be32(segment + 4, driver->key);
	put_be64(segment + 8, address);
}

/* Posts WQEs of @blocks, and rings. */
static inline void sq__kick(struct driver *driver, struct queue *sq, unsigned int blocks)
{
	uint8_t doorbell[8];

	sq->next += blocks;
	put_be32((uint8_t *)driver__at(driver, sq->record) + 4, sq->next);
	put_be32(doorbell, (uint32_t)(sq->next - blocks) << 8);
	put_be32(doorbell + 4, sq->number << 8 | 1);
	guest__write(driver->guest, 0, (uint64_t)driver->uar * 4096 + 0x800, le64(doorbell), 8);
	guest__run(driver->guest);
}

/* A frame in one buffer: control, Ethernet and data. */
static inline uint8_t *sq__put_frame(struct driver *driver, struct queue *sq, const void *frame,
				     size_t bytes)
{
	uint64_t buffer = sq->buffers + DRIVER_BUFFER * (sq->next % DRIVER_RING);
	uint8_t *wqe = sq__begin(driver, sq, 0x0a, 3);

	memcpy(driver__at(driver, buffer), frame, bytes);
	sq__put_data(driver, wqe + 32, buffer, bytes);
	return wqe;
}

static inline uint64_t rq__buffer(const struct queue *rq, unsigned int index)
{
	return rq->buffers + DRIVER_BUFFER * (index % DRIVER_RING);
}

/* Posts WQEs of one buffer each; nothing tells the device. */
static inline void rq__fill(struct driver *driver, struct queue *rq, unsigned int count)
{
	for (; count; count--, rq->next++)
		sq__put_data(driver, driver__at(driver, rq->base + 16 * (rq->next % DRIVER_RING)),
			     rq__buffer(rq, rq->next), DRIVER_BUFFER);
	put_be32(driver__at(driver, rq->record), rq->next);
}

/* A TIR straight to an RQ. */
static inline uint32_t driver__create_direct_tir(struct driver *driver, uint32_t rq)
{
	uint8_t *in = driver__begin(driver, 0x900, 0);

	field__set(in, 0x1e8, 24, rq);
	field__set(in, 0x228, 24, driver->domain);
	assert_int_equal(driver__command(driver, 0x110, 16), MLX5_OK);
	return driver__number(driver);
}

/* Returns the number, or 0: the status is in driver->out. @miss: a table, or 0. */
static inline uint32_t driver__create_table(struct driver *driver, unsigned int level,
					    uint32_t miss)
{
	uint8_t *in = driver__begin(driver, 0x930, 0);

	field__set(in, 0xc4, 4, miss ? 1 : 0);
	field__set(in, 0xc8, 8, level);
	field__set(in, 0xd8, 8, 4);
	field__set(in, 0xe8, 24, miss);
	return driver__command(driver, 64, 16) ? 0 : driver__number(driver);
}

static inline uint32_t driver__create_group(struct driver *driver, uint32_t table, uint32_t start,
					    uint32_t end, const uint8_t *mask)
{
	uint8_t *in = driver__begin(driver, 0x933, 0);

	field__set(in, 0xa8, 24, table);
	field__set(in, 0xe0, 32, start);
	field__set(in, 0x120, 32, end);
	if (mask) {
		in[0x3f] = 1;
		memcpy(in + 0x40, mask, MLX5_MATCH_BYTES);
	}
	return driver__command(driver, 0x400, 16) ? 0 : driver__number(driver);
}

/* @kind: 1 a table, 2 a TIR; 0: dropped. Returns the status. */
static inline unsigned int driver__set_entry(struct driver *driver, uint32_t table, uint32_t group,
					     uint32_t index, const uint8_t *value,
					     unsigned int kind, uint32_t destination)
{
	uint8_t *in = driver__begin(driver, 0x936, 0);

	field__set(in, 0xa8, 24, table);
	field__set(in, 0x100, 32, index);
	field__set(in, 0x220, 32, group);
	field__set(in, 0x248, 24, 0xabc);
	field__set(in, 0x270, 16, kind ? 4 : 2);
	field__set(in, 0x288, 24, kind ? 1 : 0);
	if (value)
		memcpy(in + 0x80, value, MLX5_MATCH_BYTES);
	field__set(in, 0x1a00, 8, kind);
	field__set(in, 0x1a08, 24, destination);
	return driver__command(driver, kind ? 0x348 : 0x340, 16);
}

static inline unsigned int driver__set_root(struct driver *driver, uint32_t table)
{
	field__set(driver__begin(driver, 0x92f, 0), 0xa8, 24, table);
	return driver__command(driver, 64, 16);
}

/* Everything goes to a TIR. Returns the table. */
static inline uint32_t driver__steer_all(struct driver *driver, uint32_t tir)
{
	uint32_t table = driver__create_table(driver, 1, 0);
	uint32_t group = driver__create_group(driver, table, 0, 15, NULL);

	assert_int_equal(driver__set_entry(driver, table, group, 0, NULL, 2, tir), MLX5_OK);
	assert_int_equal(driver__set_root(driver, table), MLX5_OK);
	return table;
}

#endif
