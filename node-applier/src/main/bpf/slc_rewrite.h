// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Packets become what their entry of the table of translations says: addresses, ports, checksums.
#pragma once
#include <bpf/bpf_core_read.h>
#include "slc_nat_make.h"

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

// What the difference of two addresses adds to a sum over 16 bit words; folded to 32 bits.
static __always_inline __u64 slc_nat_diff(__u64 sum, const struct slc_ip *was, const struct slc_ip *to, int v6)
{
	sum += (__u64)(__u32)~was->w[3] + to->w[3];
	if (v6) {
		sum += (__u64)(__u32)~was->w[2] + to->w[2];
		sum += (__u64)(__u32)~was->w[1] + to->w[1];
		sum += (__u64)(__u32)~was->w[0] + to->w[0];
	}
	return sum;
}

static __always_inline __u32 slc_nat_fold(__u64 sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	return (sum & 0xffffffff) + (sum >> 32);
}

static __always_inline __u16 slc_nat_fold16(__u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return (sum & 0xffff) + (sum >> 16);
}

// What other addresses add to the sums over them.
static __always_inline __u32 slc_nat_changed(const struct slc_packet *p, const struct slc_ip *src,
					     const struct slc_ip *dst)
{
	return slc_nat_fold(slc_nat_diff(slc_nat_diff(0, &p->src, src, p->v6), &p->dst, dst, p->v6));
}

// Addresses, and of IPv4 the header's sum, are written in place.
static __always_inline int slc_nat_header(void *data, const void *end, const struct slc_packet *p,
					  const struct slc_ip *src, const struct slc_ip *dst, __u32 diff)
{
	if (p->v6) {
		struct ipv6hdr *ip = data + ETH_HLEN;
		if ((void *)(ip + 1) > end)
			return -1;
		__builtin_memcpy(&ip->saddr, src, 16);
		__builtin_memcpy(&ip->daddr, dst, 16);
		return 0;
	}
	struct iphdr *ip = data + ETH_HLEN;
	if ((void *)(ip + 1) > end)
		return -1;
	ip->check = ~slc_nat_fold16((__u32)(__u16)~ip->check + (diff & 0xffff) + (diff >> 16));
	ip->saddr = src->w[3];
	ip->daddr = dst->w[3];
	return 0;
}

// Who answers for a packet's sums, of which a program's context says nothing; the kernel knows where it stands.
struct sk_buff {
	__u8 ip_summed : 2;
} __attribute__((preserve_access_index));

#define SLC_CHECKSUM_COMPLETE 2 // a device summed over all of it, and that sum has to follow
#define SLC_CHECKSUM_PARTIAL 3  // the transport's sum is over addresses alone so far; a device will do the rest

extern void *bpf_cast_to_kern_ctx(void *skb) __ksym; // compiled in

static __always_inline __u32 slc_nat_summed(struct __sk_buff *skb)
{
	struct sk_buff *kernels = bpf_cast_to_kern_ctx(skb);

	return BPF_CORE_READ_BITFIELD(kernels, ip_summed);
}

// Makes TCP and UDP what the entry says without a call; with helpers it would be one for the sum's addresses and one for
// its ports, a third of the way of a known connection. Returns 0, or not when nothing is changed and helpers have to.
static __always_inline int slc_nat_in_place(struct __sk_buff *skb, struct slc_packet *p, const struct slc_nat_value *n)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	__u32 summed = slc_nat_summed(skb), where = p->l4;
	int udp = p->protocol == SLC_PROTO_UDP;

	if ((!udp && p->protocol != SLC_PROTO_TCP) || (p->what & SLC_FRAG_LATER) || summed == SLC_CHECKSUM_COMPLETE ||
	    where > SLC_L4_NEAR)
		return -1;
	void *header = data + where;
	if (header + 18 > end)
		return -1;
	__be32 was = p->sport | (__u32)p->dport << 16, to = n->sport | (__u32)n->dport << 16;
	__u32 diff = slc_nat_changed(p, &n->src, &n->dst);
	if (slc_nat_header(data, end, p, &n->src, &n->dst, diff))
		return -1;
	__sum16 *check = header + (udp ? 6 : 16);
	__u16 sum = *check;
	if (sum || !udp) { // a datagram may have none
		if (summed == SLC_CHECKSUM_PARTIAL)
			sum = slc_nat_fold16(slc_nat_fold((__u64)sum + diff));
		else
			sum = ~slc_nat_fold16(slc_nat_fold((__u64)(__u16)~sum + diff + (__u32)~was + to));
		*check = sum || !udp ? sum : 0xffff;
	}
	*(__be32 *)header = to;
	p->src = n->src;
	p->dst = n->dst;
	p->sport = n->sport;
	p->dport = n->dport;
	return 0;
}

static __always_inline int slc_nat_addresses(struct __sk_buff *skb, struct slc_packet *p, const struct slc_ip *src,
					     const struct slc_ip *dst, int transport)
{
	__u32 at = slc_nat_check_at(p), diff = slc_nat_changed(p, src, dst);

	if (slc_nat_header((void *)(long)skb->data, (void *)(long)skb->data_end, p, src, dst, diff))
		return -1;
	if (transport && at && p->protocol != SLC_PROTO_ICMP) {
		if (slc_nat_check_addresses(skb, p, at, diff))
			return -1;
	} else if (p->v6) {
		bpf_csum_update(skb, diff); // nothing in the packet makes up for it in a device's sum over all of it
	}
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
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	if (bytes == 4 && where <= SLC_L4_NEAR && data + where + 4 <= end)
		*(__be32 *)(data + where) = to;
	else if (bytes == 2 ? bpf_skb_store_bytes(skb, where, &to, 2, 0) : bpf_skb_store_bytes(skb, where, &to, 4, 0))
		return -1;
	p->sport = sport;
	p->dport = dport;
	return 0;
}

static __noinline int slc_nat_by_helpers(struct __sk_buff *skb, struct slc_pass *s, const struct slc_nat_value *n)
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

// Makes the packet what the entry says. Later fragments have addresses alone. Returns SLC_PASS or the reason to drop.
__noinline int slc_nat_rewrite(struct __sk_buff *skb, struct slc_pass *s, const struct slc_nat_value *n)
{
	if (!s || !n)
		return SLC_DROP_INVALID;
	return slc_nat_in_place(skb, &s->p, n) ? slc_nat_by_helpers(skb, s, n) : SLC_PASS;
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
