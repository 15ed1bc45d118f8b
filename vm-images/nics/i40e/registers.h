/* SPDX-License-Identifier: MIT */
/*
 * Registers of the Intel X710/XXV710/XL710, named as in the datasheet ("Intel Ethernet Controller
 * X710/XXV710/XL710 Datasheet", chapter 10, "Programming interface"). Only those that do something
 * in the model; the others are storage.
 */
#ifndef I40E_REGISTERS_H
#define I40E_REGISTERS_H

/* Section 10.2: PCIe, and what the function was given. */
#define PF_FUNC_RID		0x0009c000u
#define GLPCI_CNF2		0x000be494u
#define CNF2_PF_VECTORS_LOW	2
#define PFPCI_SUBSYSID		0x000be100u
#define GLGEN_PCIFCNCNT		0x001c0ab4u
#define PFGEN_PORTNUM		0x001c0480u

/* Section 10.2: general, and resets; intel/reset.h has those that are announced. */
#define PFGEN_CTRL		0x00092400u
#define PFGEN_CTRL_RESET	0x1u
#define PRTGEN_CNF(port)	(0x000b8120u + 4 * (port))
#define PRTGEN_CNF_DISABLED	0x1u
#define PRTGL_SAL		0x001e2120u
#define PRTGL_SAH		0x001e2140u
#define SAH_FRAME_MAX_LOW	16
#define GLVFGEN_TIMER		0x000881bcu

/* Section 10.2: NVM. */
#define GLNVM_GENS		0x000b6100u
#define GENS_PRESENT		0x1u
#define GENS_SIZE_LOW		5
#define GLNVM_FLA		0x000b6108u
#define FLA_LOCKED		0x40u
#define GLNVM_SRCTL		0x000b6110u
#define SRCTL_ADDRESS_LOW	14
#define SRCTL_START		0x40000000u
#define SRCTL_DONE		0x80000000u
#define GLNVM_SRDATA		0x000b6114u
#define GLNVM_ULD		0x000b6008u
#define ULD_ALL_DONE		0x7ffu

/* Section 10.2: admin queues. */
#define PF_ATQBAL		0x00080000u
#define PF_ARQBAL		0x00080080u
#define PF_ATQBAH		0x00080100u
#define PF_ARQBAH		0x00080180u
#define PF_ATQLEN		0x00080200u
#define PF_ARQLEN		0x00080280u
#define PF_ATQH			0x00080300u
#define PF_ARQH			0x00080380u
#define PF_ATQT			0x00080400u
#define PF_ARQT			0x00080480u

/* Section 10.2: host memory cache. */
#define PFHMC_SDCMD		0x000c0000u
#define SDCMD_INDEX_MASK	0xfffu
#define SDCMD_WRITE		0x80000000u
#define PFHMC_SDDATALOW		0x000c0100u
#define SDDATA_VALID		0x1u
#define SDDATA_DIRECT		0x2u
#define SDDATA_PAGES_LOW	2
#define PFHMC_SDDATAHIGH	0x000c0200u
#define PFHMC_ERRORINFO		0x000c0400u
#define ERRORINFO_TYPE_LOW	8
#define ERRORINFO_DETECTED	0x80000000u
#define PFHMC_ERRORDATA		0x000c0500u
#define GLHMC_LANTXOBJSZ	0x000c2004u
#define GLHMC_LANQMAX		0x000c2008u
#define GLHMC_LANRXOBJSZ	0x000c200cu
#define GLHMC_FCOEDDPOBJSZ	0x000c2010u
#define GLHMC_FCOEFOBJSZ	0x000c2018u
#define GLHMC_FCOEFMAX		0x000c20d0u
#define GLHMC_LANTXBASE		0x000c6200u
#define GLHMC_LANTXCNT		0x000c6300u
#define GLHMC_LANRXBASE		0x000c6400u
#define GLHMC_LANRXCNT		0x000c6500u

/* Section 10.2: interrupts. Vector 0 has registers of its own; N is the vector less one. */
#define PFINT_ITR0(i)		(0x00038000u + 128 * (i))
#define PFINT_STAT_CTL0		0x00038400u
#define STAT_CTL0_OTHER_ITR_LOW	2
#define PFINT_DYN_CTL0		0x00038480u
#define PFINT_LNKLST0		0x00038500u
#define PFINT_ICR0		0x00038780u
#define PFINT_ICR0_ENA		0x00038800u
#define PFINT_ITRN(i, n)	(0x00030000u + 2048 * (i) + 4 * (n))
#define PFINT_DYN_CTLN(n)	(0x00034800u + 4 * (n))
#define PFINT_LNKLSTN(n)	(0x00035000u + 4 * (n))
#define PFINT_RATEN(n)		(0x00035800u + 4 * (n))
#define QINT_RQCTL(q)		(0x0003a000u + 4 * (q))
#define QINT_TQCTL(q)		(0x0003c000u + 4 * (q))
#define DYN_ENABLE		0x00000001u
#define DYN_SOFTWARE		0x00000004u
#define DYN_ITR_LOW		3
#define DYN_INTERVAL_LOW	5
#define DYN_SOFTWARE_ITR_SET	0x01000000u
#define DYN_SOFTWARE_ITR_LOW	25
#define DYN_KEEP_ENABLE		0x80000000u
#define ITR_NONE		3
#define ITR_INTERVAL_MASK	0xfffu
#define RATE_INTERVAL_MASK	0x3fu
#define RATE_ENABLE		0x40u
#define LNKLST_END		0x7ffu
#define LNKLST_TYPE_LOW		11
#define QINT_VECTOR_MASK	0xffu
#define QINT_ITR_LOW		11
#define QINT_MSIX0_LOW		13
#define QINT_NEXT_LOW		16
#define QINT_NEXT_TYPE_LOW	27
#define QINT_CAUSE_ENABLE	0x40000000u
#define QINT_EVENT		0x80000000u
#define ICR0_EVENT		0x00000001u
#define ICR0_QUEUE(i)		(0x00000002u << (i))
#define ICR0_QUEUES		0x000001feu
#define ICR0_RESET		0x00100000u
#define ICR0_HMC_ERROR		0x04000000u
#define ICR0_ADMIN_QUEUE	0x40000000u
#define ICR0_SOFTWARE		0x80000000u

/* Section 10.2: LAN queues. */
#define PFLAN_QALLOC		0x001c0400u
#define QALLOC_LAST_LOW		16
#define QALLOC_VALID		0x80000000u
#define QTX_ENA(q)		(0x00100000u + 4 * (q))
#define QTX_TAIL(q)		(0x00108000u + 4 * (q))
#define QTX_HEAD(q)		(0x000e4000u + 4 * (q))
#define QRX_ENA(q)		(0x00120000u + 4 * (q))
#define QRX_TAIL(q)		(0x00128000u + 4 * (q))
#define QENA_REQUEST		0x1u
#define QENA_STATUS		0x4u
#define GLLAN_TSOMSK(part)	(0x000442d8u + 4 * (part))	/* first, middle, last segment */
#define GLLAN_MSS		0x000e64dcu
#define MSS_MINIMUM_LOW		16

/* Section 10.2: filters, RSS and flow director. */
#define PFQF_CTL_0		0x001c0ac0u
#define CTL_0_LUT_512		0x00010000u
#define CTL_0_FLOW_DIRECTOR	0x00020000u
#define PFQF_CTL_1		0x00245d80u
#define CTL_1_CLEAR_FLOWS	0x1u
#define PFQF_FDSTAT		0x00246380u
#define GLQF_FDCNT_0		0x00269bacu
#define PFQF_HENA(i)		(0x00245900u + 128 * (i))
#define PFQF_HKEY(i)		(0x00244800u + 128 * (i))
#define PFQF_HKEY_COUNT		13
#define PFQF_HLUT(i)		(0x00240000u + 128 * (i))
#define PFQF_HLUT_COUNT		128
#define PRTQF_FD_INSET(type, i)	(0x00250000u + 64 * (type) + 32 * (i))
#define GLQF_HASH_INSET(i, type) (0x00267600u + 4 * (i) + 8 * (type))
#define GLQF_PCNT(i)		(0x00266800u + 4 * (i))
#define GLQF_PCNT_COUNT		512
#define GLQF_HKEY(i)		(0x00270140u + 4 * (i))

/* Section 10.2: time synchronisation; another function owns it. */
#define PRTTSYN_CTL0		0x001e4200u
#define PRTTSYN_CTL0_OWNER_LOW	8

/* Section 10.2: statistics of port 0, 48 bits (low word first) or 32. */
#define GLPRT_FIRST		0x00300000u
#define GL_STATISTICS_LAST	0x0037ffffu
#define GLPRT_GORC		0x00300000u
#define GLPRT_ROC		0x00300120u
#define GLPRT_PRC64		0x00300480u
#define GLPRT_PRC127		0x003004a0u
#define GLPRT_PRC255		0x003004c0u
#define GLPRT_PRC511		0x003004e0u
#define GLPRT_PRC1023		0x00300500u
#define GLPRT_PRC1522		0x00300520u
#define GLPRT_PRC9522		0x00300540u
#define GLPRT_UPRC		0x003005a0u
#define GLPRT_MPRC		0x003005c0u
#define GLPRT_BPRC		0x003005e0u
#define GLPRT_RDPC		0x00300600u
#define GLPRT_GOTC		0x00300680u
#define GLPRT_PTC64		0x003006a0u
#define GLPRT_PTC127		0x003006c0u
#define GLPRT_PTC255		0x003006e0u
#define GLPRT_PTC511		0x00300700u
#define GLPRT_PTC1023		0x00300720u
#define GLPRT_PTC1522		0x00300740u
#define GLPRT_PTC9522		0x00300760u
#define GLPRT_UPTC		0x003009c0u
#define GLPRT_MPTC		0x003009e0u
#define GLPRT_BPTC		0x00300a00u
#define GLPRT_TDOLD		0x00300a20u

/* The same section: of a VSI, by its statistics index. */
#define GLV_RDPC(i)		(0x00310000u + 8 * (i))
#define GLV_GOTC(i)		(0x00328000u + 8 * (i))
#define GLV_UPTC(i)		(0x0033c000u + 8 * (i))
#define GLV_MPTC(i)		(0x0033cc00u + 8 * (i))
#define GLV_BPTC(i)		(0x0033d800u + 8 * (i))
#define GLV_TEPC(i)		(0x00344000u + 8 * (i))
#define GLV_GORC(i)		(0x00358000u + 8 * (i))
#define GLV_UPRC(i)		(0x0036c000u + 8 * (i))
#define GLV_MPRC(i)		(0x0036cc00u + 8 * (i))
#define GLV_BPRC(i)		(0x0036d800u + 8 * (i))

#endif
