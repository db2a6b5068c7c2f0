// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// The dataplane of a node: programs for the node's end of each pod's link, the uplink and the overlay.
#include "slc_forward.h"
#include "slc_socklb.h"
#include "slc_udpkill.h"

static __always_inline int slc_refuse(struct __sk_buff *skb, struct slc_pass *s, int reason)
{
	s->v.reason = reason;
	return slc_drop_packet(skb, &s->p, &s->v);
}

static __always_inline int slc_parse(struct __sk_buff *skb, struct slc_pass *s, __be16 type)
{
	if (type == bpf_htons(ETH_P_IP))
		return slc_parse_ip4(skb, &s->p);
	if (type == bpf_htons(ETH_P_IPV6))
		return slc_parse_ip6(skb, &s->p);
	return SLC_DROP_L2_UNKNOWN;
}

#include "slc_proxy.h"
static __always_inline int slc_is_nd(const struct slc_packet *p)
{
	return p->protocol == SLC_PROTO_ICMP6 && p->icmp_type >= SLC_ND_FIRST && p->icmp_type <= SLC_ND_LAST &&
	       !(p->what & SLC_FRAG_LATER);
}

static __always_inline int slc_owns(const struct slc_endpoint *ep, const struct slc_packet *p, const struct slc_ip *ip)
{
	return p->v6 ? slc_same_ip(ip, &ep->ip6) && !slc_unspecified(ip) : ip->w[3] == ep->ip4 && ep->ip4;
}

// Judges, reports, and returns 0 or TC_ACT_SHOT.
static __always_inline int slc_decide(struct __sk_buff *skb, struct slc_pass *s, __u32 direction)
{
	int reason = s->p.what & SLC_ICMP_ERROR ? slc_judge_error(skb, s) : slc_judge(skb, s);

	if (!reason && s->proxy && !slc_proxy_there(s))
		reason = SLC_DROP_NO_PROXY;
	if (!reason) {
		slc_count(0, direction, skb->len);
		s->v.reason = 0;
		slc_monitor(skb, &s->p, &s->v, SLC_EVENT_TRACE);
		return 0;
	}
	if (!s->v.told)
		return slc_refuse(skb, s, reason);
	slc_count(reason, s->v.direction, skb->len);
	return TC_ACT_SHOT;
}

#include "slc_inside.h"
#include "slc_masq.h"

// What a pod sends.
SEC("tc") int slc_from_pod(struct __sk_buff *skb)
{
	struct slc_pass *s = slc_pass_get();
	__u32 ifindex = skb->ifindex;
	__be16 type = slc_ether_type(skb);
	struct slc_endpoint *to = 0;
	__u32 to_ifindex = 0;

	if (!s)
		return TC_ACT_SHOT;
	s->v.direction = SLC_EGRESS;
	struct slc_endpoint *ep = slc_endpoint_at(ifindex);
	if (!ep)
		return slc_refuse(skb, s, SLC_DROP_NOT_READY);
	slc_party_of(&s->sender, ep);
	s->identity[0] = s->sender.identity;
	slc_about(s, &s->sender, SLC_EGRESS);
	if (slc_vlan(skb, type))
		return slc_refuse(skb, s, SLC_DROP_VLAN);
	struct ethhdr *eth = (void *)(long)skb->data;
	if ((void *)(eth + 1) > (void *)(long)skb->data_end)
		return slc_refuse(skb, s, SLC_DROP_INVALID);
	if (!slc_same_mac(eth->h_source, ep->mac))
		return slc_refuse(skb, s, SLC_DROP_SOURCE_MAC);
	if (type == bpf_htons(ETH_P_ARP)) {
		int action = slc_arp_from_pod(skb, ep);
		return action < 0 ? slc_refuse(skb, s, -action) : action;
	}
	int reason = slc_parse(skb, s, type);
	if (reason)
		return slc_refuse(skb, s, reason);
	if (slc_is_nd(&s->p)) {
		int action = slc_nd_from_pod(skb, &s->p, ep);
		return action < 0 ? slc_refuse(skb, s, -action) : action;
	}
	if (!slc_owns(ep, &s->p, &s->p.src)) {
		int ordinary = s->p.v6 && slc_link_local6(&s->p.src) && slc_group(&s->p);
		return slc_refuse(skb, s, SLC_DROP_SOURCE_IP | (ordinary ? SLC_QUIET : 0));
	}
	struct slc_local *local = bpf_map_lookup_elem(&slc_local, &s->p.dst);
	struct slc_address_value *peer = 0;
	if (slc_inside_may_be(&s->p, local) && (ep->flags & SLC_EP_READY)) {
		int action = slc_inside_dials(skb, s, local != 0);
		if (action != SLC_NOT_OURS)
			return action;
		local = bpf_map_lookup_elem(&slc_local, &s->p.dst);
	}
	if (local && local->ifindex) {
		to_ifindex = local->ifindex;
		to = slc_endpoint_at(to_ifindex);
	}
	if (to) {
		slc_party_of(&s->receiver, to);
		s->identity[1] = s->receiver.identity;
	} else {
		peer = slc_address(&s->p.dst);
		s->identity[1] = peer ? peer->identity : SLC_ID_WORLD;
		if (s->sender.own)
			s->identity[1] = slc_own_identity(s->sender.id, &s->p.dst, s->identity[1]);
	}
	s->v.destination_identity = s->identity[1];
	if (!(ep->flags & SLC_EP_READY))
		return slc_refuse(skb, s, SLC_DROP_NOT_READY | (slc_group(&s->p) ? SLC_QUIET : 0));
	struct slc_state *state = slc_state_get();
	if (!state)
		return TC_ACT_SHOT;
	if (s->p.protocol == SLC_PROTO_UDP && s->p.dport == bpf_htons(state->tunnel_port) && state->overlay &&
	    (slc_is_host(s->identity[1]) || slc_is_node(s->identity[1])))
		return slc_refuse(skb, s, SLC_DROP_ENCAP);
	if (to && !(to->flags & SLC_EP_READY)) {
		slc_about(s, &s->receiver, SLC_INGRESS);
		return slc_refuse(skb, s, SLC_DROP_NOT_READY);
	}
	__be32 tunnel = peer ? peer->tunnel : 0;
	if (s->inside)
		s->opened_as = SLC_CT_TRANSLATED;
	if (slc_decide(skb, s, SLC_EGRESS))
		return TC_ACT_SHOT;
	if (s->inside) {
		reason = slc_inside_passed(skb, s);
		if (reason)
			return slc_refuse(skb, s, reason);
	}
	if (s->proxy)
		return slc_to_proxy(skb);
	if (slc_inside_answers(s)) {
		if (!to)
			return slc_front_replies(skb, s);
		reason = slc_inside_answer(skb, s);
		if (reason)
			return slc_refuse(skb, s, reason);
	}
	if (to)
		return slc_to_local(skb, s, to, to_ifindex);
	if (tunnel && state->overlay)
		return slc_to_overlay(skb, s->sender.identity, tunnel, state->overlay);
	return TC_ACT_OK;
}

// What the node's stack hands to a pod.
SEC("tc") int slc_to_pod(struct __sk_buff *skb)
{
	struct slc_pass *s = slc_pass_get();
	__u32 ifindex = skb->ifindex;
	__be16 type = slc_ether_type(skb);

	if (!s)
		return TC_ACT_SHOT;
	s->from_node = skb->ingress_ifindex == 0; // what is received or forwarded has an interface
	s->v.direction = SLC_INGRESS;
	struct slc_endpoint *ep = slc_endpoint_at(ifindex);
	if (!ep)
		return slc_refuse(skb, s, SLC_DROP_NOT_READY);
	slc_party_of(&s->receiver, ep);
	s->identity[1] = s->receiver.identity;
	slc_about(s, &s->receiver, SLC_INGRESS);
	if (slc_vlan(skb, type))
		return slc_refuse(skb, s, SLC_DROP_VLAN);
	struct ethhdr *eth = (void *)(long)skb->data;
	if ((void *)(eth + 1) > (void *)(long)skb->data_end)
		return slc_refuse(skb, s, SLC_DROP_INVALID);
	int our_mac = slc_same_mac(eth->h_source, ep->host_mac);
	if (type == bpf_htons(ETH_P_ARP))
		return our_mac ? TC_ACT_OK : slc_refuse(skb, s, SLC_DROP_SOURCE_MAC);
	int reason = slc_parse(skb, s, type);
	if (reason)
		return slc_refuse(skb, s, reason);
	if (slc_is_nd(&s->p)) // never forwarded, so its hop limit is whole
		return our_mac && s->p.ttl == 255 ? TC_ACT_OK : slc_refuse(skb, s, SLC_DROP_ICMP6_FORBIDDEN);
	int owns = slc_owns(ep, &s->p, &s->p.dst), ready = ep->flags & SLC_EP_READY;
	if (!owns || !ready || s->p.what) { // else the connection may know the sender
		reason = slc_know_sender(s, 0);
		if (!owns)
			return slc_refuse(skb, s, SLC_DROP_TARGET_UNKNOWN | (slc_group(&s->p) ? SLC_QUIET : 0));
		if (reason || !ready)
			return slc_refuse(skb, s, reason ? reason : SLC_DROP_NOT_READY);
	}
	if (slc_missed_proxy(skb))
		return slc_refuse(skb, s, SLC_DROP_NO_PROXY);
	s->upstream = slc_is_upstream(skb);
	if ((skb->mark & SLC_MARK_MASK) == SLC_MARK_DIALLED)
		slc_own_dialled(s);
	if (slc_decide(skb, s, SLC_INGRESS))
		return TC_ACT_SHOT;
	if (!slc_inside_answers(s))
		return TC_ACT_OK;
	reason = slc_inside_answer(skb, s);
	return reason ? slc_refuse(skb, s, reason) : TC_ACT_OK;
}

// Addresses of a packet that is not fit to be parsed. Returns 0, or not when there are none.
static __always_inline int slc_uplink_addresses(struct __sk_buff *skb, struct slc_pass *s, __be16 type)
{
	if (type == bpf_htons(ETH_P_IP)) {
		struct iphdr ip;
		if (bpf_skb_load_bytes(skb, ETH_HLEN, &ip, sizeof(ip)))
			return -1;
		slc_map_ip4(&s->p.src, ip.saddr);
		slc_map_ip4(&s->p.dst, ip.daddr);
		s->p.protocol = ip.protocol;
	} else {
		struct ipv6hdr ip;
		if (bpf_skb_load_bytes(skb, ETH_HLEN, &ip, sizeof(ip)))
			return -1;
		__builtin_memcpy(&s->p.src, &ip.saddr, 16);
		__builtin_memcpy(&s->p.dst, &ip.daddr, 16);
		s->p.v6 = 1;
		s->p.protocol = ip.nexthdr;
	}
	return 0;
}

// What other machines send to the node, not encapsulated. Who claims to be a pod or the node itself lies, whatever the
// VLAN; of other VLANs nothing else is looked at.
SEC("tc") int slc_from_uplink(struct __sk_buff *skb)
{
	struct slc_pass *s = slc_pass_get();
	struct slc_state *state = slc_state_get();
	int other = slc_vlan_other(skb);

	if (!s || !state)
		return TC_ACT_UNSPEC;
	if (skb->vlan_present && !other && bpf_skb_vlan_pop(skb)) // else it would go on to pods and through the tunnel
		return TC_ACT_SHOT;
	__be16 type = slc_ether_type(skb);
	if (type != bpf_htons(ETH_P_IP) && type != bpf_htons(ETH_P_IPV6))
		return TC_ACT_UNSPEC; // the node's own business
	int odd = slc_parse(skb, s, type);
	if (odd && slc_uplink_addresses(skb, s, type))
		return TC_ACT_UNSPEC;
	if (!odd && !other) {
		int action = slc_front_arrives(skb, s, state);
		if (action != SLC_NOT_OURS)
			return action;
	}
	if (!slc_uplink_lies(s, state)) {
		// A reply to what a proxy asked outside in a pod's name.
		int answer = !odd && !other && (s->p.protocol == SLC_PROTO_UDP || s->p.protocol == SLC_PROTO_TCP) &&
			     slc_local_at(&s->p.dst) &&
			     (!(s->p.what & SLC_FRAG_LATER) || !slc_frag_ports(&s->p)) && slc_answers_proxy(&s->p);
		if (!answer)
			return TC_ACT_UNSPEC;
		if (s->p.what & SLC_FRAG_FIRST)
			slc_frag_passed(s);
		return slc_to_proxy(skb);
	}
	s->v.destination_identity = slc_identity(&s->p.dst);
	s->v.direction = SLC_INGRESS;
	return slc_refuse(skb, s, SLC_DROP_SOURCE_IP);
}

// What leaves the node. Only the node's own tunnel may speak on the tunnel's port.
SEC("tc") int slc_to_uplink(struct __sk_buff *skb)
{
	struct slc_pass *s = slc_pass_get();
	struct slc_state *state = slc_state_get();
	__be16 type = slc_ether_type(skb);

	if (!s || !state)
		return TC_ACT_UNSPEC;
	if (slc_missed_proxy(skb))
		return slc_refuse(skb, s, SLC_DROP_NO_PROXY);
	if ((type != bpf_htons(ETH_P_IP) && type != bpf_htons(ETH_P_IPV6)) || slc_parse(skb, s, type))
		return TC_ACT_UNSPEC;
	int upstream = slc_is_upstream(skb);
	int tunnel = state->overlay && s->p.protocol == SLC_PROTO_UDP && s->p.dport == bpf_htons(state->tunnel_port);
	if (!upstream && tunnel && !skb->ingress_ifindex)
		return TC_ACT_UNSPEC;
	int pod = slc_local_at(&s->p.src) != 0;
	if (upstream && pod) { // the tunnel's own packets come from no pod
		int reason = slc_record_upstream(skb, s);
		if (reason)
			return slc_refuse(skb, s, reason);
	} else if (tunnel) {
		if (!pod)
			return TC_ACT_UNSPEC;
		s->v.source_identity = slc_identity(&s->p.src);
		s->v.destination_identity = slc_identity(&s->p.dst);
		s->v.direction = SLC_EGRESS;
		return slc_refuse(skb, s, SLC_DROP_ENCAP);
	}
	if (slc_vlan_other(skb)) // what answers it is not looked at either
		return TC_ACT_UNSPEC;
	return pod || !skb->ingress_ifindex ? slc_masq_leaves(skb, s, pod) : TC_ACT_UNSPEC;
}

// What the node's stack puts into the tunnel. A proxy's packet carries the identity of the pod it speaks for.
SEC("tc") int slc_to_tunnel(struct __sk_buff *skb)
{
	struct slc_pass *s = slc_pass_get();
	__be16 type = slc_ether_type(skb);

	if (!s)
		return TC_ACT_SHOT;
	if (slc_missed_proxy(skb))
		return slc_refuse(skb, s, SLC_DROP_NO_PROXY);
	if (!slc_is_upstream(skb)) {
		if (!skb->ingress_ifindex && !slc_parse(skb, s, type))
			slc_own_tell(skb, s);
		return TC_ACT_UNSPEC;
	}
	int reason = slc_parse(skb, s, type);
	if (!reason)
		reason = slc_record_upstream(skb, s);
	struct slc_address_value *to = slc_address(&s->p.dst);
	if (reason || !to || !to->tunnel)
		return slc_refuse(skb, s, reason ? reason : SLC_DROP_NO_TUNNEL_KEY);
	struct bpf_tunnel_key key = {
		.tunnel_id = s->identity[0],
		.remote_ipv4 = bpf_ntohl(to->tunnel),
		.tunnel_ttl = 64,
	};
	return bpf_skb_set_tunnel_key(skb, &key, sizeof(key), BPF_F_ZERO_CSUM_TX) ? TC_ACT_SHOT : TC_ACT_UNSPEC;
}

// Who sent it, by outer address, tunnel id and inner source: all three must tell the same story.
static __always_inline int slc_overlay_source(struct __sk_buff *skb, struct slc_pass *s)
{
	struct bpf_tunnel_key key = {};
	struct slc_ip outer;

	if (bpf_skb_get_tunnel_key(skb, &key, sizeof(key), 0))
		return SLC_DROP_NO_TUNNEL_KEY;
	__be32 remote = bpf_htonl(key.remote_ipv4);
	slc_map_ip4(&outer, remote);
	if (!slc_is_node(slc_identity(&outer)))
		return SLC_DROP_SENDER;
	struct slc_address_value *from = slc_address(&s->p.src);
	s->identity[0] = key.tunnel_id;
	s->v.source_identity = key.tunnel_id;
	// A node's stack says only that it is a node: which labels it has is known here.
	int node = from && key.tunnel_id == SLC_ID_REMOTE_NODE && slc_is_node(from->identity);
	// Who dialled a Service at another node comes under that node's address, and it says who it is.
	if (from && slc_is_outside(key.tunnel_id) && slc_is_node(from->identity) &&
	    (from->tunnel == remote || slc_same_ip(&outer, &s->p.src))) {
		s->opened_as = SLC_CT_VOUCHED;
		return SLC_PASS;
	}
	if (slc_is_outside(key.tunnel_id) && (!from || slc_is_outside(from->identity))) {
		s->handed = 1;
		return SLC_PASS;
	}
	if (!from || (from->identity != key.tunnel_id && !node))
		return SLC_DROP_IDENTITY;
	s->identity[0] = s->v.source_identity = from->identity;
	int by_node = node && slc_same_ip(&outer, &s->p.src);
	return from->tunnel == remote || by_node ? SLC_PASS : SLC_DROP_SOURCE_IP;
}

// What other nodes send through the tunnel.
SEC("tc") int slc_from_overlay(struct __sk_buff *skb)
{
	struct slc_pass *s = slc_pass_get();
	__be16 type = slc_ether_type(skb);

	if (!s)
		return TC_ACT_SHOT;
	s->v.direction = SLC_INGRESS;
	if (slc_vlan(skb, type))
		return slc_refuse(skb, s, SLC_DROP_VLAN);
	int reason = slc_parse(skb, s, type);
	if (reason)
		return slc_refuse(skb, s, reason == SLC_DROP_L2_UNKNOWN ? reason | SLC_QUIET : reason);
	reason = slc_overlay_source(skb, s);
	if (!reason && s->handed)
		reason = slc_front_handed(skb, s);
	struct slc_local *local = slc_local_at(&s->p.dst);
	if (!reason && !local && slc_is_host(slc_identity(&s->p.dst))) { // what a pod answers to the node itself
		int action = slc_front_returns(skb, s);
		if (action != SLC_NOT_OURS)
			return action;
		bpf_skb_change_type(skb, PACKET_HOST);
		return TC_ACT_OK;
	}
	if (reason || !local)
		return slc_refuse(skb, s, reason ? reason : SLC_DROP_NO_LOCAL);
	__u32 ifindex = local->ifindex;
	struct slc_endpoint *to = slc_endpoint_at(ifindex);
	if (!to)
		return slc_refuse(skb, s, SLC_DROP_NO_LOCAL);
	slc_party_of(&s->receiver, to);
	s->identity[1] = s->receiver.identity;
	slc_about(s, &s->receiver, SLC_INGRESS);
	if (slc_is_nd(&s->p))
		return slc_refuse(skb, s, SLC_DROP_ICMP6_FORBIDDEN);
	if (!(to->flags & SLC_EP_READY))
		return slc_refuse(skb, s, SLC_DROP_NOT_READY);
	if (slc_decide(skb, s, SLC_INGRESS))
		return TC_ACT_SHOT;
	if (s->proxy)
		return slc_to_proxy(skb);
	if (slc_inside_answers(s)) {
		reason = slc_inside_answer(skb, s);
		if (reason)
			return slc_refuse(skb, s, reason);
	}
	bpf_skb_change_type(skb, PACKET_HOST); // the inner address is not the tunnel device's
	return slc_to_local(skb, s, to, ifindex);
}

// Run at start: expiry then goes on by itself for as long as the maps are pinned. Returns 0 or an errno; a timer's
// memory is to be had at once or not at all, so whoever runs it tries again.
SEC("tc") int slc_start_sweep(struct __sk_buff *skb)
{
	__u32 zero = 0;
	struct slc_sweep *sweep = bpf_map_lookup_elem(&slc_sweep, &zero);

	if (!sweep)
		return SLC_ENOENT;
	sweep->now = bpf_ktime_get_coarse_ns();
	long error = bpf_timer_init(&sweep->timer, &slc_sweep, SLC_CLOCK_MONOTONIC);
	if (error && error != -SLC_EBUSY) // a second start finds it there
		return -error;
	error = bpf_timer_set_callback(&sweep->timer, slc_sweep_tick);
	if (!error)
		error = bpf_timer_start(&sweep->timer, SLC_SWEEP_NS, 0);
	return error ? -error : slc_nat_start();
}

// Run when the table's ports were written. Returns 0.
SEC("tc") int slc_settle_ports(struct __sk_buff *skb)
{
	bpf_for_each_map_elem(&slc_nat, slc_front_settle, 0, 0);
	return 0;
}

#define SLC_HELD(map) bpf_map_sum_elem_count((struct bpf_map *)&map)

// Writes how many entries tables have that packets fill, in the order of HeldEntries.
SEC("tc") int slc_count_held(struct __sk_buff *skb)
{
	__s64 held[] = {
		SLC_HELD(slc_nat),   SLC_HELD(slc_nat_clients), SLC_HELD(slc_lb_affinity),
		SLC_HELD(slc_local), SLC_HELD(slc_frag),	SLC_HELD(slc_drops),
		slc_nat_count_lent(),
	};

	return bpf_skb_store_bytes(skb, ETH_HLEN, held, sizeof(held), 0) ? 1 : 0;
}

char _license[] SEC("license") = "Dual BSD/GPL";
