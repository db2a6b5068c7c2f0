#!/bin/sh
# build.sh FOLDER: compiles each *.bpf.c for the BPF target into FOLDER, unless its object is newer than every source.
set -eu
here=$(dirname "$0")
mkdir -p "$1"
for source in "$here"/*.bpf.c; do
  out=$1/$(basename "$source" .c).o
  if [ -f "$out" ] && [ -z "$(find "$here" -type f -newer "$out")" ]; then continue; fi
  "${CLANG:-clang}" -target bpf -mcpu=v3 -g -O2 -Wall -Wextra -Werror -Wno-unused-parameter -Wno-sign-compare \
    -idirafter "/usr/include/$(uname -m)-linux-gnu" -c "$source" -o "$out"
done
