// SPDX-License-Identifier: MIT
/*
 * Steering of received frames (fs_core.c, fs_cmd.c; mlx5_ifc.h: fte_match_set_lyr_2_4).
 *
 *     root ── table ── groups: a mask each ── entries: a value each ── a table, a TIR, or dropped
 *               └── miss: another table, or dropped
 *
 * From a frame a vector of fields is made, the same as masks and values are. A group matches when
 * it has an entry whose value is that vector under the mask; groups with lower indices come first.
 * Tables only lead to tables of a higher level, so that a walk ends.
 */
#include <string.h>

#include "fields.h"
#include "frame/headers.h"
#include "steering.h"

/* Fields of a vector. */
#define MATCH_SOURCE 0			/* bytes */
#define MATCH_ETHERTYPE 6
#define MATCH_DESTINATION 8
#define MATCH_TAG 14
#define MATCH_PROTOCOL 16
#define MATCH_CVLAN 0x90, 1
#define MATCH_SVLAN 0x91, 1
#define MATCH_FRAGMENT 0x92, 1
#define MATCH_IP_VERSION 0x93, 4

/* What can be matched: all of the above. */
static const uint8_t supported[MLX5_MATCH_BYTES] = {
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0x00, 0xfe, 0x00,
};

static void vector__make(uint8_t vector[MLX5_MATCH_BYTES], const struct mlx5_packet *packet,
			 const uint8_t *frame)
{
	memset(vector, 0, MLX5_MATCH_BYTES);
	memcpy(vector + MATCH_DESTINATION, frame, 6);
	memcpy(vector + MATCH_SOURCE, frame + 6, 6);
	put_be16(vector + MATCH_ETHERTYPE, packet->ethertype);
	put_be16(vector + MATCH_TAG, packet->tag);
	field__set(vector, MATCH_CVLAN, packet->cvlan);
	field__set(vector, MATCH_SVLAN, packet->svlan);
	if (!packet->ip_version)
		return;
	vector[MATCH_PROTOCOL] = packet->protocol;
	field__set(vector, MATCH_FRAGMENT, packet->fragment);
	field__set(vector, MATCH_IP_VERSION, packet->ip_version);
}

static void vector__mask(uint8_t to[MLX5_MATCH_BYTES], const uint8_t *vector, const uint8_t *mask)
{
	for (unsigned int i = 0; i < MLX5_MATCH_BYTES; i++)
		to[i] = vector[i] & mask[i];
}

/* FNV-1a. */
static unsigned int bucket__of(uint32_t group, const uint8_t value[MLX5_MATCH_BYTES])
{
	uint32_t hash = 0x811c9dc5 ^ group;

	for (unsigned int i = 0; i < MLX5_MATCH_BYTES; i++)
		hash = (hash ^ value[i]) * 0x01000193;
	return (hash ^ hash >> 16) % MLX5_ENTRY_BUCKETS;
}

static const struct mlx5_entry *group__match(const struct mlx5 *chip, uint32_t number,
					     const uint8_t *vector)
{
	uint8_t value[MLX5_MATCH_BYTES];
	unsigned int at;

	vector__mask(value, vector, chip->groups[number].mask);
	for (at = chip->flows.buckets[bucket__of(number, value)]; at;
	     at = chip->flows.entries[at - 1].next) {
		const struct mlx5_entry *entry = &chip->flows.entries[at - 1];

		if (entry->group == number && !memcmp(entry->value, value, sizeof(value)))
			return entry;
	}
	return NULL;
}

static const struct mlx5_entry *table__match(const struct mlx5 *chip,
					     const struct mlx5_table *table,
					     const uint8_t *vector)
{
	const struct mlx5_entry *entry = NULL;
	uint32_t group;

	for (group = table->first_group; group && !entry; group = chip->groups[group].next)
		entry = group__match(chip, group, vector);
	return entry;
}

struct mlx5_verdict mlx5_steering__walk(const struct mlx5 *chip, const struct mlx5_packet *packet,
					const uint8_t *frame)
{
	uint32_t number = chip->flows.root;
	uint8_t vector[MLX5_MATCH_BYTES];
	struct mlx5_verdict verdict = { 0 };
	unsigned int steps;

	vector__make(vector, packet, frame);
	for (steps = 0; steps <= MLX5_LEVELS; steps++) {
		const struct mlx5_table *table = MLX5_OBJECT(chip, MLX5_TABLE, tables, number);
		const struct mlx5_entry *entry;

		if (!table)
			break;
		entry = table__match(chip, table, vector);
		if (!entry) {
			number = table->miss;
			continue;
		}
		verdict.tag = entry->tag;
		if (entry->action == MLX5_ACTION_TIR)
			verdict.tir = entry->destination;
		if (entry->action != MLX5_ACTION_TABLE)
			break;
		number = entry->destination;
	}
	return verdict;
}

bool mlx5_steering__can_match(const uint8_t mask[MLX5_MATCH_BYTES])
{
	for (unsigned int i = 0; i < MLX5_MATCH_BYTES; i++)
		if (mask[i] & ~supported[i])
			return false;
	return true;
}

bool mlx5_steering__add_group(struct mlx5 *chip, uint32_t number)
{
	struct mlx5_group *group = &chip->groups[number];
	uint32_t *at = &chip->tables[group->table].first_group;

	while (*at && chip->groups[*at].end < group->start)
		at = &chip->groups[*at].next;
	if (*at && chip->groups[*at].start <= group->end)
		return false;
	group->next = *at;
	*at = number;
	return true;
}

void mlx5_steering__remove_group(struct mlx5 *chip, uint32_t number)
{
	uint32_t *at = &chip->tables[chip->groups[number].table].first_group;

	while (*at && *at != number)
		at = &chip->groups[*at].next;
	*at = chip->groups[number].next;
}

bool mlx5_steering__add_entry(struct mlx5 *chip, const struct mlx5_entry *entry)
{
	struct mlx5_flows *flows = &chip->flows;
	uint16_t *bucket;
	unsigned int i;

	for (i = 0; i < MLX5_ENTRIES && flows->entries[i].used; i++)
		;
	if (i == MLX5_ENTRIES)
		return false;
	flows->entries[i] = *entry;
	flows->entries[i].used = true;
	vector__mask(flows->entries[i].value, entry->value, chip->groups[entry->group].mask);
	bucket = &flows->buckets[bucket__of(entry->group, flows->entries[i].value)];
	flows->entries[i].next = *bucket;
	*bucket = i + 1;
	flows->used++;
	return true;
}

struct mlx5_entry *mlx5_steering__find_entry(struct mlx5 *chip, uint32_t table, uint32_t index)
{
	for (unsigned int i = 0; i < MLX5_ENTRIES; i++) {
		struct mlx5_entry *entry = &chip->flows.entries[i];

		if (entry->used && entry->index == index &&
		    chip->groups[entry->group].table == table)
			return entry;
	}
	return NULL;
}

void mlx5_steering__remove_entry(struct mlx5 *chip, struct mlx5_entry *entry)
{
	struct mlx5_flows *flows = &chip->flows;
	uint16_t number = entry - flows->entries + 1;
	uint16_t *at = &flows->buckets[bucket__of(entry->group, entry->value)];

	while (*at && *at != number)
		at = &flows->entries[*at - 1].next;
	*at = entry->next;
	*entry = (struct mlx5_entry){ 0 };
	flows->used--;
}
