/* SPDX-License-Identifier: MIT */
#define SHMLBA	4096ul
