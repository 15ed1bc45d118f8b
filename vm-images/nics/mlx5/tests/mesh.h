/* SPDX-License-Identifier: MIT */
/* Four queues of a ConnectX-5, and frames that come to one of them. */
#ifndef MLX5_MESH_H
#define MLX5_MESH_H

#include "driver.h"

static uint8_t frame[2048];

struct mesh {
	struct driver driver;
	struct queue rqs[4];
	uint32_t tirs[4];		/* one straight to each */
};

static inline struct mesh start(void)
{
	struct mesh mesh = { .driver = driver__start() };

	for (unsigned int i = 0; i < 4; i++) {
		mesh.rqs[i] = driver__create_rq(&mesh.driver, 4, false);
		mesh.tirs[i] = driver__create_direct_tir(&mesh.driver, mesh.rqs[i].number);
		rq__fill(&mesh.driver, &mesh.rqs[i], DRIVER_RING);
	}
	return mesh;
}

/* Which queue it comes to; 4: none. */
static inline unsigned int inject(struct mesh *mesh, size_t bytes)
{
	unsigned int i;

	guest__inject(mesh->driver.guest, frame, bytes);
	for (i = 0; i < 4 && !cq__take(&mesh->driver, &mesh->rqs[i].cq); i++)
		;
	return i;
}

#endif
