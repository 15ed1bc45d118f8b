/* SPDX-License-Identifier: MIT */
/* What the control socket tells about ports and wires. Members begin with a comma. */
#ifndef TESTBED_JSON_H
#define TESTBED_JSON_H

#include <stdio.h>

struct testbed;

void json__string(FILE *out, const char *text);

void testbed_json__ports(const struct testbed *testbed, FILE *out);
void testbed_json__counters(struct testbed *testbed, unsigned int port, FILE *out);
void testbed_json__wires(const struct testbed *testbed, FILE *out);
void testbed_json__wire_counters(const struct testbed *testbed, unsigned int wire, FILE *out);
/* An object. */
void testbed_json__wire(const struct testbed *testbed, unsigned int wire, FILE *out);

#endif
