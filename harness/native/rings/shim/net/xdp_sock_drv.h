/* SPDX-License-Identifier: MIT */
#include <net/xdp_sock.h>
