// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Services for sockets of the node itself. What those dialled that a program saw is only told. Those that none saw are in
// none of its cgroups; their packets leave by the uplink, as what is no address of the cluster does, and are balanced there:
//   socket ──► Service's address   node ──► backend, with a port of the table, as for a client outside
//   backend ──► node               found where answers to clients outside are; then up to the socket
// Who is a backend on the node itself sees a client that stands for it: a packet from its own address would be a lie.
#pragma once
#include "slc_front.h"
#include "slc_proxy.h"

// Whether what a socket of the node sends may open something to a Service.
static __always_inline int slc_own_may_be(const struct slc_packet *p)
{
	if (p->protocol == SLC_PROTO_TCP && !slc_syn(p))
		return 0;
	struct slc_local *local = bpf_map_lookup_elem(&slc_local, &p->dst);
	return local && !local->ifindex;
}

// A socket of the node sends to a backend elsewhere, whose node knows nothing of the Service. Told once.
static __noinline int slc_own_tell(struct __sk_buff *skb, struct slc_pass *s)
{
	struct slc_lb_target to = {};

	if (!s || (s->p.what & SLC_FRAG_LATER) || (s->p.protocol == SLC_PROTO_TCP && !slc_syn(&s->p)))
		return 0;
	struct slc_lb_dialled *held = slc_lb_held_by(skb, &s->p);
	if (!held || held->told)
		return 0;
	to = held->backend;
	struct slc_front_way *way = slc_front_way_to(&to.address);
	if (!way || way->here)
		return 0;
	held->told = 1;
	s->v.source_identity = SLC_ID_HOST;
	s->v.service = held->id;
	return slc_front_tell(skb, s, &to, way->identity);
}

// Records what is new. Returns SLC_PASS or why there is nobody.
static __noinline int slc_own_open(struct __sk_buff *skb, struct slc_pass *s, const struct slc_lb_frontend *frontend)
{
	struct slc_nat_config *c = slc_nat_config_get();
	struct slc_lb_target to = {};

	if (!s || !frontend || !c)
		return SLC_DROP_NO_MAPPING;
	s->v.service = frontend->id;
	int reason = slc_front_choose(s, frontend, 1, &to);
	if (reason)
		return reason;
	struct slc_front_way *way = slc_front_way_to(&to.address);
	struct slc_nat_pair *pair = slc_nat_pair_get();
	if (!way || !pair)
		return SLC_DROP_NO_MAPPING;
	struct slc_nat_value *old = slc_nat_find(&s->p, 0);
	if (old && old->dport == to.port && slc_same_ip(&old->dst, &to.address)) {
		slc_nat_anew(old, &s->p);
		return SLC_PASS;
	}
	slc_nat_key_of(&pair->forward, &s->p);
	pair->to.src = *slc_nat_own(c, s->p.v6);
	if (slc_is_host(way->identity))
		slc_nat_self(&pair->to.src, s->p.v6);
	if (slc_unspecified(&pair->to.src))
		return SLC_DROP_NO_MAPPING;
	pair->to.dst = to.address;
	pair->to.dport = to.port;
	pair->to.flags = SLC_NAT_FRONT | SLC_NAT_SEEN | SLC_NAT_OWN;
	pair->from.flags = SLC_NAT_BACK | SLC_NAT_OWN;
	pair->to.service = pair->from.service = frontend->id;
	reason = slc_nat_add(skb, pair, SLC_NAT_OURS, old != 0);
	if (!reason && !way->here)
		slc_front_tell(skb, s, &to, way->identity);
	return reason;
}

// The device that a packet for `way` has to fit, which has been told of no sender; 0: the uplink alone.
static __always_inline __u32 slc_own_narrow(const struct slc_front_way *way, const struct slc_state *state)
{
	if (way->tunnel)
		return state->overlay;
	struct slc_local *local = slc_local_at(&way->address);
	return local ? local->ifindex : 0;
}

// On to where the packet's destination is by now: a pod here, a pod elsewhere, the node itself, another node.
static __noinline int slc_own_on(struct __sk_buff *skb, struct slc_pass *s, const struct slc_front_way *way)
{
	struct slc_nat_config *c = slc_nat_config_get();
	struct slc_state *state = slc_state_get();
	struct ethhdr *eth = (void *)(long)skb->data;

	if (!s || !way || !c || !state || (void *)(eth + 1) > (void *)(long)skb->data_end)
		return TC_ACT_SHOT;
	if (way->tunnel && state->overlay)
		return slc_to_overlay(skb, SLC_ID_REMOTE_NODE, way->tunnel, state->overlay);
	if (slc_is_host(way->identity)) { // as what the uplink received
		__builtin_memcpy(eth->h_dest, eth->h_source, 6);
		return bpf_redirect(c->uplink, BPF_F_INGRESS);
	}
	struct slc_local *local = slc_local_at(&s->p.dst);
	if (!local)
		return bpf_redirect_neigh(c->uplink, 0, 0, 0);
	__u32 ifindex = local->ifindex;
	struct slc_endpoint *to = slc_endpoint_at(ifindex);
	if (!to || slc_macs(skb, to))
		return slc_refuse(skb, s, SLC_DROP_NO_LOCAL);
	skb->mark = (skb->mark & ~SLC_MARK_MASK) | SLC_MARK_DIALLED;
	return bpf_redirect(ifindex, 0); // judged there; of what leaves nothing goes into a pod directly
}

// What a socket of the node sends to a Service, or answers as the backend of another one. `n`: its entry; 0: there is
// none yet.
static __noinline int slc_own_leaves(struct __sk_buff *skb, struct slc_pass *s, struct slc_nat_value *n)
{
	struct slc_state *state = slc_state_get();
	struct slc_lb_frontend *frontend = 0;
	int reason = SLC_PASS;

	if (!s || !state)
		return TC_ACT_UNSPEC;
	if (!n || (slc_syn(&s->p) && slc_nat_kind(n) == SLC_NAT_FRONT))
		frontend = slc_front_named(&s->p);
	if (!n && !frontend)
		return TC_ACT_UNSPEC;
	s->identity[0] = s->v.source_identity = SLC_ID_HOST;
	if (frontend) {
		reason = slc_own_open(skb, s, frontend);
		if (reason == SLC_DROP_NO_BACKEND)
			return slc_answer_nobody(skb, s, SLC_TO_OWN);
		n = slc_nat_find(&s->p, 0);
		if (reason || !n)
			return slc_refuse(skb, s, reason ? reason : SLC_DROP_NO_MAPPING);
	}
	struct slc_front_way *way = slc_front_way_to(&n->dst);
	if (!way)
		return TC_ACT_SHOT;
	__u32 narrow = slc_nat_kind(n) == SLC_NAT_FRONT ? slc_own_narrow(way, state) : 0;
	if (narrow && skb->len > SLC_FITS && slc_front_too_big(skb, s, narrow))
		return slc_answer_too_big(skb, s, narrow, SLC_TO_OWN);
	slc_nat_touch(n, &s->p);
	reason = slc_nat_rewrite(skb, s, n);
	return reason ? slc_refuse(skb, s, reason) : slc_own_on(skb, s, way);
}

// What a socket of the node dialled a Service by comes to a pod of the node.
static __noinline int slc_own_dialled(struct slc_pass *s)
{
	struct slc_nat_key back = {};

	if (!s)
		return 0;
	back.src = s->p.dst;
	back.dst = s->p.src;
	back.sport = s->p.dport;
	back.dport = s->p.sport;
	back.protocol = s->p.protocol;
	struct slc_nat_value *n = bpf_map_lookup_elem(&slc_nat, &back);
	if (!n || !(n->flags & SLC_NAT_OWN))
		return 0;
	s->v.service = n->service;
	s->opened_as = SLC_CT_TRANSLATED;
	return 0;
}
