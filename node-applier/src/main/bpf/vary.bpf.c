// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// For measurements and tests: changes the packet of a test run before each repetition, then runs the program under test.
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <linux/tcp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define SLC_VARY_SOURCE 1 // another peer out of `peers`, each once before any twice
#define SLC_VARY_PORT 2   // another source port
#define SLC_VARY_RESET 4  // another source port for every two packets: SYN, RST
#define SLC_VARY_WHOLE 8 // headers first as they were: the program under test rewrites them
#define SLC_VARY_TUNNEL 16 // as it comes out of a tunnel: slc_tunnel says of which
#define SLC_VARY_LISTED 32 // another destination port, of those in slc_ports
#define SLC_VARY_TAG 64 // with the tag of a VLAN: slc_tag says which
#define SLC_VARY_TURNS 128 // SYN and RST in turns, from the same source port
#define SLC_RESET_PORTS 16000
#define SLC_PORTS 65536
#define SLC_FRAME_BYTES 54 // Ethernet, IPv4, TCP

struct slc_vary {
	__u32 what;
	__u32 peers;
	__u32 first; // IPv4 address of the first peer, host order
	__u32 next;  // counts repetitions
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct slc_vary);
} slc_vary SEC(".maps");

// Headers as they were.
struct slc_frame {
	__u8 bytes[SLC_FRAME_BYTES];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct slc_frame);
} slc_frame SEC(".maps");

struct slc_tunnel {
	__u32 id;
	__u32 remote; // outer address, host order
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct slc_tunnel);
} slc_tunnel SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32); // priority and number, as the tag has them
} slc_tag SEC(".maps");

// Destination ports in host order; 0: the list is over, and begins again.
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SLC_PORTS);
	__type(key, __u32);
	__type(value, __u32);
} slc_ports SEC(".maps");

// Empty: the cost of varying alone.
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} slc_under_test SEC(".maps");

SEC("tc") int slc_vary_and_run(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct iphdr *ip = data + ETH_HLEN;
	struct tcphdr *tcp = (void *)(ip + 1);
	__u32 zero = 0;
	struct slc_vary *vary = bpf_map_lookup_elem(&slc_vary, &zero);

	if (!vary || (void *)(tcp + 1) > end)
		return TC_ACT_SHOT;
	__u32 n = vary->next++;
	if (vary->what & SLC_VARY_WHOLE) {
		struct slc_frame *frame = bpf_map_lookup_elem(&slc_frame, &zero);
		if (!frame)
			return TC_ACT_SHOT;
		__builtin_memcpy(data, frame->bytes, SLC_FRAME_BYTES);
	}
	if ((vary->what & SLC_VARY_SOURCE) && vary->peers)
		ip->saddr = bpf_htonl(vary->first + (__u32)((__u64)n * 48271 % vary->peers));
	if (vary->what & SLC_VARY_PORT)
		tcp->source = bpf_htons(1024 + n % 64000);
	if (vary->what & SLC_VARY_RESET)
		tcp->source = bpf_htons(1024 + (n >> 1) % SLC_RESET_PORTS);
	if (vary->what & (SLC_VARY_RESET | SLC_VARY_TURNS)) {
		tcp->syn = !(n & 1);
		tcp->rst = n & 1;
	}
	if (vary->what & SLC_VARY_LISTED) {
		__u32 at = n % SLC_PORTS;
		__u32 *port = bpf_map_lookup_elem(&slc_ports, &at);
		if (port && !*port) {
			vary->next = 1;
			port = bpf_map_lookup_elem(&slc_ports, &zero);
		}
		if (port)
			tcp->dest = bpf_htons(*port);
	}
	if (vary->what & SLC_VARY_TUNNEL) {
		struct slc_tunnel *tunnel = bpf_map_lookup_elem(&slc_tunnel, &zero);
		struct bpf_tunnel_key key = {};
		if (!tunnel)
			return TC_ACT_SHOT;
		key.tunnel_id = tunnel->id;
		key.local_ipv4 = tunnel->remote; // what is set as this end is read as the other
		if (bpf_skb_set_tunnel_key(skb, &key, sizeof(key), 0))
			return TC_ACT_SHOT;
	}
	if (vary->what & SLC_VARY_TAG) {
		__u32 *tag = bpf_map_lookup_elem(&slc_tag, &zero);
		if (!tag || bpf_skb_vlan_push(skb, bpf_htons(ETH_P_8021Q), *tag))
			return TC_ACT_SHOT;
	}
	bpf_tail_call(skb, &slc_under_test, 0);
	return TC_ACT_OK;
}

SEC("tc") int slc_empty(struct __sk_buff *skb)
{
	return TC_ACT_OK;
}

char _license[] SEC("license") = "Dual BSD/GPL";
