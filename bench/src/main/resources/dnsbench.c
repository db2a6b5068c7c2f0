// SPDX-License-Identifier: Apache-2.0
// Names and connections for the benchmarks of DNS. Each enters a network namespace itself.
// The family is the server's: of an IPv6 address AAAA is asked for, and what it answers is dialled.
//   dnsbench server NETNS CPU ADDRESS                      answers A, or AAAA, on UDP :53
//   dnsbench sink   NETNS CPU                              takes TCP on :8080 of every address, and echoes
//   dnsbench ask    NETNS CPU SERVER NAME RATE SECONDS     one name, so many questions a second
//   dnsbench first  NETNS CPU SERVER FILE WINDOW           names of a file, one a line, each dialled as soon as it is answered
//   dnsbench churn  NETNS CPU SERVER NAMES SECONDS HELD    every name once in 2 s and each answer dialled; connections that stay
// What the server knows is in dnsserver.c.
// ask prints:   sent received p50_ns p99_ns
// first prints: connected of_those_late lookup_p50_ns lookup_p99_ns unanswered of_those_failed
// churn prints: lookups connected refused unanswered held cut failed late, a line a second; of the unanswered, failed had
// an answer without an address, and late are the answers that came after two seconds
#include "dnsbench.h"
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>

enum { LATE_NS = 900000000, MOST = 2000000 };

int v6;
static uint64_t samples[MOST];
static long sample_count;

static void sample(uint64_t ns)
{
	if (sample_count < MOST)
		samples[sample_count++] = ns;
}

static int by_size(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static uint64_t quantile(double q)
{
	if (!sample_count)
		return 0;
	qsort(samples, sample_count, sizeof(samples[0]), by_size);
	return samples[(long)(q * (sample_count - 1))];
}

static int question(uint8_t *out, uint16_t id, const char *name)
{
	uint8_t *at = out + 12;

	memset(out, 0, 12);
	out[0] = id >> 8;
	out[1] = id;
	out[2] = 1;
	out[5] = 1;
	while (*name) {
		const char *dot = strchrnul(name, '.');

		*at++ = dot - name;
		memcpy(at, name, dot - name);
		at += dot - name;
		name = *dot ? dot + 1 : dot;
	}
	*at++ = 0;
	*at++ = 0;
	*at++ = v6 ? AAAA : A;
	*at++ = 0;
	*at++ = 1;
	return at - out;
}

// The address that an answer of our server ends with; 0 when it has none.
static int answered(const uint8_t *m, int size, struct address *address)
{
	int length = v6 ? 16 : 4;

	if (size < 12 + 12 + length || !m[7] || (m[3] & 15))
		return 0;
	memcpy(address->bytes, m + size - length, length);
	return 1;
}

static int ask_socket(const char *server)
{
	struct sockaddr_storage to;
	socklen_t to_size = server_address(&to, server);
	int fd = socket(to.ss_family, SOCK_DGRAM | SOCK_NONBLOCK, 0), size = 4 << 20;

	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	if (connect(fd, (struct sockaddr *)&to, to_size))
		die("connect");
	return fd;
}

static void ask(const char *server, const char *name, double rate, double seconds)
{
	static uint64_t asked[65536];
	int fd = ask_socket(server), size;
	uint64_t start = now_ns(), gap = 1e9 / rate, next = start, end = start + seconds * 1e9;
	long sent = 0, received = 0;
	uint8_t m[512], answer[2048];

	size = question(m, 0, name);
	while (now_ns() < end + 500000000ull && (now_ns() < end || received < sent)) {
		uint64_t now = now_ns();
		struct pollfd wait = { .fd = fd, .events = POLLIN };
		struct address address;
		int got;

		for (; next <= now && next < end; next += gap) {
			uint16_t id = sent;

			m[0] = id >> 8;
			m[1] = id;
			asked[id] = now_ns();
			if (send(fd, m, size, 0) < 0 && errno != EAGAIN)
				die("send");
			sent++;
		}
		while ((got = recv(fd, answer, sizeof(answer), 0)) > 0) {
			if (!answered(answer, got, &address))
				continue;
			sample(now_ns() - asked[answer[0] << 8 | answer[1]]);
			received++;
		}
		if (next > now_ns() + 60000 || next >= end) { // the timer is no finer
			struct timespec nap = { .tv_nsec = next < end ? 20000 : 1000000 };

			ppoll(&wait, 1, &nap, NULL);
		}
	}
	uint64_t p50 = quantile(0.5), p99 = quantile(0.99);

	printf("%ld %ld %lu %lu\n", sent, received, p50, p99);
}

static int dial(const struct address *address)
{
	struct sockaddr_storage to;
	socklen_t size = socket_address(&to, address, SINK_PORT);
	int fd = socket(to.ss_family, SOCK_STREAM | SOCK_NONBLOCK, 0);

	if (fd < 0)
		die("socket");
	if (connect(fd, (struct sockaddr *)&to, size) && errno != EINPROGRESS) {
		close(fd);
		return -1;
	}
	return fd;
}

static void reset(int fd)
{
	struct linger now = { .l_onoff = 1 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(fd);
}

struct slot {
	int asking, dialling; // socket, or -1
	uint64_t since;
	char name[64];
};

// What did not go as it should, for whoever looks for the reason.
static void tell(const struct slot *s, const char *what, uint64_t took)
{
	static int told;

	if (told++ < 50)
		printf("%s: %s after %lu ms\n", s->name, what, took / 1000000);
}

// Every slot asks for the next name with its own socket, dials the answer, and goes on.
static void first(const char *server, const char *path, int window)
{
	struct slot slots[256];
	struct pollfd wait[256];
	long asked = 0, done = 0, connected = 0, late = 0, unanswered = 0, failed = 0;
	FILE *names = fopen(path, "r");
	int more = 1;
	uint8_t m[512];
	char name[256];

	if (!names)
		die(path);

	for (int i = 0; i < window; i++)
		slots[i] = (struct slot){ .asking = ask_socket(server), .dialling = -1, .since = 0 };
	while (more || done < asked) {
		for (int i = 0; i < window; i++) {
			struct slot *s = &slots[i];

			if (!s->since && more && (more = fgets(name, sizeof(name), names) != NULL)) {
				int size;

				name[strcspn(name, "\n")] = 0;
				size = question(m, asked++, name);
				snprintf(s->name, sizeof(s->name), "%s", name);
				s->since = now_ns();
				send(s->asking, m, size, 0);
			}
			wait[i].fd = s->dialling >= 0 ? s->dialling : s->asking;
			wait[i].events = s->dialling >= 0 ? POLLOUT : POLLIN;
		}
		poll(wait, window, 1000);
		for (int i = 0; i < window; i++) {
			struct slot *s = &slots[i];
			uint64_t took = s->since ? now_ns() - s->since : 0;

			if (!s->since)
				continue;
			if (s->dialling < 0 && (wait[i].revents & POLLIN)) {
				int got = recv(s->asking, m, sizeof(m), 0);
				struct address address;
				int found = got > 0 && answered(m, got, &address);

				if (found) {
					sample(took);
					s->dialling = dial(&address);
					s->since = now_ns();
				}
				if (!found || s->dialling < 0) {
					tell(s, found ? "no route" : got > 3 ? "answered without an address" : "refused", took);
					unanswered += !found;
					failed += !found && got > 3;
					s->since = 0;
					done++;
				}
			} else if (s->dialling >= 0 && (wait[i].revents || took > 5000000000ull)) {
				int error = 0;
				socklen_t length = sizeof(error);

				getsockopt(s->dialling, SOL_SOCKET, SO_ERROR, &error, &length);
				connected += !error && wait[i].revents;
				late += !error && wait[i].revents && took > LATE_NS;
				if (error || !wait[i].revents || took > LATE_NS)
					tell(s, error ? strerror(error) : "connect too late", took);
				reset(s->dialling);
				s->dialling = -1;
				s->since = 0;
				done++;
			} else if (s->dialling < 0 && took > 5000000000ull) {
				tell(s, "no answer", took);
				unanswered++;
				s->since = 0;
				done++;
			}
		}
	}
	uint64_t p50 = quantile(0.5), p99 = quantile(0.99);

	printf("%ld %ld %lu %lu %ld %ld\n", connected, late, p50, p99, unanswered, failed);
}

struct held {
	int fd;
	uint64_t last; // when a byte came back; 0: it was cut
};

static long failed, late; // of the questions of look_up

static int look_up(int fd, const char *name, struct address *address)
{
	static uint16_t id;
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	uint8_t m[512];
	int got;

	send(fd, m, question(m, ++id, name), 0);
	while (poll(&wait, 1, 2000) > 0) {
		got = recv(fd, m, sizeof(m), 0);
		if (got > 2 && m[0] == id >> 8 && m[1] == (id & 255)) {
			int found = answered(m, got, address);

			failed += !found;
			return found;
		}
		late += got > 2;
	}
	return 0;
}

static int try(const struct address *address)
{
	int fd = dial(address), error = 0;
	socklen_t length = sizeof(error);
	struct pollfd wait = { .fd = fd, .events = POLLOUT };

	if (fd < 0)
		return -1;
	if (poll(&wait, 1, 900) <= 0 || getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) || error) {
		close(fd);
		return -1;
	}
	return fd;
}

static void churn(const char *server, int names, double seconds, int wanted)
{
	struct held *held = calloc(wanted, sizeof(*held));
	int fd = ask_socket(server), holding = 0, cut = 0;
	long lookups = 0, connected = 0, refused = 0, unanswered = 0;
	uint64_t start = now_ns(), end = start + seconds * 1e9, gap = 2e9 / names, next = start, looked = start;

	for (int i = 0; now_ns() < end; i = (i + 1) % names) {
		struct address address;
		char name[64];
		int to;

		snprintf(name, sizeof(name), "r%d.bench.test", i);
		lookups++;
		if (!look_up(fd, name, &address)) {
			unanswered++;
		} else if ((to = try(&address)) < 0) {
			refused++;
		} else {
			connected++;
			if (holding < wanted && i % 2 == 0)
				held[holding++] = (struct held){ .fd = to, .last = now_ns() };
			else
				reset(to);
		}
		next += gap;
		while (now_ns() < next || now_ns() - looked > 1500000000ull) {
			uint64_t now = now_ns();

			if (now - looked > 1000000000ull) {
				looked = now;
				printf("%ld %ld %ld %ld %d %d %ld %ld\n", lookups, connected, refused, unanswered, holding, cut,
				       failed, late);
				fflush(stdout);
				for (int k = 0; k < holding; k++) {
					char byte;
					int got;

					if (!held[k].last)
						continue;
					while ((got = recv(held[k].fd, &byte, 1, MSG_DONTWAIT)) > 0)
						held[k].last = now;
					if ((got < 0 && errno != EAGAIN) || !got || now - held[k].last > 5000000000ull ||
					    send(held[k].fd, "x", 1, MSG_DONTWAIT | MSG_NOSIGNAL) != 1) {
						held[k].last = 0;
						cut++;
					}
				}
			} else if (next > now) {
				usleep((next - now) / 1000 + 1);
			}
		}
		if (now_ns() > next + 1000000000ull)
			next = now_ns(); // too slow for the pace: not faster afterwards
	}
	printf("%ld %ld %ld %ld %d %d %ld %ld\n", lookups, connected, refused, unanswered, holding, cut, failed, late);
}

int main(int argc, char **argv)
{
	struct rlimit files = { 65536, 65536 };

	if (argc < 4)
		return 2;
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	setrlimit(RLIMIT_NOFILE, &files);
	signal(SIGPIPE, SIG_IGN);
	enter(argv[2], atoi(argv[3]));
	v6 = argc > 4 && strchr(argv[4], ':') != NULL;
	if (!strcmp(argv[1], "server") && argc == 5)
		serve(argv[4]);
	else if (!strcmp(argv[1], "sink"))
		take();
	else if (!strcmp(argv[1], "ask") && argc == 8)
		ask(argv[4], argv[5], atof(argv[6]), atof(argv[7]));
	else if (!strcmp(argv[1], "first") && argc == 7)
		first(argv[4], argv[5], atoi(argv[6]));
	else if (!strcmp(argv[1], "churn") && argc == 8)
		churn(argv[4], atoi(argv[5]), atof(argv[6]), atoi(argv[7]));
	else
		return 2;
	return 0;
}
