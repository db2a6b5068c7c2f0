#!/bin/sh
# build.sh OUTPUT: compiles dataplane.bpf.c for the BPF target unless OUTPUT is newer than every source.
set -eu
here=$(dirname "$0")
out=$1
if [ -f "$out" ] && [ -z "$(find "$here" -type f -newer "$out")" ]; then exit 0; fi
mkdir -p "$(dirname "$out")"
exec "${CLANG:-clang}" -target bpf -mcpu=v3 -g -O2 -Wall -Wextra -Werror -Wno-unused-parameter -Wno-sign-compare \
  -idirafter "/usr/include/$(uname -m)-linux-gnu" -c "$here/dataplane.bpf.c" -o "$out"
