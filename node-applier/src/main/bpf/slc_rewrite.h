// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Packets become what their entry of the table of translations says: addresses, ports, checksums.
#pragma once
#include "slc_nat.h"

// Where the checksum over addresses and ports is; 0: nowhere that matters.
static __always_inline __u32 slc_nat_check_at(const struct slc_packet *p)
{
	switch (p->protocol) {
	case SLC_PROTO_TCP:
		return p->l4 + 16;
	case SLC_PROTO_UDP:
		return p->l4 + 6;
	case SLC_PROTO_ICMP:
	case SLC_PROTO_ICMP6:
		return p->l4 + 2;
	default:
		return 0;
	}
}

// A checksum that covers addresses. Kernels that know the flag want to be told that the addresses are IPv6.
static __always_inline int slc_nat_check_addresses(struct __sk_buff *skb, const struct slc_packet *p, __u32 at,
						   __u64 diff)
{
	__u64 flags = BPF_F_PSEUDO_HDR | (p->protocol == SLC_PROTO_UDP ? BPF_F_MARK_MANGLED_0 : 0);

	if (p->v6 && !bpf_l4_csum_replace(skb, at, 0, diff, flags | BPF_F_IPV6))
		return 0;
	return bpf_l4_csum_replace(skb, at, 0, diff, flags);
}

static __always_inline int slc_nat_addresses(struct __sk_buff *skb, struct slc_packet *p, const struct slc_ip *src,
					     const struct slc_ip *dst, int transport)
{
	__u32 at = slc_nat_check_at(p);
	__s64 diff;

	if (p->v6) {
		struct slc_ip to[2] = {*src, *dst}, was[2] = {p->src, p->dst};
		diff = bpf_csum_diff((void *)was, 32, (void *)to, 32, 0);
		if (bpf_skb_store_bytes(skb, ETH_HLEN + offsetof(struct ipv6hdr, saddr), to, 32, 0))
			return -1;
	} else {
		__be32 to[2] = {src->w[3], dst->w[3]}, was[2] = {p->src.w[3], p->dst.w[3]};
		diff = bpf_csum_diff(was, 8, to, 8, 0);
		if (bpf_skb_store_bytes(skb, ETH_HLEN + offsetof(struct iphdr, saddr), to, 8, 0) ||
		    bpf_l3_csum_replace(skb, ETH_HLEN + offsetof(struct iphdr, check), 0, diff, 0))
			return -1;
		transport = transport && p->protocol != SLC_PROTO_ICMP;
	}
	if (transport && at && slc_nat_check_addresses(skb, p, at, diff))
		return -1;
	p->src = *src;
	p->dst = *dst;
	return 0;
}

static __always_inline int slc_nat_ports(struct __sk_buff *skb, struct slc_packet *p, __be16 sport, __be16 dport)
{
	__u32 at = slc_nat_check_at(p), where = p->l4;
	__be32 was = p->sport | (__u32)p->dport << 16, to = sport | (__u32)dport << 16;
	__u64 flags = p->protocol == SLC_PROTO_UDP ? BPF_F_MARK_MANGLED_0 : 0;
	int bytes = 4;

	if (was == to || !at)
		return 0;
	if (slc_is_icmp(p)) { // one of the two is the identifier
		was = p->sport ^ p->dport;
		to = sport ^ dport;
		where += 4;
		bytes = 2;
	}
	if (bpf_l4_csum_replace(skb, at, was, to, bytes | flags))
		return -1;
	if (bytes == 2 ? bpf_skb_store_bytes(skb, where, &to, 2, 0) : bpf_skb_store_bytes(skb, where, &to, 4, 0))
		return -1;
	p->sport = sport;
	p->dport = dport;
	return 0;
}

// Makes the packet what the entry says. Later fragments have addresses alone. Returns SLC_PASS or the reason to drop.
static __noinline int slc_nat_rewrite(struct __sk_buff *skb, struct slc_pass *s, const struct slc_nat_value *n)
{
	if (!s || !n)
		return SLC_DROP_INVALID;
	int whole = !(s->p.what & SLC_FRAG_LATER);
	__be16 sport = n->sport, dport = n->dport;
	if (slc_nat_addresses(skb, &s->p, &n->src, &n->dst, whole))
		return SLC_DROP_WRITE;
	if (!whole) {
		s->p.sport = sport;
		s->p.dport = dport;
		return SLC_PASS;
	}
	return slc_nat_ports(skb, &s->p, sport, dport) ? SLC_DROP_WRITE : SLC_PASS;
}

// Out by the uplink, past the node's stack, which would take a packet from its own address for a lie.
static __always_inline int slc_nat_out(struct __sk_buff *skb, const struct slc_pass *s, const struct slc_nat_config *c)
{
	if (s->p.ttl <= 1)
		return TC_ACT_OK; // the stack says that time is exceeded
	if (slc_hop(skb, &s->p))
		return TC_ACT_SHOT;
	return bpf_redirect_neigh(c->uplink, 0, 0, 0);
}

// Fragments follow their first, whose ports are remembered as it came. Returns 0 when ports are known.
static __always_inline int slc_nat_fragment(struct slc_pass *s)
{
	if (s->p.what & SLC_FRAG_FIRST)
		slc_frag_passed(s);
	return s->p.what & SLC_FRAG_LATER ? slc_frag_ports(&s->p) : SLC_PASS;
}
