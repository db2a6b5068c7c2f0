// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Services for pods whose sockets no program saw when they dialled: they are in none of the node's cgroups.
//   pod ──► Service's address      a backend by hash; judged as what goes to the backend; then translated
//   backend ──► pod                judged as it came; then back to what the pod dialled
// A pod that is its own backend sees a client that stands for itself, else it would not believe its own address.
#pragma once
#include "slc_own.h"

static __always_inline int slc_inside_is_self(const struct slc_ip *ip)
{
	return (ip->w[3] == bpf_htonl(SLC_SELF4) && slc_is_ip4(ip)) ||
	       (ip->w[0] == bpf_htonl(SLC_SELF6) && ip->w[3] == bpf_htonl(1) && !(ip->w[1] | ip->w[2]));
}

// Whether a pod's packet may be for a Service. What the destination is here was asked anyway; what has no such entry may
// be a node's, whose ports are few.
static __always_inline int slc_inside_may_be(const struct slc_packet *p, const struct slc_local *local)
{
	if (local)
		return !local->ifindex;
	return (p->what & (SLC_ICMP_ERROR | SLC_FRAG_LATER)) || slc_lb_node_port(p->dport) ||
	       slc_inside_is_self(&p->dst);
}

// Fills the pair for a new connection, under a port that the backend knows nobody else by. Returns SLC_PASS or the
// reason to drop.
static __noinline int slc_inside_plan(struct slc_pass *s, const struct slc_lb_target *to)
{
	struct slc_nat_config *config = slc_nat_config_get();
	struct slc_nat_pair *pair = slc_nat_pair_get();

	if (!s || !to || !pair || !config)
		return SLC_DROP_NO_MAPPING;
	slc_nat_key_of(&pair->forward, &s->p);
	pair->to.src = s->p.src;
	if (slc_same_ip(&to->address, &s->p.src))
		slc_nat_self(&pair->to.src, s->p.v6);
	pair->to.dst = to->address;
	pair->to.sport = s->p.sport;
	pair->to.dport = to->port;
	pair->to.flags = SLC_NAT_FRONT | SLC_NAT_INSIDE;
	pair->from.flags = SLC_NAT_BACK | SLC_NAT_INSIDE;
	pair->to.service = pair->from.service = s->v.service;
	slc_nat_answer_of(pair);
	slc_nat_back_of(&pair->back, &pair->to, s->p.protocol);
	__u32 start = bpf_get_prandom_u32(), ports = config->ports;
	for (int i = 0; i < SLC_NAT_TRIES; i++) {
		struct slc_nat_value *held = bpf_map_lookup_elem(&slc_nat, &pair->back);
		if (!held || slc_nat_same(held, &pair->from)) // free, or of the same connection
			return SLC_PASS;
		if (s->p.protocol == SLC_PROTO_SCTP || !ports)
			break;
		pair->to.sport = pair->back.dport = bpf_htons(config->port_first + (start + i * 7919) % ports);
	}
	return SLC_DROP_NO_MAPPING;
}

// From here on the packet is one to the backend, for lookups and policy; its bytes follow when it has passed.
static __always_inline void slc_inside_turn(struct slc_pass *s, const struct slc_nat_value *to, int how)
{
	s->p.dst = to->dst;
	if (slc_nat_kind(to) == SLC_NAT_BACK) // the client's place is taken by what stands for it: its ports tell
		goto done;
	s->p.sport = to->sport;
	s->p.dport = to->dport;
done:
	s->inside = how;
}

// An error about what a Service answered.
static __always_inline int slc_inside_complains(struct __sk_buff *skb, struct slc_pass *s)
{
	if (slc_inside_is_self(&s->p.dst)) {
		s->p.dst = s->p.src;
		s->inside = SLC_INSIDE_SELF;
		return SLC_NOT_OURS;
	}
	int kind = slc_nat_error(skb, s, SLC_NAT_INSIDE);
	if (kind < 0)
		return slc_refuse(skb, s, -kind);
	if (kind)
		s->inside = SLC_INSIDE_DONE;
	return SLC_NOT_OURS;
}

// What a pod sends to an address that may be a Service's. Returns SLC_NOT_OURS when it goes on, else what the program
// returns.
__noinline int slc_inside_dials(struct __sk_buff *skb, struct slc_pass *s, int service)
{
	struct slc_lb_target to = {};

	if (!s)
		return TC_ACT_SHOT;
	if (!service && !slc_inside_is_self(&s->p.dst)) {
		__u32 owner = slc_identity(&s->p.dst);
		if (!slc_is_host(owner) && !slc_is_node(owner))
			return SLC_NOT_OURS;
	}
	if (s->p.what & SLC_ICMP_ERROR)
		return slc_inside_complains(skb, s);
	if (slc_nat_fragment(s))
		return SLC_NOT_OURS; // and is dropped for it
	struct slc_nat_value *n = slc_nat_find(&s->p, SLC_NAT_INSIDE);
	struct slc_lb_frontend *frontend = 0;
	int syn = (s->p.tcp_flags & (SLC_TCP_SYN | SLC_TCP_ACK)) == SLC_TCP_SYN;
	if (!n || (syn && slc_nat_kind(n) == SLC_NAT_FRONT))
		frontend = slc_front_named(&s->p);
	if (frontend) {
		s->v.service = frontend->id;
		int reason = slc_front_choose(s, frontend, 1, &to);
		if (reason) {
			s->v.destination_identity = slc_identity(&s->p.dst);
			return slc_answer_nobody(skb, s, SLC_TO_POD);
		}
		if (!n || n->dport != to.port || !slc_same_ip(&n->dst, &to.address)) {
			reason = slc_inside_plan(s, &to);
			struct slc_nat_pair *pair = slc_nat_pair_held();
			if (reason || !pair)
				return slc_refuse(skb, s, reason ? reason : SLC_DROP_NO_MAPPING);
			slc_inside_turn(s, &pair->to, SLC_INSIDE_NEW);
			return SLC_NOT_OURS;
		}
	}
	if (!n)
		return SLC_NOT_OURS;
	struct slc_nat_pair *pair = slc_nat_pair_held();
	if (!pair)
		return TC_ACT_SHOT;
	slc_nat_touch(n, &s->p);
	s->v.service = n->service;
	slc_nat_key_of(&pair->forward, &s->p);
	pair->to = *n;
	slc_inside_turn(s, &pair->to, SLC_INSIDE_KNOWN);
	return SLC_NOT_OURS;
}

// Makes an answer come from what was dialled. Returns SLC_PASS or the reason to drop.
__noinline int slc_inside_answer(struct __sk_buff *skb, struct slc_pass *s)
{
	if (!s)
		return SLC_DROP_NO_MAPPING;
	if (s->p.what & SLC_ICMP_ERROR) {
		int kind = slc_nat_error(skb, s, SLC_NAT_INSIDE);
		return kind < 0 ? -kind : SLC_PASS;
	}
	struct slc_nat_value *n = slc_nat_find(&s->p, SLC_NAT_INSIDE);
	if (!n || slc_nat_kind(n) != SLC_NAT_BACK)
		return SLC_DROP_NO_MAPPING;
	slc_nat_touch(n, &s->p);
	return slc_nat_rewrite(skb, s, n);
}

// The packet has passed: records what is new, and makes it what was judged. Returns SLC_PASS or the reason to drop.
__noinline int slc_inside_passed(struct __sk_buff *skb, struct slc_pass *s)
{
	struct slc_nat_pair *pair = slc_nat_pair_held();

	if (!s || !pair)
		return SLC_DROP_NO_MAPPING;
	if (s->inside == SLC_INSIDE_DONE)
		return SLC_PASS;
	if (s->inside == SLC_INSIDE_SELF) {
		slc_nat_self(&s->p.dst, s->p.v6);
		return slc_inside_answer(skb, s);
	}
	if (s->inside == SLC_INSIDE_NEW) {
		int again = bpf_map_lookup_elem(&slc_nat, &pair->forward) != 0;
		int reason = slc_nat_take(skb, pair, 0, SLC_NAT_CHOSEN);
		if (!reason)
			reason = slc_nat_complete(pair, again);
		if (reason)
			return reason;
	}
	s->p.dst = pair->forward.dst;
	s->p.sport = pair->forward.sport;
	s->p.dport = pair->forward.dport;
	return slc_nat_rewrite(skb, s, &pair->to);
}

// Whether what passed is for a pod that dialled a Service: it, or an error about what it sent.
static __always_inline int slc_inside_answers(const struct slc_pass *s)
{
	return (s->known_as & SLC_CT_TRANSLATED) && (s->v.flags & SLC_EVENT_REPLY) && !s->inside && !s->handed;
}
