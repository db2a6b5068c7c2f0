// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Load balancing at the socket: a backend is chosen when a socket connects or sends, so no packet is ever rewritten.
// An IPv4 address that an AF_INET6 socket dials is ::ffff:a.b.c.d there, which is how maps hold it anyway.
#pragma once
#include <bpf/bpf_core_read.h>
#include "slc_lb.h"
#include "slc_policy.h"

#define SLC_ECONNREFUSED 111
#define SLC_EACCES 13

#define SLC_GO_ON 1
#define SLC_REFUSE 0

// The way to one member: where the kernel has it, the loader finds out.
#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct sock {
	unsigned char sk_kern_sock : 1;
};

struct inet_sock {
	struct sock sk;
};

struct inet_connection_sock {
	struct inet_sock icsk_inet;
};

struct tcp_sock {
	struct inet_connection_sock inet_conn;
};
#pragma clang attribute pop

// Network namespace (its cookie) of each pod of the node, to the interface that its endpoint is on.
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u64);
	__type(value, __u32);
} slc_netns SEC(".maps");

// The address that a program was called with. `family` is a constant: the verifier sees one branch alone.
static __always_inline void slc_sock_read(const struct bpf_sock_addr *ctx, int family, struct slc_lb_target *target)
{
	if (family == 4) {
		slc_map_ip4(&target->address, ctx->user_ip4);
	} else {
		target->address.w[0] = ctx->user_ip6[0];
		target->address.w[1] = ctx->user_ip6[1];
		target->address.w[2] = ctx->user_ip6[2];
		target->address.w[3] = ctx->user_ip6[3];
	}
	target->port = (__be16)ctx->user_port;
}

static __always_inline void slc_sock_write(struct bpf_sock_addr *ctx, int family, const struct slc_lb_target *target)
{
	if (family == 4) {
		ctx->user_ip4 = target->address.w[3];
	} else {
		ctx->user_ip6[0] = target->address.w[0];
		ctx->user_ip6[1] = target->address.w[1];
		ctx->user_ip6[2] = target->address.w[2];
		ctx->user_ip6[3] = target->address.w[3];
	}
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
	slc_count_interrupted(reason, SLC_EGRESS);
	if (!ep)
		return; // a process of the node
	struct slc_event *e = slc_reserve_interrupted();
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

// A kernel's own socket (a mount, a part of a multipath connection) ends without a word to slc_released.
static __always_inline int slc_sock_kernels(struct bpf_sock *sk)
{
	struct tcp_sock *tcp = bpf_skc_to_tcp_sock(sk);

	return !tcp || BPF_CORE_READ_BITFIELD(&tcp->inet_conn.icsk_inet.sk, sk_kern_sock);
}

// Takes the place of the socket's cookie, unless another socket that lives has it. Returns whether it is in there.
static __always_inline int slc_sock_placed(struct bpf_sock_addr *ctx, const struct slc_lb_dialled *to)
{
	__u64 cookie = bpf_get_socket_cookie(ctx);
	struct slc_lb_dial *dial = slc_lb_dial_at(cookie);

	if (!dial || slc_sock_kernels(ctx->sk))
		return 0;
	__u64 owner = __sync_val_compare_and_swap(&dial->cookie, 0, cookie);
	if (owner && owner != cookie)
		return 0;
	dial->dialled = *to;
	return 1;
}

// Remembers what a socket dialled for as long as the socket lives.
static __always_inline void slc_sock_connected(struct bpf_sock_addr *ctx, const struct slc_lb_dialled *to)
{
	if (ctx->protocol == SLC_PROTO_TCP && slc_sock_placed(ctx, to))
		return;
	struct slc_lb_dialled *held =
		bpf_sk_storage_get(&slc_lb_dialled, ctx->sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
	if (held) // else no memory: the connection works, only its peer has another name
		*held = *to;
}

static __always_inline void slc_sock_sent(struct bpf_sock_addr *ctx, const struct slc_lb_dialled *to)
{
	struct slc_lb_sent *sent = bpf_sk_storage_get(&slc_lb_sent, ctx->sk, 0, BPF_SK_STORAGE_GET_F_CREATE);

	if (!sent)
		return;
	struct slc_lb_dialled *held = slc_lb_sent_to(sent, &to->backend);
	if (!held)
		held = &sent->to[sent->next++ & (SLC_LB_SENT - 1)];
	*held = *to;
}

// A socket connects, or sends to somebody without a connection.
static __always_inline int slc_sock_dial(struct bpf_sock_addr *ctx, int family, int connects)
{
	struct slc_lb_dialled to = {};

	slc_sock_read(ctx, family, &to.frontend);
	int reason = slc_sock_choose(ctx, &to);
	if (reason)
		return slc_sock_refuse(reason);
	if (to.id) {
		if (connects)
			slc_sock_connected(ctx, &to);
		else
			slc_sock_sent(ctx, &to);
		slc_sock_write(ctx, family, &to.backend);
	} else if (connects && ctx->protocol == SLC_PROTO_UDP) {
		// It may have been connected to a Service before.
		bpf_sk_storage_delete(&slc_lb_dialled, ctx->sk);
	}
	return SLC_GO_ON;
}

// A socket asks who its peer is, or who sent what it receives.
static __always_inline int slc_sock_name(struct bpf_sock_addr *ctx, int family)
{
	struct slc_lb_target peer = {};

	slc_sock_read(ctx, family, &peer);
	__u64 cookie = ctx->protocol == SLC_PROTO_TCP ? bpf_get_socket_cookie(ctx) : 0;
	struct slc_lb_dialled *held = slc_lb_held(ctx->sk, cookie, ctx->protocol, &peer);
	if (held)
		slc_sock_write(ctx, family, &held->frontend);
	return SLC_GO_ON;
}

#define SLC_SOCK_PROGRAM(hook, family, body)                                                                           \
	SEC("cgroup/" #hook #family) int slc_##hook##family(struct bpf_sock_addr *ctx)                                 \
	{                                                                                                              \
		return body;                                                                                           \
	}

SLC_SOCK_PROGRAM(connect, 4, slc_sock_dial(ctx, 4, 1))
SLC_SOCK_PROGRAM(connect, 6, slc_sock_dial(ctx, 6, 1))
SLC_SOCK_PROGRAM(sendmsg, 4, slc_sock_dial(ctx, 4, 0))
SLC_SOCK_PROGRAM(sendmsg, 6, slc_sock_dial(ctx, 6, 0))
SLC_SOCK_PROGRAM(recvmsg, 4, slc_sock_name(ctx, 4))
SLC_SOCK_PROGRAM(recvmsg, 6, slc_sock_name(ctx, 6))
SLC_SOCK_PROGRAM(getpeername, 4, slc_sock_name(ctx, 4))
SLC_SOCK_PROGRAM(getpeername, 6, slc_sock_name(ctx, 6))

// The place of a socket that ends is free.
SEC("cgroup/sock_release") int slc_released(struct bpf_sock *sk)
{
	if (sk->protocol == SLC_PROTO_TCP) {
		__u64 cookie = bpf_get_socket_cookie(sk);
		struct slc_lb_dial *dial = slc_lb_dial_at(cookie);
		if (dial && dial->cookie == cookie)
			dial->cookie = 0;
	}
	return SLC_GO_ON;
}
