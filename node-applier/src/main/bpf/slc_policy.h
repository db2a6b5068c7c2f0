// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// One question to the policy map.
#pragma once
#include "slc_events.h"
#include "slc_parse.h"

// Entries are final: that of a peer already says what the wildcard peer's rules say there. No entry: closed.
// proxy: number of the proxy that allowed traffic goes to, 0: none.
static __always_inline int slc_policy_way(__u32 subject, __u32 peer, __u32 direction, __u8 protocol, __be16 port,
					  __u32 *cookie, __u32 *proxy)
{
	struct slc_policy_key key = {
		.prefixlen = 96,
		.subject = subject,
		.peer = peer,
		.direction = direction,
		.protocol = protocol,
		.port = port,
	};

	*cookie = 0;
	*proxy = 0;
	// The node may always reach its pods (probes); what is of the node is decided by socket, not by address.
	if (direction == SLC_INGRESS && slc_is_host(peer))
		return SLC_PASS;
	struct slc_policy_value *v = bpf_map_lookup_elem(&slc_policy, &key);
	if (!v) {
		key.peer = 0;
		v = bpf_map_lookup_elem(&slc_policy, &key);
	}
	if (!v)
		return SLC_DROP_POLICY;
	*cookie = v->cookie;
	if (v->allow) {
		*proxy = v->proxy_port & SLC_CT_PROXY_MAX;
		return SLC_PASS;
	}
	return v->flags & SLC_POLICY_DENY_RULE ? SLC_DROP_DENY_RULE : SLC_DROP_POLICY;
}

static __always_inline int slc_policy_ask(__u32 subject, __u32 peer, __u32 direction, __u8 protocol, __be16 port,
					  __u32 *cookie)
{
	__u32 proxy;

	return slc_policy_way(subject, peer, direction, protocol, port, cookie, &proxy);
}
