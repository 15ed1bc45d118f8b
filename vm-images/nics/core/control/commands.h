/* SPDX-License-Identifier: MIT */
/* The commands of the control socket; control.c lists them. */
#ifndef COMMANDS_H
#define COMMANDS_H

#include <stddef.h>

struct testbed;

/*
 * Runs one command, which is taken apart. Makes *@reply one line of JSON, to be freed; NULL when
 * there is no memory.
 */
void commands__run(struct testbed *testbed, char *line, char **reply, size_t *bytes);
void commands__refuse(char **reply, size_t *bytes, const char *error);

#endif
