// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Address translation without the kernel's conntrack: the table, its ports, its expiry, and the rewriting of packets.
// Entries come in pairs. The key of the reverse one is what makes a translation unique: who adds it has the port.
#pragma once
#include "slc_judge.h"
#include "slc_nat_lent.h"

#define SLC_NAT_TRIES 24
#ifndef BPF_F_IPV6
#define BPF_F_IPV6 (1ULL << 7)
#endif

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 262144);
	__type(key, struct slc_nat_key);
	__type(value, struct slc_nat_value);
} slc_nat SEC(".maps");

// The key of every reverse entry, once, in the order in which the sweep looks at them. (One that an older version left
// may be a forward entry's.)
struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, 131072);
	__type(value, struct slc_nat_key);
} slc_nat_queue SEC(".maps");

// How many connections each client outside has in the table: by its address, of IPv6 by its /64.
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 131072);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct slc_ip);
	__type(value, __u32);
} slc_nat_clients SEC(".maps");

// The same of IPv4, in the place of its address, unless another client was there first: address << 32 | number, 0: free.
#define SLC_NAT_PLACES 4096
#define SLC_NAT_AGAIN 16 // tries to write a place that other CPUs write
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SLC_NAT_PLACES);
	__type(key, __u32);
	__type(value, __u64);
} slc_nat_places SEC(".maps");

const volatile struct slc_nat_tunables {
	__u32 client_max;
} slc_nat_tunables = {.client_max = 65536};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct slc_nat_config);
} slc_nat_config SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct slc_range_key);
	__type(value, __u32);
} slc_range SEC(".maps");

struct slc_nat_clock {
	struct bpf_timer timer;
	__u32 tick;
	__u32 pad;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct slc_nat_clock);
} slc_nat_clock SEC(".maps");

// A pair while it is put together: too large for the stack.
struct slc_nat_pair {
	struct slc_nat_key forward;
	struct slc_nat_value to;
	struct slc_nat_key back;
	struct slc_nat_value from;
	__u32 next[SLC_NAT_GROUPS]; // port to lend next, stays
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct slc_nat_pair);
} slc_nat_making SEC(".maps");

static __always_inline struct slc_nat_config *slc_nat_config_get(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&slc_nat_config, &zero);
}

static __always_inline struct slc_nat_pair *slc_nat_pair_get(void)
{
	__u32 zero = 0;
	struct slc_nat_pair *pair = bpf_map_lookup_elem(&slc_nat_making, &zero);

	if (pair)
		__builtin_memset(pair, 0, offsetof(struct slc_nat_pair, next));
	return pair;
}

// As it was left by this program.
static __always_inline struct slc_nat_pair *slc_nat_pair_held(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&slc_nat_making, &zero);
}

static __always_inline __u32 slc_nat_kind(const struct slc_nat_value *n)
{
	return n->flags & SLC_NAT_KIND;
}

static __always_inline void slc_nat_key_of(struct slc_nat_key *key, const struct slc_packet *p)
{
	key->src = p->src;
	key->dst = p->dst;
	key->sport = p->sport;
	key->dport = p->dport;
	key->protocol = p->protocol;
}

// `whose`: SLC_NAT_INSIDE for entries of pods that dial, 0 for all others.
static __noinline struct slc_nat_value *slc_nat_find(const struct slc_packet *p, __u32 whose)
{
	struct slc_nat_key key = {};

	if (!p)
		return 0;
	slc_nat_key_of(&key, p);
	struct slc_nat_value *n = bpf_map_lookup_elem(&slc_nat, &key);
	return n && (n->flags & (SLC_NAT_INSIDE | SLC_NAT_OVER)) == whose ? n : 0;
}

// The reverse entry of a key, wherever it is.
static __noinline struct slc_nat_value *slc_nat_back(const struct slc_nat_key *back)
{
	if (!back)
		return 0;
	struct slc_nat_value *n = back->protocol == SLC_PROTO_TCP ? slc_nat_port_of(back) : 0;
	return n ? n : bpf_map_lookup_elem(&slc_nat, back);
}

// As slc_nat_find, of what answers somebody outside.
static __noinline struct slc_nat_value *slc_nat_find_back(const struct slc_packet *p)
{
	struct slc_nat_key key = {};

	if (!p)
		return 0;
	slc_nat_key_of(&key, p);
	struct slc_nat_value *n = slc_nat_back(&key);
	return n && !(n->flags & (SLC_NAT_INSIDE | SLC_NAT_OVER)) ? n : 0;
}

// The key of the other direction's entry.
static __always_inline void slc_nat_back_of(struct slc_nat_key *back, const struct slc_nat_value *to, __u8 protocol)
{
	back->src = to->dst;
	back->dst = to->src;
	back->sport = to->dport;
	back->dport = to->sport;
	back->protocol = protocol;
}

// Whether an entry's other one has this key.
static __always_inline int slc_nat_pairs(const struct slc_nat_value *n, const struct slc_nat_key *key)
{
	return n->dport == key->sport && n->sport == key->dport && slc_same_ip(&n->dst, &key->src) &&
	       slc_same_ip(&n->src, &key->dst);
}

// Whether two entries make the same of a packet.
static __always_inline int slc_nat_same(const struct slc_nat_value *x, const struct slc_nat_value *y)
{
	return x->dport == y->dport && x->sport == y->sport && slc_same_ip(&x->dst, &y->dst) &&
	       slc_same_ip(&x->src, &y->src);
}

// The entry of a backend that no longer speaks for the client.
static __noinline int slc_nat_over(const struct slc_nat_key *back)
{
	struct slc_nat_value *n = slc_nat_back(back);

	if (n)
		__sync_fetch_and_or(&n->flags, SLC_NAT_OVER);
	return 0;
}

static __noinline int slc_nat_end(const struct slc_nat_value *forward, __u8 protocol)
{
	struct slc_nat_key back = {};

	if (!forward)
		return 0;
	slc_nat_back_of(&back, forward, protocol);
	return slc_nat_over(&back);
}

static __always_inline void slc_nat_touch(struct slc_nat_value *n, const struct slc_packet *p)
{
	__u64 now = slc_now();
	__u32 want = SLC_NAT_SEEN;

	if (n->last_seen != now)
		n->last_seen = now;
	if (p->tcp_flags & SLC_TCP_FIN)
		want |= SLC_NAT_FIN;
	if (p->tcp_flags & SLC_TCP_RST)
		want |= SLC_NAT_RST;
	if (p->tcp_flags & SLC_TCP_ACK)
		want |= SLC_NAT_UNDERWAY;
	if (want & ~n->flags)
		__sync_fetch_and_or(&n->flags, want);
}

// A client begins anew with the backend that it had: that the former connection ended is no end of this one.
static __noinline int slc_nat_anew(struct slc_nat_value *forward, const struct slc_packet *p)
{
	struct slc_nat_key back = {};
	__u32 ended = SLC_NAT_FIN | SLC_NAT_RST | SLC_NAT_UNDERWAY;

	if (!forward || !p)
		return 0;
	slc_nat_back_of(&back, forward, p->protocol);
	struct slc_nat_value *n = slc_nat_back(&back);
	if (n) {
		__sync_fetch_and_and(&forward->flags, ~ended);
		__sync_fetch_and_and(&n->flags, ~(ended | SLC_NAT_SEEN));
	}
	slc_nat_touch(forward, p);
	return 0;
}

static __always_inline int slc_nat_closed(__u32 to, __u32 from)
{
	return ((to | from) & SLC_NAT_RST) || (to & from & SLC_NAT_FIN);
}

// As long as a connection of the same kind may be idle.
static __always_inline __u64 slc_nat_lifetime(__u32 to, __u32 from, __u8 protocol)
{
	if (protocol != SLC_PROTO_TCP)
		return slc_tunables.ct_other_seconds * SLC_SECOND;
	if (slc_nat_closed(to, from))
		return slc_tunables.ct_closing_seconds * SLC_SECOND;
	if ((from & SLC_NAT_SEEN) || (to & (SLC_NAT_DIRECT | SLC_NAT_UNDERWAY)) == (SLC_NAT_DIRECT | SLC_NAT_UNDERWAY))
		return slc_tunables.ct_established_seconds * SLC_SECOND;
	return slc_tunables.ct_opening_seconds * SLC_SECOND;
}

static __always_inline void slc_nat_client_of(struct slc_ip *client, const struct slc_nat_key *forward)
{
	*client = forward->src;
	if (!slc_is_ip4(client))
		client->w[2] = client->w[3] = 0;
}

static __always_inline __u64 *slc_nat_place_of(__be32 ip4)
{
	__u32 place = ip4 * 0x9e3779b1 >> 20;

	return bpf_map_lookup_elem(&slc_nat_places, &place);
}
_Static_assert(SLC_NAT_PLACES == 1 << (32 - 20), "places of clients");

// Counts where the client has its place. Returns 1, 0 when its share is used up, -1 when it has none.
static __always_inline int slc_nat_enter_place(__be32 ip4)
{
	__u64 *place = slc_nat_place_of(ip4);

	for (int i = 0; place && i < SLC_NAT_AGAIN; i++) {
		__u64 was = *(volatile __u64 *)place;
		if (was >> 32 != ip4 || !was)
			return -1;
		if ((__u32)was >= slc_nat_tunables.client_max)
			return 0;
		if (__sync_val_compare_and_swap(place, was, was + 1) == was)
			return 1;
	}
	return -1;
}

// A client's share of the table. Returns 0 when it is used up.
static __noinline int slc_nat_enter(const struct slc_nat_key *forward)
{
	struct slc_ip client;
	__u32 one = 1;

	if (!forward)
		return 0;
	int ip4 = slc_is_ip4(&forward->src);
	int counted = ip4 ? slc_nat_enter_place(forward->src.w[3]) : -1;
	if (counted >= 0)
		return counted;
	slc_nat_client_of(&client, forward);
	__u32 *held = bpf_map_lookup_elem(&slc_nat_clients, &client);
	if (!held) {
		__u64 *place = ip4 ? slc_nat_place_of(client.w[3]) : 0;
		if (place && !__sync_val_compare_and_swap(place, 0, (__u64)client.w[3] << 32 | 1))
			return 1;
		if (!bpf_map_update_elem(&slc_nat_clients, &client, &one, BPF_NOEXIST))
			return 1;
		held = bpf_map_lookup_elem(&slc_nat_clients, &client);
	}
	if (!held || *(volatile __u32 *)held >= slc_nat_tunables.client_max)
		return 0;
	__sync_fetch_and_add(held, 1);
	return 1;
}

// Returns 0 when the client has no place and is counted in slc_nat_clients.
static __always_inline int slc_nat_leave_place(__be32 ip4)
{
	__u64 *place = slc_nat_place_of(ip4);

	for (int i = 0; place && i < SLC_NAT_AGAIN; i++) {
		__u64 was = *(volatile __u64 *)place;
		if (was >> 32 != ip4 || !was)
			return 0;
		if (__sync_val_compare_and_swap(place, was, (__u32)was == 1 ? 0 : was - 1) == was)
			return 1;
	}
	return 0;
}

// A key left the queue. One that meets another CPU's entry may count too little, never too much.
static __noinline int slc_nat_leave(const struct slc_nat_key *forward)
{
	struct slc_ip client;

	if (!forward)
		return 0;
	if (slc_is_ip4(&forward->src) && slc_nat_leave_place(forward->src.w[3]))
		return 0;
	slc_nat_client_of(&client, forward);
	__u32 *held = bpf_map_lookup_elem(&slc_nat_clients, &client);
	if (held && __sync_fetch_and_add(held, -1) <= 1)
		bpf_map_delete_elem(&slc_nat_clients, &client);
	return 0;
}

// Whether the time of an entry is over. `other`: that of the other direction; 0: there is none.
static __always_inline int slc_nat_ended(const struct slc_nat_value *n, const struct slc_nat_value *other, __u8 protocol,
					 __u64 now)
{
	__u32 kind = slc_nat_kind(n), flags = other ? other->flags : 0;
	int forward = kind == SLC_NAT_FRONT || kind == SLC_NAT_OUT;
	__u64 last = n->last_seen;

	if (other && (__s64)(other->last_seen - last) > 0)
		last = other->last_seen;
	__s64 idle = (__s64)(now - last);
	__u64 lifetime = slc_nat_lifetime(forward ? n->flags : flags, forward ? flags : n->flags, protocol);
	// One that has no other is being made, or what the applier left of a pair.
	if ((n->flags & SLC_NAT_OVER) || (!other && !(n->flags & SLC_NAT_HALF) && idle > (__s64)SLC_SECOND))
		return 1;
	return idle > 0 && (__u64)idle > lifetime;
}

// The entry whose other one has this key; 0: its client began anew, or another has what was its.
static __always_inline struct slc_nat_value *slc_nat_other(const struct slc_nat_key *paired,
							   const struct slc_nat_key *key)
{
	struct slc_nat_value *other = bpf_map_lookup_elem(&slc_nat, paired);

	return other && slc_nat_pairs(other, key) ? other : 0;
}

// Takes the oldest key of the queue; the pair goes if its time is over, else the key goes back to the end.
static long slc_nat_sweep_one(__u32 index, struct slc_sweep_walk *walk)
{
	struct slc_nat_key key, paired = {};

	if (bpf_map_pop_elem(&slc_nat_queue, &key))
		return 1;
	struct slc_nat_value *n = bpf_map_lookup_elem(&slc_nat, &key);
	if (!n)
		return 0;
	slc_nat_back_of(&paired, n, key.protocol);
	if (!slc_nat_ended(n, slc_nat_other(&paired, &key), key.protocol, walk->now)) {
		int seen = walk->tick && n->swept == walk->tick;
		n->swept = walk->tick;
		if (!bpf_map_push_elem(&slc_nat_queue, &key, BPF_ANY))
			return seen;
		slc_count(SLC_DROP_NO_MAPPING, SLC_INGRESS, 0); // another took its place: what no sweep finds would stay for good
	}
	__u32 kind = slc_nat_kind(n), inside = n->flags & SLC_NAT_INSIDE;
	bpf_map_delete_elem(&slc_nat, &key);
	if (slc_nat_other(&paired, &key)) // again: it may have come meanwhile, and nothing else would find it
		bpf_map_delete_elem(&slc_nat, &paired);
	if (!inside && (kind == SLC_NAT_FRONT || kind == SLC_NAT_BACK))
		slc_nat_leave(kind == SLC_NAT_FRONT ? &key : &paired);
	walk->reaped++;
	return walk->stop_at_first;
}

// Looks at one of the ports of the tick's group: it is free again when its connection's time is over.
static long slc_nat_sweep_port(__u32 index, struct slc_sweep_walk *walk)
{
	__u32 place = slc_nat_place(walk->tick % SLC_NAT_GROUPS, index);
	struct slc_nat_port *port = bpf_map_lookup_elem(&slc_nat_lent, &place);
	struct slc_nat_key paired = {};

	if (!port || !port->lent || !port->key.protocol)
		return 0;
	slc_nat_back_of(&paired, &port->value, port->key.protocol);
	if (!slc_nat_ended(&port->value, slc_nat_other(&paired, &port->key), port->key.protocol, walk->now))
		return 0;
	slc_nat_port_hide(port);
	if (slc_nat_other(&paired, &port->key)) // as above
		bpf_map_delete_elem(&slc_nat, &paired);
	slc_nat_leave(&paired);
	slc_nat_port_free(port);
	return 0;
}

static int slc_nat_tick(void *map, __u32 *key, struct slc_nat_clock *clock)
{
	struct slc_sweep_walk walk = {.now = bpf_ktime_get_coarse_ns()};

	clock->tick = clock->tick + 1 ? clock->tick + 1 : 1;
	walk.tick = clock->tick;
	bpf_loop(SLC_SWEEP_MAX, slc_nat_sweep_one, &walk, 0);
	bpf_loop(SLC_NAT_GROUP_PORTS, slc_nat_sweep_port, &walk, 0);
	bpf_timer_start(&clock->timer, SLC_SWEEP_NS, 0);
	return 0;
}

// Run once at start, as slc_start_sweep is. Returns 0, or not when the timer does not start.
static __always_inline int slc_nat_start(void)
{
	__u32 zero = 0;
	struct slc_nat_clock *clock = bpf_map_lookup_elem(&slc_nat_clock, &zero);

	if (!clock)
		return SLC_ENOENT;
	long error = bpf_timer_init(&clock->timer, &slc_nat_clock, SLC_CLOCK_MONOTONIC);
	if (error && error != -SLC_EBUSY)
		return -error;
	error = bpf_timer_set_callback(&clock->timer, slc_nat_tick);
	if (!error)
		error = bpf_timer_start(&clock->timer, SLC_SWEEP_NS, 0);
	return -error;
}

// The table is full: looks at some of the oldest. Returns how many went.
__noinline int slc_nat_make_room(void)
{
	struct slc_sweep_walk walk = {.now = slc_now(), .stop_at_first = 1};

	bpf_loop(SLC_MAKE_ROOM_MAX, slc_nat_sweep_one, &walk, 0);
	return walk.reaped;
}
