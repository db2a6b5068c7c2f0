// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Structs that programs and Java share (Layouts checks them against BTF), and those between programs.
#pragma once
#include <linux/bpf.h>
#include <linux/types.h>

#define SLC_INGRESS 0
#define SLC_EGRESS 1

// Reserved identities, with Cilium's numbers.
#define SLC_ID_HOST 1
#define SLC_ID_WORLD 2
#define SLC_ID_UNMANAGED 3
#define SLC_ID_REMOTE_NODE 6
// Ranges of identities: IdentityScope.
#define SLC_ID_FIRST_POD 256
#define SLC_ID_PODS_END 0x7e0000
#define SLC_ID_FIRST_NODE 0x7e0000
#define SLC_ID_NODES_END 0x7f0000
#define SLC_ID_FIRST_HOST 0x7f0000
#define SLC_ID_HOSTS_END 0x800000
#define SLC_ID_FIRST_PREFIX 0x800000
#define SLC_ID_LAST 0xffffff

// An IPv4 address is ::ffff:a.b.c.d.
struct slc_ip {
	__be32 w[4];
};

// slc_policy: the first 72 bits always count, then protocol, then leading bits of the port.
struct slc_policy_key {
	__u32 prefixlen;
	__u32 subject;
	__u32 peer; // 0: any
	__u8 direction;
	__u8 protocol;
	__be16 port;
};

#define SLC_POLICY_DENY_RULE 1 // flags: a rule denies, rather than nothing allowing
#define SLC_POLICY_AUDIT 2     // passes, though audited policies would drop it: the cookie says which

struct slc_policy_value {
	__u8 allow;
	__u8 flags;
	__u16 proxy_port;
	__u32 cookie;
};

struct slc_prefix_key {
	__u32 prefixlen;
	struct slc_ip addr;
};

#define SLC_ADDRESS_UNDERLAY 1 // flags: another node's own address, which speaks on the underlay too
struct slc_address_value {
	__u32 identity;
	__be32 tunnel; // outer address of the owning node, 0: here or outside the cluster
	__u32 flags;
	__u32 pad;
};

// Mapped by the applier. Grows after entries were written: what is remembered of them is then asked again. Dirty while
// they are written.
struct slc_epoch {
	__u32 epoch;
	__u32 dirty;
};

#define SLC_EP_READY 1
#define SLC_EP_DIRTY 2
#define SLC_EP_OWN 4 // has entries in slc_own

struct slc_endpoint {
	__u32 id;
	__u32 identity;
	__u32 epoch;
	__u32 flags;
	__u8 mac[6];
	__u8 host_mac[6];
	__be32 ip4;
	struct slc_ip ip6;
	__u32 ifindex; // of the node's end of the pod's link; 0: an empty slot
	__u32 pad[3];
};

// Who an address is to one endpoint alone: it has names that others were not told.
struct slc_own_key {
	__u32 endpoint;
	struct slc_ip addr;
};

struct slc_own_value {
	__u32 identity;
	__u32 pad;
};

// What an address is on this node: a pod's, or one that Services are dialled at.
struct slc_local {
	__u32 ifindex; // 0: a Service's
	__u32 endpoint;
};

// One entry a connection: the smaller (address, port) is a.
struct slc_ct_key {
	struct slc_ip a;
	struct slc_ip b;
	__be16 port_a;
	__be16 port_b;
	__u8 protocol;
	__u8 icmp_type; // of the question, where the connection is one and its answers
	__u8 pad[2];
};

// How many connections of the table an endpoint holds.
struct slc_share {
	__u32 endpoint; // whose slot it is, 0: nobody's yet
	__u32 held;
};

// What one local endpoint's policy said about the connection, and for which epoch and peer.
struct slc_ct_side {
	__u32 endpoint; // 0: not judged here
	__u32 epoch;
	__u32 peer;
	__u32 cookie;
};

#define SLC_CT_OPENED_BY_B 1
#define SLC_CT_REPLIED 2
#define SLC_CT_FIN_OPENER 4
#define SLC_CT_FIN_OTHER 8
#define SLC_CT_CLOSED 16
#define SLC_CT_UPSTREAM 32   // a proxy opened it in the opener's name: replies are the proxy's
#define SLC_CT_ANSWER 64     // ICMP: an answer that nobody had asked for opened it; nothing answers that
#define SLC_CT_TRANSLATED 128 // the opener dialled a Service and no socket knows: replies are translated (slc_nat)
#define SLC_CT_PROXY_SHIFT 8 // number of the proxy that the opener's packets go to, 0: none
#define SLC_CT_PROXY_MAX 15
#define SLC_CT_VOUCHED 4096  // who opened is what another node says of it, not what its address says
#define SLC_CT_OFF_SHARE 8192 // no longer counted in its owner's share
#define SLC_CT_HELD 16384    // one CPU opens it anew or removes it

struct slc_ct_value {
	struct slc_ct_side side[2]; // by direction: [SLC_INGRESS] of who was called, [SLC_EGRESS] of the opener
	__u64 last_seen;            // slc_now
	__u32 flags;
	__u32 owner;                // endpoint whose share of the table holds it
	__u64 packets[2];           // [0] from the opener, [1] replies
	__u64 bytes[2];
	__u64 created;
	__u32 identity[2];          // of the opener, of who was called
	__u32 swept;                // tick that last looked at it
	__u32 service;              // frontend that the opener dialled, 0: none
};

enum slc_event_type {
	SLC_EVENT_START = 1,
	SLC_EVENT_END,
	SLC_EVENT_DROP,
	SLC_EVENT_TRACE,
	SLC_EVENT_VERDICT,
};

#define SLC_EVENT_REPLY 1

struct slc_event {
	__u64 time;
	__u64 packets;
	__u64 bytes;
	__u64 reply_packets;
	__u64 reply_bytes;
	struct slc_ip source;
	struct slc_ip destination;
	__be16 source_port;
	__be16 destination_port;
	__u32 ifindex;
	__u32 endpoint;
	__u32 source_identity;
	__u32 destination_identity;
	__u32 cookie;
	__u32 other_cookie;
	__u32 count;
	__u32 length;
	__u8 type;
	__u8 reason;
	__u8 direction;
	__u8 protocol;
	__u8 tcp_flags;
	__u8 flags;
	__u8 icmp_type; // of the packet, when protocol is one of the two; else 0
	__u8 icmp_code;
	__u32 other_endpoint;
	__u64 started;
	__u32 service; // frontend that the client dialled, 0: none
	__u32 pad2;
};

// Drops that look alike are told at once and then every few seconds with their number.
struct slc_drop_key {
	struct slc_ip source;
	struct slc_ip destination;
	__u32 endpoint;
	__be16 destination_port;
	__u8 protocol;
	__u8 direction; // and, as 2, whether it was a reply
};

struct slc_drop {
	__u64 told;  // slc_now
	__u32 epoch; // with peer: for what the policy's refusal is still good
	__u32 peer;
	struct slc_event event; // count: not told yet
};

struct slc_frag_key {
	struct slc_ip source;
	struct slc_ip destination;
	__u32 id;
	__u32 protocol; // IPv6: 0, its fragments need not agree on one (RFC 8200)
};

struct slc_frag {
	__be16 source_port;
	__be16 destination_port;
	__u8 icmp_type;
	__u8 protocol;
	__u16 pad;
};

// Written by the applier alone.
struct slc_state {
	__u32 monitor;
	__u32 overlay;     // ifindex of the VXLAN device, 0: native routing
	__u32 tunnel_port;
	__u32 native_routing;
};

// Per CPU, only ever growing.
struct slc_stats {
	__u64 produced;
	__u64 lost;
	__u64 table_full;
	__u64 created;
	__u64 reaped;
};

struct slc_metric {
	__u64 packets;
	__u64 bytes;
};

#define SLC_CT_CROWDED 1 // more than three quarters of the table are taken
#define SLC_CT_FULL 2    // more than seven eighths

struct slc_sweep {
	struct bpf_timer timer;
	__u64 now; // coarse monotonic ns of the last tick: the clock of connections, which costs no call
	__u32 tick;
	__u32 crowded; // SLC_CT_CROWDED, SLC_CT_FULL; 0: there is room for new connections
};

_Static_assert(sizeof(struct slc_policy_key) == 16, "policy key");
_Static_assert(sizeof(struct slc_prefix_key) == 20, "prefix key");
_Static_assert(sizeof(struct slc_address_value) == 16, "address value");
_Static_assert(sizeof(struct slc_endpoint) == 64, "endpoint");
_Static_assert(sizeof(struct slc_own_key) == 20, "own key");
_Static_assert(sizeof(struct slc_ct_key) == 40, "connection key");
_Static_assert(sizeof(struct slc_ct_value) == 104, "connection value");
_Static_assert(sizeof(struct slc_event) == 136, "event");
_Static_assert(sizeof(struct slc_drop_key) == 40, "drop key");
_Static_assert(sizeof(struct slc_drop) == 152, "drop value");

// A packet as far as programs care.
#define SLC_FRAG_FIRST 1
#define SLC_FRAG_LATER 2
#define SLC_ICMP_ERROR 4

struct slc_packet {
	struct slc_ip src;
	struct slc_ip dst;
	__be16 sport; // of a question of ICMP its identifier
	__be16 dport; // of an answer its identifier
	__u16 l4;     // offset of the transport header
	__u8 v6;
	__u8 protocol;
	__u8 tcp_flags;
	__u8 icmp_type;
	__u8 icmp_code;
	__u8 what;
	__u8 ttl;
	__u32 frag_id;
};
