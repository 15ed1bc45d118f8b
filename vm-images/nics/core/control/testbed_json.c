// SPDX-License-Identifier: MIT
#include <inttypes.h>

#include "core/testbed.h"
#include "testbed_json.h"

#define COUNTERS_MAX 512

void json__string(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text; text++) {
		unsigned char c = *text;

		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c < ' ')
			fprintf(out, "\\u%04x", c);
		else
			fputc(c, out);
	}
	fputc('"', out);
}

static void json__member(FILE *out, const char *name, const char *text)
{
	fprintf(out, ",\"%s\":", name);
	json__string(out, text);
}

static void json__flag(FILE *out, const char *name, bool value)
{
	fprintf(out, ",\"%s\":%s", name, value ? "true" : "false");
}

static void json__pair(FILE *out, const char *name, const uint64_t *values)
{
	fprintf(out, ",\"%s\":[%" PRIu64 ",%" PRIu64 "]", name, values[0], values[1]);
}

static void testbed_json__port(const struct testbed *testbed, unsigned int port, FILE *out)
{
	const struct server *server = &testbed->ports[port].server;
	const struct nic *nic = &testbed->ports[port].nic;

	fprintf(out, "{\"port\":%u", port);
	json__member(out, "model", nic->model->name);
	json__member(out, "title", nic->model->title);
	json__member(out, "socket", server->path ? server->path : "");
	fprintf(out, ",\"mac\":\"%02x:%02x:%02x:%02x:%02x:%02x\"", nic->mac[0], nic->mac[1],
		nic->mac[2], nic->mac[3], nic->mac[4], nic->mac[5]);
	json__flag(out, "connected", server->client.fd >= 0);
	json__flag(out, "link", nic__link(nic));
	if (nic->wire)
		fprintf(out, ",\"wire\":%td}", nic->wire - testbed->wires);
	else
		fputs(",\"wire\":null}", out);
}

void testbed_json__ports(const struct testbed *testbed, FILE *out)
{
	fputs(",\"ports\":[", out);
	for (unsigned int i = 0; i < testbed->port_count; i++) {
		fputs(i ? "," : "", out);
		testbed_json__port(testbed, i, out);
	}
	fputc(']', out);
}

void testbed_json__counters(struct testbed *testbed, unsigned int port, FILE *out)
{
	const struct server *server = &testbed->ports[port].server;
	struct nic_counter counters[COUNTERS_MAX];
	struct nic *nic = &testbed->ports[port].nic;
	size_t count = nic->model->counters(nic, counters, COUNTERS_MAX);

	fprintf(out, ",\"port\":%u,\"counters\":{", port);
	for (size_t i = 0; i < count && i < COUNTERS_MAX; i++)
		fprintf(out, "%s\"%s\":%" PRIu64, i ? "," : "", counters[i].name,
			counters[i].value);
	fprintf(out, "},\"core\":{\"interrupts\":%" PRIu64 ",\"interruptsLost\":%" PRIu64
		",\"dmaRefused\":%" PRIu64 ",\"resets\":%" PRIu64 ",\"clients\":%" PRIu64
		",\"warnings\":%u}", nic->interrupts.sent, nic->interrupts.lost, nic->dma.refused,
		nic->resets, server->clients, nic->warnings.count);
}

static void testbed_json__end(const struct wire_end *end, FILE *out)
{
	static const char *const kinds[] = {
		[WIRE_NOWHERE] = "nowhere",
		[WIRE_PORT] = "port",
		[WIRE_TAP] = "tap",
		[WIRE_UNIX] = "unix",
		[WIRE_LISTEN] = "listen",
	};
	char text[200];

	if (end->kind == WIRE_PORT)
		snprintf(text, sizeof(text), "port:%u", end->nic->number);
	else
		snprintf(text, sizeof(text), "%s:%s", kinds[end->kind], end->name ? end->name : "");
	json__string(out, text);
}

void testbed_json__wire(const struct testbed *testbed, unsigned int number, FILE *out)
{
	const struct wire *wire = &testbed->wires[number];

	fprintf(out, "{\"wire\":%u,\"ends\":[", number);
	testbed_json__end(&wire->ends[0], out);
	fputc(',', out);
	testbed_json__end(&wire->ends[1], out);
	fputc(']', out);
	json__flag(out, "link", wire__has_link(wire));
	json__flag(out, "down", wire->faults.down);
	json__flag(out, "hold", wire->faults.hold);
	fprintf(out, ",\"dropEvery\":%u,\"delayUs\":%" PRIu64 ",\"patienceUs\":%" PRIu64 "}",
		wire->faults.drop_every, wire->faults.delay_ns / 1000,
		wire->faults.patience_ns / 1000);
}

void testbed_json__wires(const struct testbed *testbed, FILE *out)
{
	fputs(",\"wires\":[", out);
	for (unsigned int i = 0; i < testbed->wire_count; i++) {
		fputs(i ? "," : "", out);
		testbed_json__wire(testbed, i, out);
	}
	fputc(']', out);
}

void testbed_json__wire_counters(const struct testbed *testbed, unsigned int wire, FILE *out)
{
	struct wire_counters counters = wire__counters(&testbed->wires[wire]);

	fprintf(out, ",\"wire\":%u", wire);
	json__pair(out, "frames", counters.frames);
	json__pair(out, "bytes", counters.bytes);
	json__pair(out, "dropped", counters.dropped);
	json__pair(out, "missed", counters.missed);
	json__pair(out, "waiting", counters.waiting);
}
