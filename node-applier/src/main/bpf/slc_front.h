// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Services for those who are outside the cluster, on the node's uplink:
//   client ──► Service's address   a backend by consistent hash, the same on every node
//     backend here                 client ──► backend, judged here
//     backend elsewhere            node ──► backend, through the tunnel with the client's identity
//   backend ──► …                  back to what the client dialled, and out by the uplink
#pragma once
#include "slc_answer.h"
#include "slc_front_choose.h"
#include "slc_front_known.h"
#include "slc_nat_error.h"

#define SLC_NOT_OURS (-2) // what a program returns otherwise

static __always_inline int slc_front_in_range(__u32 owner, const struct slc_ip *ip)
{
	struct slc_range_key key = {.prefixlen = 160, .owner = owner, .addr = *ip};

	return bpf_map_lookup_elem(&slc_range, &key) != 0;
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

// A reverse entry whose port is lent by now gets the port's place: an older version left it, or one whose ports were
// others.
static long slc_front_settle(void *map, struct slc_nat_key *key, struct slc_nat_value *n, void *context)
{
	struct slc_nat_config *c = slc_nat_config_get();
	__u32 number = bpf_ntohs(key->dport);

	if (!c || key->protocol != SLC_PROTO_TCP || (n->flags & (SLC_NAT_KIND | SLC_NAT_INSIDE)) != SLC_NAT_BACK ||
	    number - slc_nat_first_lent(c) >= slc_nat_lendable(c) ||
	    (!slc_same_ip(&key->dst, &c->ip4) && !slc_same_ip(&key->dst, &c->ip6)) ||
	    !slc_front_node_of(slc_address(&key->src)))
		return 0;
	__u32 place = slc_nat_place(slc_nat_group(&key->src, key->sport), number);
	struct slc_nat_port *port = bpf_map_lookup_elem(&slc_nat_lent, &place);
	if (!port || place == SLC_NAT_TABLES || !slc_nat_port_claim(port))
		return 0;
	slc_nat_port_fill(port, key, n);
	bpf_map_delete_elem(map, key); // its key in the queue finds nothing
	return 0;
}

// Records a new connection, and leaves what its packet becomes in slc_nat_making. Returns SLC_PASS or the reason to drop.
static __always_inline int slc_front_open(struct __sk_buff *skb, struct slc_pass *s, const struct slc_lb_target *to)
{
	struct slc_nat_config *c = slc_nat_config_get();
	struct slc_nat_pair *pair = slc_nat_pair_get();
	struct slc_state *state = slc_state_get();
	struct slc_front_way *way = slc_front_way_to(&to->address);
	int reason;

	if (!pair || !c || !state || !way)
		return SLC_DROP_NO_MAPPING;
	slc_nat_key_of(&pair->forward, &s->p);
	int here = way->here;
	pair->to.tunnel = way->tunnel;
	if (pair->to.tunnel && !state->overlay)
		return SLC_DROP_NO_TUNNEL_KEY; // its policy would take the client for this node
	int keep = here || (c->direct && pair->to.tunnel); // the backend's node can answer the client itself
	pair->to.src = keep ? s->p.src : *slc_nat_own(c, s->p.v6);
	if (slc_unspecified(&pair->to.src))
		return SLC_DROP_NO_MAPPING;
	pair->to.dst = to->address;
	pair->to.dport = to->port;
	pair->to.flags = SLC_NAT_FRONT | SLC_NAT_SEEN | (keep && !here ? SLC_NAT_DIRECT : 0);
	pair->from.flags = SLC_NAT_BACK;
	pair->to.service = pair->from.service = s->v.service;
	pair->to.identity = s->identity[0];
	pair->to.epoch = way->epoch;
	if (s->p.protocol == SLC_PROTO_TCP && pair->to.tunnel && !keep) {
		pair->from.flags = SLC_NAT_BACK | SLC_NAT_HALF;
		pair->from.client = s->identity[0];
		pair->from.epoch = way->epoch;
		pair->from.tunnel = way->tunnel;
		// Most of what a flood opens is never answered: slc_nat_answered writes the other entry. An opening that is sent
		// again finds what it began: among the latest, or by its port.
		__u32 hash = slc_flow_hash(&s->p, 0);
		reason = slc_nat_lend(pair, hash);
		if (reason < 0)
			reason = slc_nat_take(skb, pair, hash, 0);
	} else {
		struct slc_nat_value *old = slc_nat_find(&s->p, 0);
		if (old && old->dport == to->port && slc_same_ip(&old->dst, &to->address)) {
			slc_nat_anew(old, &s->p);
			pair->to = *old;
			return SLC_PASS;
		}
		reason = slc_nat_add(skb, pair, keep ? SLC_NAT_KEEP : SLC_NAT_OURS, old != 0);
	}
	if (!reason && !here)
		slc_front_tell(skb, s, to, way->identity);
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

// Out to who dialled, or up to it when it is a socket of this node.
static __always_inline int slc_front_home(struct __sk_buff *skb, const struct slc_pass *s,
					  const struct slc_nat_config *c)
{
	if (!s->own)
		return slc_nat_out(skb, s, c);
	bpf_skb_change_type(skb, PACKET_HOST);
	return TC_ACT_OK;
}

// Back to who dialled. `n`: the entry of what the backend sends.
static __always_inline int slc_front_back(struct __sk_buff *skb, struct slc_pass *s, const struct slc_nat_config *c,
					  struct slc_nat_value *n)
{
	slc_nat_touch(n, &s->p);
	s->own = n->flags & SLC_NAT_OWN;
	int reason = slc_nat_rewrite(skb, s, n);
	return reason ? slc_refuse(skb, s, reason) : slc_front_home(skb, s, c);
}

// The first answer to who opened. A refusal ends what was begun.
static __noinline int slc_front_first(struct __sk_buff *skb, struct slc_pass *s, struct slc_nat_value *n)
{
	struct slc_nat_key back = {};

	if (!s || !n)
		return SLC_DROP_NO_MAPPING;
	if (s->p.tcp_flags & SLC_TCP_RST)
		return SLC_PASS;
	slc_nat_key_of(&back, &s->p);
	if (slc_nat_taken(skb, &back, 1))
		return SLC_NOT_OURS;
	return slc_nat_answered(s, n);
}

// A new connection, or one whose client begins anew. What the packet becomes is in slc_nat_making then. Returns SLC_PASS
// or the reason to drop.
__noinline int slc_front_new(struct __sk_buff *skb, struct slc_pass *s, struct slc_lb_frontend *frontend)
{
	struct slc_lb_target to = {};

	if (!s || !frontend)
		return SLC_DROP_NO_BACKEND;
	s->v.service = frontend->id;
	if ((frontend->flags & SLC_LB_RANGES) && !slc_front_in_range(frontend->id, &s->p.src))
		return SLC_DROP_NOT_IN_RANGE;
	int reason = slc_front_choose(s, frontend, 0, &to);
	return reason ? reason : slc_front_open(skb, s, &to);
}

static __always_inline int slc_syn(const struct slc_packet *p)
{
	return (p->tcp_flags & (SLC_TCP_SYN | SLC_TCP_ACK)) == SLC_TCP_SYN;
}

#define SLC_FITS 576 // bytes that no tunnel is too narrow for

// Whether a packet does not fit the tunnel and must not be cut. Others go in two outer fragments: their senders count on
// nothing else.
static __noinline int slc_front_too_big(struct __sk_buff *skb, const struct slc_pass *s, __u32 overlay)
{
	__u32 mtu = 0;
	__be16 frag;

	if (!s || bpf_check_mtu(skb, overlay, &mtu, 0, BPF_MTU_CHK_SEGS) <= 0)
		return 0;
	if (s->p.v6)
		return 1;
	return !bpf_skb_load_bytes(skb, ETH_HLEN + offsetof(struct iphdr, frag_off), &frag, 2) &&
	       (frag & bpf_htons(0x4000));
}

// What an arriving packet is for, once it has become what its entry says: the kind of the entry, SLC_NAT_KIND when another
// node will see to it (s->p.dst: the backend), 0 when it is not ours, or, negated, the reason to drop.
static __noinline int slc_front_kind(struct __sk_buff *skb, struct slc_pass *s, const struct slc_state *state)
{
	struct slc_lb_frontend *frontend = 0;
	__u32 epoch = slc_addresses_epoch();
	struct slc_nat_value *n = 0;
	int reason = SLC_PASS;

	if (!s || !state)
		return 0;
	if (s->p.what & SLC_ICMP_ERROR)
		return slc_uplink_lies(s, state) ? 0 : slc_nat_error(skb, s, 0);
	if (slc_nat_fragment(s))
		return 0;
	int syn = slc_syn(&s->p);
	if (syn) // begins anew, whatever the tuple had
		frontend = slc_front_of(&s->p);
	if (!frontend) {
		n = slc_nat_find(&s->p, 0);
		if (!n && !syn)
			frontend = slc_front_of(&s->p);
		if (!n && !frontend)
			return 0;
	}
	if (n && n->epoch == epoch && n->identity) {
		s->identity[0] = n->identity;
		s->v.source_identity = n->identity;
	} else {
		if (slc_uplink_lies(s, state))
			return 0; // told by who goes on
		if (frontend) {
			reason = slc_front_new(skb, s, frontend);
			struct slc_nat_pair *made = slc_nat_pair_held();
			if (reason || !made)
				return reason ? -reason : -SLC_DROP_NO_MAPPING;
			n = &made->to;
		}
		n->identity = s->identity[0];
		if (n->epoch != epoch && n->tunnel)
			n->tunnel = slc_front_node_of(slc_address(&n->dst));
		n->epoch = epoch;
	}
	s->tunnel = n->tunnel;
	s->own = n->flags & SLC_NAT_OWN;
	s->v.service = n->service;
	slc_nat_touch(n, &s->p);
	__u32 kind = slc_nat_kind(n);
	if (s->tunnel && skb->len > SLC_FITS && slc_front_too_big(skb, s, state->overlay))
		return -SLC_DROP_TOO_BIG;
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
		return slc_answer_nobody(skb, s, SLC_TO_LINK);
	if (kind == -SLC_DROP_TOO_BIG)
		return slc_answer_too_big(skb, s, state->overlay, SLC_TO_LINK);
	if (kind < 0)
		return slc_refuse(skb, s, -kind);
	if (kind == SLC_NAT_KIND)
		return slc_front_direct(skb, s, state);
	if (kind == SLC_NAT_FRONT)
		return slc_front_on(skb, s, state, c);
	return kind == SLC_NAT_BACK && !s->own ? slc_nat_out(skb, s, c) : SLC_NOT_OURS;
}

// What a pod answers to a client that dialled a Service.
static __noinline int slc_front_replies(struct __sk_buff *skb, struct slc_pass *s)
{
	struct slc_nat_config *c = slc_nat_config_get();

	if (!s || !c)
		return TC_ACT_SHOT;
	if (s->p.what & SLC_ICMP_ERROR)
		return slc_nat_error(skb, s, 0) == SLC_NAT_BACK ? slc_front_home(skb, s, c)
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
		return slc_nat_error(skb, s, 0) == SLC_NAT_BACK ? slc_front_home(skb, s, c) : SLC_NOT_OURS;
	if (slc_nat_fragment(s))
		return SLC_NOT_OURS;
	struct slc_nat_value *n = slc_nat_find_back(&s->p);
	if (!n || slc_nat_kind(n) != SLC_NAT_BACK)
		return SLC_NOT_OURS;
	if (n->flags & SLC_NAT_HALF) {
		int reason = slc_front_first(skb, s, n);
		if (reason)
			return reason == SLC_NOT_OURS ? reason : slc_refuse(skb, s, reason);
	}
	return slc_front_back(skb, s, c, n);
}

// What another node sends on as it came: the backend is here, and answers the client itself. Which one it is this node
// chooses: hints may mean others for the other's zone than for this one's. The identity is what that node says of the
// client. Returns SLC_PASS when the packet is one to the backend now.
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
	if (!n || slc_syn(&s->p)) {
		frontend = slc_front_of(&s->p);
		if (!n && !frontend)
			return SLC_DROP_SOURCE_IP;
	}
	int reason = frontend ? slc_front_new(skb, s, frontend) : SLC_PASS;
	if (reason)
		return reason;
	n = slc_nat_find(&s->p, 0);
	if (!n || (n->flags & (SLC_NAT_KIND | SLC_NAT_DIRECT)) != SLC_NAT_FRONT)
		return SLC_DROP_NO_LOCAL;
	s->v.service = n->service;
	n->identity = s->identity[0];
	n->epoch = slc_addresses_epoch();
	slc_nat_touch(n, &s->p);
	return slc_nat_rewrite(skb, s, n);
}
