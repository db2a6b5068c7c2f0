#!/bin/bash
# Plants each bug of this folder and says whether the proof catches it.
#   run.sh [NAME…]      all of them without a name; status 1 when one is not caught or does not apply any more
# The checkout is only read: it is copied without what builds made, built once there, and every bug is planted in files of
# its own beside the copy's classes. A patch of Java is compiled alone; a patch of C makes the programs anew and is shown
# to the kernel, which needs root. The proof is the same that every test run makes; it looks at no more than
# SLUICE_BUG_WORLDS worlds (400; a quarter of them with the kernel), and its time ends only what hangs.
set -u
BUGS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(cd "$BUGS/../../../.." && pwd)
WORLDS=${SLUICE_BUG_WORLDS:-400}
MINUTES_EACH=20
JAVA=${JAVA_HOME:?is not set: say where JDK 25 is}/bin
SCRATCH=$(mktemp -d)
COPY=$SCRATCH/copy
child=

# Ends what runs, and takes away what a proof that was ended in the middle left in the kernel.
tidy() {
  if [ -n "$child" ] && kill "$child" 2>/dev/null; then wait "$child"; fi
  [ -z "$child" ] || rm -rf /sys/fs/bpf/slcproof"$child"-*
  rm -rf "$SCRATCH"
}
trap tidy EXIT
trap 'exit 130' INT TERM HUP

unknown=0
for name in "$@"; do
  [ -e "$BUGS/$name.patch" ] || { echo "there is no bug $name: see $BUGS" >&2; unknown=1; }
done
[ "$unknown" = 0 ] || exit 1

mkdir "$COPY"
(cd "$ROOT" && tar -c --exclude=target --exclude=.git .) | tar -x -C "$COPY" || exit 1
mvn -q -B -ntp -f "$COPY/pom.xml" -pl node-applier -am -DskipTests -Dmdep.outputFile="$SCRATCH/classpath" \
  test-compile dependency:build-classpath >"$SCRATCH/log" 2>&1 || { cat "$SCRATCH/log"; exit 1; }
CLASSES=$COPY/core/target/classes:$COPY/core/target/test-classes
KERNEL=$COPY/node-applier/target/classes:$COPY/node-applier/target/test-classes:$COPY/schemas/target/classes:$(cat "$SCRATCH/classpath")

# Runs a proof for its time at most; status 0 when every world held.
prove() {
  local out=$1; shift
  "$JAVA/java" -XX:+UseSerialGC "$@" --seed 0 --minutes "$MINUTES_EACH" --shrink 0 >"$out" 2>&1 &
  child=$!
  wait "$child"; local status=$?
  child=
  return $status
}

# Status 0: the proof found the bug; 1: it did not; 2: the bug cannot be planted.
plant() {
  local bug=$1 work=$SCRATCH/$(basename "$1" .patch) file
  mkdir -p "$work/classes"
  for file in $(sed -n 's|^+++ b/||p' "$bug"); do
    mkdir -p "$work/$(dirname "$file")" && cp "$COPY/$file" "$work/$file"
  done
  patch -s -F0 -d "$work" -p1 <"$bug" || return 2
  if grep -q '^+++ b/node-applier/src/main/bpf/' "$bug"; then
    cp -n "$COPY"/node-applier/src/main/bpf/* "$work/node-applier/src/main/bpf/"
    (cd "$work/node-applier" && sh src/main/bpf/build.sh "$work/classes/dev/sluice/node/kernel") || return 2
    prove "$work/out" --enable-native-access=ALL-UNNAMED -cp "$work/classes:$CLASSES:$KERNEL" \
      dev.sluice.node.kernel.ProveKernel --worlds "$((WORLDS / 4))" && return 1
  else
    "$JAVA/javac" -nowarn -d "$work/classes" -cp "$CLASSES" $(find "$work" -name '*.java') || return 2
    prove "$work/out" -cp "$work/classes:$CLASSES" dev.sluice.core.proof.Prove --worlds "$WORLDS" && return 1
  fi
  grep -qE '^seed ' "$work/out" || { tail -5 "$work/out"; return 1; }
}

failed=0 count=0 began=$SECONDS
for bug in "$BUGS"/*.patch; do
  name=$(basename "$bug" .patch)
  [ $# -eq 0 ] || [[ " $* " == *" $name "* ]] || continue
  count=$((count + 1))
  plant "$bug"
  case $? in
    0) echo "caught       $name: $(sed -n 's/^seed /world /p' "$SCRATCH/$name/out")" ;;
    1) echo "NOT CAUGHT   $name"; failed=1 ;;
    *) echo "NOT PLANTED  $name: mend the patch"; failed=1 ;;
  esac
  rm -rf "${SCRATCH:?}/$name"
done
echo "$count bugs planted in $((SECONDS - began)) s"
exit $failed
