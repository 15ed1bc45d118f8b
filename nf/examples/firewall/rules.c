// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rules.h"

static const char separators[] = " \t\r\n";

/* The words of a line, one after the other. */
struct words {
	char *next;	/* of strtok_r() */
	char *word;	/* NULL at the end */
};

static void go_on(struct words *words)
{
	words->word = strtok_r(NULL, separators, &words->next);
}

static bool is(const struct words *words, const char *word)
{
	return words->word && !strcmp(words->word, word);
}

static bool parse_action(struct words *words, struct rule *rule)
{
	rule->allows = is(words, "allow");
	return rule->allows || is(words, "deny");
}

static bool parse_protocol(struct words *words, struct rule *rule)
{
	static const struct {
		const char *name;
		__u8 protocol;
	} protocols[] = { { "any", 0 }, { "tcp", IPPROTO_TCP }, { "udp", IPPROTO_UDP },
			  { "icmp", IPPROTO_ICMP } };

	for (size_t i = 0; i < sizeof(protocols) / sizeof(*protocols); i++) {
		if (!is(words, protocols[i].name))
			continue;
		rule->protocol = protocols[i].protocol;
		return true;
	}
	return false;
}

/* 80 or 8000-8100 */
static bool parse_ports(const char *text, struct side *side)
{
	char copy[16], *last;

	if (!text || snprintf(copy, sizeof(copy), "%s", text) >= (int)sizeof(copy))
		return false;
	last = strchr(copy, '-');
	if (last)
		*last++ = 0;
	if (!parse_number(copy, 0, 65535, &side->first_port))
		return false;
	side->last_port = side->first_port;
	return !last || parse_number(last, side->first_port, 65535, &side->last_port);
}

/* [from NETWORK [port PORTS]] */
static bool parse_side(struct words *words, const char *name, __u8 protocol, struct side *side)
{
	side->last_port = 65535;
	if (!is(words, name))
		return true;
	go_on(words);
	if (!words->word || (!is(words, "any") && !parse_network(words->word, &side->network)))
		return false;
	go_on(words);
	if (!is(words, "port"))
		return true;
	if (protocol != IPPROTO_TCP && protocol != IPPROTO_UDP)
		return false;
	go_on(words);
	if (!parse_ports(words->word, side))
		return false;
	go_on(words);
	return true;
}

/* Stops at the word that makes no sense, or at the end if one is missing. */
static bool parse_rule(struct words *words, struct rule *rule)
{
	if (!parse_action(words, rule))
		return false;
	go_on(words);
	if (!parse_protocol(words, rule))
		return false;
	go_on(words);
	return parse_side(words, "from", rule->protocol, &rule->from) &&
	       parse_side(words, "to", rule->protocol, &rule->to) && !words->word;
}

static bool read_line(struct rules *rules, char *line, struct words *words)
{
	struct rule rule = { };

	line[strcspn(line, "#")] = 0;
	words->word = strtok_r(line, separators, &words->next);
	if (!words->word)
		return true;
	if (rules->count == most_rules || !parse_rule(words, &rule))
		return false;
	rules->all[rules->count++] = rule;
	return true;
}

const char *rules__read(struct rules *rules, const char *path)
{
	static char why[why_size];
	FILE *file = fopen(path, "re");
	struct words words = { };
	char *line = NULL;
	size_t size = 0;
	int number = 0;
	bool fine = true;

	if (!file) {
		snprintf(why, sizeof(why), "%s: %s", path, strerror(errno));
		return why;
	}
	while (fine && getline(&line, &size, file) > 0) {
		number++;
		fine = read_line(rules, line, &words);
	}
	if (!fine && rules->count == most_rules)
		snprintf(why, sizeof(why), "%s:%d: there are %d rules at most", path, number, most_rules);
	else if (!fine)
		snprintf(why, sizeof(why), "%s:%d: this makes no sense here: %s", path, number,
			 words.word ? words.word : "the end of the line");
	free(line);
	fclose(file);
	return fine ? NULL : why;
}

static bool side_has(const struct side *side, __u8 version, const struct end *end)
{
	__u16 port = flash_get16(end->port);

	return port >= side->first_port && port <= side->last_port &&
	       network__has(&side->network, version, end->address);
}

bool rules__allow(const struct rules *rules, const struct flow *flow)
{
	for (__u32 i = 0; i < rules->count; i++) {
		const struct rule *rule = &rules->all[i];

		if ((!rule->protocol || rule->protocol == flow->protocol) &&
		    side_has(&rule->from, flow->version, &flow->from) &&
		    side_has(&rule->to, flow->version, &flow->to))
			return rule->allows;
	}
	return false;
}
