// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// What each CPU remembers of who dials Services from outside, where backends are and what was dialled: all that an
// opening asks for before its entry. What is remembered is good for an epoch (ADR 0038).
#pragma once
#include "slc_lb.h"
#include "slc_lookup.h"
#include "slc_nat.h"

// Who an address from outside is.
struct slc_front_peer {
	struct slc_ip address;
	__u32 epoch;     // slc_lb_epoch_now, for which the rest holds
	__u32 identity;
	__u32 lies;      // it is a pod's of this node, or the node's own
	__u32 tunnelled; // of the cluster, behind a tunnel
};

// As each CPU found them last. Who opens a connection from outside often opens more, and is in no table but the trie.
#define SLC_FRONT_PEERS 1024
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, SLC_FRONT_PEERS);
	__type(key, __u32);
	__type(value, struct slc_front_peer);
} slc_front_peers SEC(".maps");

static __always_inline __u32 slc_front_place(const struct slc_ip *address)
{
	return (address->w[3] ^ address->w[2]) * 0x9e3779b1 >> 22;
}
_Static_assert(SLC_FRONT_PEERS == 1 << (32 - 22), "peers");

// Who sends from outside. Returns 0, or not when it claims to be a pod or this node.
static __noinline int slc_uplink_lies(struct slc_pass *s, const struct slc_state *state)
{
	if (!s || !state)
		return 1;
	__u32 epoch = slc_lb_epoch_now(), place = slc_front_place(&s->p.src);
	struct slc_front_peer *peer = bpf_map_lookup_elem(&slc_front_peers, &place);
	if (!peer)
		return 1;
	if (peer->epoch != epoch || !slc_same_ip(&peer->address, &s->p.src)) {
		struct slc_address_value *from = slc_address(&s->p.src);
		peer->address = s->p.src;
		peer->epoch = epoch;
		peer->identity = from ? from->identity : SLC_ID_WORLD;
		peer->lies = slc_is_host(peer->identity) || slc_local_at(&s->p.src);
		peer->tunnelled = from && from->tunnel && !(from->flags & SLC_ADDRESS_UNDERLAY);
	}
	s->identity[0] = peer->identity;
	s->v.source_identity = s->identity[0];
	if (peer->lies)
		return 1;
	return state->overlay && (slc_is_pod(s->identity[0]) || peer->tunnelled);
}

// The node's address of the packet's family; unspecified: it has none.
static __always_inline const struct slc_ip *slc_nat_own(const struct slc_nat_config *c, int v6)
{
	return v6 ? &c->ip6 : &c->ip4;
}

// The node behind the tunnel that has an address; 0: there is none.
static __always_inline __be32 slc_front_node_of(const struct slc_address_value *peer)
{
	return peer && !(peer->flags & SLC_ADDRESS_UNDERLAY) ? peer->tunnel : 0;
}

// Where a backend is.
struct slc_front_way {
	struct slc_ip address;
	__u32 epoch;    // of addresses, for which the rest holds
	__u32 identity;
	__be32 tunnel;  // outer address of its node; 0: here, or no tunnel leads there
	__u32 here;     // a pod or a socket of this node
};

// Backends behind tunnels, as each CPU found them last: two looks into large tables that a new connection need not take.
#define SLC_FRONT_WAYS 1024
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, SLC_FRONT_WAYS);
	__type(key, __u32);
	__type(value, struct slc_front_way);
} slc_front_ways SEC(".maps");

static __always_inline struct slc_front_way *slc_front_way_to(const struct slc_ip *address)
{
	if (!address)
		return 0;
	__u32 epoch = slc_addresses_epoch();
	__u32 place = slc_front_place(address);
	struct slc_front_way *way = bpf_map_lookup_elem(&slc_front_ways, &place);
	if (!way || (way->tunnel && way->epoch == epoch && slc_same_ip(&way->address, address)))
		return way;
	__asm__ volatile("" ::: "memory"); // the epoch is read before what it speaks of
	int pod = slc_local_at(address) != 0;
	struct slc_address_value *peer = pod ? 0 : slc_address(address);
	way->address = *address;
	way->epoch = epoch;
	way->identity = peer ? peer->identity : SLC_ID_WORLD;
	way->here = pod || slc_is_host(way->identity);
	way->tunnel = way->here ? 0 : slc_front_node_of(peer);
	return way;
}
_Static_assert(SLC_FRONT_WAYS == 1 << (32 - 22), "ways");

// A frontend that was dialled from outside, as each CPU found it last.
struct slc_front_dialled {
	struct slc_lb_target target;
	__u32 protocol;
	__u32 epoch; // slc_lb_epoch_now, for which the rest holds
	struct slc_lb_frontend frontend;
	__u32 pad[2];
};
_Static_assert(sizeof(struct slc_front_dialled) == 64, "dialled frontend");

#define SLC_FRONT_DIALLED 256
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, SLC_FRONT_DIALLED);
	__type(key, __u32);
	__type(value, struct slc_front_dialled);
} slc_front_dialled SEC(".maps");

static __noinline struct slc_lb_frontend *slc_front_named(const struct slc_packet *p)
{
	struct slc_lb_target target = {};

	if (!p)
		return 0;
	struct slc_nat_config *c = slc_nat_config_get();
	if (c && slc_lb_node_port(p->dport) && slc_same_ip(&p->dst, slc_nat_own(c, p->v6))) { // no need to ask whose it is
		struct slc_lb_frontend *found = slc_lb_node_port_of(p->dport, p->protocol, p->v6);
		if (found)
			return found;
	}
	target.address = p->dst;
	target.port = p->dport;
	return slc_lb_find(&target, p->protocol);
}

// The frontend that a packet from outside is for, if it may come there.
static __always_inline struct slc_lb_frontend *slc_front_of(const struct slc_packet *p)
{
	if (p->protocol != SLC_PROTO_TCP && p->protocol != SLC_PROTO_UDP && p->protocol != SLC_PROTO_SCTP)
		return 0;
	__u32 epoch = slc_lb_epoch_now();
	__u32 place = (p->dst.w[3] ^ p->dport) * 0x9e3779b1 >> 24;
	struct slc_front_dialled *dialled = bpf_map_lookup_elem(&slc_front_dialled, &place);
	if (!dialled)
		return 0;
	if (dialled->epoch == epoch && dialled->target.port == p->dport && dialled->protocol == p->protocol &&
	    slc_same_ip(&dialled->target.address, &p->dst))
		return &dialled->frontend;
	struct slc_lb_frontend *found = slc_front_named(p);
	if (!found || !found->outside)
		return 0;
	dialled->target.address = p->dst;
	dialled->target.port = p->dport;
	dialled->protocol = p->protocol;
	dialled->epoch = epoch;
	dialled->frontend = *found;
	return &dialled->frontend;
}
_Static_assert(SLC_FRONT_DIALLED == 1 << (32 - 24), "dialled frontends");
