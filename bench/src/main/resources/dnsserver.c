// SPDX-License-Identifier: Apache-2.0
// Who answers in dnsbench: a server that knows kX, one address a name; uK, address K; rI.…, 30 addresses in turn, TTL 2;
// cX, a new address each time. And who takes the connections to all of them.
#include "dnsbench.h"
#include <sys/epoll.h>

enum { ROTATING = 30, UNIQUE = 100000, NAMES = 1000 };

static const uint32_t FIRST_ADDRESS = 0xc6120000; // 198.18.0.0/15, which is for benchmarks
static const uint8_t PREFIX6[12] = { 0x20, 0x01, 0, 2 }; // 2001:2::/48 is, too (RFC 5180)

void serve(const char *address)
{
	static uint32_t turn[NAMES], more;
	struct sockaddr_storage to;
	socklen_t to_size = server_address(&to, address);
	int fd = socket(to.ss_family, SOCK_DGRAM, 0), size = 4 << 20;
	uint8_t m[2048];

	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	if (bind(fd, (struct sockaddr *)&to, to_size))
		die("bind");
	puts("ready");
	fflush(stdout);
	for (;;) {
		struct sockaddr_storage from;
		socklen_t length = sizeof(from);
		int got = recvfrom(fd, m, sizeof(m) - 28, 0, (struct sockaddr *)&from, &length), at = 12;
		uint32_t host, ttl = htonl(60), number;

		if (got < 17 || got > 512)
			continue;
		number = strtoul((char *)m + 14, NULL, 10); // the label goes on with a length byte: no digit
		switch (m[13]) {
		case 'u':
			host = number % UNIQUE;
			break;
		case 'r':
			ttl = htonl(2);
			number %= NAMES;
			host = UNIQUE + number * ROTATING + turn[number]++ % ROTATING;
			break;
		case 'c':
			host = UNIQUE + NAMES * ROTATING + more++ % 1000;
			break;
		default:
			host = UNIQUE + NAMES * ROTATING;
		}
		while (at < got && m[at])
			at += m[at] + 1;
		at += 5;
		m[2] |= 0x84;
		m[3] = 0x80;
		m[7] = m[at - 3] == (v6 ? AAAA : A);
		m[9] = m[11] = 0;
		if (m[7]) {
			host = htonl(FIRST_ADDRESS + host);
			memcpy(m + at, v6 ? "\xc0\x0c\0\34\0\1" : "\xc0\x0c\0\1\0\1", 6);
			memcpy(m + at + 6, &ttl, 4);
			memcpy(m + at + 10, v6 ? "\0\20" : "\0\4", 2);
			at += 12;
			if (v6) {
				memcpy(m + at, PREFIX6, sizeof(PREFIX6));
				at += sizeof(PREFIX6);
			}
			memcpy(m + at, &host, 4);
			at += 4;
		}
		sendto(fd, m, at, 0, (struct sockaddr *)&from, length);
	}
}

// Listens on every address of the family.
static int sink(int epoll)
{
	struct epoll_event event = { .events = EPOLLIN };
	struct address any = { 0 };
	struct sockaddr_storage at;
	socklen_t size = socket_address(&at, &any, SINK_PORT);
	int fd = socket(at.ss_family, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (v6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	event.data.fd = fd;
	if (bind(fd, (struct sockaddr *)&at, size) || listen(fd, 4096) || epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event))
		die("listen");
	return fd;
}

void take(void)
{
	struct epoll_event event = { .events = EPOLLIN }, events[256];
	int epoll = epoll_create1(0), fd4 = sink(epoll), fd6;
	char bytes[256];

	v6 = 1;
	fd6 = sink(epoll);
	puts("ready");
	fflush(stdout);
	for (;;) {
		int ready = epoll_wait(epoll, events, 256, -1);

		for (int i = 0; i < ready; i++) {
			int each = events[i].data.fd;

			if (each == fd4 || each == fd6) {
				int fd = each;

				while ((each = accept4(fd, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
					event.data.fd = each;
					epoll_ctl(epoll, EPOLL_CTL_ADD, each, &event);
				}
			} else {
				int got = read(each, bytes, sizeof(bytes));

				if (got <= 0)
					close(each);
				else if (write(each, bytes, got) < 0)
					close(each);
			}
		}
	}
}
