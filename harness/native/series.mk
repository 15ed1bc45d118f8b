# SPDX-License-Identifier: MIT
# What it takes to compile files of a kernel tree with the series applied for user space. Included by
# the makefiles of the folders below this one, with the kernel's tree in KERNEL_TREE.
KERNEL_TREE ?= $(error KERNEL_TREE must name a kernel source with the series applied)
CFLAGS ?= -O2 -g
# What puts or takes one object does not look at how many.
WARNINGS := -Wall -Wextra -Wno-unused-parameter -Werror
STANDARD := -std=gnu11 -D_GNU_SOURCE -pthread
COMPILE = $(CC) $(STANDARD) $(WARNINGS) $(CFLAGS)

# The kernel's code may not touch the registers of floating point and vectors, so neither may this.
GENERAL := -mgeneral-regs-only -fno-strict-aliasing -fno-strict-overflow
# The tree is looked at last: only what it is meant to give is not in ../shim/ or the system.
KERNEL = $(GENERAL) -Wno-sign-compare -I. -I../shim -I$(KERNEL_TREE)/net/xdp \
	 -idirafter $(KERNEL_TREE)/include -include $(KERNEL_TREE)/include/linux/kconfig.h
XDP := $(KERNEL_TREE)/net/xdp
KERNEL_HEADERS = $(wildcard $(XDP)/*.h $(KERNEL_TREE)/include/*/*.h ../shim/*/*.h) ../series.mk
