// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Structs of address translation that programs and Java share (Translation checks them against BTF).
#pragma once
#include "slc_types.h"

// A packet as it arrives, before translation.
struct slc_nat_key {
	struct slc_ip src;
	struct slc_ip dst;
	__be16 sport; // of an echo request its identifier
	__be16 dport; // of an echo reply its identifier
	__u8 protocol;
	__u8 pad[3];
};

// flags: what the entry is for. Each connection has two entries, one a direction; one that a client outside opens to a
// backend elsewhere has the second only when that answers.
#define SLC_NAT_FRONT 1 // client to a Service's address
#define SLC_NAT_BACK 2  // its backend to the client
#define SLC_NAT_OUT 3   // pod to the outside, under the node's address
#define SLC_NAT_IN 4    // the outside to that pod
#define SLC_NAT_KIND 7
#define SLC_NAT_SEEN 8 // a packet came
#define SLC_NAT_FIN 16
#define SLC_NAT_RST 32
#define SLC_NAT_DIRECT 64 // goes on as it came: the backend's node answers the client itself
#define SLC_NAT_UNDERWAY 128 // the client has acknowledged something
#define SLC_NAT_INSIDE 256 // FRONT, BACK: the client is a pod of this node
#define SLC_NAT_HALF 512 // BACK: nobody has answered yet, so there is no FRONT
#define SLC_NAT_OWN 2048 // FRONT, BACK: the client is a socket of the node itself
#define SLC_NAT_OVER 1024 // its client has begun anew with another backend: the sweep removes it

// What the packet becomes.
struct slc_nat_value {
	struct slc_ip src;
	struct slc_ip dst;
	__be16 sport;
	__be16 dport;
	__u32 flags;
	__u64 last_seen; // slc_now
	__u32 service;   // frontend that was dialled, 0: none
	__u32 identity;  // of who sends
	__u32 epoch;     // of addresses, for which the identity holds
	__u32 swept;     // tick that last looked at it
	__be32 tunnel;   // FRONT, HALF: outer address of the backend's node, 0: ask; as good as the epoch
	__u32 client;    // HALF: identity of who opened
};

// One of the node's ports towards some of the backends elsewhere: what answers to it become, while it is lent.
struct slc_nat_port {
	struct slc_nat_key key; // protocol 0: nobody is answered
	struct slc_nat_value value;
	__u32 lent;
	__u32 pad[3];
};

// Written by the applier alone.
struct slc_nat_config {
	__u32 uplink;     // ifindex; 0: nothing is translated yet
	__u32 direct;     // backends elsewhere answer clients themselves
	__u32 port_first; // ports that are the table's, on the node's addresses
	__u32 ports;
	struct slc_ip ip4; // the node's own address; unspecified: none
	struct slc_ip ip6;
};

// slc_range: prefixes that belong to something: a frontend, and who may use it, or where pods go under their own address.
// Of an owner all are of one family, for an IPv6 prefix may hold all IPv4 addresses as they are written here.
#define SLC_RANGE_EXCEPT4 0
#define SLC_RANGE_EXCEPT6 0xffffffff
struct slc_range_key {
	__u32 prefixlen;
	__u32 owner;
	struct slc_ip addr;
};

_Static_assert(sizeof(struct slc_nat_key) == 40, "translation key");
_Static_assert(sizeof(struct slc_nat_value) == 72, "translation value");
_Static_assert(sizeof(struct slc_nat_port) == 128, "lent port");
_Static_assert(sizeof(struct slc_nat_config) == 48, "translation config");
_Static_assert(sizeof(struct slc_range_key) == 24, "range key");
