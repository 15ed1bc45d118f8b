/* SPDX-License-Identifier: MIT */
/* The kernel's own, from the tree that is measured: the system's may be older. */
#include <uapi/linux/if_xdp.h>
