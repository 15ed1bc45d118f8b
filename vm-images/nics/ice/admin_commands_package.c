// SPDX-License-Identifier: MIT
/* Commands about the package of the pipeline's configuration (ice_ddp.c). */
#include <string.h>

#include "frame/bytes.h"
#include "admin_commands.h"
#include "ice.h"
#include "package.h"

#define LOCK_TO_CHANGE 3
#define LOCK_TO_LOAD 4
#define LAST_BUFFER 0x01
#define LIST_BYTES 44u			/* a count, and the only entry */
#define ENTRY_NAME 8
#define ENTRY_TRACK 36
#define ENTRY_ACTIVE 41

static enum admin_result download(struct ice *chip, struct admin_command *command)
{
	if (!chip->locks[LOCK_TO_LOAD])
		return ADMIN_EPERM;
	if (!ice_package__check(command->data, command->bytes))
		return ADMIN_EINVAL;
	ice_package__load(chip, command->data, command->parameters[0] & LAST_BUFFER);
	memset(command->parameters, 0, 8);	/* no error, and where it is */
	return ADMIN_OK;
}

/* Profiles that the driver adds for RSS and the like: the model has its own. */
static enum admin_result update(struct ice *chip, struct admin_command *command)
{
	if (!chip->locks[LOCK_TO_CHANGE])
		return ADMIN_EPERM;
	return ice_package__check(command->data, command->bytes) ? ADMIN_OK : ADMIN_EINVAL;
}

/* It was downloaded, and neither is in the NVM nor was active at boot. */
static enum admin_result list(struct ice *chip, struct admin_command *command)
{
	const struct ice_package *package = &chip->package;

	memset(command->data, 0, LIST_BYTES);
	command->answer_bytes = LIST_BYTES;
	if (!package->active)
		return ADMIN_OK;
	put_le32(command->data, 1);
	memcpy(command->data + 4, package->version, sizeof(package->version));
	memcpy(command->data + ENTRY_NAME, package->name, sizeof(package->name));
	put_le32(command->data + ENTRY_TRACK, package->track);
	command->data[ENTRY_ACTIVE] = 1;
	return ADMIN_OK;
}

const struct admin_handler ice_package_handlers[] = {
	{ 0x0c40, PACKAGE_BUFFER_BYTES, download },
	{ 0x0c41, 0, admin_refuse },		/* sections cannot be read back */
	{ 0x0c42, 1, update },
	{ 0x0c43, LIST_BYTES, list },
	{ 0 }
};
