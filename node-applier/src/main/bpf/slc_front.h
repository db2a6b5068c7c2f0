// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Services for those who are outside the cluster, on the node's uplink:
//   client ──► Service's address   a backend by consistent hash, the same on every node
//     backend here                 client ──► backend, judged here
//     backend elsewhere            node ──► backend, through the tunnel with the client's identity
//   backend ──► …                  back to what the client dialled, and out by the uplink
#pragma once
#include "slc_answer.h"
#include "slc_nat_error.h"

#define SLC_NOT_OURS (-2) // what a program returns otherwise
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

// A seat that went between the table and this look: the table is a new one.
static __noinline struct slc_lb_target *slc_front_seat(__u32 scope, __u32 hash)
{
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
		struct slc_lb_target *found = bpf_map_lookup_elem(&slc_lb_seat, &key);
		if (found)
			return found;
	}
	return 0;
}

// The backend for a new connection: of a client outside the one that every node chooses, of a pod any. Returns SLC_PASS
// or why there is none.
static __noinline int slc_front_choose(struct slc_pass *s, const struct slc_lb_frontend *frontend, int inside,
				       struct slc_lb_target *to)
{
	struct slc_lb_affinity_key client = {};

	if (!s || !frontend || !to || !(inside ? frontend->inside_count : frontend->outside_count))
		return SLC_DROP_NO_BACKEND;
	__u32 seconds = frontend->affinity_seconds;
	client.scope = inside ? frontend->inside : frontend->outside;
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

static __always_inline int slc_front_in_range(__u32 owner, const struct slc_ip *ip)
{
	struct slc_range_key key = {.prefixlen = 160, .owner = owner, .addr = *ip};

	return bpf_map_lookup_elem(&slc_range, &key) != 0;
}

static __always_inline __u32 slc_addresses_epoch(void)
{
	__u32 zero = 0;
	struct slc_addr_epoch *addresses = bpf_map_lookup_elem(&slc_addr_epoch, &zero);

	return addresses ? *(volatile __u32 *)&addresses->epoch : 0;
}

// Who sends from outside. Returns 0, or not when it claims to be a pod or this node.
static __noinline int slc_uplink_lies(struct slc_pass *s, const struct slc_state *state)
{
	if (!s || !state)
		return 1;
	struct slc_address_value *from = slc_address(&s->p.src);
	s->identity[0] = from ? from->identity : SLC_ID_WORLD;
	s->v.source_identity = s->identity[0];
	if (slc_is_host(s->identity[0]) || slc_local_at(&s->p.src))
		return 1;
	return state->overlay && (slc_is_pod(s->identity[0]) ||
				  (from && from->tunnel && !(from->flags & SLC_ADDRESS_UNDERLAY)));
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

// The backend's node tells what its policy said of the node's address and port; who dialled what is known here alone.
static __noinline int slc_front_tell(struct __sk_buff *skb, const struct slc_pass *s, const struct slc_lb_target *to,
				     __u32 identity)
{
	struct slc_event *e = s && to ? slc_reserve() : 0;

	if (!e)
		return 0;
	slc_fill(e, skb, &s->p, &s->v, SLC_EVENT_START);
	e->destination = to->address;
	e->destination_port = to->port;
	e->destination_identity = identity;
	e->direction = SLC_INGRESS;
	e->packets = 1;
	e->bytes = skb->len;
	e->started = e->time;
	slc_submit(e);
	return 0;
}

// Records a new connection. `old`: what the same tuple had before, with another backend.
static __noinline int slc_front_open(struct __sk_buff *skb, struct slc_pass *s, const struct slc_lb_target *to,
				     struct slc_nat_value *old)
{
	struct slc_nat_config *c = slc_nat_config_get();
	struct slc_nat_pair *pair = slc_nat_pair_get();
	struct slc_state *state = slc_state_get();

	if (!s || !to || !pair || !c || !state)
		return SLC_DROP_NO_MAPPING;
	slc_nat_key_of(&pair->forward, &s->p);
	int here = slc_local_at(&to->address) != 0;
	struct slc_address_value *peer = here ? 0 : slc_address(&to->address);
	__u32 identity = peer ? peer->identity : SLC_ID_WORLD;
	here = here || slc_is_host(identity);
	pair->to.tunnel = here ? 0 : slc_front_node_of(peer);
	if (pair->to.tunnel && !state->overlay)
		return SLC_DROP_NO_TUNNEL_KEY; // its policy would take the client for this node
	int keep = here || (c->direct && pair->to.tunnel); // the backend's node can answer the client itself
	pair->to.src = keep ? s->p.src : *slc_nat_own(c, s->p.v6);
	if (slc_unspecified(&pair->to.src))
		return SLC_DROP_NO_MAPPING;
	if (old) {
		slc_nat_back_of(&pair->back, old, s->p.protocol);
		bpf_map_delete_elem(&slc_nat, &pair->back);
	}
	pair->to.dst = to->address;
	pair->to.dport = to->port;
	pair->to.flags = SLC_NAT_FRONT | (keep && !here ? SLC_NAT_DIRECT : 0);
	pair->from.flags = SLC_NAT_BACK;
	pair->to.service = pair->from.service = s->v.service;
	pair->to.identity = s->identity[0];
	pair->to.epoch = slc_addresses_epoch();
	int reason = slc_nat_add(skb, pair, keep, !keep, old != 0);
	if (!reason && !here)
		slc_front_tell(skb, s, to, identity);
	return reason;
}

static __always_inline int slc_front_here(struct __sk_buff *skb, struct slc_pass *s, struct slc_local *local)
{
	__u32 ifindex = local->ifindex;
	struct slc_endpoint *to = slc_endpoint_at(ifindex);

	if (!to)
		return slc_refuse(skb, s, SLC_DROP_NO_LOCAL);
	slc_party_of(&s->receiver, to);
	s->identity[1] = s->receiver.identity;
	s->opened_as |= SLC_CT_TRANSLATED;
	slc_about(s, &s->receiver, SLC_INGRESS);
	if (!(to->flags & SLC_EP_READY))
		return slc_refuse(skb, s, SLC_DROP_NOT_READY);
	if (slc_decide(skb, s, SLC_INGRESS))
		return TC_ACT_SHOT;
	return slc_to_local(skb, s, to, ifindex);
}

// Who the client is goes along.
static __always_inline int slc_front_tunnel(struct __sk_buff *skb, const struct slc_pass *s,
					    const struct slc_state *state)
{
	__u32 identity = slc_is_node(s->identity[0]) ? SLC_ID_REMOTE_NODE : s->identity[0];

	return slc_to_overlay(skb, identity, s->tunnel, state->overlay);
}

// On to the backend, wherever it is.
static __always_inline int slc_front_on(struct __sk_buff *skb, struct slc_pass *s, const struct slc_state *state,
					const struct slc_nat_config *c)
{
	if (s->tunnel && state->overlay)
		return slc_front_tunnel(skb, s, state);
	struct slc_local *local = slc_local_at(&s->p.dst);
	if (local)
		return slc_front_here(skb, s, local);
	struct slc_address_value *peer = slc_address(&s->p.dst);
	if (peer && slc_is_host(peer->identity))
		return TC_ACT_OK; // a socket of the node
	s->tunnel = slc_front_node_of(peer); // of an error: its entry was not asked
	return s->tunnel && state->overlay ? slc_front_tunnel(skb, s, state) : slc_nat_out(skb, s, c);
}

// As it came, to the node that has the backend.
static __always_inline int slc_front_direct(struct __sk_buff *skb, struct slc_pass *s, const struct slc_state *state)
{
	if (!s->tunnel)
		s->tunnel = slc_front_node_of(slc_address(&s->p.dst));
	return s->tunnel && state->overlay ? slc_front_tunnel(skb, s, state) : slc_refuse(skb, s, SLC_DROP_NO_LOCAL);
}

// Back to who dialled. `n`: the entry of what the backend sends.
static __always_inline int slc_front_back(struct __sk_buff *skb, struct slc_pass *s, const struct slc_nat_config *c,
					  struct slc_nat_value *n)
{
	slc_nat_touch(n, &s->p);
	int reason = slc_nat_rewrite(skb, s, n);
	return reason ? slc_refuse(skb, s, reason) : slc_nat_out(skb, s, c);
}

static __noinline struct slc_lb_frontend *slc_front_named(const struct slc_packet *p)
{
	struct slc_lb_target target = {};

	if (!p || (p->protocol != SLC_PROTO_TCP && p->protocol != SLC_PROTO_UDP && p->protocol != SLC_PROTO_SCTP))
		return 0;
	target.address = p->dst;
	target.port = p->dport;
	return slc_lb_find(&target, p->protocol);
}

// The frontend that a packet from outside is for, if it may come there.
static __always_inline struct slc_lb_frontend *slc_front_of(const struct slc_packet *p)
{
	struct slc_lb_frontend *found = slc_front_named(p);

	return found && found->outside ? found : 0;
}

// A new connection, or one whose client begins anew. Sets *known to its entry.
static __noinline int slc_front_new(struct __sk_buff *skb, struct slc_pass *s, struct slc_lb_frontend *frontend,
				    struct slc_nat_value *old)
{
	struct slc_lb_target to = {};

	if (!s || !frontend)
		return SLC_DROP_NO_BACKEND;
	s->v.service = frontend->id;
	if ((frontend->flags & SLC_LB_RANGES) && !slc_front_in_range(frontend->id, &s->p.src))
		return SLC_DROP_NOT_IN_RANGE;
	int reason = slc_front_choose(s, frontend, 0, &to);
	if (reason)
		return reason;
	if (old && old->dport == to.port && slc_same_ip(&old->dst, &to.address))
		return SLC_PASS;
	return slc_front_open(skb, s, &to, old);
}

// What an arriving packet is for, once it has become what its entry says: the kind of the entry, SLC_NAT_KIND when another
// node will see to it (s->p.dst: the backend), 0 when it is not ours, or, negated, the reason to drop.
static __noinline int slc_front_kind(struct __sk_buff *skb, struct slc_pass *s, const struct slc_state *state)
{
	struct slc_lb_frontend *frontend = 0;
	__u32 epoch = slc_addresses_epoch();
	int reason = SLC_PASS;

	if (!s || !state)
		return 0;
	if (s->p.what & SLC_ICMP_ERROR)
		return slc_uplink_lies(s, state) ? 0 : slc_nat_error(skb, s, 0);
	if (slc_nat_fragment(s))
		return 0;
	struct slc_nat_value *n = slc_nat_find(&s->p, 0);
	int syn = (s->p.tcp_flags & (SLC_TCP_SYN | SLC_TCP_ACK)) == SLC_TCP_SYN;
	if (!n || (syn && slc_nat_kind(n) == SLC_NAT_FRONT)) {
		frontend = slc_front_of(&s->p);
		if (!n && !frontend)
			return 0;
	}
	if (n && !frontend && n->epoch == epoch && n->identity) {
		s->identity[0] = n->identity;
		s->v.source_identity = n->identity;
	} else {
		if (slc_uplink_lies(s, state))
			return 0; // told by who goes on
		if (frontend) {
			reason = slc_front_new(skb, s, frontend, n);
			n = slc_nat_find(&s->p, 0);
			if (reason || !n)
				return reason ? -reason : -SLC_DROP_NO_MAPPING;
		}
		n->identity = s->identity[0];
		if (n->epoch != epoch && n->tunnel)
			n->tunnel = slc_front_node_of(slc_address(&n->dst));
		n->epoch = epoch;
	}
	s->tunnel = n->tunnel;
	s->v.service = n->service;
	slc_nat_touch(n, &s->p);
	__u32 kind = slc_nat_kind(n);
	if (n->flags & SLC_NAT_DIRECT) {
		s->p.dst = n->dst;
		return SLC_NAT_KIND;
	}
	reason = slc_nat_rewrite(skb, s, n);
	return reason ? -reason : kind;
}

// What arrives on the uplink for a Service, or in answer to what left under the node's address.
static __always_inline int slc_front_arrives(struct __sk_buff *skb, struct slc_pass *s, const struct slc_state *state)
{
	struct slc_nat_config *c = slc_nat_config_get();

	if (!c || !c->uplink)
		return SLC_NOT_OURS;
	if (s->p.protocol == SLC_PROTO_UDP && s->p.dport == bpf_htons(state->tunnel_port) && state->overlay)
		return SLC_NOT_OURS;
	s->v.direction = SLC_INGRESS;
	int kind = slc_front_kind(skb, s, state);
	if (kind == -SLC_DROP_NO_BACKEND)
		return slc_answer_nobody(skb, s, 0);
	if (kind < 0)
		return slc_refuse(skb, s, -kind);
	if (kind == SLC_NAT_KIND)
		return slc_front_direct(skb, s, state);
	if (kind == SLC_NAT_FRONT)
		return slc_front_on(skb, s, state, c);
	return kind == SLC_NAT_BACK ? slc_nat_out(skb, s, c) : SLC_NOT_OURS;
}

// What a pod answers to a client that dialled a Service.
static __noinline int slc_front_replies(struct __sk_buff *skb, struct slc_pass *s)
{
	struct slc_nat_config *c = slc_nat_config_get();

	if (!s || !c)
		return TC_ACT_SHOT;
	if (s->p.what & SLC_ICMP_ERROR)
		return slc_nat_error(skb, s, 0) == SLC_NAT_BACK ? slc_nat_out(skb, s, c)
							     : slc_refuse(skb, s, SLC_DROP_NO_MAPPING);
	struct slc_nat_value *n = slc_nat_find(&s->p, 0);
	if (!n || slc_nat_kind(n) != SLC_NAT_BACK)
		return slc_refuse(skb, s, SLC_DROP_NO_MAPPING);
	return slc_front_back(skb, s, c, n);
}

// What comes through the tunnel to the node's own address: it may be for somebody who dialled a Service here.
static __noinline int slc_front_returns(struct __sk_buff *skb, struct slc_pass *s)
{
	struct slc_nat_config *c = slc_nat_config_get();

	if (!s || !c || !c->uplink)
		return SLC_NOT_OURS;
	if (s->p.what & SLC_ICMP_ERROR)
		return slc_nat_error(skb, s, 0) == SLC_NAT_BACK ? slc_nat_out(skb, s, c) : SLC_NOT_OURS;
	if (slc_nat_fragment(s))
		return SLC_NOT_OURS;
	struct slc_nat_value *n = slc_nat_find(&s->p, 0);
	return n && slc_nat_kind(n) == SLC_NAT_BACK ? slc_front_back(skb, s, c, n) : SLC_NOT_OURS;
}

// What another node sends on as it came: the backend is here by the same choice, and answers the client itself. The
// identity is what that node says of the client. Returns SLC_PASS when the packet is one to the backend now.
static __noinline int slc_front_handed(struct __sk_buff *skb, struct slc_pass *s)
{
	struct slc_nat_config *c = slc_nat_config_get();
	struct slc_lb_frontend *frontend = 0;

	if (!s || !c || !c->uplink || !c->direct)
		return SLC_DROP_SOURCE_IP;
	s->opened_as = SLC_CT_VOUCHED | SLC_CT_TRANSLATED;
	if (s->p.what & SLC_ICMP_ERROR)
		return slc_nat_error(skb, s, 0) == SLC_NAT_FRONT ? SLC_PASS : SLC_DROP_CT_STATE;
	if (slc_nat_fragment(s))
		return SLC_DROP_NO_FIRST_FRAGMENT;
	struct slc_nat_value *n = slc_nat_find(&s->p, 0);
	int syn = (s->p.tcp_flags & (SLC_TCP_SYN | SLC_TCP_ACK)) == SLC_TCP_SYN;
	if (!n || syn) {
		frontend = slc_front_of(&s->p);
		if (!n && !frontend)
			return SLC_DROP_SOURCE_IP;
	}
	int reason = frontend ? slc_front_new(skb, s, frontend, n) : SLC_PASS;
	if (reason)
		return reason;
	n = slc_nat_find(&s->p, 0);
	// A node whose table is older sends what is not here; it is told no more than by silence.
	if (!n || (n->flags & (SLC_NAT_KIND | SLC_NAT_DIRECT)) != SLC_NAT_FRONT)
		return SLC_DROP_NO_LOCAL;
	s->v.service = n->service;
	n->identity = s->identity[0];
	n->epoch = slc_addresses_epoch();
	slc_nat_touch(n, &s->p);
	return slc_nat_rewrite(skb, s, n);
}
