// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// What leaves the node by its uplink: pods speak to the world beyond the cluster under the node's address, and sockets of
// the node that serve a Service under the Service's. What they dial: slc_own.h.
#pragma once
#include "slc_own.h"

// Who was called from outside answers under its own address: only what a pod opens is hidden.
static __noinline int slc_masq_is_reply(const struct slc_packet *p)
{
	struct slc_ct_key key = {};

	if (!p)
		return 0;
	int from_b = slc_ct_key_of(&key, p);
	struct slc_ct_value *e = bpf_map_lookup_elem(&slc_ct, &key);
	return e && from_b != !!(e->flags & SLC_CT_OPENED_BY_B);
}

static __always_inline int slc_masq_wanted(const struct slc_pass *s, const struct slc_nat_config *c)
{
	if (slc_unspecified(slc_nat_own(c, s->p.v6)) || slc_group(&s->p))
		return 0;
	__u32 to = slc_identity(&s->p.dst);
	if (slc_is_pod(to) || slc_is_host(to) || slc_is_node(to))
		return 0;
	__u32 except = s->p.v6 ? SLC_RANGE_EXCEPT6 : SLC_RANGE_EXCEPT4;
	return !slc_front_in_range(except, &s->p.dst) && !slc_masq_is_reply(&s->p);
}

static __noinline int slc_masq_open(struct __sk_buff *skb, struct slc_pass *s)
{
	struct slc_nat_config *c = slc_nat_config_get();
	struct slc_nat_pair *pair = slc_nat_pair_get();

	if (!s || !pair || !c)
		return SLC_DROP_NO_MAPPING;
	slc_nat_key_of(&pair->forward, &s->p);
	pair->to.src = *slc_nat_own(c, s->p.v6);
	pair->to.dst = s->p.dst;
	pair->to.dport = s->p.dport;
	pair->to.flags = SLC_NAT_OUT;
	pair->from.flags = SLC_NAT_IN;
	return slc_nat_add(skb, pair, SLC_NAT_OURS, 0);
}

// `pod`: the source is a pod of this node, else a socket of the node itself. Returns TC_ACT_UNSPEC, or drops.
static __noinline int slc_masq_leaves(struct __sk_buff *skb, struct slc_pass *s, int pod)
{
	struct slc_nat_config *c = slc_nat_config_get();

	if (!s || !c || !c->uplink)
		return TC_ACT_UNSPEC;
	s->v.direction = SLC_EGRESS;
	if (s->p.what & SLC_ICMP_ERROR) {
		int kind = slc_nat_error(skb, s, 0);
		if (kind > 0 && s->own)
			return slc_own_on(skb, s, slc_front_way_to(&s->p.dst));
		return kind < 0 ? slc_refuse(skb, s, -kind) : TC_ACT_UNSPEC;
	}
	if (slc_nat_fragment(s))
		return pod ? slc_refuse(skb, s, SLC_DROP_NO_FIRST_FRAGMENT) : TC_ACT_UNSPEC;
	struct slc_nat_value *n = slc_nat_find(&s->p, 0);
	int reason = SLC_PASS;
	if (!pod && (n ? n->flags & SLC_NAT_OWN : slc_own_may_be(&s->p)))
		return slc_own_leaves(skb, s, n);
	if (!n) {
		if (!pod)
			slc_own_tell(skb, s);
		if (!pod || !slc_masq_wanted(s, c))
			return TC_ACT_UNSPEC;
		if (slc_is_icmp(&s->p) && !slc_icmp_asks(&s->p)) // has nothing by which an answer would find back
			return slc_refuse(skb, s, SLC_DROP_NAT_PROTOCOL);
		reason = slc_masq_open(skb, s);
		n = slc_nat_find(&s->p, 0);
		if (reason || !n)
			return slc_refuse(skb, s, reason ? reason : SLC_DROP_NO_MAPPING);
	}
	slc_nat_touch(n, &s->p);
	reason = slc_nat_rewrite(skb, s, n);
	return reason ? slc_refuse(skb, s, reason) : TC_ACT_UNSPEC;
}
