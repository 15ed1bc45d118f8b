/* SPDX-License-Identifier: MIT */
/* Only mentioned. */
