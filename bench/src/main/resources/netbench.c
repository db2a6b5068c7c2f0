// SPDX-License-Identifier: Apache-2.0
// Small traffic tools for the benchmarks. Each enters a network namespace itself, so that no exec is timed.
//   netbench serve   NETNS CPU                     TCP :8080 that is never accepted, TCP echo on :8081
//   netbench connect NETNS CPU ADDRESS[:PORT] SECONDS [CGROUP]   connect and reset, one after the other, to :8080
//   netbench pong    NETNS CPU ADDRESS SECONDS     one byte there and back, to :8081
//   netbench beacon  NETNS CPU ADDRESS SECONDS     a datagram every 100 us to :9999
//   netbench watch   NETNS CPU                     says when datagrams on :9999 begin and end
// connect and pong print: count p50_ns p99_ns per_second
// watch prints: open NS, when one comes after a silence, and closed NS, the last one's time, when
// none has come for 20 ms; NS is CLOCK_MONOTONIC
#include "bench.h"
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>

enum { LISTEN_PORT = 8080, ECHO_PORT = 8081, BEACON_PORT = 9999, SILENCE_US = 20000, BEACON_US = 100,
       MOST_SAMPLES = 2000000, WARM_UP = 200 };

// From now on the process' sockets are those of the group: its programs see them.
static void join(const char *cgroup)
{
	char path[512];
	int fd;

	snprintf(path, sizeof(path), "%s/cgroup.procs", cgroup);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "0", 1) != 1)
		die(path);
	close(fd);
}

static int listen_on(int port, int defer)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1, seconds = 60;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	// With this, handshake and reset run in softirq on the client's CPU: an accept thread's wake-up
	// on another CPU costs more than the path that is measured.
	if (defer)
		setsockopt(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds, sizeof(seconds));
	if (bind(fd, (void *)&a, sizeof(a)) || listen(fd, 4096))
		die("listen");
	return fd;
}

static void *accept_and_close(void *unused)
{
	int fd = listen_on(LISTEN_PORT, 1);

	for (;;) {
		int c = accept(fd, NULL, NULL);

		if (c >= 0)
			close(c);
	}
	return unused;
}

static void serve(void)
{
	struct epoll_event event = { .events = EPOLLIN }, ready[16];
	int echo = listen_on(ECHO_PORT, 0), poll = epoll_create1(0), one = 1;
	pthread_t thread;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	pthread_create(&thread, NULL, accept_and_close, NULL);
	event.data.fd = echo;
	epoll_ctl(poll, EPOLL_CTL_ADD, echo, &event);
	printf("ready\n");
	fflush(stdout);
	for (;;) {
		int n = epoll_wait(poll, ready, 16, -1);

		for (int i = 0; i < n; i++) {
			char buffer[256];
			ssize_t got;
			int fd = ready[i].data.fd;

			if (fd == echo) {
				int c = accept(echo, NULL, NULL);

				setsockopt(c, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
				event.data.fd = c;
				epoll_ctl(poll, EPOLL_CTL_ADD, c, &event);
				continue;
			}
			got = recv(fd, buffer, sizeof(buffer), 0);
			if (got <= 0 || send(fd, buffer, got, MSG_NOSIGNAL) < 0)
				close(fd);
		}
	}
}

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static void report(uint32_t *samples, size_t n, double seconds)
{
	if (!n) {
		fprintf(stderr, "nothing got through\n");
		exit(1);
	}
	qsort(samples, n, sizeof(*samples), compare);
	printf("%zu %u %u %.0f\n", n, samples[n / 2], samples[(size_t)(n * 0.99)], n / seconds);
}

// Nanoseconds of connect and reset; 0 when it failed. Making the socket is no part of the path.
static uint64_t connect_once(const struct sockaddr_in *to)
{
	struct linger reset = { 1, 0 };
	int fd = socket(AF_INET, SOCK_STREAM, 0), failed;
	uint64_t before;

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	before = now_ns();
	failed = connect(fd, (const void *)to, sizeof(*to));
	close(fd);
	return failed ? 0 : now_ns() - before;
}

static void connects(const struct sockaddr_in *to, double seconds, uint32_t *samples)
{
	uint64_t start, end, at;
	size_t n = 0;

	for (int i = 0; i < WARM_UP; i++)
		if (!connect_once(to))
			die("connect");
	start = at = now_ns();
	end = start + (uint64_t)(seconds * 1e9);
	while (at < end && n < MOST_SAMPLES) {
		uint64_t took = connect_once(to);

		at = now_ns();
		if (took)
			samples[n++] = (uint32_t)took;
	}
	report(samples, n, (at - start) / 1e9);
}

static void pongs(struct sockaddr_in *to, double seconds, uint32_t *samples)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
	uint64_t start, end, at;
	size_t n = 0;
	char byte = 1;

	to->sin_port = htons(ECHO_PORT);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (connect(fd, (void *)to, sizeof(*to)))
		die("connect");
	for (int i = 0; i < WARM_UP; i++)
		if (send(fd, &byte, 1, 0) != 1 || recv(fd, &byte, 1, 0) != 1)
			die("ping-pong");
	start = at = now_ns();
	end = start + (uint64_t)(seconds * 1e9);
	while (at < end && n < MOST_SAMPLES) {
		uint64_t before = at;

		if (send(fd, &byte, 1, 0) != 1 || recv(fd, &byte, 1, 0) != 1)
			break;
		at = now_ns();
		samples[n++] = (uint32_t)(at - before);
	}
	report(samples, n, (at - start) / 1e9);
}

static void beacon(struct sockaddr_in *to, double seconds)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	struct timespec pause = { 0, BEACON_US * 1000 };
	uint64_t end = now_ns() + (uint64_t)(seconds * 1e9);
	char byte = 1;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	prctl(PR_SET_TIMERSLACK, 1);
	to->sin_port = htons(BEACON_PORT);
	while (now_ns() < end) {
		sendto(fd, &byte, 1, MSG_DONTWAIT, (void *)to, sizeof(*to));
		nanosleep(&pause, NULL);
	}
}

static void watch(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(BEACON_PORT) };
	struct timeval silence = { 0, SILENCE_US };
	int fd = socket(AF_INET, SOCK_DGRAM, 0), open = 0;
	uint64_t last = 0;
	char byte;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (bind(fd, (void *)&a, sizeof(a)))
		die("bind");
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &silence, sizeof(silence));
	printf("ready\n");
	fflush(stdout);
	for (;;) {
		if (recv(fd, &byte, 1, 0) == 1) {
			last = now_ns();
			if (!open) {
				printf("open %lu\n", last);
				fflush(stdout);
			}
			open = 1;
		} else if (open) {
			printf("closed %lu\n", last);
			fflush(stdout);
			open = 0;
		}
	}
}

int main(int argc, char **argv)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(LISTEN_PORT) };
	uint32_t *samples;
	char *port;

	if (argc < 4) {
		fprintf(stderr, "usage: netbench serve|connect|pong|beacon|watch NETNS CPU [ADDRESS[:PORT] SECONDS [CGROUP]]\n");
		return 2;
	}
	enter(argv[2], atoi(argv[3]));
	if (!strcmp(argv[1], "serve")) {
		serve();
		return 0;
	}
	if (!strcmp(argv[1], "watch")) {
		watch();
		return 0;
	}
	if (argc > 4 && (port = strchr(argv[4], ':'))) {
		*port = 0;
		to.sin_port = htons(atoi(port + 1));
	}
	if (argc > 6)
		join(argv[6]);
	if (argc < 6 || inet_pton(AF_INET, argv[4], &to.sin_addr) != 1)
		return 2;
	if (!strcmp(argv[1], "beacon")) {
		beacon(&to, atof(argv[5]));
		return 0;
	}
	samples = calloc(MOST_SAMPLES, sizeof(*samples));
	if (!strcmp(argv[1], "connect"))
		connects(&to, atof(argv[5]), samples);
	else
		pongs(&to, atof(argv[5]), samples);
	return 0;
}
