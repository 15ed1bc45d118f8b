// SPDX-License-Identifier: MIT
#include <stdio.h>
#include <string.h>

#include "store.h"

#define NEVER (~0ull)
#define SECOND 1000000000ull
enum { most_seconds = 30 * 24 * 3600, most_digits = 10 };

struct key {
	__u8 len;
	__u8 text[most_key];
};

struct item {
	__u32 flags;
	__u32 len;
	__u8 value[most_value];
};

/* Words of a line, of which @len bytes are left. A word has no bytes at the end of it. */
struct words {
	const __u8 *at;
	__u32 len;
};

static struct words next_word(struct words *line)
{
	struct words word;

	while (line->len && *line->at == ' ') {
		line->at++;
		line->len--;
	}
	word = (struct words) { .at = line->at };
	while (line->len && *line->at != ' ') {
		line->at++;
		line->len--;
		word.len++;
	}
	return word;
}

static bool is(const struct words *word, const char *text)
{
	return word->len == strlen(text) && !memcmp(word->at, text, word->len);
}

static bool parse_key(const struct words *word, struct key *key)
{
	memset(key, 0, sizeof(*key));
	if (!word->len || word->len > most_key)
		return false;
	for (__u32 i = 0; i < word->len; i++) {
		if (word->at[i] < ' ' || word->at[i] == 0x7f)
			return false;
	}
	key->len = word->len;
	memcpy(key->text, word->at, word->len);
	return true;
}

static bool parse_number(const struct words *word, __u64 *number)
{
	*number = 0;
	if (!word->len || word->len > most_digits)
		return false;
	for (__u32 i = 0; i < word->len; i++) {
		if (word->at[i] < '0' || word->at[i] > '9')
			return false;
		*number = *number * 10 + (word->at[i] - '0');
	}
	return *number <= ~0u;
}

static void say(struct reply *reply, const char *text)
{
	reply->len = strlen(text);
	memcpy(reply->bytes, text, reply->len);
}

static void refuse(struct store *store, struct reply *reply, const char *text)
{
	store->errors++;
	say(reply, text);
}

static bool append(struct reply *reply, const void *bytes, __u32 len)
{
	if (len > most_reply - reply->len)
		return false;
	memcpy(reply->bytes + reply->len, bytes, len);
	reply->len += len;
	return true;
}

static bool append_item(struct reply *reply, const struct key *key, const struct item *item)
{
	char numbers[32];
	int len = snprintf(numbers, sizeof(numbers), " %u %u\r\n", item->flags, item->len);

	return append(reply, "VALUE ", 6) && append(reply, key->text, key->len) &&
	       append(reply, numbers, len) && append(reply, item->value, item->len) &&
	       append(reply, "\r\n", 2);
}

/* get KEY... */
static void get(struct store *store, struct words *line, struct reply *reply)
{
	struct words word = next_word(line);
	struct key key;

	if (!word.len) {
		refuse(store, reply, "ERROR\r\n");
		return;
	}
	for (; word.len; word = next_word(line)) {
		struct item *item;

		if (!parse_key(&word, &key)) {
			refuse(store, reply, "CLIENT_ERROR bad command line format\r\n");
			return;
		}
		store->gets++;
		item = table__find(store->table, &key, store->now);
		if (!item)
			continue;
		store->hits++;
		if (!append_item(reply, &key, item)) {
			refuse(store, reply, "SERVER_ERROR reply too large for a datagram\r\n");
			return;
		}
	}
	if (!append(reply, "END\r\n", 5))
		refuse(store, reply, "SERVER_ERROR reply too large for a datagram\r\n");
}

static bool keep(struct store *store, const struct key *key, __u64 flags, __u64 seconds,
		 const struct words *value)
{
	struct item *item = table__find(store->table, key, store->now);
	__u64 until = seconds ? store->now + seconds * SECOND : NEVER;

	if (item)
		table__keep(store->table, item, until);
	else
		item = table__add(store->table, key, store->now, until);
	if (!item)
		return false;
	item->flags = flags;
	item->len = value->len;
	memcpy(item->value, value->at, value->len);
	return true;
}

/* set KEY FLAGS SECONDS BYTES [noreply] */
static void set(struct store *store, struct words *line, struct words data, struct reply *reply)
{
	struct words key_word = next_word(line), flags_word = next_word(line);
	struct words seconds_word = next_word(line), bytes_word = next_word(line);
	struct words last = next_word(line);
	__u64 flags, seconds, bytes;
	struct key key;

	if (!parse_key(&key_word, &key) || !parse_number(&flags_word, &flags) ||
	    !parse_number(&seconds_word, &seconds) || !parse_number(&bytes_word, &bytes) ||
	    (last.len && !is(&last, "noreply"))) {
		refuse(store, reply, "CLIENT_ERROR bad command line format\r\n");
	} else if (seconds > most_seconds) {
		refuse(store, reply, "CLIENT_ERROR an item lives for 30 days at most, or for ever\r\n");
	} else if (bytes > most_value) {
		refuse(store, reply, "SERVER_ERROR object too large for cache\r\n");
	} else if (data.len != bytes + 2 || memcmp(data.at + bytes, "\r\n", 2)) {
		refuse(store, reply, "CLIENT_ERROR bad data chunk\r\n");
	} else {
		data.len = bytes;
		if (keep(store, &key, flags, seconds, &data)) {
			store->sets++;
			say(reply, "STORED\r\n");
		} else {
			refuse(store, reply, "SERVER_ERROR out of memory storing object\r\n");
		}
		if (last.len)
			reply->len = 0;
	}
}

bool store__create(struct store *store, __u32 keys)
{
	store->table = table__create(keys, sizeof(struct key), sizeof(struct item));
	return store->table;
}

void store__answer(struct store *store, const __u8 *request, __u32 len, struct reply *reply)
{
	const __u8 *line_end = memmem(request, len, "\r\n", 2);
	struct words line = { request, line_end ? line_end - request : 0 }, data = { }, command;

	reply->len = 0;
	if (line_end)
		data = (struct words) { line_end + 2, len - line.len - 2 };
	command = next_word(&line);
	if (is(&command, "get"))
		get(store, &line, reply);
	else if (is(&command, "set"))
		set(store, &line, data, reply);
	else
		refuse(store, reply, "ERROR\r\n");
}
