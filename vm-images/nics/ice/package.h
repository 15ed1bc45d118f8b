/* SPDX-License-Identifier: MIT */
/* The package of the pipeline's configuration, which the driver downloads (ice_ddp.c). */
#ifndef ICE_PACKAGE_H
#define ICE_PACKAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ice;

#define PACKAGE_BUFFER_BYTES 4096u

/* Return: whether @bytes are a buffer of sections (ice_ddp.c:ice_pkg_val_buf). */
bool ice_package__check(const uint8_t *buffer, size_t bytes);
/* Takes the next buffer of a package, checked. @last: with it the package is active. */
void ice_package__load(struct ice *chip, const uint8_t buffer[PACKAGE_BUFFER_BYTES], bool last);

#endif
