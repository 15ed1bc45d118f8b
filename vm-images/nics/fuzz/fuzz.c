// SPDX-License-Identifier: MIT
/*
 * fuzz --model NAME [--seconds N] [--seed N] [--steps N]
 *
 * Exit codes: 0 nothing happened; 2 bad options. What happens otherwise ends it by a signal or by a
 * sanitizer, after a line with seed and step: --seed and --steps then lead there again.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <sanitizer/common_interface_defs.h>

#include "fuzz.h"

#define PAGE 4096
#define CANARY 0xc5
/* A step takes microseconds; one that takes this long will not end. */
#define STUCK_SECONDS 60
#define PROGRESS_SECONDS 10

static struct fuzz fuzz;

/* xorshift64* */
uint64_t fuzz__random(struct fuzz *f)
{
	f->random ^= f->random >> 12;
	f->random ^= f->random << 25;
	f->random ^= f->random >> 27;
	return f->random * UINT64_C(0x2545f4914f6cdd1d);
}

uint64_t fuzz__below(struct fuzz *f, uint64_t limit)
{
	return (fuzz__random(f) >> 16) % limit;
}

bool fuzz__one_in(struct fuzz *f, unsigned int n)
{
	return !fuzz__below(f, n);
}

struct nic *fuzz__nic(struct fuzz *f)
{
	return &f->testbed.ports[0].nic;
}

uint64_t fuzz__address(struct fuzz *f)
{
	switch (fuzz__below(f, 10)) {
	case 0:
		return FUZZ_BASE + FUZZ_BYTES - fuzz__below(f, 3000);
	case 1:
		return FUZZ_BASE - fuzz__below(f, 64);
	case 2:
		return fuzz__random(f);
	case 3:
		return UINT64_MAX - fuzz__below(f, 4096);
	default:
		return FUZZ_BASE + fuzz__below(f, FUZZ_BYTES);
	}
}

uint64_t fuzz__ring(struct fuzz *f)
{
	return FUZZ_BASE + fuzz__below(f, FUZZ_RINGS) * PAGE;
}

uint8_t *fuzz__at(struct fuzz *f, uint64_t offset)
{
	return f->memory + PAGE + offset;
}

static void say_where(void)
{
	char line[128];
	int bytes = snprintf(line, sizeof(line), "fuzz: %s, seed %" PRIu64 ", step %" PRIu64 "\n",
			     fuzz.model->nic->name, fuzz.seed, fuzz.step);

	if (write(STDERR_FILENO, line, bytes) < 0)
		return;
}

static void on_signal(int number)
{
	static const char stuck[] = "fuzz: a step does not end\n";

	if (number == SIGALRM && write(STDERR_FILENO, stuck, strlen(stuck)) < 0)
		_exit(1);
	say_where();
	signal(SIGABRT, SIG_DFL);
	abort();
}

void fuzz__give_up(const char *what)
{
	fprintf(stderr, "fuzz: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void fuzz__open(void)
{
	static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 1 };
	int ends[2];

	fuzz.testbed.loop.stopped_clock = true;
	fuzz.testbed.loop.now = 1000000000;
	fuzz.memory_fd = memfd_create("guest", MFD_CLOEXEC);
	fuzz.other_fd = memfd_create("other", MFD_CLOEXEC);
	if (fuzz.memory_fd < 0 || ftruncate(fuzz.memory_fd, FUZZ_BYTES + 2 * PAGE) ||
	    fuzz.other_fd < 0 || ftruncate(fuzz.other_fd, FUZZ_BYTES))
		fuzz__give_up("memory");
	fuzz.memory = mmap(NULL, FUZZ_BYTES + 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED,
			   fuzz.memory_fd, 0);
	if (fuzz.memory == MAP_FAILED)
		fuzz__give_up("memory");
	for (unsigned int i = 0; i < MESSAGE_FDS_MAX; i++)
		fuzz.events[i] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends))
		fuzz__give_up("a socket pair");
	fuzz.peer = ends[1];
	if (testbed__open(&fuzz.testbed) ||
	    testbed__add_port(&fuzz.testbed, fuzz.model->nic, mac, NULL) ||
	    testbed__add_wire(&fuzz.testbed) ||
	    wire_end__attach_port(&fuzz.testbed.wires[0], 0, fuzz__nic(&fuzz)) ||
	    wire_end__attach_socket(&fuzz.testbed.wires[0], 1, ends[0]))
		fuzz__give_up("the testbed");
	/* There is nothing that a fuzzed driver does right. */
	fuzz__nic(&fuzz)->warnings.count = WARNINGS_MAX;
}

/* The pages before and after what is mapped of the file. */
static void fuzz__check_canaries(void)
{
	for (unsigned int i = 0; i < PAGE; i++) {
		if (fuzz.memory[i] != CANARY || fuzz.memory[PAGE + FUZZ_BYTES + i] != CANARY) {
			fprintf(stderr, "fuzz: a byte outside guest memory was written\n");
			abort();
		}
	}
}

static void fuzz__step(void)
{
	unsigned int what = fuzz__below(&fuzz, 1000);

	if (what < 500)
		fuzz__access_register(&fuzz);
	else if (what < 700)
		fuzz__scribble(&fuzz);
	else if (what < 850)
		fuzz__send_frame(&fuzz);
	else if (what < 910)
		fuzz__set_up(&fuzz);
	else if (what < 960)
		fuzz.testbed.loop.now += fuzz__below(&fuzz,
						     fuzz__one_in(&fuzz, 4) ? 30000000 : 50000);
	else if (what < 975)
		fuzz__access_configuration(&fuzz);
	else if (what < 985)
		fuzz__change_wire(&fuzz);
	else if (what < 990)
		fuzz.peer_reads = !fuzz__one_in(&fuzz, 4);
	else if (what < 993)
		port__reset(fuzz__nic(&fuzz), fuzz__below(&fuzz, 2));
	else if (what < 999)
		fuzz__send_message(&fuzz);
	else
		fuzz__connect(&fuzz);

	for (unsigned int i = fuzz__below(&fuzz, 4); i; i--) {
		if (testbed__pass(&fuzz.testbed, false))
			fuzz__give_up("a pass");
	}
	if (fuzz.peer_reads)
		fuzz__receive_frames(&fuzz);
}

static void fuzz__read_counters(void)
{
	struct nic_counter counters[512];
	struct nic *nic = fuzz__nic(&fuzz);

	nic->model->counters(nic, counters, 512);
	nic->model->counters(nic, counters, 1);
}

static void fuzz__run(uint64_t seconds, uint64_t steps)
{
	time_t start = time(NULL), said = start;

	memset(fuzz.memory, CANARY, PAGE);
	memset(fuzz.memory + PAGE + FUZZ_BYTES, CANARY, PAGE);
	fuzz__connect(&fuzz);
	fuzz__find_registers(&fuzz);
	fuzz__connect(&fuzz);
	fuzz__set_up(&fuzz);
	for (fuzz.step = 0; fuzz.step < steps; fuzz.step++) {
		fuzz__step();
		if (fuzz.step % 256)
			continue;
		alarm(STUCK_SECONDS);
		fuzz__check_canaries();
		fuzz__read_counters();
		if (time(NULL) - said >= PROGRESS_SECONDS) {
			struct wire_counters counters = wire__counters(&fuzz.testbed.wires[0]);

			said = time(NULL);
			printf("fuzz: %s, seed %" PRIu64 ", step %" PRIu64 ", %" PRIu64
			       " frames sent, %" PRIu64 " received\n", fuzz.model->nic->name, fuzz.seed,
			       fuzz.step, counters.frames[0], counters.frames[1]);
			fflush(stdout);
		}
		if ((uint64_t)(time(NULL) - start) >= seconds)
			break;
	}
}

/* How far it came: what stayed at zero was not tried. */
static void fuzz__print_counters(void)
{
	struct nic_counter counters[512];
	struct nic *nic = fuzz__nic(&fuzz);
	size_t count = nic->model->counters(nic, counters, 512);

	printf("fuzz: counters since the last reset:");
	for (size_t i = 0; i < count && i < 512; i++)
		printf(" %s %" PRIu64, counters[i].name, counters[i].value);
	printf("\n");
}

static int usage(void)
{
	fprintf(stderr, "usage: fuzz --model NAME [--seconds N] [--seed N] [--steps N]\n");
	return 2;
}

int main(int argc, char **argv)
{
	static const struct option known[] = {
		{ "model", required_argument, NULL, 'm' },
		{ "seconds", required_argument, NULL, 't' },
		{ "seed", required_argument, NULL, 's' },
		{ "steps", required_argument, NULL, 'n' },
		{ }
	};
	uint64_t seconds = UINT64_MAX, steps = UINT64_MAX;
	int option;

	fuzz.seed = 1;
	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (option == 'm')
			fuzz.model = fuzz_model__find(optarg);
		else if (option == 't')
			seconds = strtoull(optarg, NULL, 10);
		else if (option == 's')
			fuzz.seed = strtoull(optarg, NULL, 10);
		else if (option == 'n')
			steps = strtoull(optarg, NULL, 10);
		else
			return usage();
	}
	if (!fuzz.model || optind < argc)
		return usage();
	if (seconds == UINT64_MAX && steps == UINT64_MAX)
		seconds = 60;
	/* Never zero, which would stay zero. */
	fuzz.random = fuzz.seed * UINT64_C(0x9e3779b97f4a7c15) | 1;
	fuzz.peer_reads = true;

	__sanitizer_set_death_callback(say_where);
	signal(SIGABRT, on_signal);
	signal(SIGALRM, on_signal);
	printf("fuzz: %s, seed %" PRIu64 "\n", fuzz.model->nic->name, fuzz.seed);
	fflush(stdout);
	fuzz__open();
	fuzz__run(seconds, steps);
	fuzz__print_counters();
	printf("fuzz: %s, seed %" PRIu64 ", %" PRIu64 " steps: nothing happened\n",
	       fuzz.model->nic->name, fuzz.seed, fuzz.step);
	client__destroy(fuzz.client);
	testbed__close(&fuzz.testbed);
	return 0;
}
