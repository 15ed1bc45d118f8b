/* SPDX-License-Identifier: MIT */
#ifndef SHIM_BOTTOM_HALF_H
#define SHIM_BOTTOM_HALF_H

#define local_bh_disable()	((void)0)
#define local_bh_enable()	((void)0)

#endif
