/* SPDX-License-Identifier: MIT */
#ifndef SHIM_BPF_H
#define SHIM_BPF_H

struct bpf_map {
	int unused;
};

#endif
