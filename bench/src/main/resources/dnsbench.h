// SPDX-License-Identifier: Apache-2.0
// What those who ask and those who answer in dnsbench have in common.
#ifndef DNSBENCH_H
#define DNSBENCH_H
#include "bench.h"
#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

enum { DNS_PORT = 53, SINK_PORT = 8080 };

enum { A = 1, AAAA = 28 };

extern int v6; // the family

struct address {
	uint8_t bytes[16]; // the first 4 of IPv4
};

// A socket's address; returns its size.
static inline socklen_t socket_address(struct sockaddr_storage *out, const struct address *address, int port)
{
	struct sockaddr_in6 *to6 = (void *)out;
	struct sockaddr_in *to4 = (void *)out;

	memset(out, 0, sizeof(*out));
	if (v6) {
		to6->sin6_family = AF_INET6;
		to6->sin6_port = htons(port);
		memcpy(&to6->sin6_addr, address->bytes, 16);
		return sizeof(*to6);
	}
	to4->sin_family = AF_INET;
	to4->sin_port = htons(port);
	memcpy(&to4->sin_addr, address->bytes, 4);
	return sizeof(*to4);
}

static inline socklen_t server_address(struct sockaddr_storage *out, const char *text)
{
	struct address address = { 0 };

	if (inet_pton(v6 ? AF_INET6 : AF_INET, text, address.bytes) != 1)
		die(text);
	return socket_address(out, &address, DNS_PORT);
}

void serve(const char *address);
void take(void);
#endif
