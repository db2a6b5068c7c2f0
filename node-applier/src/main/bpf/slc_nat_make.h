// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// How entries of the table of translations come to be: ports, pairs, and what is one entry until it is answered.
#pragma once
#include "slc_nat.h"

// Whether a socket of the node has the port; `talks`: one that is connected to just this peer. Only asked for a new
// connection: the ports are kept from the kernel's own choice, but a process may bind one by name.
__noinline int slc_nat_taken(struct __sk_buff *skb, const struct slc_nat_key *back, int talks)
{
	struct bpf_sock_tuple tuple = {};
	__u32 size = sizeof(tuple.ipv4);
	struct bpf_sock *sk;

	if (!back || (back->protocol != SLC_PROTO_TCP && back->protocol != SLC_PROTO_UDP))
		return 0;
	if (slc_is_ip4(&back->dst)) {
		tuple.ipv4.saddr = back->src.w[3];
		tuple.ipv4.daddr = back->dst.w[3];
		tuple.ipv4.sport = back->sport;
		tuple.ipv4.dport = back->dport;
	} else {
		size = sizeof(tuple.ipv6);
		__builtin_memcpy(tuple.ipv6.saddr, &back->src, 16);
		__builtin_memcpy(tuple.ipv6.daddr, &back->dst, 16);
		tuple.ipv6.sport = back->sport;
		tuple.ipv6.dport = back->dport;
	}
	if (back->protocol == SLC_PROTO_TCP)
		sk = bpf_sk_lookup_tcp(skb, &tuple, size, BPF_F_CURRENT_NETNS, 0);
	else
		sk = bpf_sk_lookup_udp(skb, &tuple, size, BPF_F_CURRENT_NETNS, 0);
	if (!sk)
		return 0;
	int taken = !talks || sk->state != BPF_TCP_LISTEN;
	bpf_sk_release(sk);
	return taken;
}

static __always_inline long slc_nat_write(const struct slc_nat_key *key, const struct slc_nat_value *value, __u64 how)
{
	long error = bpf_map_update_elem(&slc_nat, key, value, how);

	if (error == -7 /* E2BIG */ && slc_nat_make_room())
		error = bpf_map_update_elem(&slc_nat, key, value, how);
	return error;
}

#define SLC_SELF4 0xa9fe2a01 // 169.254.42.1, as others have it
#define SLC_SELF6 0x01000000 // 100::1, of the prefix that nobody routes (RFC 6666)

// What a client is seen as that is its own backend.
static __always_inline void slc_nat_self(struct slc_ip *ip, int v6)
{
	slc_map_ip4(ip, bpf_htonl(SLC_SELF4));
	if (v6) {
		ip->w[0] = bpf_htonl(SLC_SELF6);
		ip->w[2] = 0;
		ip->w[3] = bpf_htonl(1);
	}
}

// What the reverse entry makes of an answer: it goes back as it was dialled.
static __always_inline void slc_nat_answer_of(struct slc_nat_pair *pair)
{
	pair->from.src = pair->forward.dst;
	pair->from.dst = pair->forward.src;
	pair->from.sport = pair->forward.dport;
	pair->from.dport = pair->forward.sport;
	pair->to.last_seen = pair->from.last_seen = slc_now();
}

// How the port is chosen of which a pair is known by the answers.
#define SLC_NAT_KEEP 1   // the packet's own comes first
#define SLC_NAT_OURS 2   // it is the node's: not one that a socket of its has
#define SLC_NAT_CHOSEN 4 // it is in the pair already, as are the entries

// The entry of the same connection, written anew: the sweep has its key already.
static __always_inline void slc_nat_renew(struct slc_nat_value *held, const struct slc_nat_value *from)
{
	held->last_seen = from->last_seen;
	held->identity = from->identity;
	held->service = from->service;
	held->epoch = from->epoch;
	held->tunnel = from->tunnel;
	held->client = from->client;
	held->flags = from->flags;
}

#define SLC_NAT_LEND_TRIES 8
#define SLC_NAT_APART 509 // ports from where one CPU begins to where the next one does

// Ports are lent in turn, each CPU's for itself. `next`: one more than that whose turn it is; 0: none was lent.
static __always_inline __u32 slc_nat_next(const struct slc_nat_config *c, __u32 *next, __u32 ports)
{
	__u32 turn = *next ? *next - 1 : bpf_get_smp_processor_id() * SLC_NAT_APART;

	if (turn >= ports)
		turn %= ports;
	*next = turn + 2;
	return slc_nat_first_lent(c) + turn;
}

// Lends what a client outside opens to a backend elsewhere a port. `hash`: of what it opens; an opening that is sent again
// finds what it has. Returns SLC_PASS, the reason to drop, or -1 when no port was found soon.
static __noinline int slc_nat_lend(struct slc_nat_pair *pair, __u32 hash)
{
	struct slc_nat_config *config = slc_nat_config_get();
	__u32 at = hash >> 16;
	__u32 *lately = bpf_map_lookup_elem(&slc_nat_lately, &at);

	if (!pair || !config || !lately)
		return -1;
	__u32 ports = slc_nat_lendable(config), group = slc_nat_group(&pair->to.dst, pair->to.dport);
	slc_nat_answer_of(pair);
	slc_nat_back_of(&pair->back, &pair->to, pair->forward.protocol);
	__u32 was = *(volatile __u32 *)lately, place = was & 0xffff;
	if (was >> 16 == (hash & 0xffff)) {
		struct slc_nat_port *port = bpf_map_lookup_elem(&slc_nat_lent, &place);
		if (!port || place == SLC_NAT_TABLES)
			return -1;
		pair->back.dport = port->key.dport;
		if (slc_nat_same_key(&port->key, &pair->back) && slc_nat_same(&port->value, &pair->from)) {
			pair->to.sport = pair->back.dport;
			slc_nat_renew(&port->value, &pair->from);
			return SLC_PASS;
		}
	}
	__u32 *next = &pair->next[group & (SLC_NAT_GROUPS - 1)];
	for (int i = 0; i < SLC_NAT_LEND_TRIES && ports; i++) {
		__u32 number = slc_nat_next(config, next, ports);
		place = slc_nat_place(group, number);
		struct slc_nat_port *port = bpf_map_lookup_elem(&slc_nat_lent, &place);
		if (!port)
			return -1;
		if (place == SLC_NAT_TABLES || !slc_nat_port_claim(port))
			continue;
		if (!slc_nat_enter(&pair->forward)) {
			slc_nat_port_free(port);
			return SLC_DROP_NO_MAPPING;
		}
		pair->to.sport = pair->back.dport = bpf_htons(number);
		slc_nat_port_fill(port, &pair->back, &pair->from);
		*(volatile __u32 *)lately = hash << 16 | place;
		return SLC_PASS;
	}
	*next = bpf_get_prandom_u32() % SLC_NAT_GROUP_PORTS + 1; // crowded here
	*(volatile __u32 *)lately = hash << 16 | SLC_NAT_TABLES;
	return -1;
}

// Writes the reverse entry of a pair, whose key is its port's: `forward` and `to` are filled but for the source port.
// `start`: where to look first among the table's ports; who begins anew with the same finds what it had. Returns SLC_PASS
// or the reason to drop.
__noinline int slc_nat_take(struct __sk_buff *skb, struct slc_nat_pair *pair, __u32 start, int how)
{
	struct slc_nat_config *config = slc_nat_config_get();
	long error = -1;

	if (!pair || !config || !config->ports)
		return SLC_DROP_NO_MAPPING;
	// The checksum of SCTP is over all of it: its ports stay.
	int fixed = pair->forward.protocol == SLC_PROTO_SCTP || (how & SLC_NAT_CHOSEN);
	int lent = pair->forward.protocol == SLC_PROTO_TCP && slc_nat_kind(&pair->from) == SLC_NAT_BACK;
	__u32 ports = config->ports - (lent ? slc_nat_lendable(config) : 0); // others: no key is in both
	if (!(how & SLC_NAT_CHOSEN)) {
		slc_nat_answer_of(pair);
		pair->to.sport = pair->forward.sport;
		slc_nat_back_of(&pair->back, &pair->to, pair->forward.protocol);
	}
	for (int i = 0; i < SLC_NAT_TRIES; i++) {
		if (!fixed && (i || !(how & SLC_NAT_KEEP)))
			pair->to.sport = pair->back.dport =
				bpf_htons(config->port_first + (start + i * 7919) % (ports ? ports : 1));
		if ((how & SLC_NAT_OURS) && slc_nat_taken(skb, &pair->back, 0))
			continue;
		error = bpf_map_update_elem(&slc_nat, &pair->back, &pair->from, BPF_NOEXIST);
		if (error != -17 /* EEXIST */)
			break;
		struct slc_nat_value *held = bpf_map_lookup_elem(&slc_nat, &pair->back);
		if (held && slc_nat_same(held, &pair->from)) {
			slc_nat_renew(held, &pair->from);
			return SLC_PASS;
		}
		if (fixed)
			break;
	}
	if (error == -7 /* E2BIG */ && slc_nat_make_room())
		error = bpf_map_update_elem(&slc_nat, &pair->back, &pair->from, BPF_NOEXIST);
	if (error)
		return SLC_DROP_NO_MAPPING;
	int counted = (pair->from.flags & (SLC_NAT_KIND | SLC_NAT_INSIDE)) == SLC_NAT_BACK;
	if (counted && !slc_nat_enter(&pair->forward))
		goto drop;
	if (!bpf_map_push_elem(&slc_nat_queue, &pair->back, BPF_ANY) ||
	    (slc_nat_make_room() && !bpf_map_push_elem(&slc_nat_queue, &pair->back, BPF_ANY)))
		return SLC_PASS;
	if (counted)
		slc_nat_leave(&pair->forward);
drop:
	bpf_map_delete_elem(&slc_nat, &pair->back);
	return SLC_DROP_NO_MAPPING;
}

// Adds the forward entry of a pair whose reverse one is there. `again`: in the place of one that may be to another
// backend, which goes on until then. Returns SLC_PASS or the reason to drop; what the sweep then finds alone it removes.
static __noinline int slc_nat_complete(struct slc_nat_pair *pair, int again)
{
	struct slc_nat_key former = {};

	if (!pair)
		return SLC_DROP_NO_MAPPING;
	struct slc_nat_value *old = again ? bpf_map_lookup_elem(&slc_nat, &pair->forward) : 0;
	int other = old && !slc_nat_same(old, &pair->to);
	if (other)
		slc_nat_back_of(&former, old, pair->forward.protocol); // its place is taken
	long error = slc_nat_write(&pair->forward, &pair->to, again ? BPF_ANY : BPF_NOEXIST);
	if (!error) {
		if (other)
			slc_nat_over(&former);
		return SLC_PASS;
	}
	if (error == -17 /* EEXIST: another CPU was first, and its word counts */) {
		struct slc_nat_value *first = bpf_map_lookup_elem(&slc_nat, &pair->forward);
		if (first && slc_nat_same(first, &pair->to))
			return SLC_PASS;
		slc_nat_end(&pair->to, pair->forward.protocol);
		if (!first)
			return SLC_DROP_NO_MAPPING;
		pair->to = *first;
		return SLC_PASS;
	}
	slc_nat_end(&pair->to, pair->forward.protocol);
	return SLC_DROP_NO_MAPPING;
}

// Adds both entries of a pair. `again`: there is a forward entry to another backend. Returns SLC_PASS or the reason to
// drop.
static __always_inline int slc_nat_add(struct __sk_buff *skb, struct slc_nat_pair *pair, int how, int again)
{
	int reason = slc_nat_take(skb, pair, bpf_get_prandom_u32(), how);

	return reason ? reason : slc_nat_complete(pair, again);
}

// The backend answers for the first time: from now on what the client sends finds its way by an entry, too. `n`: the
// reverse entry of the packet, as it came. Returns SLC_PASS or the reason to drop.
static __noinline int slc_nat_answered(struct slc_pass *s, struct slc_nat_value *n)
{
	struct slc_nat_pair *pair = slc_nat_pair_get();

	if (!s || !n || !pair)
		return SLC_DROP_NO_MAPPING;
	slc_nat_back_of(&pair->forward, n, s->p.protocol);
	pair->to.src = s->p.dst;
	pair->to.dst = s->p.src;
	pair->to.sport = s->p.dport;
	pair->to.dport = s->p.sport;
	pair->to.flags = SLC_NAT_FRONT | SLC_NAT_SEEN;
	pair->to.last_seen = slc_now();
	pair->to.service = n->service;
	pair->to.identity = n->client;
	pair->to.epoch = n->epoch;
	pair->to.tunnel = n->tunnel;
	long error = slc_nat_write(&pair->forward, &pair->to, BPF_NOEXIST); // hardly anybody begins anew: no look before it
	if (error == -17 /* EEXIST */) {
		struct slc_nat_value *old = bpf_map_lookup_elem(&slc_nat, &pair->forward);
		if (old && !slc_nat_same(old, &pair->to)) {
			if ((__s64)(old->last_seen - n->last_seen) > 0) { // another backend was faster
				__sync_fetch_and_or(&n->flags, SLC_NAT_OVER);
				return SLC_DROP_NO_MAPPING;
			}
			slc_nat_back_of(&pair->back, old, s->p.protocol); // its place is taken
		}
		error = slc_nat_write(&pair->forward, &pair->to, BPF_ANY);
		if (!error && pair->back.protocol)
			slc_nat_over(&pair->back);
	}
	if (error)
		return SLC_DROP_NO_MAPPING;
	__sync_fetch_and_and(&n->flags, ~SLC_NAT_HALF);
	return SLC_PASS;
}
