/* SPDX-License-Identifier: MIT */
/*
 * VSIs, and their properties, the 128 bytes of the Add, Update and Get VSI commands
 * (ice_adminq_cmd.h: struct ice_aqc_vsi_props): offsets in bytes, and the fields the model acts on.
 */
#ifndef ICE_VSI_H
#define ICE_VSI_H

#include "ice.h"

#define VSI_VALID_SECTIONS 0
#define VSI_SWITCH 2
#define VSI_SWITCH_FLAGS2 4
#define VSI_SECURITY 6
#define VSI_VLAN 8
#define VSI_VLAN_FLAGS 12
#define VSI_INGRESS_PRIORITIES 16
#define VSI_EGRESS_PRIORITIES 20
#define VSI_OUTER_TAG 24
#define VSI_MAPPING_FLAGS 28
#define VSI_QUEUE_MAPPING 30
#define VSI_TC_MAPPING 62
#define VSI_QUEUE_OPTIONS 78
#define VSI_OUTER_PRIORITIES 84
#define VSI_FLOW_DIRECTOR 90
#define VSI_PASID 100
#define VSI_RESERVED 104

#define SWITCH_PRUNES_VLANS 0x01	/* of the flags 2, what is received */
#define VLAN_STRIP_LOW 3
#define VLAN_KEEP 3u
#define MAPPING_SCATTERED 0x1
#define RSS_TABLE_TYPE 0x3		/* of the queue options */
#define RSS_TABLE_OF_PF 0x2
#define RSS_TABLE_OF_ALL 0x3
#define RSS_GLOBAL_TABLE_LOW 2

/* Return: NULL: there is none of that number. */
struct ice_vsi *ice_vsi__find(struct ice *chip, unsigned int number);
/*
 * One with these properties, all sections (ice_lib.c:ice_vsi_init). Return: NULL: there is no room.
 */
struct ice_vsi *ice_vsi__add(struct ice *chip, const uint8_t properties[ICE_VSI_PROPERTIES]);
unsigned int ice_vsi__used(const struct ice *chip);
static inline unsigned int ice_vsi__number(const struct ice *chip, const struct ice_vsi *vsi)
{
	return vsi - chip->vsis;
}
/* Takes those sections of @properties that are said to be valid. */
void ice_vsi__update(struct ice_vsi *vsi, const uint8_t properties[ICE_VSI_PROPERTIES]);
/* The RX queue for the table's @entry: as many of its low bits as traffic class 0 has queues. */
unsigned int ice_vsi__rss_queue(const struct ice_vsi *vsi, unsigned int entry);
bool ice_vsi__strips_vlan(const struct ice_vsi *vsi);
bool ice_vsi__prunes_vlans(const struct ice_vsi *vsi);

#endif
