// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Load balancing at the socket: a backend is chosen when a socket connects or sends, so no packet is ever rewritten.
// An IPv4 address that an AF_INET6 socket dials is ::ffff:a.b.c.d there, which is how maps hold it anyway.
#pragma once
#include "slc_lb.h"
#include "slc_policy.h"

#define SLC_ECONNREFUSED 111
#define SLC_EACCES 13

#define SLC_GO_ON 1
#define SLC_REFUSE 0

// Network namespace (its cookie) of each pod of the node, to the interface that its endpoint is on.
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u64);
	__type(value, __u32);
} slc_netns SEC(".maps");

static __always_inline void slc_sock_dialled4(const struct bpf_sock_addr *ctx, struct slc_lb_target *target)
{
	slc_map_ip4(&target->address, ctx->user_ip4);
	target->port = (__be16)ctx->user_port;
}

static __always_inline void slc_sock_dialled6(const struct bpf_sock_addr *ctx, struct slc_lb_target *target)
{
	target->address.w[0] = ctx->user_ip6[0];
	target->address.w[1] = ctx->user_ip6[1];
	target->address.w[2] = ctx->user_ip6[2];
	target->address.w[3] = ctx->user_ip6[3];
	target->port = (__be16)ctx->user_port;
}

static __always_inline void slc_sock_answer4(struct bpf_sock_addr *ctx, const struct slc_lb_target *target)
{
	ctx->user_ip4 = target->address.w[3];
	ctx->user_port = target->port;
}

static __always_inline void slc_sock_answer6(struct bpf_sock_addr *ctx, const struct slc_lb_target *target)
{
	ctx->user_ip6[0] = target->address.w[0];
	ctx->user_ip6[1] = target->address.w[1];
	ctx->user_ip6[2] = target->address.w[2];
	ctx->user_ip6[3] = target->address.w[3];
	ctx->user_port = target->port;
}

static __always_inline struct slc_endpoint *slc_sock_endpoint(__u64 netns)
{
	__u32 *ifindex = bpf_map_lookup_elem(&slc_netns, &netns);

	return ifindex ? slc_endpoint_at(*ifindex) : 0;
}

static __always_inline int slc_owned(const struct slc_endpoint *ep, const struct slc_ip *ip)
{
	return slc_is_ip4(ip) ? ip->w[3] == ep->ip4 && ep->ip4 : slc_same_ip(ip, &ep->ip6);
}

// A refusal has no packet: the event says who dialled what.
static __always_inline void slc_sock_tell(const struct slc_endpoint *ep, const struct slc_lb_target *dialled,
					  const struct slc_lb_frontend *frontend, __u32 protocol, __u32 reason,
					  __u32 peer, __u32 cookie)
{
	slc_count(reason, SLC_EGRESS, 0);
	if (!ep)
		return; // a process of the node
	struct slc_event *e = slc_reserve();
	if (!e)
		return;
	__builtin_memset(e, 0, sizeof(*e));
	e->time = bpf_ktime_get_ns();
	if (slc_is_ip4(&dialled->address))
		slc_map_ip4(&e->source, ep->ip4);
	else
		e->source = ep->ip6;
	e->destination = dialled->address;
	e->destination_port = dialled->port;
	e->endpoint = ep->id;
	e->source_identity = ep->identity;
	e->destination_identity = peer;
	e->cookie = cookie;
	e->count = 1;
	e->type = SLC_EVENT_DROP;
	e->reason = reason;
	e->direction = SLC_EGRESS;
	e->protocol = protocol;
	e->service = frontend->id;
	slc_submit(e);
}

// Packets of a pod to itself never leave it: its policy is asked here, for both ends.
static __always_inline int slc_sock_hairpin(const struct slc_endpoint *ep, const struct slc_lb_target *to,
					    __u32 protocol, __u32 *cookie)
{
	int reason = slc_policy_ask(ep->identity, ep->identity, SLC_EGRESS, protocol, to->port, cookie);

	return reason ? reason : slc_policy_ask(ep->identity, ep->identity, SLC_INGRESS, protocol, to->port, cookie);
}

// Chooses a backend for what a socket dialled. Returns SLC_PASS, with `to->backend` set when it is a Service's, or why not.
static __noinline int slc_sock_choose(struct bpf_sock_addr *ctx, struct slc_lb_dialled *to)
{
	struct slc_lb_affinity_key client = {};
	__u32 protocol = ctx->protocol, cookie = 0;

	if (!to)
		return SLC_PASS;
	struct slc_lb_frontend *frontend = slc_lb_find(&to->frontend, protocol);
	if (!frontend)
		return SLC_PASS;
	to->id = frontend->id;
	__u64 netns = bpf_get_netns_cookie(ctx);
	struct slc_endpoint *ep = slc_sock_endpoint(netns);
	client.client[0] = netns;
	client.scope = frontend->inside;
	__u32 seconds = frontend->affinity_seconds;
	if (!seconds || !slc_lb_stays(&client, seconds, &to->backend)) {
		struct slc_lb_target *found =
			slc_lb_slot_at(frontend->inside, frontend->inside_count, bpf_get_prandom_u32());
		if (!found) {
			slc_sock_tell(ep, &to->frontend, frontend, protocol, SLC_DROP_NO_BACKEND, SLC_ID_WORLD, 0);
			return SLC_DROP_NO_BACKEND;
		}
		to->backend = *found;
		if (seconds)
			slc_lb_stay(&client, &to->backend);
	}
	if (ep && slc_owned(ep, &to->backend.address)) {
		int reason = slc_sock_hairpin(ep, &to->backend, protocol, &cookie);
		if (reason) {
			slc_sock_tell(ep, &to->backend, frontend, protocol, reason, ep->identity, cookie);
			return reason;
		}
	}
	return SLC_PASS;
}

static __always_inline int slc_sock_refuse(int reason)
{
	bpf_set_retval(reason == SLC_DROP_NO_BACKEND ? -SLC_ECONNREFUSED : -SLC_EACCES);
	return SLC_REFUSE;
}

// Remembers what a socket dialled for as long as the socket lives.
static __always_inline int slc_sock_connected(struct bpf_sock_addr *ctx, const struct slc_lb_dialled *to)
{
	struct slc_lb_dialled *held =
		bpf_sk_storage_get(&slc_lb_dialled, ctx->sk, 0, BPF_SK_STORAGE_GET_F_CREATE);

	if (!held)
		return 0; // no memory: the connection works, only its peer has another name
	*held = *to;
	return 1;
}

// A socket may be connected again to something that is no Service.
static __always_inline void slc_sock_forget(struct bpf_sock_addr *ctx)
{
	bpf_sk_storage_delete(&slc_lb_dialled, ctx->sk);
}

static __noinline int slc_sock_sent(struct bpf_sock_addr *ctx, const struct slc_lb_dialled *to)
{
	if (!to)
		return 0;
	struct slc_lb_sent *sent = bpf_sk_storage_get(&slc_lb_sent, ctx->sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
	if (!sent)
		return 0;
	for (int i = 0; i < SLC_LB_SENT; i++) {
		if (slc_lb_same(&sent->to[i].backend, &to->backend)) {
			sent->to[i] = *to;
			return 1;
		}
	}
	sent->to[sent->next++ & (SLC_LB_SENT - 1)] = *to;
	return 1;
}

// What the socket dialled when it was sent to this backend; 0: it dialled the backend itself.
static __noinline int slc_sock_original(struct bpf_sock_addr *ctx, struct slc_lb_target *backend)
{
	if (!backend)
		return 0;
	struct slc_lb_dialled *held = bpf_sk_storage_get(&slc_lb_dialled, ctx->sk, 0, 0);
	if (held && slc_lb_same(&held->backend, backend)) {
		*backend = held->frontend;
		return 1;
	}
	if (ctx->protocol != SLC_PROTO_UDP)
		return 0;
	struct slc_lb_sent *sent = bpf_sk_storage_get(&slc_lb_sent, ctx->sk, 0, 0);
	if (!sent)
		return 0;
	for (int i = 0; i < SLC_LB_SENT; i++) {
		if (slc_lb_same(&sent->to[i].backend, backend)) {
			*backend = sent->to[i].frontend;
			return 1;
		}
	}
	return 0;
}

#define SLC_SOCK_PROGRAMS(family)                                                                                      \
	SEC("cgroup/connect" #family) int slc_connect##family(struct bpf_sock_addr *ctx)                               \
	{                                                                                                              \
		struct slc_lb_dialled to = {};                                                                         \
		slc_sock_dialled##family(ctx, &to.frontend);                                                           \
		int reason = slc_sock_choose(ctx, &to);                                                                \
		if (reason)                                                                                            \
			return slc_sock_refuse(reason);                                                                \
		if (!to.id) {                                                                                          \
			if (ctx->protocol == SLC_PROTO_UDP)                                                            \
				slc_sock_forget(ctx);                                                                  \
			return SLC_GO_ON;                                                                              \
		}                                                                                                      \
		slc_sock_connected(ctx, &to);                                                                          \
		slc_sock_answer##family(ctx, &to.backend);                                                             \
		return SLC_GO_ON;                                                                                      \
	}                                                                                                              \
	SEC("cgroup/sendmsg" #family) int slc_sendmsg##family(struct bpf_sock_addr *ctx)                               \
	{                                                                                                              \
		struct slc_lb_dialled to = {};                                                                         \
		slc_sock_dialled##family(ctx, &to.frontend);                                                           \
		int reason = slc_sock_choose(ctx, &to);                                                                \
		if (reason)                                                                                            \
			return slc_sock_refuse(reason);                                                                \
		if (!to.id)                                                                                            \
			return SLC_GO_ON;                                                                              \
		slc_sock_sent(ctx, &to);                                                                               \
		slc_sock_answer##family(ctx, &to.backend);                                                             \
		return SLC_GO_ON;                                                                                      \
	}                                                                                                              \
	SEC("cgroup/recvmsg" #family) int slc_recvmsg##family(struct bpf_sock_addr *ctx)                               \
	{                                                                                                              \
		struct slc_lb_target from = {};                                                                        \
		slc_sock_dialled##family(ctx, &from);                                                                  \
		if (slc_sock_original(ctx, &from))                                                                     \
			slc_sock_answer##family(ctx, &from);                                                           \
		return SLC_GO_ON;                                                                                      \
	}                                                                                                              \
	SEC("cgroup/getpeername" #family) int slc_getpeername##family(struct bpf_sock_addr *ctx)                       \
	{                                                                                                              \
		struct slc_lb_target peer = {};                                                                        \
		slc_sock_dialled##family(ctx, &peer);                                                                  \
		if (slc_sock_original(ctx, &peer))                                                                     \
			slc_sock_answer##family(ctx, &peer);                                                           \
		return SLC_GO_ON;                                                                                      \
	}

SLC_SOCK_PROGRAMS(4)
SLC_SOCK_PROGRAMS(6)
