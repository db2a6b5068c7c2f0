// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Flows of the node's proxies, by marks and the connection table:
//   pod ──► server   judged, recorded with the proxy's number, marked: the stack delivers it to the proxy's socket
//   proxy ──► server from the pod's address, marked by the proxy: recorded as its own, so that replies find it
// No packet is taken for the proxy's that was not recorded here.
#pragma once
#include "slc_forward.h"

#define SLC_MARK_MASK 0xf00
#define SLC_MARK_TO_PROXY 0x200
#define SLC_MARK_UPSTREAM 0xb00
#define SLC_MARK_DIALLED 0x400 // slc_own.h: a socket of the node dialled a Service, and the packet is translated

// The proxies' sockets: number << 2, 2 more for TCP, 1 more for IPv6. An empty slot: what should go there is dropped.
struct {
	__uint(type, BPF_MAP_TYPE_SOCKMAP);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u64);
} slc_proxies SEC(".maps");

static __always_inline int slc_to_proxy(struct __sk_buff *skb)
{
	skb->mark = (skb->mark & ~SLC_MARK_MASK) | SLC_MARK_TO_PROXY;
	bpf_skb_change_type(skb, PACKET_HOST);
	return TC_ACT_OK;
}

// Whether somebody takes what is for a proxy. If not, the node's stack would refuse it in the server's name, and in one
// family only; a client that hears nothing asks again.
static __noinline int slc_proxy_there(const struct slc_pass *s)
{
	if (!s)
		return 0;
	__u32 slot = s->proxy << 2 | (s->p.protocol == SLC_PROTO_TCP) << 1 | s->p.v6;
	struct bpf_sock *sk = bpf_map_lookup_elem(&slc_proxies, &slot);

	if (!sk)
		return 0;
	bpf_sk_release(sk);
	return 1;
}

static __always_inline int slc_is_upstream(const struct __sk_buff *skb)
{
	return (skb->mark & SLC_MARK_MASK) == SLC_MARK_UPSTREAM && skb->ingress_ifindex == 0;
}

// Marked for a proxy, and yet on its way out: the route to the proxy is not there.
static __always_inline int slc_missed_proxy(const struct __sk_buff *skb)
{
	return (skb->mark & SLC_MARK_MASK) == SLC_MARK_TO_PROXY;
}

// Whose reply a packet is that other machines sent: the pod's, or that of the proxy that asked in its name.
static __noinline int slc_answers_proxy(const struct slc_packet *p)
{
	struct slc_ct_key key = {};

	if (!p || (p->protocol != SLC_PROTO_UDP && p->protocol != SLC_PROTO_TCP))
		return 0;
	int from_b = slc_ct_key_of(&key, p);
	struct slc_ct_value *e = bpf_map_lookup_elem(&slc_ct, &key);
	return e && (e->flags & SLC_CT_UPSTREAM) && from_b != !!(e->flags & SLC_CT_OPENED_BY_B);
}

// What a proxy sends in a pod's name beyond this node. Returns 0 when it passes, else the reason.
static __always_inline int slc_record_upstream(struct __sk_buff *skb, struct slc_pass *s)
{
	struct slc_local *local = slc_local_at(&s->p.src);

	if (!local)
		return SLC_DROP_SOURCE_IP;
	s->owner = local->endpoint;
	s->upstream = 1;
	s->identity[0] = slc_identity(&s->p.src);
	s->identity[1] = slc_identity(&s->p.dst);
	s->v.source_identity = s->identity[0];
	s->v.destination_identity = s->identity[1];
	s->v.direction = SLC_EGRESS;
	return slc_judge(skb, s);
}

// Which socket takes a packet that the node's stack delivers. Not recorded: whoever listens, as without us.
SEC("sk_lookup") int slc_pick_proxy(struct bpf_sk_lookup *ctx)
{
	struct slc_packet p = {};
	struct slc_ct_key key = {};

	p.protocol = ctx->protocol;
	p.sport = (__be16)ctx->remote_port;
	p.dport = bpf_htons((__u16)ctx->local_port);
	if (ctx->family == 2 /* AF_INET */) {
		slc_map_ip4(&p.src, ctx->remote_ip4);
		slc_map_ip4(&p.dst, ctx->local_ip4);
	} else {
		p.src.w[0] = ctx->remote_ip6[0];
		p.src.w[1] = ctx->remote_ip6[1];
		p.src.w[2] = ctx->remote_ip6[2];
		p.src.w[3] = ctx->remote_ip6[3];
		p.dst.w[0] = ctx->local_ip6[0];
		p.dst.w[1] = ctx->local_ip6[1];
		p.dst.w[2] = ctx->local_ip6[2];
		p.dst.w[3] = ctx->local_ip6[3];
	}
	slc_ct_key_of(&key, &p);
	struct slc_ct_value *e = bpf_map_lookup_elem(&slc_ct, &key);
	__u32 slot = e ? e->flags >> SLC_CT_PROXY_SHIFT & SLC_CT_PROXY_MAX : 0;
	if (!slot)
		return SK_PASS;
	slot = slot << 2 | (p.protocol == SLC_PROTO_TCP) << 1 | (ctx->family != 2);
	struct bpf_sock *sk = bpf_map_lookup_elem(&slc_proxies, &slot);
	if (!sk)
		return SK_DROP;
	long error = bpf_sk_assign(ctx, sk, 0);
	bpf_sk_release(sk);
	return error ? SK_DROP : SK_PASS;
}
