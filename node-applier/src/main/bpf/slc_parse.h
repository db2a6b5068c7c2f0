// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Bytes to struct slc_packet. Each function returns SLC_PASS or the reason to drop.
#pragma once
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <stddef.h>
#include "slc_lookup.h"
#include "slc_reasons.h"

#define SLC_TCP_FIN 0x01
#define SLC_TCP_SYN 0x02
#define SLC_TCP_RST 0x04
#define SLC_TCP_ACK 0x10

#define SLC_PROTO_ICMP 1
#define SLC_PROTO_TCP 6
#define SLC_PROTO_UDP 17
#define SLC_PROTO_ICMP6 58
#define SLC_PROTO_SCTP 132

#define SLC_ND_FIRST 133
#define SLC_ND_LAST 137

#define SLC_EXTENSIONS 6 // IPv6 extension headers that are followed

// The first bytes of TCP, UDP, SCTP and ICMP that matter; overlaid.
struct slc_l4 {
	__be16 sport; // ICMP: type and code
	__be16 dport;
	__be16 id;    // ICMP: echo identifier
	__u8 rest[7];
	__u8 tcp_flags;
};
_Static_assert(sizeof(struct slc_l4) == 14, "transport header");

static __always_inline int slc_is_icmp(const struct slc_packet *p)
{
	return p->protocol == SLC_PROTO_ICMP || p->protocol == SLC_PROTO_ICMP6;
}

// Of a message of ICMP that answers another, the type of the other; of every other message its own; else 0.
static __always_inline __u8 slc_icmp_asked(const struct slc_packet *p)
{
	__u8 type = p->icmp_type;

	if (p->protocol == SLC_PROTO_ICMP)
		return type == 0 ? 8 : type == 14 || type == 16 || type == 18 || type == 43 ? type - 1 : type;
	if (p->protocol == SLC_PROTO_ICMP6)
		return type == 129 || type == 140 || type == 145 || type == 147 || type == 161 ? type - 1 : type;
	return 0;
}

static __always_inline int slc_icmp_answers(const struct slc_packet *p)
{
	return slc_is_icmp(p) && slc_icmp_asked(p) != p->icmp_type;
}

// Of a type that others answer: echo, timestamp, information, address mask, extended echo; and of IPv6 node
// information, home agents, mobile prefixes. The answer has the identifier of the question.
static __always_inline int slc_icmp_asks(const struct slc_packet *p)
{
	switch (p->icmp_type) {
	case 8:
	case 13:
	case 15:
	case 17:
	case 42:
		return !p->v6;
	case 128:
	case 139:
	case 144:
	case 146:
	case 160:
		return p->v6;
	default:
		return 0;
	}
}

// Errors are about other packets, and multicast listeners' talk is every pod's at its start, with nobody to listen;
// every other type is for policies.
static __always_inline int slc_icmp(struct slc_packet *p, const struct slc_l4 *h)
{
	__u8 type = p->icmp_type;

	p->sport = slc_icmp_asks(p) ? h->id : 0;
	p->dport = slc_icmp_answers(p) ? h->id : 0;
	if (p->v6 ? type >= 1 && type <= 4 : type == 3 || type == 11 || type == 12)
		p->what |= SLC_ICMP_ERROR;
	if (p->v6 && ((type >= 130 && type <= 132) || type == 143) && slc_group(p))
		return SLC_DROP_ICMP6_FORBIDDEN | SLC_QUIET;
	return SLC_PASS;
}

static __always_inline int slc_tcp_odd(__u8 flags)
{
	return ((flags & SLC_TCP_SYN) && (flags & (SLC_TCP_FIN | SLC_TCP_RST))) || !(flags & 0x3f);
}

#define SLC_L4_NEAR (ETH_HLEN + 60) // offset up to which a transport header is looked for in the linear part

// The first `bytes` of the transport header, in place where they can be. Returns 0, or not when they are not there.
static __always_inline int slc_load_l4(struct __sk_buff *skb, __u32 at, struct slc_l4 *h, __u32 bytes)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;

	if (at <= SLC_L4_NEAR && data + at + bytes <= end) {
		__builtin_memcpy(h, data + at, bytes);
		return 0;
	}
	return bpf_skb_load_bytes(skb, at, h, bytes);
}

// `end`: of the datagram. What a frame has behind it no receiver puts together with the rest, and a sender may choose it.
static __always_inline int slc_parse_l4(struct __sk_buff *skb, struct slc_packet *p, __u32 at, __u32 end)
{
	struct slc_l4 h = {};
	__u32 need = p->protocol == SLC_PROTO_TCP ? 20 : 8;

	if (p->what & SLC_FRAG_LATER)
		return SLC_PASS;
	switch (p->protocol) {
	case SLC_PROTO_TCP:
	case SLC_PROTO_UDP:
	case SLC_PROTO_SCTP:
	case SLC_PROTO_ICMP:
	case SLC_PROTO_ICMP6:
		break;
	default:
		return SLC_DROP_L4_UNKNOWN;
	}
	if (at + need > end)
		return SLC_DROP_TRUNCATED;
	if (p->protocol == SLC_PROTO_TCP) {
		if (slc_load_l4(skb, at, &h, 14))
			return SLC_DROP_TRUNCATED;
	} else if (slc_load_l4(skb, at, &h, 8)) {
		return SLC_DROP_TRUNCATED;
	}
	p->sport = h.sport;
	p->dport = h.dport;
	if (p->protocol == SLC_PROTO_TCP) {
		p->tcp_flags = h.tcp_flags;
		return slc_tcp_odd(h.tcp_flags) ? SLC_DROP_INVALID : SLC_PASS;
	}
	if (p->protocol == SLC_PROTO_UDP || p->protocol == SLC_PROTO_SCTP)
		return SLC_PASS;
	p->icmp_type = bpf_ntohs(h.sport) >> 8;
	p->icmp_code = bpf_ntohs(h.sport) & 0xff;
	return p->v6 == (p->protocol == SLC_PROTO_ICMP6) ? slc_icmp(p, &h) : SLC_DROP_L4_UNKNOWN;
}

// A fragment that begins within a TCP header, at 8 bytes, would write over flags that were judged (RFC 3128).
static __always_inline int slc_splits_tcp(__u8 protocol, __u32 offset)
{
	return protocol == SLC_PROTO_TCP && offset == 1;
}

static __always_inline int slc_parse_ip4(struct __sk_buff *skb, struct slc_packet *p)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct iphdr *ip = data + ETH_HLEN;

	if ((void *)(ip + 1) > end) {
		if (bpf_skb_pull_data(skb, ETH_HLEN + sizeof(*ip)))
			return SLC_DROP_INVALID;
		data = (void *)(long)skb->data;
		end = (void *)(long)skb->data_end;
		ip = data + ETH_HLEN;
		if ((void *)(ip + 1) > end)
			return SLC_DROP_INVALID;
	}
	__u32 header = ip->ihl * 4, total = bpf_ntohs(ip->tot_len);
	if (ip->version != 4 || header < sizeof(*ip))
		return SLC_DROP_INVALID;
	// A total length of 0 is a segment offload beyond 64 KiB.
	if (total && (total < header || total + ETH_HLEN > skb->len))
		return SLC_DROP_INVALID;
	slc_map_ip4(&p->src, ip->saddr);
	slc_map_ip4(&p->dst, ip->daddr);
	p->protocol = ip->protocol;
	p->ttl = ip->ttl;
	p->l4 = ETH_HLEN + header;
	__u16 frag = bpf_ntohs(ip->frag_off);
	if (frag & 0x3fff) {
		p->frag_id = ip->id;
		p->what = frag & 0x1fff ? SLC_FRAG_LATER : SLC_FRAG_FIRST;
		if (slc_splits_tcp(p->protocol, frag & 0x1fff))
			return SLC_DROP_INVALID;
	}
	return slc_parse_l4(skb, p, ETH_HLEN + header, total ? ETH_HLEN + total : skb->len);
}

// Follows extension headers from the one at `at`; the packet's own length is not trusted, only what is there.
static __noinline int slc_extensions(struct __sk_buff *skb, struct slc_packet *p, __u32 at, __u8 next)
{
#pragma unroll
	for (int i = 0; i < SLC_EXTENSIONS; i++) {
		__u8 h[8];
		if ((p->what & SLC_FRAG_LATER) || // what follows is payload
		    (next != 0 && next != 43 && next != 44 && next != 60 && next != 51)) {
			p->protocol = next;
			p->l4 = at;
			return SLC_PASS;
		}
		if (bpf_skb_load_bytes(skb, at, h, sizeof(h)))
			return SLC_DROP_TRUNCATED;
		if (next == 44) {
			__u16 frag = (__u16)h[2] << 8 | h[3];
			__builtin_memcpy(&p->frag_id, h + 4, 4);
			if (frag & 0xfff9)
				p->what = frag & 0xfff8 ? SLC_FRAG_LATER : SLC_FRAG_FIRST;
			if (slc_splits_tcp(h[0], frag >> 3))
				return SLC_DROP_INVALID;
			at += 8;
		} else if (next == 51) {
			at += (h[1] + 2) * 4;
		} else {
			// Routing type 0 is forbidden (RFC 5095); of others, a segment that is left is a destination
			// that nobody asked policies about.
			if (next == 43 && (h[2] == 0 || h[3]))
				return SLC_DROP_EXTENSION;
			at += (h[1] + 1) * 8;
		}
		next = h[0];
	}
	return SLC_DROP_EXTENSION;
}

static __always_inline int slc_parse_ip6(struct __sk_buff *skb, struct slc_packet *p)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct ipv6hdr *ip = data + ETH_HLEN;

	if ((void *)(ip + 1) > end) {
		if (bpf_skb_pull_data(skb, ETH_HLEN + sizeof(*ip)))
			return SLC_DROP_INVALID;
		data = (void *)(long)skb->data;
		end = (void *)(long)skb->data_end;
		ip = data + ETH_HLEN;
		if ((void *)(ip + 1) > end)
			return SLC_DROP_INVALID;
	}
	if (ip->version != 6 || bpf_ntohs(ip->payload_len) + ETH_HLEN + sizeof(*ip) > skb->len)
		return SLC_DROP_INVALID;
	__builtin_memcpy(&p->src, &ip->saddr, 16);
	__builtin_memcpy(&p->dst, &ip->daddr, 16);
	p->v6 = 1;
	p->ttl = ip->hop_limit;
	// An IPv4 address written as IPv6 would pass for its owner.
	if (slc_is_ip4(&p->src))
		return SLC_DROP_SOURCE_IP;
	if (slc_is_ip4(&p->dst))
		return SLC_DROP_INVALID;
	__u8 next = ip->nexthdr;
	__u32 payload = bpf_ntohs(ip->payload_len); // 0: a jumbogram, or an offload beyond 64 KiB
	int reason = SLC_PASS;
	if (next == SLC_PROTO_TCP || next == SLC_PROTO_UDP) {
		p->protocol = next;
		p->l4 = ETH_HLEN + sizeof(*ip);
	} else {
		reason = slc_extensions(skb, p, ETH_HLEN + sizeof(*ip), next);
	}
	return reason ? reason : slc_parse_l4(skb, p, p->l4, payload ? ETH_HLEN + sizeof(*ip) + payload : skb->len);
}

// Ethernet type in network order; 0 when there is no whole header.
static __always_inline __be16 slc_ether_type(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct ethhdr *eth = data;

	return (void *)(eth + 1) > end ? 0 : eth->h_proto;
}

// A frame of another VLAN is on another network that has the same wire. VLAN 0 is none: such a tag has a priority alone.
static __always_inline int slc_vlan_other(struct __sk_buff *skb)
{
	return skb->vlan_present && (skb->vlan_tci & 0xfff);
}

static __always_inline int slc_vlan(struct __sk_buff *skb, __be16 type)
{
	return skb->vlan_present || type == bpf_htons(ETH_P_8021Q) || type == bpf_htons(ETH_P_8021AD);
}
