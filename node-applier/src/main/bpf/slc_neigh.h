// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// ARP and neighbour discovery on a pod's link. The node's end answers for every address but the pod's own, so that a
// pod needs neither a real gateway nor its neighbours; what a pod says of itself must be true.
#pragma once
#include <linux/pkt_cls.h>
#include "slc_judge.h"

#define SLC_ND_ROUTER_SOLICIT 133
#define SLC_ND_SOLICIT 135
#define SLC_ND_ADVERT 136
#define SLC_ND_ADVERT_BYTES 86

struct slc_arp {
	struct ethhdr eth;
	__be16 hardware;
	__be16 protocol;
	__u8 hardware_len;
	__u8 protocol_len;
	__be16 op;
	__u8 sender_mac[6];
	__be32 sender;
	__u8 target_mac[6];
	__be32 target;
} __attribute__((packed));
_Static_assert(sizeof(struct slc_arp) == 42, "ARP");

struct slc_nd {
	struct ethhdr eth;
	struct ipv6hdr ip;
	__u8 type;
	__u8 code;
	__sum16 check;
	__be32 flags;
	struct slc_ip target;
	__u8 option;
	__u8 option_len;
	__u8 option_mac[6];
} __attribute__((packed));
_Static_assert(sizeof(struct slc_nd) == SLC_ND_ADVERT_BYTES, "neighbour advertisement");

static __always_inline int slc_same_mac(const __u8 *x, const __u8 *y)
{
	const __u16 *a = (const void *)x, *b = (const void *)y;

	return a[0] == b[0] && a[1] == b[1] && a[2] == b[2];
}

// Returns TC_ACT_* or, negated, the reason to drop.
static __always_inline int slc_arp_from_pod(struct __sk_buff *skb, const struct slc_endpoint *ep)
{
	if (bpf_skb_pull_data(skb, sizeof(struct slc_arp)))
		return -SLC_DROP_TRUNCATED;
	struct slc_arp *arp = (void *)(long)skb->data;
	if ((void *)(arp + 1) > (void *)(long)skb->data_end)
		return -SLC_DROP_TRUNCATED;
	if (arp->hardware != bpf_htons(1) || arp->protocol != bpf_htons(ETH_P_IP) || arp->hardware_len != 6 ||
	    arp->protocol_len != 4)
		return -SLC_DROP_INVALID;
	if (!slc_same_mac(arp->sender_mac, ep->mac))
		return -SLC_DROP_SOURCE_MAC;
	__be32 sender = arp->sender, target = arp->target;
	if (arp->op == bpf_htons(2))
		return sender == ep->ip4 && sender ? TC_ACT_OK : -SLC_DROP_SOURCE_IP;
	if (arp->op != bpf_htons(1))
		return -SLC_DROP_INVALID;
	if (sender && sender != ep->ip4)
		return -SLC_DROP_SOURCE_IP;
	if (target == ep->ip4 || !sender) // says or asks whether the address is free: it is
		return -(SLC_DROP_L2_UNKNOWN | SLC_QUIET);
	__builtin_memcpy(arp->eth.h_dest, ep->mac, 6);
	__builtin_memcpy(arp->eth.h_source, ep->host_mac, 6);
	arp->op = bpf_htons(2);
	__builtin_memcpy(arp->target_mac, ep->mac, 6);
	__builtin_memcpy(arp->sender_mac, ep->host_mac, 6);
	arp->sender = target;
	arp->target = sender;
	return bpf_redirect(skb->ifindex, 0);
}

// Turns a solicitation into its answer and sends it back.
static __always_inline int slc_nd_answer(struct __sk_buff *skb, const struct slc_endpoint *ep)
{
	struct slc_ip asker, target;

	if (bpf_skb_change_tail(skb, SLC_ND_ADVERT_BYTES, 0))
		return -SLC_DROP_INVALID;
	if (bpf_skb_pull_data(skb, SLC_ND_ADVERT_BYTES))
		return -SLC_DROP_INVALID;
	struct slc_nd *nd = (void *)(long)skb->data;
	if ((void *)(nd + 1) > (void *)(long)skb->data_end)
		return -SLC_DROP_INVALID;
	__builtin_memcpy(&asker, &nd->ip.saddr, 16);
	__builtin_memcpy(&target, &nd->target, 16);
	__builtin_memcpy(nd->eth.h_dest, ep->mac, 6);
	__builtin_memcpy(nd->eth.h_source, ep->host_mac, 6);
	__builtin_memcpy(&nd->ip.daddr, &asker, 16);
	__builtin_memcpy(&nd->ip.saddr, &target, 16);
	nd->ip.payload_len = bpf_htons(32);
	nd->type = SLC_ND_ADVERT;
	nd->code = 0;
	nd->check = 0;
	nd->flags = bpf_htonl(0xe0000000); // router, solicited, override
	nd->option = 2;
	nd->option_len = 1;
	__builtin_memcpy(nd->option_mac, ep->host_mac, 6);

	struct {
		struct slc_ip source;
		struct slc_ip destination;
		__be32 length;
		__be32 next;
		__u8 body[32];
	} sum = {.length = bpf_htonl(32), .next = bpf_htonl(SLC_PROTO_ICMP6)};
	sum.source = target;
	sum.destination = asker;
	__builtin_memcpy(sum.body, &nd->type, 32);
	__u64 check = bpf_csum_diff(0, 0, (__be32 *)&sum, sizeof(sum), 0);
	check = (check & 0xffff) + (check >> 16 & 0xffff);
	check = (check & 0xffff) + (check >> 16);
	nd->check = ~(__u16)check;
	return bpf_redirect(skb->ifindex, 0);
}

// Returns TC_ACT_* or, negated, the reason to drop.
static __noinline int slc_nd_from_pod(struct __sk_buff *skb, const struct slc_packet *p, const struct slc_endpoint *ep)
{
	struct slc_ip target;
	__u8 option[8] __attribute__((aligned(8)));

	if (!p || !ep)
		return -SLC_DROP_INVALID;
	if (p->icmp_type == SLC_ND_ROUTER_SOLICIT)
		return -(SLC_DROP_ICMP6_FORBIDDEN | SLC_QUIET);
	if (p->icmp_type != SLC_ND_SOLICIT && p->icmp_type != SLC_ND_ADVERT)
		return -SLC_DROP_ICMP6_FORBIDDEN;
	if (p->ttl != 255 || p->l4 != ETH_HLEN + sizeof(struct ipv6hdr))
		return -SLC_DROP_INVALID;
	if (bpf_skb_load_bytes(skb, p->l4 + 8, &target, sizeof(target)))
		return -SLC_DROP_TRUNCATED;
	if (slc_unspecified(&p->src)) // duplicate address detection: nobody else has the address
		return -(SLC_DROP_ICMP6_FORBIDDEN | SLC_QUIET);
	if (!slc_same_ip(&p->src, &ep->ip6) && !slc_link_local6(&p->src))
		return -SLC_DROP_SOURCE_IP;
	if (p->icmp_type == SLC_ND_SOLICIT) {
		if (slc_same_ip(&target, &ep->ip6))
			return -(SLC_DROP_ICMP6_FORBIDDEN | SLC_QUIET);
		return slc_nd_answer(skb, ep);
	}
	if (slc_link_local6(&target))
		return -(SLC_DROP_ICMP6_FORBIDDEN | SLC_QUIET);
	if (!slc_same_ip(&target, &ep->ip6))
		return -SLC_DROP_SOURCE_IP;
	if (!bpf_skb_load_bytes(skb, p->l4 + 24, option, sizeof(option)) && option[0] == 2 &&
	    !slc_same_mac(option + 2, ep->mac))
		return -SLC_DROP_SOURCE_MAC;
	return TC_ACT_OK;
}
