// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Which backend a new connection gets: from outside by consistent hash, the same on every node; from a pod any.
#pragma once
#include "slc_judge.h"

#define SLC_MAGLEV_SIZE 16381

const volatile struct slc_front_tunables {
	__u32 maglev_size;
} slc_front_tunables = {.maglev_size = SLC_MAGLEV_SIZE};

// Scope to its table of seats. The applier sets the size of values.
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, SLC_MAGLEV_SIZE * sizeof(__u16));
} slc_lb_maglev SEC(".maps");

// A backend keeps its seat while it is one.
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 524288);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct slc_lb_slot_key);
	__type(value, struct slc_lb_target);
} slc_lb_seat SEC(".maps");

static __always_inline __u32 slc_mix(__u32 hash, __u32 word)
{
	word *= 0xcc9e2d51;
	word = word << 15 | word >> 17;
	hash ^= word * 0x1b873593;
	hash = hash << 13 | hash >> 19;
	return hash * 5 + 0xe6546b64;
}

// No secret and no state: every node gives a flow the same number.
static __always_inline __u32 slc_flow_hash(const struct slc_packet *p, int client_alone)
{
	__u32 hash = slc_mix(p->protocol, p->src.w[3]);

	if (p->v6)
		hash = slc_mix(slc_mix(slc_mix(hash, p->src.w[2]), p->src.w[1]), p->src.w[0]);
	if (!client_alone) {
		hash = slc_mix(slc_mix(hash, p->dst.w[3]), p->sport | (__u32)p->dport << 16);
		if (p->v6)
			hash = slc_mix(slc_mix(hash, p->dst.w[2]), p->dst.w[1]);
	}
	hash ^= hash >> 16;
	hash *= 0x85ebca6b;
	hash ^= hash >> 13;
	hash *= 0xc2b2ae35;
	return hash ^ hash >> 16;
}

// Who has a seat, as each CPU found it last.
struct slc_front_seated {
	struct slc_lb_slot_key seat;
	__u32 epoch; // slc_lb_epoch_now, for which the rest holds
	struct slc_lb_target backend;
};

#define SLC_FRONT_SEATED 1024
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, SLC_FRONT_SEATED);
	__type(key, __u32);
	__type(value, struct slc_front_seated);
} slc_front_seated SEC(".maps");

// A seat that went between the table and this look: the table is a new one.
static __always_inline struct slc_lb_target *slc_front_seat(__u32 scope, __u32 hash)
{
	__u32 epoch = slc_lb_epoch_now();
	__u32 size = slc_front_tunables.maglev_size, at = hash % (size ? size : 1);
	struct slc_lb_slot_key key = {.scope = scope};

	asm volatile("" : "+r"(at)); // else the compiler knows what the verifier must be told
	if (at >= size)
		return 0;
	for (int i = 0; i < 2; i++) {
		__u16 *table = bpf_map_lookup_elem(&slc_lb_maglev, &scope);
		if (!table)
			return 0;
		key.slot = table[at];
		__u32 place = (key.slot + scope * 97) & (SLC_FRONT_SEATED - 1);
		struct slc_front_seated *seated = bpf_map_lookup_elem(&slc_front_seated, &place);
		if (!seated)
			return 0;
		if (seated->epoch == epoch && seated->seat.scope == scope && seated->seat.slot == key.slot)
			return &seated->backend;
		struct slc_lb_target *found = bpf_map_lookup_elem(&slc_lb_seat, &key);
		if (found) {
			seated->seat = key;
			seated->epoch = epoch;
			seated->backend = *found;
			return &seated->backend;
		}
	}
	return 0;
}

#define SLC_LB_LOCAL 1 // of a scope's number: backends of this node alone

// The backend for a new connection: of a client outside the one that every node chooses, of a pod any, and of whom another
// node sent on one of this node, which is what that one chose it for. Returns SLC_PASS or why there is none.
static __noinline int slc_front_choose(struct slc_pass *s, const struct slc_lb_frontend *frontend, int inside,
				       struct slc_lb_target *to)
{
	struct slc_lb_affinity_key client = {};

	if (!s || !frontend || !to || !(inside ? frontend->inside_count : s->handed || frontend->outside_count))
		return SLC_DROP_NO_BACKEND;
	__u32 seconds = frontend->affinity_seconds;
	client.scope = inside ? frontend->inside : frontend->outside | (s->handed ? SLC_LB_LOCAL : 0);
	__builtin_memcpy(client.client, &s->p.src, 16);
	if (seconds && slc_lb_stays(&client, seconds, to))
		return SLC_PASS;
	__u32 hash = slc_flow_hash(&s->p, seconds != 0);
	struct slc_lb_target *found = inside ? slc_lb_slot_at(client.scope, frontend->inside_count, hash)
					     : slc_front_seat(client.scope, hash);
	if (!found)
		return SLC_DROP_NO_BACKEND;
	*to = *found;
	if (seconds)
		slc_lb_stay(&client, to);
	return SLC_PASS;
}
