/* SPDX-License-Identifier: MIT */
/*
 * VSIs, and their properties, the 128 bytes of the Add, Update and Get VSI commands (datasheet
 * section 7.4, "Internal switch"): offsets in bytes, and the fields the model acts on.
 */
#ifndef I40E_VSI_H
#define I40E_VSI_H

#include "i40e.h"

#define VSI_SEID_FIRST 390
#define VEB_SEID_FIRST 288
#define VSI_UPLINK_MAC 2		/* the SEID of the port */
#define VSI_QUEUE_SET_FIRST 0x10

#define VSI_VALID_SECTIONS 0
#define VSI_SWITCH 2
#define VSI_SECURITY 6
#define VSI_VLAN 8
#define VSI_VLAN_FLAGS 12
#define VSI_INGRESS_PRIORITIES 16
#define VSI_EGRESS_PRIORITIES 20
#define VSI_CASCADED 24
#define VSI_MAPPING_FLAGS 28
#define VSI_QUEUE_MAPPING 30
#define VSI_TC_MAPPING 62
#define VSI_QUEUE_OPTIONS 78
#define VSI_SCHEDULING 82
#define VSI_OUTER_PRIORITIES 84
#define VSI_RESERVED 88
#define VSI_QUEUE_SETS 96
#define VSI_STATISTICS 112
#define VSI_SCHEDULER 114

#define VLAN_ACCEPT_ALL 0x03
#define VLAN_STRIP_LOW 3
#define VLAN_KEEP 3u
#define MAPPING_SCATTERED 0x1

struct i40e_vsi *i40e_vsi__find(struct i40e *chip, unsigned int seid);
struct i40e_vsi *i40e_vsi__add(struct i40e *chip, unsigned int uplink);
unsigned int i40e_vsi__used(const struct i40e *chip);
static inline unsigned int i40e_vsi__number(const struct i40e *chip, const struct i40e_vsi *vsi)
{
	return vsi - chip->vsis;
}
/* The PF's queue of the VSI's @queue, below I40E_QUEUES. */
unsigned int i40e_vsi__queue(const struct i40e_vsi *vsi, unsigned int queue);
/* The same after RSS: as many of the low bits of @queue as traffic class 0 has queues. */
unsigned int i40e_vsi__rss_queue(const struct i40e_vsi *vsi, unsigned int queue);
bool i40e_vsi__strips_vlan(const struct i40e_vsi *vsi);

#endif
