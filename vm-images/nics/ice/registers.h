/* SPDX-License-Identifier: MIT */
/*
 * Registers of the Intel E810, named as in the datasheet ("Intel Ethernet Controller E810
 * Datasheet", chapter "Programming interface") and in the driver's ice_hw_autogen.h. Only those
 * that do something in the model; the others are storage.
 */
#ifndef ICE_REGISTERS_H
#define ICE_REGISTERS_H

/* The function, the device and resets; intel/reset.h has those that are announced. */
#define PF_FUNC_RID		0x0009e880u
#define GL_PWR_MODE_CTL		0x000b820cu
#define PWR_MODE_100G		(1u << 30)	/* the most the ports have together */
#define GL_MNG_FWSM		0x000b6134u
#define PFGEN_CTRL		0x00091000u
#define PFGEN_CTRL_RESET	0x1u
#define PFPM_WUS		0x0009db80u

/* The NVM. */
#define GLNVM_ULD		0x000b6008u
#define ULD_ALL_DONE		0x73bu
#define GLNVM_GENS		0x000b6100u
#define GENS_PRESENT		0x1u
#define GENS_SIZE_LOW		5
#define GLNVM_FLA		0x000b6108u
#define FLA_LOCKED		0x40u

/* Admin queues; those of the mailbox are storage. */
#define PF_FW_ATQBAL		0x00080000u
#define PF_FW_ARQBAL		0x00080080u
#define PF_FW_ATQBAH		0x00080100u
#define PF_FW_ARQBAH		0x00080180u
#define PF_FW_ATQLEN		0x00080200u
#define PF_FW_ARQLEN		0x00080280u
#define PF_FW_ATQH		0x00080300u
#define PF_FW_ARQH		0x00080380u
#define PF_FW_ATQT		0x00080400u
#define PF_FW_ARQT		0x00080480u

/* Interrupts. */
#define GLINT_CTL		0x0016cc54u
#define GLINT_CTL_NO_AUTOMASK	0x1u
#define GLINT_DYN_CTL(v)	(0x00160000u + 4 * (v))
#define DYN_ENABLE		0x00000001u
#define DYN_SOFTWARE		0x00000004u
#define DYN_ITR_LOW		3
#define DYN_INTERVAL_LOW	5
#define DYN_SOFTWARE_ITR_SET	0x01000000u
#define DYN_SOFTWARE_ITR_LOW	25
#define DYN_KEEP_ENABLE		0x80000000u
#define GLINT_ITR(i, v)		(0x00154000u + 8192 * (i) + 4 * (v))
#define ITR_NONE		3
#define ITR_INTERVAL_MASK	0xfffu
#define GLINT_RATE(v)		(0x0015a000u + 4 * (v))
#define RATE_INTERVAL_MASK	0x3fu
#define RATE_ENABLE		0x40u
#define QINT_TQCTL(q)		(0x00140000u + 4 * (q))
#define QINT_RQCTL(q)		(0x00150000u + 4 * (q))
#define PFINT_MBX_CTL		0x0016b280u
#define PFINT_FW_CTL		0x0016c800u
#define PFINT_OICR_ENA		0x0016c900u
#define PFINT_OICR		0x0016ca00u
#define OICR_RESET		0x00100000u
#define OICR_SOFTWARE		0x80000000u
#define PFINT_OICR_CTL		0x0016ca80u
/* The same fields in all that connect a cause to a vector. */
#define CAUSE_VECTOR_MASK	0x7ffu
#define CAUSE_ITR_LOW		11
#define CAUSE_ENABLE		0x40000000u

/* LAN queues. */
#define QTX_COMM_HEAD(q)	(0x000e0000u + 4 * (q))
#define QTX_COMM_DBELL(q)	(0x002c0000u + 4 * (q))
#define QRX_CTRL(q)		(0x00120000u + 4 * (q))
#define QRX_CTRL_REQUEST	0x1u
#define QRX_CTRL_STATUS		0x4u
#define QRX_CONTEXT(i, q)	(0x00280000u + 8192 * (i) + 4 * (q))
#define QRX_TAIL(q)		(0x00290000u + 4 * (q))
#define QRXFLXP_CNTXT(q)	(0x00480000u + 4 * (q))
#define RXDID_MASK		0x3fu

/* Flow director filters that all functions share: how many there can be, and are. */
#define GLQF_FD_SIZE		0x00460010u
#define GLQF_FD_CNT		0x00460018u
#define FD_SHARED_LOW		16

/* Statistics of port 0: 40 bits (the low word first) or 32. */
#define GLPRT_FIRST		0x00380000u
#define GLPRT_LAST		0x003bffffu
#define GLPRT_GORC		0x00380000u
#define GLPRT_ROC		0x00380240u
#define GLPRT_PRC64		0x00380900u
#define GLPRT_GOTC		0x00380b40u
#define GLPRT_PTC64		0x00380b80u
#define GLPRT_UPTC		0x003811c0u
#define GLPRT_MPTC		0x00381200u
#define GLPRT_BPTC		0x00381240u
#define GLPRT_TDOLD		0x00381280u
#define GLPRT_UPRC		0x00381300u
#define GLPRT_MPRC		0x00381340u
#define GLPRT_BPRC		0x00381380u
#define PRTRPB_RDPC		0x000ac260u

/* Statistics of a VSI. */
#define GLV_TX_FIRST		0x00300000u
#define GLV_TX_LAST		0x00313fffu
#define GLV_GOTC(vsi)		(0x00300000u + 8 * (vsi))
#define GLV_UPTC(vsi)		(0x0030a000u + 8 * (vsi))
#define GLV_MPTC(vsi)		(0x0030c000u + 8 * (vsi))
#define GLV_BPTC(vsi)		(0x0030e000u + 8 * (vsi))
#define GLV_TEPC(vsi)		(0x00312000u + 4 * (vsi))
#define GLV_GORC(vsi)		(0x003b0000u + 8 * (vsi))
#define GLV_UPRC(vsi)		(0x003b2000u + 8 * (vsi))
#define GLV_MPRC(vsi)		(0x003b4000u + 8 * (vsi))
#define GLV_BPRC(vsi)		(0x003b6000u + 8 * (vsi))
#define GLV_RDPC(vsi)		(0x00294c04u + 4 * (vsi))

#endif
