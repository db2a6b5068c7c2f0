// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// What the node says itself to who asks for something that is not there (a reset, or that the port is not reachable) or
// sends what is too big for the tunnel.
#pragma once
#include "slc_forward.h"

static __always_inline int slc_answer_turn(struct __sk_buff *skb, const struct slc_packet *p)
{
	__u8 macs[12], turned[12];

	if (bpf_skb_load_bytes(skb, 0, macs, 12))
		return -1;
	__builtin_memcpy(turned, macs + 6, 6);
	__builtin_memcpy(turned + 6, macs, 6);
	if (bpf_skb_store_bytes(skb, 0, turned, 12, 0))
		return -1;
	if (p->v6) {
		struct slc_ip to[2] = {p->dst, p->src};
		return bpf_skb_store_bytes(skb, ETH_HLEN + offsetof(struct ipv6hdr, saddr), to, 32, 0);
	}
	__be32 to[2] = {p->dst.w[3], p->src.w[3]};
	return bpf_skb_store_bytes(skb, ETH_HLEN + offsetof(struct iphdr, saddr), to, 8, 0);
}

// Who is answered.
#define SLC_TO_LINK 0 // whoever sent it by the link
#define SLC_TO_POD 1  // past the program that judges what others send it
#define SLC_TO_OWN 2  // a socket of the node, as what the link received

static __always_inline int slc_answer_send(struct __sk_buff *skb, int whom)
{
	if (whom == SLC_TO_POD)
		return bpf_redirect_peer(skb->ifindex, 0);
	return bpf_redirect(skb->ifindex, whom == SLC_TO_OWN ? BPF_F_INGRESS : 0);
}

// Turns a segment into the reset that answers it. Whatever follows the header stays: only sums that are known change.
static __noinline int slc_answer_reset(struct __sk_buff *skb, const struct slc_packet *p, int whom)
{
	__be32 was[5], to[5];

	if (!p || (p->tcp_flags & SLC_TCP_RST) || skb->gso_size || bpf_skb_load_bytes(skb, p->l4, was, 20))
		return TC_ACT_SHOT;
	int ack = p->tcp_flags & SLC_TCP_ACK;
	to[0] = was[0] << 16 | was[0] >> 16; // ports
	to[1] = ack ? was[2] : 0;
	to[2] = ack ? 0 : bpf_htonl(bpf_ntohl(was[1]) + 1);
	to[3] = (was[3] & bpf_htonl(0xf0000000)) | bpf_htonl((ack ? SLC_TCP_RST : SLC_TCP_RST | SLC_TCP_ACK) << 16);
	__s64 diff = bpf_csum_diff(was + 1, 12, to + 1, 12, 0);
	if (slc_answer_turn(skb, p) || bpf_l4_csum_replace(skb, p->l4 + 16, 0, diff, 0) ||
	    bpf_skb_store_bytes(skb, p->l4, to, 16, 0))
		return TC_ACT_SHOT;
	return slc_answer_send(skb, whom);
}

static __always_inline __u16 slc_answer_sum(__s64 sum)
{
	__u64 check = (__u64)sum & 0xffffffff;

	check = (check & 0xffff) + (check >> 16);
	check = (check & 0xffff) + (check >> 16);
	return ~(__u16)check;
}

// How much of a packet an error quotes behind its IP header: of one that may be short what it has at least; else what the
// kernel may still have to sum (TCP), behind an IPv6 fragment's header as well.
#define SLC_QUOTE_SHORT 8
#define SLC_QUOTE_LONG 28
#define SLC_OPTIONS4 40 // bytes of options that an IPv4 header may have

struct slc_error4 {
	struct iphdr ip;
	__u8 type;
	__u8 code;
	__sum16 check;
	__be32 word;
	__u8 about[20 + SLC_OPTIONS4 + SLC_QUOTE_LONG];
} __attribute__((packed));

struct slc_error6 {
	struct ipv6hdr ip;
	__u8 type;
	__u8 code;
	__sum16 check;
	__be32 word;
	__u8 about[40 + SLC_QUOTE_LONG];
} __attribute__((packed));

// `mtu`: what fits; 0: the port is not reachable.
static __noinline int slc_answer_error4(struct __sk_buff *skb, const struct slc_packet *p, int whom, __u32 mtu)
{
	struct slc_error4 e = {};
	__u8 macs[12], turned[12];

	if (!p)
		return TC_ACT_SHOT;
	__u32 options = p->l4 - ETH_HLEN - 20;
	__asm__ volatile("" : "+r"(options)); // what is compared is what is added
	if (options > SLC_OPTIONS4)
		return TC_ACT_SHOT;
	__u32 quoted = options + (mtu ? 20 + SLC_QUOTE_LONG : 20 + SLC_QUOTE_SHORT);
	if (bpf_skb_load_bytes(skb, 0, macs, 12) || bpf_skb_load_bytes(skb, ETH_HLEN, e.about, quoted))
		return TC_ACT_SHOT;
	__builtin_memcpy(turned, macs + 6, 6);
	__builtin_memcpy(turned + 6, macs, 6);
	e.ip.version = 4;
	e.ip.ihl = 5;
	e.ip.ttl = 64;
	e.ip.protocol = SLC_PROTO_ICMP;
	e.ip.tot_len = bpf_htons(28 + quoted);
	e.ip.saddr = p->dst.w[3];
	e.ip.daddr = p->src.w[3];
	e.ip.check = slc_answer_sum(bpf_csum_diff(0, 0, (void *)&e.ip, 20, 0));
	e.type = 3;
	e.code = mtu ? 4 : 3;
	e.word = bpf_htonl(mtu);
	e.check = slc_answer_sum(bpf_csum_diff(0, 0, (void *)&e.type, 8 + quoted, 0));
	if (bpf_skb_change_tail(skb, ETH_HLEN + quoted, 0) || bpf_skb_adjust_room(skb, 28, BPF_ADJ_ROOM_MAC, 0) ||
	    bpf_skb_store_bytes(skb, 0, turned, 12, 0) || bpf_skb_store_bytes(skb, ETH_HLEN, &e, 28 + quoted, 0))
		return TC_ACT_SHOT;
	return slc_answer_send(skb, whom);
}

static __noinline int slc_answer_error6(struct __sk_buff *skb, const struct slc_packet *p, int whom, __u32 mtu)
{
	struct slc_error6 e = {};
	__u32 quoted = mtu ? 40 + SLC_QUOTE_LONG : 40 + SLC_QUOTE_SHORT;
	struct {
		struct slc_ip source;
		struct slc_ip destination;
		__be32 length;
		__be32 next;
	} pseudo = {.length = bpf_htonl(8 + quoted), .next = bpf_htonl(SLC_PROTO_ICMP6)};
	__u8 macs[12], turned[12];

	if (!p || p->l4 > ETH_HLEN + 40 + (mtu ? 8 : 0) || bpf_skb_load_bytes(skb, 0, macs, 12) ||
	    bpf_skb_load_bytes(skb, ETH_HLEN, e.about, quoted))
		return TC_ACT_SHOT;
	__builtin_memcpy(turned, macs + 6, 6);
	__builtin_memcpy(turned + 6, macs, 6);
	pseudo.source = p->dst;
	pseudo.destination = p->src;
	e.ip.version = 6;
	e.ip.hop_limit = 64;
	e.ip.nexthdr = SLC_PROTO_ICMP6;
	e.ip.payload_len = bpf_htons(8 + quoted);
	__builtin_memcpy(&e.ip.saddr, &p->dst, 16);
	__builtin_memcpy(&e.ip.daddr, &p->src, 16);
	e.type = mtu ? 2 : 1;
	e.code = mtu ? 0 : 4;
	e.word = bpf_htonl(mtu);
	__s64 sum = bpf_csum_diff(0, 0, (void *)&pseudo, sizeof(pseudo), 0);
	e.check = slc_answer_sum(bpf_csum_diff(0, 0, (void *)&e.type, 8 + quoted, sum));
	if (bpf_skb_change_tail(skb, ETH_HLEN + quoted, 0) || bpf_skb_adjust_room(skb, 48, BPF_ADJ_ROOM_MAC, 0) ||
	    bpf_skb_store_bytes(skb, 0, turned, 12, 0) || bpf_skb_store_bytes(skb, ETH_HLEN, &e, 48 + quoted, 0))
		return TC_ACT_SHOT;
	return slc_answer_send(skb, whom);
}

static __always_inline int slc_answer_error(struct __sk_buff *skb, const struct slc_packet *p, int whom, __u32 mtu)
{
	return p->v6 ? slc_answer_error6(skb, p, whom, mtu) : slc_answer_error4(skb, p, whom, mtu);
}

// Nobody serves: told, counted, and answered at once.
static __noinline int slc_answer_nobody(struct __sk_buff *skb, struct slc_pass *s, int whom)
{
	if (!s)
		return TC_ACT_SHOT;
	slc_refuse(skb, s, SLC_DROP_NO_BACKEND);
	if (s->p.what & SLC_FRAG_LATER)
		return TC_ACT_SHOT;
	if (s->p.protocol == SLC_PROTO_TCP)
		return slc_answer_reset(skb, &s->p, whom);
	return slc_answer_error(skb, &s->p, whom, 0);
}

// Too big for the way on, and not to be cut: told, counted, and its sender hears what fits.
static __noinline int slc_answer_too_big(struct __sk_buff *skb, struct slc_pass *s, __u32 ifindex, int whom)
{
	__u32 mtu = 0;

	if (!s)
		return TC_ACT_SHOT;
	slc_refuse(skb, s, SLC_DROP_TOO_BIG);
	bpf_check_mtu(skb, ifindex, &mtu, 0, 0);
	if (!mtu || (!s->p.v6 && (s->p.what & SLC_FRAG_LATER)))
		return TC_ACT_SHOT;
	return slc_answer_error(skb, &s->p, whom, mtu);
}
