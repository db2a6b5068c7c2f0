// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Addresses to identities, and small questions about addresses.
#pragma once
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "slc_maps.h"

static __always_inline struct slc_state *slc_state_get(void)
{
	__u32 zero = 0;
	return bpf_map_lookup_elem(&slc_state, &zero);
}

static __always_inline struct slc_stats *slc_stats_get(void)
{
	__u32 zero = 0;
	return bpf_map_lookup_elem(&slc_stats, &zero);
}

// Monotonic ns as of the sweep's last tick, a quarter of a second ago at most.
static __always_inline __u64 slc_now(void)
{
	__u32 zero = 0;
	struct slc_sweep *sweep = bpf_map_lookup_elem(&slc_sweep, &zero);
	return sweep ? sweep->now : 0;
}

// Slots cost no call.
static __always_inline struct slc_endpoint *slc_endpoint_at(__u32 ifindex)
{
	__u32 slot = ifindex & (SLC_EP_SLOTS - 1);
	struct slc_endpoint *ep = bpf_map_lookup_elem(&slc_ep_slots, &slot);
	if (ep && ep->ifindex == ifindex)
		return ep;
	return bpf_map_lookup_elem(&slc_ep, &ifindex);
}

// The pod of this node that has an address. slc_local has addresses of Services too, which lead to no interface.
static __always_inline struct slc_local *slc_local_at(const struct slc_ip *ip)
{
	struct slc_local *found = bpf_map_lookup_elem(&slc_local, ip);
	return found && found->ifindex ? found : 0;
}

static __always_inline int slc_same_ip(const struct slc_ip *x, const struct slc_ip *y)
{
	return x->w[3] == y->w[3] && x->w[2] == y->w[2] && x->w[1] == y->w[1] && x->w[0] == y->w[0];
}

static __always_inline void slc_map_ip4(struct slc_ip *to, __be32 ip4)
{
	to->w[0] = 0;
	to->w[1] = 0;
	to->w[2] = bpf_htonl(0xffff);
	to->w[3] = ip4;
}

static __always_inline int slc_is_ip4(const struct slc_ip *ip)
{
	return !(ip->w[0] | ip->w[1]) && ip->w[2] == bpf_htonl(0xffff);
}

static __always_inline int slc_unspecified(const struct slc_ip *ip)
{
	return !(ip->w[0] | ip->w[1] | ip->w[2] | ip->w[3]);
}

static __always_inline int slc_link_local6(const struct slc_ip *ip)
{
	return (ip->w[0] & bpf_htonl(0xffc00000)) == bpf_htonl(0xfe800000);
}

// Multicast of either family, or IPv4 broadcast.
static __always_inline int slc_group(const struct slc_packet *p)
{
	if (p->v6)
		return (p->dst.w[0] & bpf_htonl(0xff000000)) == bpf_htonl(0xff000000);
	return (p->dst.w[3] & bpf_htonl(0xf0000000)) == bpf_htonl(0xe0000000) || p->dst.w[3] == 0xffffffff;
}

// The longest prefix that holds an address. A function of its own for the sake of the callers' stacks.
static __noinline struct slc_address_value *slc_prefix_of(const struct slc_ip *ip)
{
	struct slc_prefix_key key = {.prefixlen = 128};

	if (!ip)
		return 0;
	key.addr = *ip;
	return bpf_map_lookup_elem(&slc_prefix, &key);
}

// Single addresses are in a hash: a trie of 100 000 costs eight times as much. Who is in neither is the world.
static __always_inline struct slc_address_value *slc_address(const struct slc_ip *ip)
{
	struct slc_address_value *found = bpf_map_lookup_elem(&slc_addr, ip);
	return found ? found : slc_prefix_of(ip);
}

static __always_inline __u32 slc_identity(const struct slc_ip *ip)
{
	struct slc_address_value *found = slc_address(ip);
	return found ? found->identity : SLC_ID_WORLD;
}

// Who an address is to one endpoint that has addresses of its own. Who is of the cluster is that to all.
static __noinline __u32 slc_own_identity(__u32 endpoint, const struct slc_ip *ip, __u32 identity)
{
	struct slc_own_key key = {.endpoint = endpoint};

	if (!ip || (identity != SLC_ID_WORLD && identity < SLC_ID_HOSTS_END))
		return identity;
	key.addr = *ip;
	struct slc_own_value *own = bpf_map_lookup_elem(&slc_own, &key);
	return own ? own->identity : identity;
}

static __always_inline int slc_is_pod(__u32 identity)
{
	return identity == SLC_ID_UNMANAGED || (identity >= SLC_ID_FIRST_POD && identity < SLC_ID_PODS_END);
}

// The node itself, which may carry labels of its own.
static __always_inline int slc_is_host(__u32 identity)
{
	return identity == SLC_ID_HOST || (identity >= SLC_ID_FIRST_HOST && identity < SLC_ID_HOSTS_END);
}

// Beyond the cluster: the world, a prefix that a policy names, or what a name was given for.
static __always_inline int slc_is_outside(__u32 identity)
{
	return identity == SLC_ID_WORLD || (identity >= SLC_ID_FIRST_PREFIX && identity <= SLC_ID_LAST);
}

// Another node.
static __always_inline int slc_is_node(__u32 identity)
{
	return identity == SLC_ID_REMOTE_NODE || (identity >= SLC_ID_FIRST_NODE && identity < SLC_ID_NODES_END);
}
