/* SPDX-License-Identifier: MIT */
/*
 * The registers of the Intel 82599 that the model knows: offsets in BAR 0 and the bits of interest.
 * Sections are those of the public "Intel 82599 10 GbE Controller Datasheet". What is not here is
 * plain storage: a write is remembered, a read gives it back.
 */
#ifndef IXGBE_REGISTERS_H
#define IXGBE_REGISTERS_H

/* 8.2.3.1 General control */
#define CTRL			0x00000
#define CTRL_MASTER_DISABLE	(1u << 2)
#define CTRL_LINK_RESET		(1u << 3)
#define CTRL_RESET		(1u << 26)
#define STATUS			0x00008
#define STATUS_LINK_UP		(1u << 7)
#define STATUS_MASTER_ENABLED	(1u << 19)
#define ESDP			0x00020
#define ESDP_SDP2		(1u << 2)	/* the SFP+ cage is not empty */
#define I2CCTL			0x00028
#define I2CCTL_CLOCK_IN		(1u << 0)
#define I2CCTL_CLOCK_OUT	(1u << 1)
#define I2CCTL_DATA_IN		(1u << 2)
#define I2CCTL_DATA_OUT		(1u << 3)

/* 8.2.3.2 EEPROM and flash */
#define EEC			0x10010
#define EEC_REQUEST		(1u << 6)
#define EEC_GRANT		(1u << 7)
#define EEC_PRESENT		(1u << 8)
#define EEC_AUTO_READ_DONE	(1u << 9)
#define EEC_SIZE_SHIFT		11
#define EERD			0x10014
#define EERD_START		(1u << 0)
#define EERD_DONE		(1u << 1)
#define EERD_ADDRESS_SHIFT	2
#define EERD_ADDRESS_MASK	0x3fffu
#define EERD_DATA_SHIFT		16

/* 8.2.3.4 PCIe, semaphores, firmware */
#define SWSM			0x10140
#define SWSM_SMBI		(1u << 0)
#define SWSM_SWESMBI		(1u << 1)
#define FWSM			0x10148
#define FWSM_FIRMWARE_VALID	(1u << 15)
#define SW_FW_SYNC		0x10160

/* 8.2.3.5 Interrupts */
#define EICR			0x00800
#define EICS			0x00808
#define EIAC			0x00810
#define EITR_LOW(n)		(0x00820 + 4 * (n))	/* 0 to 23 */
#define EITR_HIGH(n)		(0x12300 + 4 * ((n) - 24))
#define EITR_LOW_COUNT		24
#define EITR_INTERVAL		0x00000ff8u
#define EITR_KEEP_COUNTER	(1u << 31)
#define EITR_UNIT_NS		2048
#define EIMS			0x00880
#define EIMC			0x00888
#define EIAM			0x00890
#define GPIE			0x00898
#define GPIE_MSIX_MODE		(1u << 4)
#define GPIE_OTHER_CLEAR_DISABLE (1u << 5)
#define GPIE_IMMEDIATE		(1u << 6)
#define GPIE_AUTO_MASK		(1u << 30)
#define IVAR(n)			(0x00900 + 4 * (n))	/* 64 of two queues each */
#define IVAR_MISC		0x00a00
#define IVAR_VALID		0x80u
#define IVAR_VECTOR		0x3fu
#define EICS_EX(n)		(0x00a90 + 4 * (n))
#define EIMS_EX(n)		(0x00aa0 + 4 * (n))
#define EIMC_EX(n)		(0x00ab0 + 4 * (n))
#define EIAM_EX(n)		(0x00ad0 + 4 * (n))
#define CAUSE_QUEUES		0x0000ffffu
#define CAUSE_OTHERS		0x7fff0000u
#define CAUSE_FLOW_DIRECTOR	(1u << 16)
#define CAUSE_RX_MISS		(1u << 17)
#define CAUSE_LINK		(1u << 20)
#define CAUSE_TCP_TIMER		(1u << 30)
#define CAUSE_ANY_OTHER		(1u << 31)

/* 8.2.3.7 Receive: filters and steering */
#define RXCSUM			0x05000
#define RXCSUM_NO_CHECKSUM	(1u << 13)	/* PCSD: the descriptor has the RSS hash instead */
#define FCTRL			0x05080
#define FCTRL_MULTICAST_ALL	(1u << 8)
#define FCTRL_UNICAST_ALL	(1u << 9)
#define FCTRL_BROADCAST		(1u << 10)
#define VLNCTRL			0x05088
#define VLNCTRL_ETHERTYPE	0x0000ffffu
#define VLNCTRL_FILTER		(1u << 30)
#define MCSTCTRL		0x05090
#define MCSTCTRL_OFFSET		0x3u
#define MCSTCTRL_ENABLE		(1u << 2)
#define ETQF(n)			(0x05128 + 4 * (n))
#define ETQF_COUNT		8
#define ETQF_ETHERTYPE		0x0000ffffu
#define ETQF_ENABLE		(1u << 31)
#define VT_CTL			0x051b0
#define MTA(n)			(0x05200 + 4 * (n))
#define RAL_LOW			0x05400		/* the first 16 pairs are also here */
#define PSRTYPE_LOW		0x05480		/* the first 16 are also here */
#define MRQC			0x05818
#define MRQC_MODE		0xfu
#define MRQC_MODE_RSS		0x1u
#define MRQC_TCP_IPV4		(1u << 16)
#define MRQC_IPV4		(1u << 17)
#define MRQC_IPV6		(1u << 20)
#define MRQC_TCP_IPV6		(1u << 21)
#define MRQC_UDP_IPV4		(1u << 22)
#define MRQC_UDP_IPV6		(1u << 23)
#define RETA(n)			(0x05c00 + 4 * (n))
#define RETA_ENTRIES		128
#define RSSRK(n)		(0x05c80 + 4 * (n))
#define RSS_KEY_BYTES		40
#define VFTA(n)			(0x0a000 + 4 * (n))
#define RAL(n)			(0x0a200 + 8 * (n))
#define RAH(n)			(0x0a204 + 8 * (n))
#define RAR_COUNT		128
#define RAH_ADDRESS		0x0000ffffu
#define RAH_VALID		(1u << 31)
#define PSRTYPE(n)		(0x0ea00 + 4 * (n))
#define ETQS(n)			(0x0ec00 + 4 * (n))
#define ETQS_QUEUE_SHIFT	16
#define ETQS_ENABLE		(1u << 31)

/* 8.2.3.8 Receive DMA: a window of 0x40 bytes per queue */
#define RX_WINDOW_LOW		0x01000		/* queues 0 to 63 */
#define RX_WINDOW_HIGH		0x0d000		/* queues 64 to 127 */
#define QUEUE_WINDOW		0x40
#define RDBAL			0x00
#define RDBAH			0x04
#define RDLEN			0x08
#define DCA_RXCTRL		0x0c
#define RDH			0x10
#define SRRCTL			0x14
#define RDT			0x18
#define RXDCTL			0x28
#define RX_COUNTERS		0x30	/* 0x30 to 0x3c of queues 0 to 31 are statistics */
#define SRRCTL_BUFFER_KB	0x1fu
#define SRRCTL_TYPE		0x0e000000u
#define SRRCTL_TYPE_LEGACY	0x00000000u
#define SRRCTL_TYPE_ADVANCED	0x02000000u
#define SRRCTL_DROP		(1u << 28)
#define RXDCTL_ENABLE		(1u << 25)
#define RXDCTL_FLUSH		(1u << 26)
#define RXDCTL_VLAN_STRIP	(1u << 30)
#define SRRCTL_LOW		0x02100		/* SRRCTL of queues 0 to 15 */
#define DCA_RXCTRL_LOW		0x02200		/* DCA_RXCTRL of queues 0 to 15 */
#define RDRXCTL			0x02f00
#define RDRXCTL_CRC_STRIP	(1u << 1)
#define RDRXCTL_INIT_DONE	(1u << 3)
#define RXCTRL			0x03000
#define RXCTRL_ENABLE		(1u << 0)
#define RXPBSIZE(n)		(0x03c00 + 4 * (n))

/* 8.2.3.9 Transmit DMA: a window of 0x40 bytes per queue */
#define TX_WINDOW		0x06000
#define TDBAL			0x00
#define TDBAH			0x04
#define TDLEN			0x08
#define DCA_TXCTRL		0x0c
#define TDH			0x10
#define TDT			0x18
#define TXDCTL			0x28
#define TX_COUNTERS		0x30	/* of queues 0 to 15: statistics */
#define TDWBAL			0x38
#define TDWBAH			0x3c
#define TXDCTL_ENABLE		(1u << 25)
#define TXDCTL_FLUSH		(1u << 26)
#define TDWBAL_ENABLE		(1u << 0)
#define DMATXCTL		0x04a80
#define DMATXCTL_ENABLE		(1u << 0)
#define DMATXCTL_VLAN_SHIFT	16
#define DTXTCPFLGL		0x04a88
#define DTXTCPFLGH		0x04a8c
#define DCA_TXCTRL_LOW		0x07200		/* DCA_TXCTRL of queues 0 to 15 */

/* 8.2.3.12 Security: not fitted */
#define SECTXSTAT		0x08804
#define SECRXSTAT		0x08d04
#define SECSTAT_READY		(1u << 0)
#define SECSTAT_NOT_FITTED	(1u << 1)

/* 8.2.3.21 Flow Director */
#define FDIRCTRL		0x0ee00
#define FDIRCTRL_MEMORY		0x3u
#define FDIRCTRL_INIT_DONE	(1u << 3)
#define FDIRCTRL_PERFECT	(1u << 4)
#define FDIRCTRL_REPORT		(1u << 5)
#define FDIRCTRL_FLEX_SHIFT	16
#define FDIRCTRL_FLEX_MASK	0x1fu
#define FDIRCTRL_FULL_SHIFT	28
#define FDIRSIPV6(n)		(0x0ee0c + 4 * (n))
#define FDIRIPSA		0x0ee18
#define FDIRIPDA		0x0ee1c
#define FDIRPORT		0x0ee20
#define FDIRVLAN		0x0ee24
#define FDIRHASH		0x0ee28
#define FDIRHASH_BUCKET		0x7fffu
#define FDIRCMD			0x0ee2c
#define FDIRCMD_COMMAND		0x3u
#define FDIRCMD_ADD		0x1u
#define FDIRCMD_REMOVE		0x2u
#define FDIRCMD_QUERY		0x3u
#define FDIRCMD_VALID		(1u << 2)
#define FDIRCMD_L4_SHIFT	5
#define FDIRCMD_IPV6		(1u << 7)
#define FDIRCMD_CLEAR_TABLE	(1u << 8)
#define FDIRCMD_DROP		(1u << 9)
#define FDIRCMD_QUEUE_SHIFT	16
#define FDIRFREE		0x0ee38
#define FDIRDIP4M		0x0ee3c
#define FDIRSIP4M		0x0ee40
#define FDIRTCPM		0x0ee44
#define FDIRUDPM		0x0ee48
#define FDIRLEN			0x0ee4c
#define FDIRUSTAT		0x0ee50
#define FDIRFSTAT		0x0ee54
#define FDIRMATCH		0x0ee58
#define FDIRMISS		0x0ee5c
#define FDIRHKEY		0x0ee68
#define FDIRSKEY		0x0ee6c
#define FDIRM			0x0ee70
#define FDIRM_VLAN_ID		(1u << 0)
#define FDIRM_VLAN_PRIORITY	(1u << 1)
#define FDIRM_L4_PROTOCOL	(1u << 3)
#define FDIRM_FLEX		(1u << 4)
#define FDIR_FIRST		FDIRCTRL
#define FDIR_LAST		0x0ee78

/* 8.2.3.22 MAC */
#define HLREG0			0x04240
#define HLREG0_CRC_STRIP	(1u << 1)
#define HLREG0_JUMBO		(1u << 2)
#define HLREG0_PAD		(1u << 10)
#define HLREG0_LOOPBACK		(1u << 15)
#define MSCA			0x0425c
#define MSCA_COMMAND		(1u << 30)
#define MSRWD			0x04260
#define MSRWD_READ_SHIFT	16
#define MAXFRS			0x04268
#define MAXFRS_SHIFT		16
#define AUTOC			0x042a0
#define AUTOC_FORCE_LINK_UP	(1u << 0)
#define AUTOC_RESTART		(1u << 12)
#define AUTOC_MODE_10G_SERIAL	(3u << 13)
#define LINKS			0x042a4
#define LINKS_UP		(1u << 30)
#define LINKS_10G		(3u << 28)
#define AUTOC2			0x042a8
#define AUTOC2_10G_SFI		(2u << 16)
#define ANLP1			0x042b0
#define ANLP1_STATE_RUNNING	(1u << 16)

/* 8.2.3.23 Statistics: cleared by a read, and they stop at their greatest value */
#define RXDGPC			0x02f50
#define RXDGBCL			0x02f54
#define MPC(n)			(0x03fa0 + 4 * (n))
#define CRCERRS			0x04000
#define RLEC			0x04040
#define PRC64			0x0405c		/* six of them, by size */
#define GPRC			0x04074
#define BPRC			0x04078
#define MPRC			0x0407c
#define GPTC			0x04080
#define GORCL			0x04088
#define GOTCL			0x04090
#define RUC			0x040a4
#define ROC			0x040ac
#define TORL			0x040c0
#define TPR			0x040d0
#define TPT			0x040d4
#define PTC64			0x040d8		/* six of them, by size */
#define MPTC			0x040f0
#define BPTC			0x040f4
#define RXNFGPC			0x041b0
#define RXNFGBCL		0x041b4
#define QPTC_HIGH		0x08680		/* the same as those in the queue windows */
#define QBTC(n)			(0x08700 + 8 * (n))
#define TXDGPC			0x087a0
#define TXDGBCL			0x087a4
#define RQSMR(n)		(0x02300 + 4 * (n))
#define TQSM(n)			(0x08600 + 4 * (n))
#define COUNTER_SETS		16

#endif
