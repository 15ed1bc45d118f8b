/* SPDX-License-Identifier: MIT */
/*
 * A model of the Mellanox ConnectX-5: its state, which all parts share.
 *
 *     init segment ─ command queue ── commands ── objects: UARs, EQs, CQs, SQs, RQs, tables, ...
 *     UAR pages ──── doorbells ─┬─ SQ ── WQEs ── offloads ── wire ── transmit
 *                               ├─ CQ arming ─┐
 *                               └─ EQ arming ─┴─ events ── interrupts
 *        wire ─ receive ── packet ── steering ── TIR, RSS ── RQ ── CQ ── EQ
 *
 * The device has hardly any registers: it is driven by commands in guest memory, which create
 * objects and name them by numbers. Whatever number a guest gives is looked up in tables of fixed
 * size (numbers.h); addresses of its rings are kept, pointers into its memory are not.
 *
 * There is no public datasheet of all of it. What is cited is the driver of Linux 6.12,
 * drivers/net/ethernet/mellanox/mlx5/core, and include/linux/mlx5.
 */
#ifndef MLX5_H
#define MLX5_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/nic.h"
#include "buffer.h"
#include "numbers.h"

#define MLX5_PAGE 4096u
#define MLX5_UAR_FIRST 16u		/* pages of the BAR before it: the initialization segment */
#define MLX5_BAR_BYTES (1u << 20)
#define MLX5_VECTORS 64u

/* How many there can be of each kind, number 0 included, which is never given out. */
#define MLX5_PDS 64u
#define MLX5_TDS 64u
#define MLX5_UARS 128u
#define MLX5_MKEYS 64u
#define MLX5_TISES 64u
#define MLX5_COUNTER_SETS 64u
#define MLX5_EQS 64u
#define MLX5_CQS 1024u
#define MLX5_SQS 512u
#define MLX5_RQS 256u
#define MLX5_RQTS 256u
#define MLX5_TIRS 256u
#define MLX5_TABLES 64u
#define MLX5_GROUPS 512u
#define MLX5_ENTRIES 8192u

#define MLX5_RQT_MAX 512u		/* RQs of an RQT */
#define MLX5_LOG_RING_MAX 14u		/* entries of a ring, as a logarithm */
#define MLX5_LEVELS 64u			/* of flow tables */
#define MLX5_ENTRY_BUCKETS 4096u
#define MLX5_MATCH_BYTES 64u
#define MLX5_LOG_MAC_LIST 7u		/* addresses of a vport, of either kind */
#define MLX5_LOG_VLAN_LIST 9u
#define MLX5_MTU_MAX 10000u		/* with the headers and the checksum of Ethernet */
#define MLX5_CLOCK_KHZ 1000000u		/* of time stamps: they count nanoseconds */
/* What one packet of an SQ may hold: a segmentation of BIG TCP, and its headers. */
#define MLX5_TX_PACKET_MAX ((1u << 19) + 2048u)

#define MLX5_TIMER_RETRY 0u		/* to look for WQEs again */

enum mlx5_kind {
	MLX5_PD, MLX5_TD, MLX5_UAR, MLX5_MKEY, MLX5_TIS, MLX5_COUNTER_SET, MLX5_EQ, MLX5_CQ,
	MLX5_SQ, MLX5_RQ, MLX5_RQT, MLX5_TIR, MLX5_TABLE, MLX5_GROUP,
	MLX5_KINDS
};

/* How far the driver has come: ENABLE_HCA, then INIT_HCA. */
enum mlx5_stage {
	MLX5_DISABLED,
	MLX5_ENABLED,
	MLX5_INITIALIZED,
};

/* The states of SQs and RQs, as the commands have them. */
enum mlx5_queue_state {
	MLX5_RESET = 0,
	MLX5_READY = 1,
	MLX5_ERROR = 3,
};

struct mlx5_mkey {
	uint8_t variant;		/* the lowest byte of the key */
	bool reads, writes;		/* what the device may do */
};

struct mlx5_eq {
	struct mlx5_buffer ring;
	unsigned int log_size;
	uint32_t producer, consumer;
	bool armed;
	unsigned int vector;
	uint64_t events[4];		/* event types it takes, a bit each */
};

struct mlx5_cq {
	struct mlx5_buffer ring;
	unsigned int log_size;
	uint32_t producer, consumer;	/* the latter as last seen */
	bool armed, failed;
	bool overruns;			/* the driver says that overruns are no error */
	uint32_t eq, uar;
	uint64_t record;		/* where the driver writes its consumer index */
};

struct mlx5_sq {
	struct mlx5_buffer ring;
	unsigned int log_size;		/* of basic blocks of 64 bytes */
	enum mlx5_queue_state state;
	uint32_t cq, tis;
	uint64_t record;
	uint16_t consumer;
	unsigned int segments_sent;	/* of the packet at consumer, which the wire stopped */
};

struct mlx5_rq {
	struct mlx5_buffer ring;
	unsigned int log_size, log_stride;
	enum mlx5_queue_state state;
	uint32_t cq, counter_set;
	uint64_t record;
	uint16_t consumer;
	bool keeps_vlan;
};

struct mlx5_rqt {
	unsigned int size;		/* a power of two */
	uint32_t rqs[MLX5_RQT_MAX];
};

#define MLX5_HASH_KEY_BYTES 40u

struct mlx5_tir {
	bool indirect;
	uint32_t rq, rqt;		/* one of them */
	unsigned int hash;		/* its function */
	bool symmetric;
	uint32_t fields;		/* as in rx_hash_field_select */
	uint8_t key[MLX5_HASH_KEY_BYTES];
};

/* A flow table: its groups in the order of their entries' indices, which is that of matching. */
struct mlx5_table {
	unsigned int level, log_size;
	uint32_t miss;			/* a table, or 0: dropped */
	uint32_t first_group;
};

struct mlx5_group {
	uint32_t table, next;
	uint32_t start, end;		/* indices of entries */
	uint8_t mask[MLX5_MATCH_BYTES];
};

enum mlx5_action {
	MLX5_ACTION_DROP,
	MLX5_ACTION_TABLE,
	MLX5_ACTION_TIR,
};

struct mlx5_entry {
	bool used;
	uint32_t group, index;
	enum mlx5_action action;
	uint32_t destination, tag;
	uint8_t value[MLX5_MATCH_BYTES];	/* under the group's mask */
	uint16_t next;			/* in its bucket, plus one; 0: last */
};

struct mlx5_flows {
	uint32_t root;
	struct mlx5_entry entries[MLX5_ENTRIES];
	uint16_t buckets[MLX5_ENTRY_BUCKETS];	/* first entry plus one */
	unsigned int used;
};

/* The vport's context: what MODIFY_NIC_VPORT_CONTEXT set, for the queries. */
struct mlx5_vport {
	uint8_t address[6];
	uint16_t mtu;
	uint8_t promiscuous;		/* all, multicast and unicast frames, a bit each */
	uint16_t listed[3];		/* unicast and multicast addresses, VLANs */
	uint8_t addresses[2][8u << MLX5_LOG_MAC_LIST];
	uint8_t vlans[4u << MLX5_LOG_VLAN_LIST];
};

/* Frames and bytes of a direction. Bytes are without the checksum. */
struct mlx5_traffic {
	uint64_t frames[3], bytes[3];	/* unicast, multicast, broadcast */
	uint64_t lengths[10];		/* a histogram: RFC 2819, going on to 10239 bytes */
};

struct mlx5_statistics {
	struct mlx5_traffic rx, tx;
	uint64_t rx_too_long, rx_discards, tx_discards, link_downs;
	uint64_t out_of_buffer[MLX5_COUNTER_SETS];
};

struct mlx5_link {
	bool enabled;			/* the driver lets the port run (PAOS) */
	bool up;			/* as last seen */
	uint16_t mtu;
	bool rx_pause, tx_pause;	/* as set; there are no pause frames */
};

/* What the users of the model see; unlike the statistics these are never cleared. */
struct mlx5_counters {
	uint64_t tx_frames, tx_bytes, tx_dropped;
	uint64_t rx_frames, rx_bytes, rx_missed, rx_filtered, rx_dropped;
	uint64_t interrupts, events, events_lost, commands, commands_refused;
	uint64_t bad_addresses, bad_wqes, cq_overruns, resets;
};

struct mlx5 {
	struct nic *nic;

	/* The initialization segment. */
	uint64_t command_queue;
	uint32_t nic_interface;		/* who may use the device, as the driver wrote it */
	uint32_t commands_due;		/* a bit each, of the command queue's entries */
	uint32_t health_counter;
	uint32_t doorbell_word;		/* the first half of one that comes in two */
	uint64_t doorbell_at;

	enum mlx5_stage stage;
	unsigned int log_max_qp, log_max_uc_list;	/* what SET_HCA_CAP can lower */
	struct mlx5_numbers numbers[MLX5_KINDS];
	struct mlx5_mkey mkeys[MLX5_MKEYS];
	struct mlx5_eq eqs[MLX5_EQS];
	struct mlx5_cq cqs[MLX5_CQS];
	struct mlx5_sq sqs[MLX5_SQS];
	struct mlx5_rq rqs[MLX5_RQS];
	struct mlx5_rqt rqts[MLX5_RQTS];
	struct mlx5_tir tirs[MLX5_TIRS];
	struct mlx5_table tables[MLX5_TABLES];
	struct mlx5_group groups[MLX5_GROUPS];
	struct mlx5_flows flows;
	struct mlx5_vport vport;
	struct mlx5_link link;
	struct mlx5_statistics statistics;

	struct mlx5_numbers ready_sqs;	/* those with WQEs to look at */
	unsigned int next_sq;		/* the one whose turn it is */
	bool wire_full;
	uint32_t rx_waits_for;		/* the RQ that a frame on the wire waits for; 0: none */
	struct mlx5_counters counters;
	uint8_t packet[MLX5_TX_PACKET_MAX];	/* the packet being sent */
};

/* The object of a number, or NULL: there is none. The guest may give any number. */
#define MLX5_OBJECT(chip, KIND, array, number) \
	(mlx5_numbers__has(&(chip)->numbers[KIND], number) ? &(chip)->array[number] : NULL)

/* Of a key as WQEs have it, or NULL. */
static inline const struct mlx5_mkey *mlx5__mkey(const struct mlx5 *chip, uint32_t key)
{
	const struct mlx5_mkey *mkey = MLX5_OBJECT(chip, MLX5_MKEY, mkeys, key >> 8);

	return mkey && mkey->variant == (key & 0xff) ? mkey : NULL;
}

/* UARs are known by their pages in the BAR. */
static inline bool mlx5__has_uar(const struct mlx5 *chip, uint32_t page)
{
	return page >= MLX5_UAR_FIRST &&
	       mlx5_numbers__has(&chip->numbers[MLX5_UAR], page - MLX5_UAR_FIRST);
}

#endif
