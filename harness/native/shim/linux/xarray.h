/* SPDX-License-Identifier: MIT */
#ifndef SHIM_XARRAY_H
#define SHIM_XARRAY_H

struct xarray {
	int unused;
};

void *xa_load(struct xarray *array, unsigned long index);

#endif
