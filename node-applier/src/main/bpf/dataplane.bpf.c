// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
// The dataplane of a node.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char _license[] SEC("license") = "Dual BSD/GPL";
