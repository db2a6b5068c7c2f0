// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Ways onward for a packet that passed. Each returns what the program returns.
#pragma once
#include "slc_neigh.h"

#ifndef PACKET_HOST
#define PACKET_HOST 0
#endif

static __always_inline int slc_macs(struct __sk_buff *skb, const struct slc_endpoint *to)
{
	struct ethhdr *eth = (void *)(long)skb->data;

	if ((void *)(eth + 1) > (void *)(long)skb->data_end)
		return -1;
	__builtin_memcpy(eth->h_dest, to->mac, 6);
	__builtin_memcpy(eth->h_source, to->host_mac, 6);
	return 0;
}

static __always_inline int slc_hop(struct __sk_buff *skb, const struct slc_packet *p)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;

	if (p->v6) {
		struct ipv6hdr *ip = data + ETH_HLEN;
		if ((void *)(ip + 1) > end)
			return -1;
		ip->hop_limit--;
		bpf_csum_update(skb, ~(__u32)bpf_htons(1)); // a device's sum over all of it; of IPv4 the header's makes up
		return 0;
	}
	struct iphdr *ip = data + ETH_HLEN;
	if ((void *)(ip + 1) > end)
		return -1;
	__u32 check = (__u32)ip->check + bpf_htons(0x0100);
	ip->check = (__u16)(check + (check >= 0xffff));
	ip->ttl--;
	return 0;
}

// Straight into the pod's end of the link: its own programs on the node's end are skipped, so they must be done here.
static __always_inline int slc_to_local(struct __sk_buff *skb, const struct slc_pass *s, const struct slc_endpoint *to,
					__u32 ifindex)
{
	if (s->p.ttl <= 1)
		return TC_ACT_OK; // the stack says that time is exceeded
	if (slc_macs(skb, to) || slc_hop(skb, &s->p))
		return TC_ACT_SHOT;
	return bpf_redirect_peer(ifindex, 0);
}

static __always_inline int slc_to_overlay(struct __sk_buff *skb, __u32 identity, __be32 tunnel, __u32 overlay)
{
	struct bpf_tunnel_key key = {
		.tunnel_id = identity,
		.remote_ipv4 = bpf_ntohl(tunnel),
		.tunnel_ttl = 64,
	};

	if (bpf_skb_set_tunnel_key(skb, &key, sizeof(key), BPF_F_ZERO_CSUM_TX))
		return TC_ACT_SHOT;
	return bpf_redirect(overlay, 0);
}
