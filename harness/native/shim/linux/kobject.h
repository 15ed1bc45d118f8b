/* SPDX-License-Identifier: MIT */
#ifndef SHIM_KOBJECT_H
#define SHIM_KOBJECT_H

struct kobject {
	int unused;
};

#endif
