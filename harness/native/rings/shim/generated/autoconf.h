/* SPDX-License-Identifier: MIT */
#define CONFIG_XDP_SOCKETS_FLASH 1
