/* SPDX-License-Identifier: MIT */
/* What the control socket tells about ports and wires. Members begin with a comma. */
#ifndef RACK_JSON_H
#define RACK_JSON_H

#include <stdio.h>

struct rack;

void json__string(FILE *out, const char *text);

void rack_json__ports(const struct rack *rack, FILE *out);
void rack_json__counters(struct rack *rack, unsigned int port, FILE *out);
void rack_json__wires(const struct rack *rack, FILE *out);
void rack_json__figures(const struct rack *rack, unsigned int wire, FILE *out);
/* An object. */
void rack_json__wire(const struct rack *rack, unsigned int wire, FILE *out);

#endif
