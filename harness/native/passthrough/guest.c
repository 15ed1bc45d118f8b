// SPDX-License-Identifier: MIT
/*
 * All that a guest runs: no kernel, one program. It drives the first Intel 82574 it finds, says its MAC address, sends
 * the word of its command line as a broadcast, waits for an answer with the same word, and ends QEMU.
 *
 * Registers by their names in Intel's "82574 GbE Controller Family Datasheet", chapter 10.
 */
#include <stdint.h>

#include "frame.h"

enum { MULTIBOOT_MAGIC = 0x1badb002 };

__attribute__((section(".multiboot"), used)) static const uint32_t multiboot_header[] = {
	MULTIBOOT_MAGIC, 0, -(uint32_t)MULTIBOOT_MAGIC
};

struct multiboot_info {
	uint32_t flags, mem_lower, mem_upper, boot_device, cmdline;
};

static void guest_main(const struct multiboot_info *info);

static uint8_t stack[16384] __attribute__((used));

/* The loader leaves a pointer in EBX. */
__asm__(".globl start\n"
	"start: movl $stack + 16384, %esp\n"
	"pushl %ebx\n"
	"call guest_main\n"
	"1: hlt\n"
	"jmp 1b\n");

enum { PORT_EXIT = 0xf4, PORT_SERIAL = 0x3f8, PORT_PCI_ADDRESS = 0xcf8, PORT_PCI_DATA = 0xcfc };

static void outb(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static void outl(uint16_t port, uint32_t value)
{
	__asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port));
}

static uint32_t inl(uint16_t port)
{
	uint32_t value;

	__asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

static void say(const char *text)
{
	while (*text)
		outb(PORT_SERIAL, *text++);
}

static void say_mac(const uint8_t *mac)
{
	static const char digits[] = "0123456789abcdef";

	for (int i = 0; i < 6; i++) {
		if (i > 0)
			outb(PORT_SERIAL, ':');
		outb(PORT_SERIAL, digits[mac[i] >> 4]);
		outb(PORT_SERIAL, digits[mac[i] & 15]);
	}
}

/* An emulator then lets others run. */
static void relax(void)
{
	__asm__ volatile("pause");
}

/* QEMU ends with the code 2 * code + 1. */
static void leave(uint8_t code)
{
	outb(PORT_EXIT, code);
}

enum { LAST_BUS = 8, SLOTS = 32, INTEL_82574 = 0x10d38086 };
enum { PCI_ID = 0, PCI_COMMAND = 4, PCI_BAR0 = 16, COMMAND_MEMORY = 2, COMMAND_MASTER = 4 };

static uint32_t pci_address(int bus, int slot, int offset)
{
	return 0x80000000u | bus << 16 | slot << 11 | offset;
}

static uint32_t pci_read(int bus, int slot, int offset)
{
	outl(PORT_PCI_ADDRESS, pci_address(bus, slot, offset));
	return inl(PORT_PCI_DATA);
}

static void pci_write(int bus, int slot, int offset, uint32_t value)
{
	outl(PORT_PCI_ADDRESS, pci_address(bus, slot, offset));
	outl(PORT_PCI_DATA, value);
}

/* Returns where its registers are, once it answers there and may do DMA. */
static volatile uint32_t *find_nic(void)
{
	for (int bus = 0; bus < LAST_BUS; bus++) {
		for (int slot = 0; slot < SLOTS; slot++) {
			if (pci_read(bus, slot, PCI_ID) != INTEL_82574)
				continue;
			pci_write(bus, slot, PCI_COMMAND,
				  (pci_read(bus, slot, PCI_COMMAND) & 0xffff) | COMMAND_MEMORY | COMMAND_MASTER);
			return (volatile uint32_t *)(pci_read(bus, slot, PCI_BAR0) & ~15u);
		}
	}
	return 0;
}

enum {
	CTRL = 0x0, STATUS = 0x8, RCTL = 0x100, TCTL = 0x400,
	RDBAL = 0x2800, RDBAH = 0x2804, RDLEN = 0x2808, RDH = 0x2810, RDT = 0x2818,
	TDBAL = 0x3800, TDBAH = 0x3804, TDLEN = 0x3808, TDH = 0x3810, TDT = 0x3818,
	RAL0 = 0x5400, RAH0 = 0x5404,
};

enum {
	CTRL_SLU = 1 << 6, CTRL_RST = 1 << 26,
	STATUS_LU = 1 << 1,
	RCTL_EN = 1 << 1, RCTL_UPE = 1 << 3, RCTL_BAM = 1 << 15,
	TCTL_EN = 1 << 1, TCTL_PSP = 1 << 3,
	TX_EOP = 1 << 0, TX_IFCS = 1 << 1, TX_RS = 1 << 3,
	DONE = 1 << 0,
};

enum { RING = 8, BUFFER_BYTES = 2048 };

/* Legacy descriptors. */
struct tx_descriptor {
	uint64_t address;
	uint16_t length;
	uint8_t checksum_offset;
	uint8_t command;
	uint8_t status;
	uint8_t checksum_start;
	uint16_t vlan;
} __attribute__((packed));

struct rx_descriptor {
	uint64_t address;
	uint16_t length;
	uint16_t checksum;
	uint8_t status;
	uint8_t errors;
	uint16_t vlan;
} __attribute__((packed));

static volatile struct tx_descriptor tx_ring[RING] __attribute__((aligned(128)));
static volatile struct rx_descriptor rx_ring[RING] __attribute__((aligned(128)));
static uint8_t rx_buffers[RING][BUFFER_BYTES] __attribute__((aligned(16)));
static struct frame out;

static volatile uint32_t *registers;

static void set(uint32_t offset, uint32_t value)
{
	registers[offset / 4] = value;
}

static uint32_t get(uint32_t offset)
{
	return registers[offset / 4];
}

static void start_nic(uint8_t *mac)
{
	set(CTRL, get(CTRL) | CTRL_RST);
	while (get(CTRL) & CTRL_RST)
		relax();
	for (int i = 0; i < 4; i++)
		mac[i] = get(RAL0) >> 8 * i;
	for (int i = 0; i < 2; i++)
		mac[4 + i] = get(RAH0) >> 8 * i;
	set(CTRL, get(CTRL) | CTRL_SLU);
	while (!(get(STATUS) & STATUS_LU))
		relax();

	for (int i = 0; i < RING; i++)
		rx_ring[i].address = (uintptr_t)rx_buffers[i];
	set(RDBAL, (uintptr_t)rx_ring);
	set(RDBAH, 0);
	set(RDLEN, sizeof(rx_ring));
	set(RDH, 0);
	set(RDT, RING - 1);
	set(RCTL, RCTL_EN | RCTL_UPE | RCTL_BAM);
	set(TDBAL, (uintptr_t)tx_ring);
	set(TDBAH, 0);
	set(TDLEN, sizeof(tx_ring));
	set(TDH, 0);
	set(TDT, 0);
	set(TCTL, TCTL_EN | TCTL_PSP);
}

static void send_word(const uint8_t *mac, const char *word)
{
	for (int i = 0; i < 6; i++) {
		out.to[i] = 0xff;
		out.from[i] = mac[i];
	}
	out.type[0] = FRAME_TYPE >> 8;
	out.type[1] = FRAME_TYPE & 0xff;
	for (int i = 0; i < WORD_BYTES - 1 && word[i]; i++)
		out.word[i] = word[i];
	tx_ring[0].address = (uintptr_t)&out;
	tx_ring[0].length = FRAME_BYTES;
	tx_ring[0].command = TX_EOP | TX_IFCS | TX_RS;
	__asm__ volatile("" : : : "memory");
	set(TDT, 1);
	while (!(tx_ring[0].status & DONE))
		relax();
}

static int is_answer(const struct frame *frame)
{
	if (frame->type[0] != FRAME_TYPE >> 8 || frame->type[1] != (FRAME_TYPE & 0xff))
		return 0;
	for (int i = 0; i < WORD_BYTES; i++)
		if (frame->word[i] != out.word[i])
			return 0;
	return 1;
}

static void wait_for_answer(void)
{
	for (int next = 0;; next = (next + 1) % RING) {
		while (!(rx_ring[next].status & DONE))
			relax();
		__asm__ volatile("" : : : "memory");
		if (is_answer((const struct frame *)rx_buffers[next]))
			return;
		rx_ring[next].status = 0;
		set(RDT, next);
	}
}

/* The last word of the command line, which begins with the name of the program. */
static const char *last_word(const char *line)
{
	const char *word = line;

	for (; *line; line++)
		if (*line == ' ')
			word = line + 1;
	return word;
}

__attribute__((used)) static void guest_main(const struct multiboot_info *info)
{
	uint8_t mac[6];

	registers = find_nic();
	if (!registers) {
		say("no NIC\n");
		leave(1);
	}
	start_nic(mac);
	say("NIC ");
	say_mac(mac);
	say("\n");
	send_word(mac, last_word((const char *)(uintptr_t)info->cmdline));
	say("sent\n");
	wait_for_answer();
	say("answered\n");
	leave(0);
}
