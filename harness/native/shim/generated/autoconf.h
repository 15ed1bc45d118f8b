/* SPDX-License-Identifier: MIT */
#define CONFIG_SMP 1
#define CONFIG_XDP_SOCKETS 1
#define CONFIG_XDP_SOCKETS_FLASH 1
