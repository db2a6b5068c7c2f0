// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Decides whether a packet passes: connection first, then the policy of each local end.
#pragma once
#include "slc_ct.h"
#include "slc_policy.h"

// A local end of a packet, as its endpoint was when the program began: the epoch is read before the maps.
struct slc_party {
	__u32 id; // 0: not a pod here, or not for this program to judge
	__u32 identity;
	__u32 epoch; // of the endpoint and of all addresses: their sum grows when either does
	__u32 own;   // some addresses are another to it than to all
};

// slc_pass.inside: a pod sent it to a Service's address, and what is to be done once it has passed.
#define SLC_INSIDE_KNOWN 1 // it becomes what slc_nat_making says
#define SLC_INSIDE_NEW 2   // the same, which is to be recorded
#define SLC_INSIDE_DONE 3  // an error, which is about the backend now
#define SLC_INSIDE_SELF 4  // an error about what the pod sent itself

// One packet on its way through one program.
struct slc_pass {
	struct slc_packet p;
	struct slc_party sender;
	struct slc_party receiver;
	__u32 identity[2]; // of source, of destination; 0: not asked yet
	__u32 from_node;   // a socket of this node sent it
	__u32 proxy;       // number of the proxy that the packet goes to, 0: none
	__u32 upstream;    // a proxy sends it in the source's name
	__u32 owner;       // endpoint in whose name
	__u32 opened_as;   // flags of the connection, should the packet open one
	__u32 handed;      // another node sends it on as it came from outside
	__u32 known_as;    // flags of the connection that it belongs to
	__u32 inside;      // SLC_INSIDE_*
	__u32 own;         // what it is translated by is a socket's of this node
	__be32 tunnel;     // outer address of the node that the packet is for, 0: not asked
	struct slc_verdict v;
};

// Too large for the stack; a CPU has one packet in one program at a time.
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct slc_pass);
} slc_passing SEC(".maps");

static __always_inline struct slc_pass *slc_pass_get(void)
{
	__u32 zero = 0;
	struct slc_pass *s = bpf_map_lookup_elem(&slc_passing, &zero);

	if (s)
		__builtin_memset(s, 0, sizeof(*s));
	return s;
}

static __always_inline void slc_party_of(struct slc_party *party, const struct slc_endpoint *ep)
{
	__u32 zero = 0;
	struct slc_epoch *addresses = bpf_map_lookup_elem(&slc_addr_epoch, &zero);

	party->epoch = *(volatile __u32 *)&ep->epoch + (addresses ? *(volatile __u32 *)&addresses->epoch : 0);
	__asm__ volatile("" ::: "memory"); // what it speaks of is read after it
	party->id = ep->id;
	party->identity = ep->identity;
	party->own = ep->flags & SLC_EP_OWN;
}

static __always_inline __u32 slc_identity_to(const struct slc_party *party, const struct slc_ip *ip)
{
	__u32 identity = slc_identity(ip);

	return party->own ? slc_own_identity(party->id, ip, identity) : identity;
}

static __always_inline void slc_about(struct slc_pass *s, const struct slc_party *party, __u32 direction)
{
	s->v.endpoint = party->id;
	s->v.epoch = party->epoch;
	s->v.direction = direction;
	s->v.source_identity = s->identity[0];
	s->v.destination_identity = s->identity[1];
}

// Who sent a packet to a local pod. What the connection remembers is as good as its epoch, and saves a look into a
// large table.
static __always_inline int slc_know_sender(struct slc_pass *s, const struct slc_ct_side *side)
{
	if (s->identity[0])
		return SLC_PASS;
	if (side && side->endpoint == s->receiver.id && side->epoch == s->receiver.epoch)
		s->identity[0] = side->peer;
	else
		s->identity[0] = slc_identity_to(&s->receiver, &s->p.src);
	s->v.source_identity = s->identity[0];
	return slc_is_host(s->identity[0]) && !s->from_node ? SLC_DROP_SOURCE_IP : SLC_PASS;
}

// Asks one end's policy, unless the connection remembers its word for this epoch and this peer.
static __always_inline int slc_ask(struct __sk_buff *skb, struct slc_pass *s, struct slc_ct_value *e,
				   const struct slc_party *party, __u32 packet_direction, __u32 side, __u32 peer,
				   __be16 port, __u32 *cookie)
{
	if (e && e->side[side].endpoint == party->id && e->side[side].epoch == party->epoch &&
	    e->side[side].peer == peer) {
		*cookie = e->side[side].cookie;
		return SLC_PASS;
	}
	__u32 proxy = 0;
	int reason = slc_policy_way(party->identity, peer, side, s->p.protocol, port, cookie, &proxy);
	// Only what a pod itself opens is handed over: its packets, not the replies.
	if (side == SLC_EGRESS && packet_direction == SLC_EGRESS)
		s->proxy = proxy;
	slc_about(s, party, packet_direction);
	s->v.peer = peer;
	s->v.cookie = *cookie;
	s->v.reason = reason;
	slc_monitor(skb, &s->p, &s->v, SLC_EVENT_VERDICT);
	if (!reason && e) {
		e->side[side].epoch = party->epoch;
		e->side[side].peer = peer;
		e->side[side].cookie = *cookie;
		e->side[side].endpoint = party->id;
	}
	return reason;
}

// A refused SYN that comes again needs neither connection nor policy: the drop is remembered with epoch and peer. The
// sweep tells how many there were.
static __noinline int slc_refused_before(struct slc_pass *s, const struct slc_party *party, __u32 direction,
					      __u32 peer)
{
	struct slc_drop_key key = {};
	__u64 *hint = slc_drop_hint(&s->p, party->id);

	if (!hint || !*hint || slc_now() - *hint > SLC_HINT_NS)
		return SLC_PASS;
	slc_drop_key_of(&key, &s->p, party->id, direction);
	struct slc_drop *d = bpf_map_lookup_elem(&slc_drops, &key);
	if (!d || d->epoch != party->epoch || (peer && d->peer != peer))
		return SLC_PASS;
	__u32 reason = d->event.reason;
	if (reason != SLC_DROP_POLICY && reason != SLC_DROP_DENY_RULE)
		return SLC_PASS;
	__sync_fetch_and_add(&d->event.count, 1);
	s->v.direction = direction;
	s->v.told = 1;
	return reason;
}

static __always_inline void slc_frag_key_of(struct slc_frag_key *key, const struct slc_packet *p)
{
	key->source = p->src;
	key->destination = p->dst;
	key->id = p->frag_id;
	key->protocol = p->v6 ? 0 : p->protocol;
}

// Later fragments have the ports of the first, which had to pass before them; and of IPv6 its protocol, for their own
// headers may name the extension that the first begins with.
static __noinline int slc_frag_ports(struct slc_packet *p)
{
	struct slc_frag_key key = {};

	slc_frag_key_of(&key, p);
	struct slc_frag *first = bpf_map_lookup_elem(&slc_frag, &key);
	if (!first)
		return SLC_DROP_NO_FIRST_FRAGMENT;
	p->sport = first->source_port;
	p->dport = first->destination_port;
	p->icmp_type = first->icmp_type;
	p->protocol = first->protocol;
	return SLC_PASS;
}

static __noinline int slc_frag_passed(const struct slc_pass *s)
{
	struct slc_frag_key key = {};
	struct slc_frag ports = {
		.source_port = s->p.sport,
		.destination_port = s->p.dport,
		.icmp_type = s->p.icmp_type,
		.protocol = s->p.protocol,
	};

	slc_frag_key_of(&key, &s->p);
	bpf_map_update_elem(&slc_frag, &key, &ports, BPF_ANY);
	return 0;
}

// Counts the packet, and follows FIN, RST and the first reply.
static __always_inline void slc_ct_touch(struct __sk_buff *skb, struct slc_pass *s, struct slc_ct_key *key,
					 struct slc_ct_value *e, int forward, __u64 now)
{
	__u32 flags = e->flags, way = forward ? 0 : 1;
	__u32 want = forward ? s->opened_as & SLC_CT_TRANSLATED : 0; // the pod may have dialled the backend itself before

	__sync_fetch_and_add(&e->packets[way], 1);
	__sync_fetch_and_add(&e->bytes[way], skb->len);
	if (!(flags & SLC_CT_CLOSED)) // what comes late does not keep it
		e->last_seen = now;
	if (!forward)
		want |= SLC_CT_REPLIED;
	if (s->p.tcp_flags & SLC_TCP_FIN)
		want |= forward ? SLC_CT_FIN_OPENER : SLC_CT_FIN_OTHER;
	if (s->p.tcp_flags & SLC_TCP_RST)
		want |= SLC_CT_CLOSED | SLC_CT_OFF_SHARE;
	if (((flags | want) & (SLC_CT_FIN_OPENER | SLC_CT_FIN_OTHER)) == (SLC_CT_FIN_OPENER | SLC_CT_FIN_OTHER))
		want |= SLC_CT_CLOSED | SLC_CT_OFF_SHARE;
	// Datagrams have no beginning: its port may be another socket's by now, which knows what it dialled, or dials the
	// backend itself.
	if ((flags & SLC_CT_TRANSLATED) && forward && s->sender.id && !(s->opened_as & SLC_CT_TRANSLATED))
		__sync_fetch_and_and(&e->flags, ~SLC_CT_TRANSLATED);
	if (!(want & ~flags))
		return;
	__u32 before = __sync_fetch_and_or(&e->flags, want);
	if (want & SLC_CT_CLOSED)
		slc_ct_ended(key, e, before, skb->ifindex, s->p.tcp_flags);
}

// How a packet opens a connection.
struct slc_opening {
	__u64 now;
	__u32 cookies[2];
	__u32 from_b;
	__u32 owner;
};

// All of an entry but its owner and its flags, which it returns.
static __always_inline __u32 slc_ct_fresh(struct __sk_buff *skb, struct slc_pass *s, struct slc_ct_value *e,
					  const struct slc_opening *o)
{
	e->side[SLC_EGRESS].endpoint = s->sender.id;
	e->side[SLC_EGRESS].epoch = s->sender.epoch;
	e->side[SLC_EGRESS].peer = s->identity[1];
	e->side[SLC_EGRESS].cookie = o->cookies[SLC_EGRESS];
	e->side[SLC_INGRESS].endpoint = s->receiver.id;
	e->side[SLC_INGRESS].epoch = s->receiver.epoch;
	e->side[SLC_INGRESS].peer = s->identity[0];
	e->side[SLC_INGRESS].cookie = o->cookies[SLC_INGRESS];
	e->last_seen = o->now;
	e->packets[0] = 1;
	e->packets[1] = 0;
	e->bytes[0] = skb->len;
	e->bytes[1] = 0;
	e->created = bpf_ktime_get_ns();
	e->identity[0] = s->identity[0];
	e->identity[1] = s->identity[1];
	e->service = s->v.service ? s->v.service : slc_lb_dialled_by(skb, &s->p);
	return (o->from_b ? SLC_CT_OPENED_BY_B : 0) | s->proxy << SLC_CT_PROXY_SHIFT | (s->upstream ? SLC_CT_UPSTREAM : 0) |
	       (slc_icmp_answers(&s->p) ? SLC_CT_ANSWER : 0) | s->opened_as;
}

// A tuple is used again: what it was before ends, in place. The entry is claimed.
static __always_inline int slc_ct_reopen(struct __sk_buff *skb, struct slc_pass *s, struct slc_ct_key *key,
					 struct slc_ct_value *e, const struct slc_opening *o)
{
	slc_ct_ended(key, e, __sync_fetch_and_or(&e->flags, SLC_CT_CLOSED | SLC_CT_OFF_SHARE), skb->ifindex, 0);
	if (!slc_quota_take(o->owner)) {
		struct slc_stats *stats = slc_stats_get();
		if (stats)
			stats->table_full++;
		slc_ct_release(e);
		return SLC_DROP_CT_FULL;
	}
	e->owner = o->owner;
	__sync_lock_test_and_set(&e->flags, slc_ct_fresh(skb, s, e, o)); // after all else; no longer held
	return SLC_PASS;
}

// Global.
__noinline int slc_ct_open(struct __sk_buff *skb, struct slc_pass *s, struct slc_ct_key *key, struct slc_ct_value *old,
			   struct slc_opening *o)
{
	__u32 zero = 0;
	struct slc_ct_value *e = bpf_map_lookup_elem(&slc_fresh, &zero);
	int reason;

	if (!s || !key || !o || !e)
		return SLC_DROP_CT_FULL;
	if (old && !slc_ct_claim(old, old->flags))
		old = slc_ct_hold(key);
	if (old) {
		e = old;
		reason = slc_ct_reopen(skb, s, key, e, o);
	} else {
		__builtin_memset(e, 0, sizeof(*e));
		e->flags = slc_ct_fresh(skb, s, e, o);
		e->owner = o->owner;
		reason = slc_ct_add(key, e);
	}
	if (!reason)
		slc_ct_tell(key, e, SLC_EVENT_START, skb->ifindex, s->p.tcp_flags, skb->len);
	return reason;
}

// What stands for the port in policies: of ICMP the type, of an answer that of the question.
static __always_inline __be16 slc_asked_port(const struct slc_packet *p, int forward)
{
	if (slc_is_icmp(p))
		return bpf_htons(forward ? p->icmp_type : slc_icmp_asked(p));
	return forward ? p->dport : p->sport;
}

// The packet that an ICMP error is about.
static __always_inline int slc_inner(struct __sk_buff *skb, const struct slc_packet *p, struct slc_packet *q)
{
	struct slc_l4 h = {};
	__u32 at = p->l4 + 8;

	q->v6 = p->v6;
	if (p->v6) {
		struct ipv6hdr ip;
		if (bpf_skb_load_bytes(skb, at, &ip, sizeof(ip)) || ip.version != 6)
			return SLC_DROP_TRUNCATED;
		__builtin_memcpy(&q->src, &ip.saddr, 16);
		__builtin_memcpy(&q->dst, &ip.daddr, 16);
		int reason = slc_extensions(skb, q, at + sizeof(ip), ip.nexthdr);
		if (reason)
			return reason;
	} else {
		struct iphdr ip;
		if (bpf_skb_load_bytes(skb, at, &ip, sizeof(ip)) || ip.version != 4 || ip.ihl < 5)
			return SLC_DROP_TRUNCATED;
		slc_map_ip4(&q->src, ip.saddr);
		slc_map_ip4(&q->dst, ip.daddr);
		q->protocol = ip.protocol;
		q->l4 = at + ip.ihl * 4;
		q->frag_id = ip.id;
		if (bpf_ntohs(ip.frag_off) & 0x1fff)
			q->what = SLC_FRAG_LATER;
	}
	if (q->what & SLC_FRAG_LATER) // has no ports of its own
		return slc_frag_ports(q);
	if (bpf_skb_load_bytes(skb, q->l4, &h, 8))
		return SLC_DROP_TRUNCATED;
	q->sport = h.sport;
	q->dport = h.dport;
	if (!slc_is_icmp(q))
		return SLC_PASS;
	q->icmp_type = bpf_ntohs(h.sport) >> 8;
	return slc_icmp(q, &h);
}

// Global, here and in slc_nat_add: see slc_ct_ended. This leaves a quarter of what the verifier takes.

// An ICMP error passes when it is about a connection that is known and still allowed. It goes to who sent the inner
// packet; a pod may send one only about what was sent to it.
__noinline int slc_judge_error(struct __sk_buff *skb, struct slc_pass *s)
{
	struct slc_packet q = {};
	struct slc_ct_key key = {};
	__u32 cookie = 0;

	if (!s)
		return SLC_DROP_INVALID;
	int reason = slc_inner(skb, &s->p, &q);
	if (reason)
		return reason;
	if (s->inside == SLC_INSIDE_SELF)
		q.src = q.dst;
	if (!slc_same_ip(&q.src, &s->p.dst) || (s->sender.id && !slc_same_ip(&q.dst, &s->p.src)))
		return SLC_DROP_CT_STATE;
	int from_b = slc_ct_key_of(&key, &q);
	struct slc_ct_value *e = bpf_map_lookup_elem(&slc_ct, &key);
	if (!e || slc_ct_expired(e, key.protocol, slc_now()))
		return SLC_DROP_CT_STATE;
	int forward = from_b == !!(e->flags & SLC_CT_OPENED_BY_B);
	if (slc_is_icmp(&q) && !slc_ct_icmp_known(&q, e->flags, forward))
		return SLC_DROP_CT_STATE;
	__be16 port = slc_asked_port(&q, forward);
	s->known_as = e->flags;
	if ((s->known_as & SLC_CT_VOUCHED) && forward)
		s->identity[1] = e->side[SLC_INGRESS].peer;
	__u8 outer = s->p.protocol;
	s->v.flags = SLC_EVENT_REPLY;
	s->p.protocol = q.protocol; // policies speak of the connection's protocol
	if (s->sender.id)
		reason = slc_ask(skb, s, e, &s->sender, SLC_EGRESS, forward ? SLC_INGRESS : SLC_EGRESS,
				 s->identity[1], port, &cookie);
	if (!reason && s->receiver.id)
		reason = slc_ask(skb, s, e, &s->receiver, SLC_INGRESS, forward ? SLC_EGRESS : SLC_INGRESS,
				 (s->known_as & SLC_CT_VOUCHED) && !forward ? e->side[SLC_INGRESS].peer
									    : slc_identity_to(&s->receiver, &q.dst),
				 port, &cookie);
	s->p.protocol = outer;
	return reason;
}

// Where a known connection's packet goes: the opener's to its proxy, which the policy may have come to want only now;
// replies to what a proxy asked go to the proxy.
static __always_inline int slc_ct_proxy(struct slc_pass *s, struct slc_ct_value *e, int forward)
{
	__u32 flags = e->flags, number = flags >> SLC_CT_PROXY_SHIFT & SLC_CT_PROXY_MAX;

	if (s->upstream && (number || !(flags & SLC_CT_UPSTREAM)))
		return SLC_DROP_CT_STATE; // the pod itself has this port
	if (flags & SLC_CT_UPSTREAM) {
		if (forward && s->sender.id)
			return SLC_DROP_CT_STATE; // the pod itself, from the proxy's port: no proxy would see it
		s->proxy = !forward;
	} else if (!forward) {
		s->proxy = 0;
	} else if (number) {
		s->proxy = number;
	} else if (s->proxy) {
		__sync_fetch_and_or(&e->flags, s->proxy << SLC_CT_PROXY_SHIFT);
	}
	return SLC_PASS;
}

// SLC_PASS or the reason to drop; s->v says whose policy spoke. Not for ICMP errors.
__noinline int slc_judge(struct __sk_buff *skb, struct slc_pass *s)
{
	struct slc_ct_key key = {};
	__u32 cookies[2] = {};
	int reason = SLC_PASS, forward = 1, opening = 1;

	if (!s)
		return SLC_DROP_INVALID;
	if (s->p.what & SLC_FRAG_LATER) {
		reason = slc_frag_ports(&s->p);
		if (reason)
			return reason;
	}
	int syn = (s->p.tcp_flags & (SLC_TCP_SYN | SLC_TCP_ACK)) == SLC_TCP_SYN;
	if (syn) {
		reason = s->sender.id ? slc_refused_before(s, &s->sender, SLC_EGRESS, s->identity[1])
				      : slc_refused_before(s, &s->receiver, SLC_INGRESS, s->identity[0]);
		if (reason)
			return reason;
	}
	int from_b = slc_ct_key_of(&key, &s->p);
	__u64 now = slc_now();
	struct slc_ct_value *e = bpf_map_lookup_elem(&slc_ct, &key);
	if (e) {
		__u32 flags = e->flags;
		int over = flags & (SLC_CT_REPLIED | SLC_CT_FIN_OPENER | SLC_CT_FIN_OTHER | SLC_CT_CLOSED);
		forward = from_b == !!(flags & SLC_CT_OPENED_BY_B);
		// A bare SYN opens anew under its own direction's policy, unless it is the first one sent again.
		// Of ICMP, what is neither more of the same nor its answer does: with id 0 they have one key.
		opening = slc_ct_expired(e, key.protocol, now) || (syn && (!forward || over)) ||
			  (slc_is_icmp(&s->p) && !slc_ct_icmp_known(&s->p, flags, forward));
		if (opening)
			forward = 1;
		else
			s->known_as = flags;
		if ((s->known_as & SLC_CT_VOUCHED) && !forward)
			s->identity[1] = e->side[SLC_INGRESS].peer;
	}
	__be16 port = slc_asked_port(&s->p, forward);
	s->v.flags = forward ? 0 : SLC_EVENT_REPLY;
	struct slc_ct_value *known = opening ? 0 : e;
	reason = slc_know_sender(s, known ? &known->side[forward ? SLC_INGRESS : SLC_EGRESS] : 0);
	if (reason)
		return reason;
	if (s->sender.id)
		reason = slc_ask(skb, s, known, &s->sender, SLC_EGRESS, forward ? SLC_EGRESS : SLC_INGRESS,
				 s->identity[1], port, &cookies[SLC_EGRESS]);
	if (!reason && s->receiver.id)
		reason = slc_ask(skb, s, known, &s->receiver, SLC_INGRESS, forward ? SLC_INGRESS : SLC_EGRESS,
				 s->identity[0], port, &cookies[SLC_INGRESS]);
	if (reason)
		return reason;
	if (!opening && e)
		reason = slc_ct_proxy(s, e, forward);
	if (reason)
		return reason;
	if (!opening && e) {
		slc_ct_touch(skb, s, &key, e, forward, now);
	} else if (!(s->p.tcp_flags & (SLC_TCP_RST | SLC_TCP_FIN))) { // the last words of something unknown open nothing
		struct slc_opening o = {
			.now = now,
			.cookies = {cookies[0], cookies[1]},
			.from_b = from_b,
			.owner = s->owner ? s->owner : s->sender.id ? s->sender.id : s->receiver.id,
		};
		reason = slc_ct_open(skb, s, &key, e, &o);
	}
	if (!reason && (s->p.what & SLC_FRAG_FIRST))
		slc_frag_passed(s);
	return reason;
}
