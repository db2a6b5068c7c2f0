// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// The connection table: keys, expiry, the sweep. Only the sweep and the making of an entry add or remove keys, so that
// slc_ct_queue holds each key once.
#pragma once
#include "slc_events.h"
#include "slc_parse.h"

#define SLC_SECOND 1000000000ULL
#define SLC_SWEEP_NS (SLC_SECOND / 4)
#define SLC_SWEEP_MAX 8192
#define SLC_MAKE_ROOM_MAX 32

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
	__u32 stop_at_first;
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

// Takes the oldest key of the queue; the entry goes if its time is over, else its key goes back to the end.
static long slc_sweep_one(__u32 index, struct slc_sweep_walk *walk)
{
	struct slc_ct_key key;

	if (bpf_map_pop_elem(&slc_ct_queue, &key))
		return 1;
	struct slc_ct_value *e = bpf_map_lookup_elem(&slc_ct, &key);
	if (!e)
		return 0;
	if (!slc_ct_expired(e, key.protocol, walk->now)) {
		int seen = walk->tick && e->swept == walk->tick;
		e->swept = walk->tick;
		bpf_map_push_elem(&slc_ct_queue, &key, BPF_ANY);
		return seen;
	}
	if (!(e->flags & SLC_CT_CLOSED))
		slc_ct_tell(&key, e, SLC_EVENT_END, 0, 0, 0);
	slc_quota_back(e->owner);
	bpf_map_delete_elem(&slc_ct, &key);
	struct slc_stats *stats = slc_stats_get();
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

static int slc_sweep_tick(void *map, __u32 *key, struct slc_sweep *sweep)
{
	struct slc_sweep_walk walk = {.now = bpf_ktime_get_coarse_ns()};

	sweep->now = walk.now;
	sweep->tick = sweep->tick + 1 ? sweep->tick + 1 : 1;
	walk.tick = sweep->tick;
	bpf_loop(SLC_SWEEP_MAX, slc_sweep_one, &walk, 0);
	if (!(walk.tick & 3))
		bpf_for_each_map_elem(&slc_drops, slc_sweep_drop, &walk, 0);
	bpf_timer_start(&sweep->timer, SLC_SWEEP_NS, 0);
	return 0;
}

// The table is full: looks at some of the oldest. Returns how many went.
static __noinline int slc_ct_make_room(void)
{
	struct slc_sweep_walk walk = {.now = slc_now(), .stop_at_first = 1};

	bpf_loop(SLC_MAKE_ROOM_MAX, slc_sweep_one, &walk, 0);
	return walk.reaped;
}

// A share of the table for each endpoint. Returns 0 when it is used up.
static __always_inline int slc_quota_take(__u32 endpoint)
{
	__u32 *held = slc_quota_of(endpoint, 1), one = 1;

	if (!held)
		return bpf_map_update_elem(&slc_quota, &endpoint, &one, BPF_NOEXIST) == 0 ||
		       bpf_map_lookup_elem(&slc_quota, &endpoint) != 0;
	if (*held >= slc_tunables.ct_endpoint_max)
		return 0;
	__sync_fetch_and_add(held, 1);
	return 1;
}

// Adds an entry and its key in the queue. Returns SLC_PASS or the reason to drop.
static __always_inline int slc_ct_add(struct slc_ct_key *key, struct slc_ct_value *fresh)
{
	struct slc_stats *stats = slc_stats_get();

	if (!slc_quota_take(fresh->owner))
		goto full;
	long error = bpf_map_update_elem(&slc_ct, key, fresh, BPF_NOEXIST);
	if (error == -7 /* E2BIG */ && slc_ct_make_room())
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
	if (stats)
		stats->created++;
	return SLC_PASS;
full:
	if (stats)
		stats->table_full++;
	return SLC_DROP_CT_FULL;
}
