// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// ICMP errors about translated packets: the packet inside becomes what its sender had sent, and the error goes to it.
#pragma once
#include "slc_rewrite.h"

// What the inner packet becomes, when the answer to it would be translated to `n`.
static __always_inline int slc_nat_inner(struct __sk_buff *skb, const struct slc_packet *p, const struct slc_packet *q,
					 const struct slc_nat_value *n)
{
	__u32 ip = p->l4 + 8, check = p->l4 + 2, where = q->l4;
	__be32 was = q->sport | (__u32)q->dport << 16, to = n->dport | (__u32)n->sport << 16;
	int bytes = 4;

	if (p->v6) {
		struct slc_ip now[2] = {n->dst, n->src}, before[2] = {q->src, q->dst};
		__s64 diff = bpf_csum_diff((void *)before, 32, (void *)now, 32, 0);
		if (bpf_skb_store_bytes(skb, ip + offsetof(struct ipv6hdr, saddr), now, 32, 0) ||
		    bpf_l4_csum_replace(skb, check, 0, diff, 0))
			return -1;
	} else { // what the header's own sum takes back need not be in the error's
		__be32 now[2] = {n->dst.w[3], n->src.w[3]}, before[2] = {q->src.w[3], q->dst.w[3]};
		__s64 diff = bpf_csum_diff(before, 8, now, 8, 0);
		if (bpf_skb_store_bytes(skb, ip + offsetof(struct iphdr, saddr), now, 8, 0) ||
		    bpf_l3_csum_replace(skb, ip + offsetof(struct iphdr, check), 0, diff, 0))
			return -1;
	}
	if (q->what & SLC_FRAG_LATER)
		return 0;
	if (slc_is_icmp(q)) {
		was = q->sport ^ q->dport;
		to = n->sport ^ n->dport;
		where += 4;
		bytes = 2;
	}
	if (was == to)
		return 0;
	if (bpf_l4_csum_replace(skb, check, was, to, bytes))
		return -1;
	return bytes == 2 ? bpf_skb_store_bytes(skb, where, &to, 2, 0) : bpf_skb_store_bytes(skb, where, &to, 4, 0);
}

// `whose`: SLC_NAT_INSIDE for entries of pods that dial, 0 for all others; what is not theirs is left as it is.
// Returns the kind of the entry that translated it, 0 when none does, SLC_NAT_KIND when another node will (s->p.dst: the
// backend), or, negated, the reason to drop.
__noinline int slc_nat_error(struct __sk_buff *skb, struct slc_pass *s, __u32 whose)
{
	struct slc_packet q = {};
	struct slc_nat_key key = {};

	if (!s || slc_inner(skb, &s->p, &q))
		return 0;
	key.src = q.dst;
	key.dst = q.src;
	key.sport = q.dport;
	key.dport = q.sport;
	key.protocol = q.protocol;
	struct slc_nat_value *n = slc_nat_back(&key);
	if (!n || (n->flags & (SLC_NAT_INSIDE | SLC_NAT_OVER)) != whose)
		return 0;
	if (n->flags & SLC_NAT_DIRECT) { // the backend's node knows what to make of it
		s->p.dst = n->dst;
		return SLC_NAT_KIND;
	}
	if (slc_nat_inner(skb, &s->p, &q, n))
		return -SLC_DROP_WRITE;
	// Who is on the way keeps its address, unless what the entry speaks of must not be seen.
	int hide = slc_same_ip(&s->p.src, &key.src) || !slc_same_ip(&n->src, &key.src);
	struct slc_ip src = hide ? n->src : s->p.src, dst = n->dst;
	if (slc_nat_addresses(skb, &s->p, &src, &dst, 1))
		return -SLC_DROP_WRITE;
	s->v.service = n->service;
	s->own = n->flags & SLC_NAT_OWN;
	if (n->identity)
		s->identity[0] = n->identity;
	return slc_nat_kind(n);
}
