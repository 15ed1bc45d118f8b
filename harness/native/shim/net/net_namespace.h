/* SPDX-License-Identifier: MIT */
#include <net/sock.h>
