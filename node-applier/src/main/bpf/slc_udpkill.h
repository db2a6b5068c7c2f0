// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Ends UDP sockets that are connected to a backend that is gone: nobody would ever tell them. The applier names the
// backends in slc_lb_gone and reads the iterator once in each network namespace of the node.
#pragma once
#include "slc_lb.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct slc_lb_target);
	__type(value, __u32);
} slc_lb_gone SEC(".maps");

// Only the kinds of these types matter: the kernel has the members.
struct sock_common {
	int any;
};

struct udp_sock {
	int any;
};

struct slc_iter_udp {
	void *meta;
	struct udp_sock *udp_sk;
};

extern int bpf_sock_destroy(struct sock_common *sk) __ksym;

SEC("iter/udp") int slc_end_udp(struct slc_iter_udp *ctx)
{
	struct udp_sock *sk = ctx->udp_sk;

	if (!sk)
		return 0;
	struct slc_lb_dialled *held = bpf_sk_storage_get(&slc_lb_dialled, sk, 0, 0);
	if (!held)
		return 0;
	struct slc_lb_target backend = held->backend;
	if (bpf_map_lookup_elem(&slc_lb_gone, &backend))
		bpf_sock_destroy((struct sock_common *)sk);
	return 0;
}
