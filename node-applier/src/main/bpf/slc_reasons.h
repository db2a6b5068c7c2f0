// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// Every drop has a reason: Cilium's numbers, see flow-sink's drop-reasons.properties.
#pragma once

enum slc_reason {
	SLC_PASS = 0,
	SLC_DROP_SOURCE_MAC = 130,
	SLC_DROP_SOURCE_IP = 132,
	SLC_DROP_POLICY = 133,
	SLC_DROP_INVALID = 134,
	SLC_DROP_TRUNCATED = 135,
	SLC_DROP_L4_UNKNOWN = 137,
	SLC_DROP_NO_TUNNEL_KEY = 147,
	SLC_DROP_TARGET_UNKNOWN = 150,
	SLC_DROP_NO_LOCAL = 152,
	SLC_DROP_CT_FULL = 155,
	SLC_DROP_EXTENSION = 156,
	SLC_DROP_NO_BACKEND = 158,
	SLC_DROP_CT_STATE = 163,
	SLC_DROP_L2_UNKNOWN = 166,
	SLC_DROP_ENCAP = 170,
	SLC_DROP_IDENTITY = 171,
	SLC_DROP_SENDER = 172,
	SLC_DROP_NO_FIRST_FRAGMENT = 175,
	SLC_DROP_ICMP6_FORBIDDEN = 176,
	SLC_DROP_NO_PROXY = 178,
	SLC_DROP_DENY_RULE = 181,
	SLC_DROP_VLAN = 182,
	SLC_DROP_NOT_READY = 203,
};

// Added to a reason: counted, but too ordinary to tell (router solicitations, multicast listeners, …).
#define SLC_QUIET 0x100
