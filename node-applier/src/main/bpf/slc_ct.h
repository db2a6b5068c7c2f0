// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// The connection table: keys, shares, expiry, the sweep. Only the sweep and the making of an entry add or remove keys, so
// that slc_ct_queue holds each key once.
// A closed connection counts against nobody's share: it stays for its late packets, for as long as there is room.
#pragma once
#include "slc_events.h"
#include "slc_parse.h"

#define SLC_SECOND 1000000000ULL
#define SLC_SWEEP_NS (SLC_SECOND / 4)
#define SLC_SWEEP_MAX 8192
#define SLC_CLOCK_MONOTONIC 1
#define SLC_ENOENT 2
#define SLC_EBUSY 16
#define SLC_MAKE_ROOM_MAX 32
#define SLC_CROWDED_MAX 4     // keys that a new connection looks at in a crowded table, twice: two may go, it adds one
#define SLC_MEASURE_EVERY 256 // new connections of a CPU, a power of two
#define SLC_HURRY 8           // what has to hurry may be idle an eighth as long
#define SLC_HOLD_TRIES 64

// Only the kind of this type matters: the kernel has the members.
struct bpf_map {
	int any;
};

extern __s64 bpf_map_sum_elem_count(const struct bpf_map *map) __ksym;

// Puts the ends of a packet in order. Returns 1 when the packet comes from b.
static __always_inline int slc_ct_key_of(struct slc_ct_key *key, const struct slc_packet *p)
{
	int from_b = 0;

	if (p->src.w[3] != p->dst.w[3])
		from_b = p->src.w[3] > p->dst.w[3];
	else if (p->src.w[2] != p->dst.w[2])
		from_b = p->src.w[2] > p->dst.w[2];
	else if (p->src.w[1] != p->dst.w[1])
		from_b = p->src.w[1] > p->dst.w[1];
	else if (p->src.w[0] != p->dst.w[0])
		from_b = p->src.w[0] > p->dst.w[0];
	else
		from_b = p->sport > p->dport;
	if (from_b) {
		key->a = p->dst;
		key->b = p->src;
		key->port_a = p->dport;
		key->port_b = p->sport;
	} else {
		key->a = p->src;
		key->b = p->dst;
		key->port_a = p->sport;
		key->port_b = p->dport;
	}
	key->protocol = p->protocol;
	key->icmp_type = slc_icmp_asked(p);
	return from_b;
}

// Whether a packet of ICMP is of the entry that its key finds: more of the opener's, or their answer.
static __always_inline int slc_ct_icmp_known(const struct slc_packet *p, __u32 flags, int forward)
{
	return flags & SLC_CT_ANSWER ? slc_icmp_answers(p) && forward : slc_icmp_answers(p) != forward;
}

static __always_inline __u8 slc_ct_icmp_opened(const struct slc_ct_key *key, __u32 flags)
{
	if (!(flags & SLC_CT_ANSWER))
		return key->icmp_type;
	return key->icmp_type == 8 ? 0 : key->icmp_type + 1;
}

static __always_inline __u64 slc_ct_lifetime(const struct slc_ct_value *e, __u8 protocol)
{
	__u32 flags = e->flags;

	if (protocol != SLC_PROTO_TCP)
		return slc_tunables.ct_other_seconds * SLC_SECOND;
	if (flags & SLC_CT_CLOSED) // what one side alone has ended goes on: the other may take its time
		return slc_tunables.ct_closing_seconds * SLC_SECOND;
	if (flags & SLC_CT_REPLIED)
		return slc_tunables.ct_established_seconds * SLC_SECOND;
	return slc_tunables.ct_opening_seconds * SLC_SECOND;
}

static __always_inline int slc_ct_expired(const struct slc_ct_value *e, __u8 protocol, __u64 now)
{
	// The clock may tick between its reading and the entry's.
	__s64 idle = (__s64)(now - e->last_seen);
	return idle > 0 && (__u64)idle > slc_ct_lifetime(e, protocol);
}

// Start and end of a connection, from its entry.
static __always_inline void slc_ct_tell(const struct slc_ct_key *key, const struct slc_ct_value *v, __u8 type,
					__u32 ifindex, __u8 tcp_flags, __u32 length)
{
	if (v->flags & SLC_CT_UPSTREAM)
		return; // the proxy tells of it with what it was about
	struct slc_event *e = slc_reserve();
	if (!e)
		return;
	int by_b = v->flags & SLC_CT_OPENED_BY_B;
	int egress = v->side[SLC_EGRESS].endpoint != 0;
	e->time = type == SLC_EVENT_START ? v->created : bpf_ktime_get_ns();
	e->packets = v->packets[0];
	e->bytes = v->bytes[0];
	e->reply_packets = v->packets[1];
	e->reply_bytes = v->bytes[1];
	if (by_b) {
		e->source = key->b;
		e->destination = key->a;
		e->source_port = key->port_b;
		e->destination_port = key->port_a;
	} else {
		e->source = key->a;
		e->destination = key->b;
		e->source_port = key->port_a;
		e->destination_port = key->port_b;
	}
	e->ifindex = ifindex;
	if (egress) {
		e->endpoint = v->side[SLC_EGRESS].endpoint;
		e->cookie = v->side[SLC_EGRESS].cookie;
		e->other_endpoint = v->side[SLC_INGRESS].endpoint;
		e->other_cookie = v->side[SLC_INGRESS].cookie;
	} else {
		e->endpoint = v->side[SLC_INGRESS].endpoint;
		e->cookie = v->side[SLC_INGRESS].cookie;
		e->other_endpoint = 0;
		e->other_cookie = 0;
	}
	e->source_identity = v->identity[0];
	e->destination_identity = v->identity[1];
	e->count = 1;
	e->length = length;
	e->type = type;
	e->reason = 0;
	e->direction = egress;
	e->protocol = key->protocol;
	e->tcp_flags = tcp_flags;
	e->flags = 0;
	e->icmp_type = slc_ct_icmp_opened(key, v->flags);
	e->icmp_code = 0;
	e->started = v->created;
	e->service = v->service;
	e->pad2 = 0;
	slc_submit(e);
}

struct slc_sweep_walk {
	__u64 now;
	__u32 tick;
	__u32 reaped;
	__u64 stop_at_first; // a word of its own: the verifier keeps its value
	__u32 crowded;
};

// Slots cost no call. The applier empties the slot of an endpoint that goes.
static __always_inline __u32 *slc_quota_of(__u32 endpoint, int claim)
{
	__u32 slot = endpoint & (SLC_SHARES - 1);
	struct slc_share *share = bpf_map_lookup_elem(&slc_shares, &slot);

	if (share) {
		__u32 whose = share->endpoint;
		if (!whose && claim && !bpf_map_lookup_elem(&slc_quota, &endpoint)) // who once missed it stays away
			whose = __sync_val_compare_and_swap(&share->endpoint, 0, endpoint) ?: endpoint;
		if (whose == endpoint)
			return &share->held;
	}
	return bpf_map_lookup_elem(&slc_quota, &endpoint);
}

static __always_inline void slc_quota_back(__u32 endpoint)
{
	__u32 *held = slc_quota_of(endpoint, 0);
	if (held && *held)
		__sync_fetch_and_add(held, -1);
}

static __always_inline __u32 slc_quota_most(void)
{
	return slc_tunables.ct_endpoint_max;
}

// Whether an endpoint has less than an eighth of its share left.
static __always_inline int slc_quota_short(__u32 endpoint)
{
	__u32 *held = slc_quota_of(endpoint, 0);

	return held && *held >= slc_quota_most() - slc_quota_most() / 8;
}

// Not static, here and where it is said below: the verifier follows a global function once for whatever it may be given,
// and not once for each way that leads to it. Every start of an applier waits for the verifier.

// A connection is over, `before` being its flags until then: told and off its owner's share, once each.
__noinline int slc_ct_ended(const struct slc_ct_key *key, const struct slc_ct_value *e, __u32 before, __u32 ifindex,
			    __u32 tcp_flags)
{
	if (!key || !e)
		return 0;
	if (!(before & SLC_CT_OFF_SHARE))
		slc_quota_back(e->owner);
	if (!(before & SLC_CT_CLOSED))
		slc_ct_tell(key, e, SLC_EVENT_END, ifindex, tcp_flags, 0);
	return 0;
}

// Who opens an entry anew and who removes it must be one at a time. Returns 0 when `flags` are not its flags any more.
static __always_inline int slc_ct_claim(struct slc_ct_value *e, __u32 flags)
{
	return !(flags & SLC_CT_HELD) && __sync_val_compare_and_swap(&e->flags, flags, flags | SLC_CT_HELD) == flags;
}

static __always_inline void slc_ct_release(struct slc_ct_value *e)
{
	__sync_fetch_and_and(&e->flags, ~SLC_CT_HELD);
}

// The entry of a key for its opening anew, which another CPU's sweep or packet was at: claimed, or 0 when it is gone.
static __noinline struct slc_ct_value *slc_ct_hold(const struct slc_ct_key *key)
{
	for (int i = 0; i < SLC_HOLD_TRIES; i++) {
		struct slc_ct_value *e = bpf_map_lookup_elem(&slc_ct, key);
		if (!e || slc_ct_claim(e, e->flags))
			return e;
	}
	return 0;
}

// A question of another protocol than TCP that was answered, and no more than that yet.
static __always_inline int slc_ct_answered(const struct slc_ct_value *e, __u32 protocol)
{
	return protocol != SLC_PROTO_TCP && (e->flags & SLC_CT_REPLIED) && e->packets[0] <= 2;
}

// Whether the sweep takes an entry. In a crowded table closed ones have to hurry, and do not stay in a full one; answered
// questions have to hurry when their owner is short of room. Global.
__noinline int slc_ct_over(const struct slc_ct_value *e, __u32 protocol, __u64 now, __u32 crowded)
{
	if (!e)
		return 0;
	__s64 idle = (__s64)(now - e->last_seen);
	__u64 time = slc_ct_lifetime(e, protocol);

	if (e->flags & SLC_CT_CLOSED) {
		if (crowded >= SLC_CT_FULL)
			return 1;
		if (crowded)
			time /= SLC_HURRY;
	} else if (slc_ct_answered(e, protocol) && slc_quota_short(e->owner)) {
		time /= SLC_HURRY;
	}
	return idle > 0 && (__u64)idle > time;
}

// Takes the oldest key of the queue; the entry goes if its time is over, else its key goes back to the end.
static long slc_sweep_one(__u32 index, struct slc_sweep_walk *walk)
{
	struct slc_ct_key key;

	if (bpf_map_pop_elem(&slc_ct_queue, &key))
		return 1;
	struct slc_ct_value *e = bpf_map_lookup_elem(&slc_ct, &key);
	if (!e)
		return 0;
	int over = slc_ct_over(e, key.protocol, walk->now, walk->crowded) && slc_ct_claim(e, e->flags);
	if (over && !slc_ct_over(e, key.protocol, walk->now, walk->crowded)) { // opened anew in between
		slc_ct_release(e);
		over = 0;
	}
	struct slc_stats *stats = slc_stats_get();
	if (!over) {
		int seen = walk->tick && e->swept == walk->tick;
		e->swept = walk->tick;
		if (!bpf_map_push_elem(&slc_ct_queue, &key, BPF_ANY))
			return seen;
		if (stats)
			stats->table_full++;
		e = slc_ct_hold(&key); // what no sweep finds would stay for good
		if (!e)
			return 0;
	}
	slc_ct_ended(&key, e, __sync_fetch_and_or(&e->flags, SLC_CT_CLOSED | SLC_CT_OFF_SHARE), 0, 0);
	bpf_map_delete_elem(&slc_ct, &key);
	if (stats)
		stats->reaped++;
	walk->reaped++;
	return walk->stop_at_first;
}

// Tells what was dropped since it was told last, and forgets what no longer happens.
static long slc_sweep_drop(void *map, struct slc_drop_key *key, struct slc_drop *d, struct slc_sweep_walk *walk)
{
	if ((__s64)(walk->now - d->told) < (__s64)SLC_TELL_AGAIN_NS)
		return 0;
	__u32 count = __sync_lock_test_and_set(&d->event.count, 0);
	if (count) {
		d->told = walk->now;
		slc_emit_copy(&d->event, count);
		return 0;
	}
	bpf_map_delete_elem(map, key);
	return 0;
}

static __always_inline __u32 *slc_ct_crowded(void)
{
	__u32 zero = 0;
	struct slc_sweep *sweep = bpf_map_lookup_elem(&slc_sweep, &zero);

	return sweep ? &sweep->crowded : 0;
}

// How full the table is: asked by the sweep, and by who opens now and then, so that it is known before there is no room.
// Global.
__noinline int slc_ct_measure(void)
{
	__u32 most = slc_tunables.ct_entries, *crowded = slc_ct_crowded();
	__u64 held = bpf_map_sum_elem_count((struct bpf_map *)&slc_ct);
	__u32 now = held > most - most / 8 ? SLC_CT_FULL : held > most - most / 4 ? SLC_CT_CROWDED : 0;

	if (crowded && *crowded != now)
		*crowded = now;
	return now;
}

static int slc_sweep_tick(void *map, __u32 *key, struct slc_sweep *sweep)
{
	struct slc_sweep_walk walk = {.now = bpf_ktime_get_coarse_ns(), .crowded = slc_ct_measure()};

	sweep->now = walk.now;
	sweep->tick = sweep->tick + 1 ? sweep->tick + 1 : 1;
	walk.tick = sweep->tick;
	bpf_loop(SLC_SWEEP_MAX, slc_sweep_one, &walk, 0);
	if (!(walk.tick & 3))
		bpf_for_each_map_elem(&slc_drops, slc_sweep_drop, &walk, 0);
	bpf_timer_start(&sweep->timer, SLC_SWEEP_NS, 0);
	return 0;
}

// Looks at some of the oldest until one goes. `none`: there is no room at all. Returns how many went. Global.
__noinline int slc_ct_make_room(int none)
{
	__u32 *crowded = slc_ct_crowded();
	struct slc_sweep_walk walk = {
		.now = slc_now(),
		.crowded = none ? SLC_CT_FULL : crowded ? *crowded : 0,
		.stop_at_first = 1,
	};

	if (none && crowded)
		*crowded = SLC_CT_FULL;
	bpf_loop(none ? SLC_MAKE_ROOM_MAX : SLC_CROWDED_MAX, slc_sweep_one, &walk, 0);
	return walk.reaped;
}

// A share of the table for each endpoint. Returns 0 when it is used up.
static __always_inline int slc_quota_take(__u32 endpoint)
{
	__u32 *held = slc_quota_of(endpoint, 1), one = 1;

	if (!held)
		return bpf_map_update_elem(&slc_quota, &endpoint, &one, BPF_NOEXIST) == 0 ||
		       bpf_map_lookup_elem(&slc_quota, &endpoint) != 0;
	if (*held >= slc_quota_most())
		return 0;
	__sync_fetch_and_add(held, 1);
	return 1;
}

// Adds an entry and its key in the queue. Returns SLC_PASS or the reason to drop.
static __always_inline int slc_ct_add(struct slc_ct_key *key, struct slc_ct_value *fresh)
{
	struct slc_stats *stats = slc_stats_get();
	__u32 *crowded = slc_ct_crowded();

	if (crowded && *crowded) { // leaves more than it takes
		slc_ct_make_room(0);
		slc_ct_make_room(0);
	}
	if (!slc_quota_take(fresh->owner))
		goto full;
	long error = bpf_map_update_elem(&slc_ct, key, fresh, BPF_NOEXIST);
	if (error == -7 /* E2BIG */ && slc_ct_make_room(1))
		error = bpf_map_update_elem(&slc_ct, key, fresh, BPF_NOEXIST);
	if (error == -17 /* EEXIST: another CPU was first */) {
		slc_quota_back(fresh->owner);
		return SLC_PASS;
	}
	if (error) {
		slc_quota_back(fresh->owner);
		goto full;
	}
	if (bpf_map_push_elem(&slc_ct_queue, key, BPF_ANY)) {
		bpf_map_delete_elem(&slc_ct, key);
		slc_quota_back(fresh->owner);
		goto full;
	}
	if (stats && !(++stats->created & (SLC_MEASURE_EVERY - 1)))
		slc_ct_measure();
	return SLC_PASS;
full:
	if (stats)
		stats->table_full++;
	return SLC_DROP_CT_FULL;
}
