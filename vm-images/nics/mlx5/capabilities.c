// SPDX-License-Identifier: MIT
/*
 * Capabilities (mlx5_ifc.h: cmd_hca_cap, per_protocol_networking_offload_caps, flow_table_nic_cap).
 * What is not listed is zero: among it striding receive queues, UMR, CQE compression, moderation of
 * CQs, several packets to a WQE, tunnels, LRO, RoCE, an e-switch, and changing flow tables and
 * entries, which ethtool's flow steering needs. The driver does without, and of some says so.
 */
#include "capabilities.h"
#include "fields.h"
#include "mlx5.h"

/* The logarithm of a constant that is a power of two. */
#define LOG2(value) __builtin_ctz(value)

#define LOG_MAX_QP 0x9b, 5
#define CMDIF_CHECKSUM 0x210, 2
#define LOG_UAR_PAGE_SIZE 0x490, 16
#define LOG_MAX_UC_LIST 0x3fb, 5

struct capability {
	unsigned int bit, width;
	uint32_t value;
};

static const struct capability general[] = {
	{ 0x006, 1, 1 },			/* page_request_disable: it needs none */
	{ 0x088, 8, MLX5_LOG_RING_MAX },	/* log_max_qp_sz */
	{ LOG_MAX_QP, LOG2(MLX5_SQS) },
	{ 0x0c8, 8, MLX5_LOG_RING_MAX },	/* log_max_cq_sz */
	{ 0x0db, 5, LOG2(MLX5_CQS) },
	{ 0x0e0, 8, MLX5_LOG_RING_MAX },	/* log_max_eq_sz */
	{ 0x0ea, 6, LOG2(MLX5_MKEYS) },
	{ 0x0fc, 4, LOG2(MLX5_EQS) },
	{ 0x181, 1, 1 },			/* vport_counters */
	{ 0x1a6, 1, 1 },			/* nic_flow_table */
	{ 0x1b6, 2, 1 },			/* port_type: Ethernet */
	{ 0x1b8, 8, 1 },			/* num_ports */
	{ 0x1c3, 5, 30 },			/* log_max_msg */
	{ 0x21c, 1, 1 },			/* eth_net_offloads */
	{ 0x258, 8, LOG2(MLX5_PAGE) },		/* log_pg_sz */
	{ 0x262, 1, 1 },			/* pad_tx_eth_packet */
	{ 0x26b, 5, 9 },			/* log_bf_reg_size: 4 doorbells in half a page */
	{ 0x290, 16, 1024 },			/* max_wqe_sz_sq */
	{ 0x2b0, 16, 512 },			/* max_wqe_sz_rq */
	{ 0x323, 5, LOG2(MLX5_TDS) },
	{ 0x32b, 5, LOG2(MLX5_PDS) },
	{ 0x363, 5, LOG2(MLX5_RQS) },
	{ 0x36b, 5, LOG2(MLX5_SQS) },
	{ 0x373, 5, LOG2(MLX5_TIRS) },
	{ 0x37b, 5, LOG2(MLX5_TISES) },
	{ 0x380, 1, 1 },			/* basic_cyclic_rcv_wqe */
	{ 0x38b, 5, LOG2(MLX5_RQTS) },
	{ 0x393, 5, LOG2(MLX5_RQT_MAX) },
	{ 0x3a3, 5, 9 },			/* log_max_stride_sz_rq */
	{ 0x3ab, 5, 4 },			/* log_min_stride_sz_rq */
	{ 0x3b3, 5, 6 },			/* log_max_stride_sz_sq, and the least */
	{ 0x3bb, 5, 6 },
	{ 0x3db, 5, MLX5_LOG_RING_MAX },	/* log_max_wq_sz */
	{ 0x3eb, 5, MLX5_LOG_VLAN_LIST },
	{ 0x3f3, 5, MLX5_LOG_MAC_LIST },	/* log_max_current_mc_list */
	{ LOG_MAX_UC_LIST, MLX5_LOG_MAC_LIST },
	{ 0x4c0, 32, MLX5_CLOCK_KHZ / 1000 },	/* device_frequency_mhz */
	{ 0x4e0, 32, MLX5_CLOCK_KHZ },
	{ }
};

static const struct capability ethernet[] = {
	{ 0x00, 1, 1 },				/* csum_cap */
	{ 0x01, 1, 1 },				/* vlan_cap */
	{ 0x07, 1, 1 },				/* wqe_vlan_insert */
	{ 0x08, 1, 1 },				/* self_lb_en_modifiable: there is no loopback */
	{ 0x0b, 5, LOG2(1u << 19) },		/* max_lso_cap */
	{ 0x12, 2, 2 },				/* wqe_inline_mode: no headers needed */
	{ 0x14, 4, LOG2(MLX5_RQT_MAX) },	/* rss_ind_tbl_cap */
	{ }
};

/* flow_table_properties_nic_receive is from bit 0x200 on. */
static const struct capability flow_table[] = {
	{ 0x200, 1, 1 },			/* ft_support */
	{ 0x204, 1, 1 },			/* modify_root */
	{ 0x222, 6, 16 },			/* log_max_ft_size */
	{ 0x238, 8, MLX5_LEVELS },		/* max_ft_level */
	{ 0x278, 8, LOG2(MLX5_TABLES) },	/* log_max_ft_num */
	{ 0x2b8, 8, LOG2(MLX5_ENTRIES) },	/* log_max_flow */
	{ 0x300, 4, 0xf },			/* both addresses, ethertype, ip_version */
	{ 0x304, 3, 0x7 },			/* the tag */
	{ 0x30e, 2, 0x3 },			/* frag, ip_protocol */
	{ 0x380, 2, 0x3 },			/* parts of addresses too */
	{ }
};

static void list__fill(const struct capability *capability, uint8_t *to)
{
	for (; capability->width; capability++)
		field__set(to, capability->bit, capability->width, capability->value);
}

bool mlx5_capabilities__fill(const struct mlx5 *chip, unsigned int kind, bool max, uint8_t *to)
{
	switch (kind) {
	case MLX5_CAPABILITY_GENERAL:
		list__fill(general, to);
		if (!max) {
			field__set(to, LOG_MAX_QP, chip->log_max_qp);
			field__set(to, LOG_MAX_UC_LIST, chip->log_max_uc_list);
		}
		return true;
	case MLX5_CAPABILITY_ETHERNET:
		list__fill(ethernet, to);
		return true;
	case MLX5_CAPABILITY_FLOW_TABLE:
		list__fill(flow_table, to);
		return true;
	default:
		return false;
	}
}

/* main.c:handle_hca_cap gives back what it read, and changes some. */
bool mlx5_capabilities__set(struct mlx5 *chip, const uint8_t *from)
{
	unsigned int log_max_qp = field__get(from, LOG_MAX_QP);
	unsigned int log_max_uc_list = field__get(from, LOG_MAX_UC_LIST);

	/* UARs are pages of 4 KiB, and commands are not signed. */
	if (log_max_qp > LOG2(MLX5_SQS) || log_max_uc_list > MLX5_LOG_MAC_LIST ||
	    field__get(from, LOG_UAR_PAGE_SIZE) || field__get(from, CMDIF_CHECKSUM))
		return false;
	chip->log_max_qp = log_max_qp;
	chip->log_max_uc_list = log_max_uc_list;
	return true;
}

void mlx5_capabilities__reset(struct mlx5 *chip)
{
	chip->log_max_qp = LOG2(MLX5_SQS);
	chip->log_max_uc_list = MLX5_LOG_MAC_LIST;
}
