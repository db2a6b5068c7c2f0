// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Counters, and events into the ring buffer. produced = read + lost, exactly: both are per-CPU and each event counts once.
#pragma once
#include "slc_lb.h"
#include "slc_lookup.h"
#include "slc_reasons.h"

#define SLC_TELL_AGAIN_NS (5ULL * 1000000000)
#define SLC_HINT_NS (60ULL * 1000000000)

// What a verdict is about.
struct slc_verdict {
	__u32 endpoint;
	__u32 epoch;
	__u32 peer;
	__u32 source_identity;
	__u32 destination_identity;
	__u32 cookie;
	__u32 reason;
	__u32 direction; // of the packet, seen from the endpoint
	__u32 flags;     // SLC_EVENT_REPLY
	__u32 told;      // the drop needs no event of its own
	__u32 service;   // frontend that was dialled from outside, 0: ask the socket
};

static __always_inline void slc_count(__u32 reason, __u32 direction, __u32 bytes)
{
	__u32 index = (reason & 0xff) << 1 | (direction & 1);
	struct slc_metric *m = bpf_map_lookup_elem(&slc_metrics, &index);
	if (m) {
		m->packets++;
		m->bytes += bytes;
	}
}

// As slc_count, where packets' programs may interrupt, as they do where a socket dials.
static __always_inline void slc_count_interrupted(__u32 reason, __u32 direction)
{
	__u32 index = (reason & 0xff) << 1 | (direction & 1);
	struct slc_metric *m = bpf_map_lookup_elem(&slc_metrics, &index);
	if (m)
		__sync_fetch_and_add(&m->packets, 1);
}

// Nobody is woken: a wake-up is an interrupt in the middle of somebody's packet. The reader looks every few milliseconds,
// in which no machine fills the buffer.
static __always_inline void slc_submit(struct slc_event *event)
{
	bpf_ringbuf_submit(event, BPF_RB_NO_WAKEUP);
}

static __always_inline struct slc_event *slc_reserve(void)
{
	struct slc_stats *stats = slc_stats_get();
	struct slc_event *event = bpf_ringbuf_reserve(&slc_events, sizeof(*event), 0);
	if (stats) {
		stats->produced++;
		if (!event)
			stats->lost++;
	}
	return event;
}

// As slc_reserve, where packets' programs may interrupt: counts in one instruction each.
static __always_inline struct slc_event *slc_reserve_interrupted(void)
{
	struct slc_stats *stats = slc_stats_get();
	struct slc_event *event = bpf_ringbuf_reserve(&slc_events, sizeof(*event), 0);
	if (stats) {
		__sync_fetch_and_add(&stats->produced, 1);
		if (!event)
			__sync_fetch_and_add(&stats->lost, 1);
	}
	return event;
}

static __always_inline void slc_fill(struct slc_event *e, struct __sk_buff *skb, const struct slc_packet *p,
				     const struct slc_verdict *v, __u8 type)
{
	e->time = bpf_ktime_get_ns();
	e->packets = e->bytes = e->reply_packets = e->reply_bytes = 0;
	e->source = p->src;
	e->destination = p->dst;
	e->source_port = p->sport;
	e->destination_port = p->dport;
	e->ifindex = skb->ifindex;
	e->endpoint = v->endpoint;
	e->source_identity = v->source_identity;
	e->destination_identity = v->destination_identity;
	e->cookie = v->cookie;
	e->other_cookie = 0;
	e->count = 1;
	e->length = skb->len;
	e->type = type;
	e->reason = v->reason;
	e->direction = v->direction;
	e->protocol = p->protocol;
	e->tcp_flags = p->tcp_flags;
	e->flags = v->flags;
	e->icmp_type = p->icmp_type;
	e->icmp_code = p->icmp_code;
	e->other_endpoint = 0;
	e->started = 0;
	e->service = v->service ? v->service : slc_lb_dialled_by(skb, p);
	e->pad2 = 0;
}

static __always_inline void slc_emit_copy(const struct slc_event *from, __u32 count)
{
	struct slc_event *e = slc_reserve();
	if (!e)
		return;
	__builtin_memcpy(e, from, sizeof(*e));
	e->time = bpf_ktime_get_ns();
	e->count = count;
	slc_submit(e);
}

static __always_inline void slc_drop_key_of(struct slc_drop_key *key, const struct slc_packet *p, __u32 endpoint,
					    __u32 direction)
{
	key->source = p->src;
	key->destination = p->dst;
	key->endpoint = endpoint;
	key->destination_port = p->icmp_type ? bpf_htons(p->icmp_type) : p->dport;
	key->protocol = p->protocol;
	key->direction = direction;
}

// Where a drop without its source port leaves a hint.
static __always_inline __u64 *slc_drop_hint(const struct slc_packet *p, __u32 endpoint)
{
	__u32 index = (p->src.w[3] * 0x9e3779b1 ^ p->dst.w[3] * 0x85ebca6b ^ (endpoint << 16 ^ p->dport) * 0xc2b2ae35) >>
		      20;
	return bpf_map_lookup_elem(&slc_drop_hints, &index);
}
_Static_assert(SLC_DROP_HINTS == 1 << (32 - 20), "hints");

// A drop like one before: told only when the last telling is some seconds old.
static __always_inline void slc_drop_again(struct slc_drop *d, __u64 now)
{
	__sync_fetch_and_add(&d->event.count, 1);
	if (now - d->told < SLC_TELL_AGAIN_NS)
		return;
	d->told = now;
	__u32 count = __sync_lock_test_and_set(&d->event.count, 0);
	if (count)
		slc_emit_copy(&d->event, count);
}

static __noinline int slc_drop_tell(struct __sk_buff *skb, const struct slc_packet *p, const struct slc_verdict *v)
{
	struct slc_drop_key key = {};
	__u64 now = slc_now();
	__u32 zero = 0;

	if (!p || !v)
		return 0;
	__u64 *hint = slc_drop_hint(p, v->endpoint);
	if (hint)
		*hint = now;
	// A reply is refused by the policy of the other direction: it must not be found as a refusal to open.
	slc_drop_key_of(&key, p, v->endpoint, v->direction | (v->flags & SLC_EVENT_REPLY) << 1);
	struct slc_drop *d = bpf_map_lookup_elem(&slc_drops, &key);
	if (d && d->event.reason == (v->reason & 0xff)) {
		d->epoch = v->epoch;
		d->peer = v->peer;
		slc_drop_again(d, now);
		return 0;
	}
	__u32 rest = d ? __sync_lock_test_and_set(&d->event.count, 0) : 0;
	if (rest)
		slc_emit_copy(&d->event, rest);
	struct slc_drop *fresh = bpf_map_lookup_elem(&slc_scratch, &zero);
	if (!fresh)
		return 0;
	fresh->told = now;
	fresh->epoch = v->epoch;
	fresh->peer = v->peer;
	slc_fill(&fresh->event, skb, p, v, SLC_EVENT_DROP);
	slc_emit_copy(&fresh->event, 1);
	fresh->event.count = 0;
	bpf_map_update_elem(&slc_drops, &key, fresh, BPF_ANY); // full: every drop is told, none is merged
	return 0;
}

// The one way out for a packet that is dropped.
static __always_inline int slc_drop_packet(struct __sk_buff *skb, const struct slc_packet *p, const struct slc_verdict *v)
{
	slc_count(v->reason, v->direction, skb->len);
	if (!(v->reason & SLC_QUIET))
		slc_drop_tell(skb, p, v);
	return 2; // TC_ACT_SHOT
}

// Per-packet events exist only while someone watches.
static __always_inline void slc_monitor(struct __sk_buff *skb, const struct slc_packet *p, const struct slc_verdict *v,
					__u8 type)
{
	struct slc_state *state = slc_state_get();
	if (!state || !state->monitor)
		return;
	struct slc_event *e = slc_reserve();
	if (!e)
		return;
	slc_fill(e, skb, p, v, type);
	slc_submit(e);
}
