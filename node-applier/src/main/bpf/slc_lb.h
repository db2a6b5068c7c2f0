// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Services: which frontend an address is, and which backend a client gets.
#pragma once
#include "slc_lb_types.h"
#include "slc_parse.h"

#define SLC_NODE_PORT_FIRST 30000
#define SLC_NODE_PORT_LAST 32767

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 131072);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct slc_lb_frontend_key);
	__type(value, struct slc_lb_frontend);
} slc_lb_frontend SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 524288);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct slc_lb_slot_key);
	__type(value, struct slc_lb_target);
} slc_lb_slot SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 524288);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct slc_lb_member_key);
	__type(value, __u32);
} slc_lb_member SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 65536);
	__type(key, struct slc_lb_affinity_key);
	__type(value, struct slc_lb_affinity);
} slc_lb_affinity SEC(".maps");

// Storage of a socket costs a connection two allocations, a microsecond with their end. So a TCP socket has the place
// of its cookie here, if no living socket has it, and storage only if one does.
#define SLC_LB_DIALS 32768
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SLC_LB_DIALS);
	__type(key, __u32); // lowest bits of the cookie
	__type(value, struct slc_lb_dial);
} slc_lb_dials SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct slc_lb_dialled);
} slc_lb_dialled SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct slc_lb_sent);
} slc_lb_sent SEC(".maps");

// Of Services, addresses of pods of this node and the node's own.
SLC_EPOCH(slc_lb_epoch);

static __always_inline __u32 slc_addresses_epoch(void)
{
	__u32 zero = 0;
	struct slc_epoch *addresses = bpf_map_lookup_elem(&slc_addr_epoch, &zero);

	return addresses ? *(volatile __u32 *)&addresses->epoch : 0;
}

// For how long it is good what a CPU remembers of frontends, seats and clients: their sum grows when either does. Never
// 0, which is nothing remembered.
static __always_inline __u32 slc_lb_epoch_now(void)
{
	__u32 zero = 0;
	struct slc_epoch *services = bpf_map_lookup_elem(&slc_lb_epoch, &zero);
	__u32 sum = slc_addresses_epoch() + (services ? *(volatile __u32 *)&services->epoch : 0);

	__asm__ volatile("" ::: "memory"); // it is read before what it speaks of
	return sum + 1 ? sum + 1 : 1;
}

static __always_inline int slc_lb_same(const struct slc_lb_target *x, const struct slc_lb_target *y)
{
	return x->port == y->port && slc_same_ip(&x->address, &y->address);
}

static __always_inline int slc_lb_node_port(__be16 port)
{
	__u16 host = bpf_ntohs(port);
	return host >= SLC_NODE_PORT_FIRST && host <= SLC_NODE_PORT_LAST;
}

// The frontend of a port of the nodes.
static __always_inline struct slc_lb_frontend *slc_lb_node_port_of(__be16 port, __u32 protocol, int v6)
{
	struct slc_lb_frontend_key key = {.protocol = protocol};

	key.target.address.w[2] = v6 ? 0 : bpf_htonl(0xffff);
	key.target.port = port;
	return bpf_map_lookup_elem(&slc_lb_frontend, &key);
}

// The frontend that an address and port is. One lookup for whatever is none, unless the port may be a node's.
static __always_inline struct slc_lb_frontend *slc_lb_find(const struct slc_lb_target *target, __u32 protocol)
{
	struct slc_lb_frontend_key key = {.target = *target, .protocol = protocol};
	struct slc_lb_frontend *found = bpf_map_lookup_elem(&slc_lb_frontend, &key);

	if (found || !slc_lb_node_port(target->port))
		return found;
	__u32 owner = slc_identity(&target->address);
	if (!slc_is_host(owner) && !slc_is_node(owner))
		return 0;
	return slc_lb_node_port_of(target->port, protocol, !slc_is_ip4(&target->address));
}

// A slot that went between the frontend's count and this look is as good as the first one.
static __always_inline struct slc_lb_target *slc_lb_slot_at(__u32 scope, __u32 count, __u32 number)
{
	struct slc_lb_slot_key key = {.scope = scope};

	if (!count)
		return 0;
	key.slot = number % count;
	struct slc_lb_target *found = bpf_map_lookup_elem(&slc_lb_slot, &key);
	if (found)
		return found;
	key.slot = 0;
	return bpf_map_lookup_elem(&slc_lb_slot, &key);
}

// The backend that a client of a Service with affinity had, if it still is one and the time is not over.
static __always_inline int slc_lb_stays(const struct slc_lb_affinity_key *key, __u32 seconds, struct slc_lb_target *to)
{
	struct slc_lb_affinity *held = bpf_map_lookup_elem(&slc_lb_affinity, key);
	__u64 now = bpf_ktime_get_coarse_ns();

	if (!held || (__s64)(now - held->last) > (__s64)seconds * 1000000000LL)
		return 0;
	struct slc_lb_member_key member = {.scope = key->scope, .backend = held->backend};
	if (!bpf_map_lookup_elem(&slc_lb_member, &member))
		return 0;
	held->last = now;
	*to = held->backend;
	return 1;
}

static __always_inline void slc_lb_stay(const struct slc_lb_affinity_key *key, const struct slc_lb_target *to)
{
	struct slc_lb_affinity fresh = {.last = bpf_ktime_get_coarse_ns(), .backend = *to};

	bpf_map_update_elem(&slc_lb_affinity, key, &fresh, BPF_ANY);
}

static __always_inline struct slc_lb_dial *slc_lb_dial_at(__u64 cookie)
{
	__u32 place = cookie & (SLC_LB_DIALS - 1);

	return bpf_map_lookup_elem(&slc_lb_dials, &place);
}

static __always_inline struct slc_lb_dialled *slc_lb_sent_to(struct slc_lb_sent *sent,
							      const struct slc_lb_target *backend)
{
	for (int i = 0; i < SLC_LB_SENT; i++)
		if (slc_lb_same(&sent->to[i].backend, backend))
			return &sent->to[i];
	return 0;
}

// What a socket dialled that was sent to this backend; 0: the backend itself. Only TCP needs the cookie.
static __always_inline struct slc_lb_dialled *slc_lb_held(struct bpf_sock *sk, __u64 cookie, __u32 protocol,
							   const struct slc_lb_target *backend)
{
	if (protocol == SLC_PROTO_TCP) {
		struct slc_lb_dial *dial = slc_lb_dial_at(cookie);
		if (dial && dial->cookie == cookie)
			return slc_lb_same(&dial->dialled.backend, backend) ? &dial->dialled : 0;
	}
	struct slc_lb_dialled *held = bpf_sk_storage_get(&slc_lb_dialled, sk, 0, 0);
	if (held && slc_lb_same(&held->backend, backend))
		return held;
	if (protocol != SLC_PROTO_UDP)
		return 0;
	struct slc_lb_sent *sent = bpf_sk_storage_get(&slc_lb_sent, sk, 0, 0);
	return sent ? slc_lb_sent_to(sent, backend) : 0;
}

// What the socket behind a packet dialled to send it there; 0: nothing else, or the packet has left its socket.
static __noinline struct slc_lb_dialled *slc_lb_held_by(struct __sk_buff *skb, const struct slc_packet *p)
{
	struct bpf_sock *sk = skb->sk;

	if (!p || !sk)
		return 0;
	sk = bpf_sk_fullsock(sk);
	if (!sk)
		return 0;
	struct slc_lb_target backend = {.address = p->dst, .port = p->dport};
	__u64 cookie = p->protocol == SLC_PROTO_TCP ? bpf_get_socket_cookie(skb) : 0;
	return slc_lb_held(sk, cookie, p->protocol, &backend);
}

// The frontend of it, or 0.
static __always_inline __u32 slc_lb_dialled_by(struct __sk_buff *skb, const struct slc_packet *p)
{
	struct slc_lb_dialled *held = slc_lb_held_by(skb, p);

	return held ? held->id : 0;
}
