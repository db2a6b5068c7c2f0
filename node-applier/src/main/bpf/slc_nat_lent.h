// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Ports of the node that are lent, one connection each, to what clients outside open to backends elsewhere by TCP. The
// reverse entry of such a connection has its place by the port and the backend's group, so no hash is asked for it, and
// ports are lent in turn, so what the next one needs is next to it (ADR 0038). Ports that the table of translations gives
// for the same are others: no key is in both.
#pragma once
#include "slc_nat_types.h"
#include "slc_parse.h"

#define SLC_NAT_GROUP_BITS 3
#define SLC_NAT_GROUPS (1 << SLC_NAT_GROUP_BITS)
#define SLC_NAT_GROUP_PORTS 8192 // ports at most, a group

// By group and port, whatever range the ports are of.
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SLC_NAT_GROUPS * SLC_NAT_GROUP_PORTS);
	__uint(map_flags, BPF_F_MMAPABLE); // begins on a page: no entry lies in three lines
	__type(key, __u32);
	__type(value, struct slc_nat_port);
} slc_nat_lent SEC(".maps");

// Which place an opening got lately, by the upper half of its hash; the lower half << 16 tells whose it is.
#define SLC_NAT_LATELY 65536
#define SLC_NAT_TABLES 0xffff // a port of the table; the place of this number is nobody's
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SLC_NAT_LATELY);
	__type(key, __u32);
	__type(value, __u32);
} slc_nat_lately SEC(".maps");
_Static_assert(SLC_NAT_GROUPS * SLC_NAT_GROUP_PORTS <= 1 << 16, "a place is half of a word");

static __always_inline __u32 slc_nat_group(const struct slc_ip *backend, __be16 port)
{
	return (backend->w[3] ^ backend->w[2] ^ port) * 0x9e3779b1 >> (32 - SLC_NAT_GROUP_BITS);
}

static __always_inline __u32 slc_nat_place(__u32 group, __u32 port)
{
	return group * SLC_NAT_GROUP_PORTS + port % SLC_NAT_GROUP_PORTS;
}

// How many ports are lent: the last ones of the table's.
static __always_inline __u32 slc_nat_lendable(const struct slc_nat_config *c)
{
	return c->ports / 2 < SLC_NAT_GROUP_PORTS ? c->ports / 2 : SLC_NAT_GROUP_PORTS;
}

static __always_inline __u32 slc_nat_first_lent(const struct slc_nat_config *c)
{
	return c->port_first + c->ports - slc_nat_lendable(c);
}

static __always_inline int slc_nat_same_key(const struct slc_nat_key *x, const struct slc_nat_key *y)
{
	return x->sport == y->sport && x->dport == y->dport && x->protocol == y->protocol &&
	       slc_same_ip(&x->src, &y->src) && slc_same_ip(&x->dst, &y->dst);
}

// What an answer becomes, if its port is lent to who gets it; else 0.
static __always_inline struct slc_nat_value *slc_nat_port_of(const struct slc_nat_key *answer)
{
	__u32 place = slc_nat_place(slc_nat_group(&answer->src, answer->sport), bpf_ntohs(answer->dport));
	struct slc_nat_port *port = bpf_map_lookup_elem(&slc_nat_lent, &place);

	return port && slc_nat_same_key(&port->key, answer) ? &port->value : 0;
}

static __always_inline int slc_nat_port_claim(struct slc_nat_port *port)
{
	return !port->lent && !__sync_val_compare_and_swap(&port->lent, 0, 1);
}

// What is written first is there when the key is.
static __always_inline void slc_nat_port_fill(struct slc_nat_port *port, const struct slc_nat_key *key,
					      const struct slc_nat_value *value)
{
	port->value = *value;
	__asm__ volatile("" ::: "memory");
	port->key = *key;
}

// No answer finds it from now on.
static __always_inline void slc_nat_port_hide(struct slc_nat_port *port)
{
	*(volatile __u8 *)&port->key.protocol = 0;
	__asm__ volatile("" ::: "memory");
}

static __always_inline void slc_nat_port_free(struct slc_nat_port *port)
{
	__asm__ volatile("" ::: "memory");
	*(volatile __u32 *)&port->lent = 0;
}

static long slc_nat_count_one(__u32 place, __s64 *count)
{
	struct slc_nat_port *port = bpf_map_lookup_elem(&slc_nat_lent, &place);

	*count += port && port->lent;
	return 0;
}

static __noinline __s64 slc_nat_count_lent(void)
{
	__s64 count = 0;

	bpf_loop(SLC_NAT_GROUPS * SLC_NAT_GROUP_PORTS, slc_nat_count_one, &count, 0);
	return count;
}
