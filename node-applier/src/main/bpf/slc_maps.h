// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Every map, and the tunables. All maps but those that a packet fills and reads itself are pinned; the applier sizes the connection table.
#pragma once
#include <bpf/bpf_helpers.h>
#include "slc_types.h"

const volatile struct slc_tunables {
	__u32 ct_entries;
	__u32 ct_endpoint_max;
	__u32 ct_established_seconds;
	__u32 ct_opening_seconds;
	__u32 ct_closing_seconds;
	__u32 ct_other_seconds;
} slc_tunables = {
	.ct_entries = 131072,
	.ct_endpoint_max = 32768,
	.ct_established_seconds = 8000,
	.ct_opening_seconds = 60,
	.ct_closing_seconds = 10,
	.ct_other_seconds = 60,
};

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 1 << 20);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct slc_policy_key);
	__type(value, struct slc_policy_value);
} slc_policy SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 512000);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct slc_ip);
	__type(value, struct slc_address_value);
} slc_addr SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 512000);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct slc_prefix_key);
	__type(value, struct slc_address_value);
} slc_prefix SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct slc_own_key);
	__type(value, struct slc_own_value);
} slc_own SEC(".maps");

// A number that grows after something was written: what a program remembers of that holds for one number.
#define SLC_EPOCH(name)                                                                                                \
	struct {                                                                                                       \
		__uint(type, BPF_MAP_TYPE_ARRAY);                                                                      \
		__uint(max_entries, 1);                                                                                \
		__uint(map_flags, BPF_F_MMAPABLE);                                                                     \
		__type(key, __u32);                                                                                    \
		__type(value, struct slc_epoch);                                                                       \
	} name SEC(".maps")

SLC_EPOCH(slc_addr_epoch);

// An endpoint is in the slot of its interface, or in slc_ep when another one was there first.
#define SLC_EP_SLOTS 4096
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SLC_EP_SLOTS);
	__type(key, __u32); // lowest bits of the ifindex of the node's end of a pod's link
	__type(value, struct slc_endpoint);
} slc_ep_slots SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32); // ifindex of the node's end of a pod's link
	__type(value, struct slc_endpoint);
} slc_ep SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 32768);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct slc_ip);
	__type(value, struct slc_local);
} slc_local SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 131072);
	__type(key, struct slc_ct_key);
	__type(value, struct slc_ct_value);
} slc_ct SEC(".maps");

// The key of every entry of slc_ct, once, in the order in which the sweep looks at them.
struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, 131072);
	__type(value, struct slc_ct_key);
} slc_ct_queue SEC(".maps");

// An endpoint's share is in the slot of its number, or in slc_quota when another one was there first.
#define SLC_SHARES 4096
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SLC_SHARES);
	__type(key, __u32); // lowest bits of the endpoint's number
	__type(value, struct slc_share);
} slc_shares SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, __u32); // endpoint
	__type(value, __u32);
} slc_quota SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, struct slc_frag_key);
	__type(value, struct slc_frag);
} slc_frag SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__type(key, struct slc_drop_key);
	__type(value, struct slc_drop);
} slc_drops SEC(".maps");

// When a drop was told last that has this hash: a SYN without one need not be looked for among the drops.
#define SLC_DROP_HINTS 4096
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SLC_DROP_HINTS);
	__type(key, __u32);
	__type(value, __u64); // slc_now
} slc_drop_hints SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 8 << 20);
} slc_events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 512); // reason << 1 | direction
	__type(key, __u32);
	__type(value, struct slc_metric);
} slc_metrics SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct slc_stats);
} slc_stats SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct slc_state);
} slc_state SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct slc_sweep);
} slc_sweep SEC(".maps");

// Too large for the stack.
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct slc_drop);
} slc_scratch SEC(".maps");

// A connection while it is put together: too large for the stack, and one CPU makes one at a time.
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct slc_ct_value);
} slc_fresh SEC(".maps");
