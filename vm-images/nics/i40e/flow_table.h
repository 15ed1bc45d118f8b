/* SPDX-License-Identifier: MIT */
/* The flows that the driver programmed, by the fields of their packets. */
#ifndef I40E_FLOW_TABLE_H
#define I40E_FLOW_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct i40e;
struct i40e_flow;
struct i40e_flow_key;
struct i40e_flows;
struct packet;

/* The input set of a packet type. */
uint64_t i40e_flow_table__fields(const struct i40e *chip, unsigned int type);

/* Return: the flow, or NULL. */
struct i40e_flow *i40e_flow_table__find(struct i40e_flows *flows, const struct i40e_flow_key *key);
struct i40e_flow *i40e_flow_table__add(struct i40e_flows *flows, const struct i40e_flow_key *key);
void i40e_flow_table__remove(struct i40e_flows *flows, struct i40e_flow *flow);
void i40e_flow_table__clear(struct i40e *chip);

/* The flow a received frame belongs to; NULL: none. Counts the match. */
const struct i40e_flow *i40e_flow_table__match(struct i40e *chip, const struct packet *packet,
					       const uint8_t *frame, size_t bytes);

#endif
