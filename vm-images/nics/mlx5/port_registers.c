// SPDX-License-Identifier: MIT
/*
 * ACCESS_REG: a register's number and its data, in and out (port.c; mlx5_ifc.h, *_reg). A handler
 * gets the data as written, or with what says which part is asked for, and leaves the answer.
 */
#include <string.h>

#include "link.h"
#include "port_registers.h"
#include "statistics.h"

#define REGISTER_NUMBER 0x50, 16
#define REGISTER_AT 16			/* bytes */
#define MODIFIER_READ 1

#define LOCAL_PORT 0x08, 8
#define THE_PORT 1

#define PMTU_MAX 0x20, 16
#define PMTU_ADMIN 0x40, 16
#define PMTU_OPERATIONAL 0x60, 16

#define PTYS_CAPABILITY 0x60, 32
#define PTYS_ADMIN 0xc0, 32
#define PTYS_OPERATIONAL 0x120, 32
#define PTYS_PARTNER 0x180, 32
#define PTYS_STATUS 0x20, 4
#define PTYS_CONNECTOR 0x17c, 4
#define PTYS_100G_CR4 (1u << 20)
#define STATUS_NEGOTIATED 1
#define CONNECTOR_COPPER 7

#define PAOS_ADMIN 0x14, 4
#define PAOS_OPERATIONAL 0x1c, 4
#define PAOS_CHANGE_ADMIN 0x20, 1
#define PORT_UP 1
#define PORT_DOWN 2

#define PFCC_TX 0x40, 1
#define PFCC_RX 0x60, 1

#define PPCNT_GROUP 0x1a, 6
#define PPCNT_PRIORITY 0x3b, 5
#define PPCNT_COUNTERS_AT 8		/* bytes */
#define PPCNT_BYTES (PPCNT_COUNTERS_AT + MLX5_PORT_COUNTERS_BYTES)

struct port_register {
	uint16_t number, bytes;
	bool of_port;			/* has the port's number */
	enum mlx5_status (*access)(struct mlx5 *chip, uint8_t *data, bool write);
};

/* The longest frame, with header, tag and checksum (port.c:mlx5_set_port_mtu). */
static enum mlx5_status pmtu__access(struct mlx5 *chip, uint8_t *data, bool write)
{
	unsigned int mtu = field__get(data, PMTU_ADMIN);

	if (write && (!mtu || mtu > MLX5_MTU_MAX))
		return MLX5_BAD_PARAMETER;
	if (write)
		chip->link.mtu = mtu;
	field__set(data, PMTU_MAX, MLX5_MTU_MAX);
	field__set(data, PMTU_ADMIN, chip->link.mtu);
	field__set(data, PMTU_OPERATIONAL, chip->link.mtu);
	return MLX5_OK;
}

/* A direct attach cable of one speed, to a partner of the same. */
static enum mlx5_status ptys__access(struct mlx5 *chip, uint8_t *data, bool write)
{
	bool up = mlx5_link__is_up(chip);

	if (write)
		return field__get(data, PTYS_ADMIN) & PTYS_100G_CR4 ? MLX5_OK : MLX5_BAD_PARAMETER;
	field__set(data, PTYS_CAPABILITY, PTYS_100G_CR4);
	field__set(data, PTYS_ADMIN, PTYS_100G_CR4);
	field__set(data, PTYS_OPERATIONAL, up ? PTYS_100G_CR4 : 0);
	field__set(data, PTYS_PARTNER, up ? PTYS_100G_CR4 : 0);
	field__set(data, PTYS_STATUS, up ? STATUS_NEGOTIATED : 0);
	field__set(data, PTYS_CONNECTOR, CONNECTOR_COPPER);
	return MLX5_OK;
}

static enum mlx5_status paos__access(struct mlx5 *chip, uint8_t *data, bool write)
{
	if (write && field__get(data, PAOS_CHANGE_ADMIN)) {
		chip->link.enabled = field__get(data, PAOS_ADMIN) == PORT_UP;
		mlx5_link__update(chip);
	}
	field__set(data, PAOS_ADMIN, chip->link.enabled ? PORT_UP : PORT_DOWN);
	field__set(data, PAOS_OPERATIONAL, mlx5_link__is_up(chip) ? PORT_UP : PORT_DOWN);
	return MLX5_OK;
}

static enum mlx5_status pfcc__access(struct mlx5 *chip, uint8_t *data, bool write)
{
	if (write) {
		chip->link.tx_pause = field__get(data, PFCC_TX);
		chip->link.rx_pause = field__get(data, PFCC_RX);
	}
	field__set(data, PFCC_TX, chip->link.tx_pause);
	field__set(data, PFCC_RX, chip->link.rx_pause);
	return MLX5_OK;
}

static enum mlx5_status ppcnt__access(struct mlx5 *chip, uint8_t *data, bool write)
{
	unsigned int group = field__get(data, PPCNT_GROUP);
	unsigned int priority = field__get(data, PPCNT_PRIORITY);

	if (write)
		return MLX5_BAD_PARAMETER;
	memset(data + PPCNT_COUNTERS_AT, 0, MLX5_PORT_COUNTERS_BYTES);
	mlx5_statistics__fill_port(chip, group, priority, data + PPCNT_COUNTERS_AT);
	return MLX5_OK;
}

/* What comes over is in the byte order of the structures either way. */
static enum mlx5_status host_endianness__access(struct mlx5 *chip, uint8_t *data, bool write)
{
	(void)chip;
	(void)data;
	(void)write;
	return MLX5_OK;
}

static const struct port_register registers[] = {
	{ 0x5003, 16, true, pmtu__access },
	{ 0x5004, 64, true, ptys__access },
	{ 0x5006, 16, true, paos__access },
	{ 0x5007, 32, true, pfcc__access },
	{ 0x5008, PPCNT_BYTES, true, ppcnt__access },
	{ 0x7004, 16, false, host_endianness__access },
};

enum mlx5_status mlx5_port_registers__access(struct mlx5 *chip, struct mlx5_command *command)
{
	uint16_t number = field__get(command->in, REGISTER_NUMBER);
	uint8_t *data = command->out + REGISTER_AT;
	const struct port_register *reg;

	for (reg = registers; reg < registers + sizeof(registers) / sizeof(*registers); reg++) {
		if (reg->number != number)
			continue;
		if (command->in_bytes < REGISTER_AT + (size_t)reg->bytes)
			return MLX5_BAD_INPUT_LENGTH;
		if (command->out_bytes < REGISTER_AT + (size_t)reg->bytes)
			return MLX5_BAD_OUTPUT_LENGTH;
		memcpy(data, command->in + REGISTER_AT, reg->bytes);
		if (reg->of_port && field__get(data, LOCAL_PORT) != THE_PORT)
			return MLX5_BAD_PARAMETER;
		return reg->access(chip, data, command->modifier != MODIFIER_READ);
	}
	nic__warn(chip->nic, "there is no port register 0x%04x", number);
	return MLX5_BAD_PARAMETER;
}
