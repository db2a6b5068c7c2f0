// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Structs of load balancing that programs and Java share (LbCodec checks them against BTF).
#pragma once
#include "slc_types.h"

// An address and port.
struct slc_lb_target {
	struct slc_ip address;
	__be16 port;
	__u16 pad;
};

// slc_lb_frontend: a node port has the unspecified address of its family.
struct slc_lb_frontend_key {
	struct slc_lb_target target;
	__u32 protocol;
};

#define SLC_LB_RANGES 1 // flags: only clients in slc_range may come from outside
struct slc_lb_frontend {
	__u32 id;
	__u32 inside;        // scope that sockets of the node use
	__u32 inside_count;  // its slots
	__u32 outside;       // scope that traffic from outside the cluster uses; 0: it may not come here
	__u32 outside_count;
	__u32 affinity_seconds;
	__u32 flags;
};

struct slc_lb_slot_key {
	__u32 scope;
	__u32 slot;
};

struct slc_lb_member_key {
	__u32 scope;
	struct slc_lb_target backend;
};

// slc_lb_affinity: who stays with which backend. A client is a network namespace, or an address.
struct slc_lb_affinity_key {
	__u64 client[2];
	__u32 scope;
	__u32 pad;
};

struct slc_lb_affinity {
	__u64 last; // coarse monotonic ns
	struct slc_lb_target backend;
	__u32 pad;
};

// What a connected socket dialled, and where it was sent; dies with the socket.
struct slc_lb_dialled {
	struct slc_lb_target frontend;
	struct slc_lb_target backend;
	__u32 id;
	__u32 told; // slc_own_tell
};

// slc_lb_dials: what a TCP socket dialled, in the place of its cookie. A cache line, so that a connection touches one.
struct slc_lb_dial {
	__u64 cookie; // 0: the place is free
	struct slc_lb_dialled dialled;
	__u64 pad;
};

// The same of an unconnected UDP socket, for the last few backends that it was sent to.
#define SLC_LB_SENT 8

struct slc_lb_sent {
	__u32 next;
	__u32 pad;
	struct slc_lb_dialled to[SLC_LB_SENT];
};

_Static_assert(sizeof(struct slc_lb_target) == 20, "target");
_Static_assert(sizeof(struct slc_lb_frontend_key) == 24, "frontend key");
_Static_assert(sizeof(struct slc_lb_frontend) == 28, "frontend");
_Static_assert(sizeof(struct slc_lb_member_key) == 24, "member key");
_Static_assert(sizeof(struct slc_lb_affinity) == 32, "affinity");
_Static_assert(sizeof(struct slc_lb_dialled) == 48, "dialled");
_Static_assert(sizeof(struct slc_lb_dial) == 64, "dial");
