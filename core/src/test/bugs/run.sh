#!/bin/bash
# Plants each bug of this folder in a scratch copy, runs the proof on it, and says whether it was caught.
#   run.sh [NAME…]      all of them without a name; status 1 when one is not caught or does not apply any more
# A patch of Java is compiled alone, against the classes that are there; a patch of C makes the programs anew
# and is shown to the kernel, which needs root. The proof is the same that every test run makes.
set -u
BUGS=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(cd "$BUGS/../../../.." && pwd)
WORLDS=${SLUICE_BUG_WORLDS:-400}
JAVA=${JAVA_HOME:?is not set: say where JDK 25 is}/bin
SCRATCH=$(mktemp -d)
trap 'rm -rf "$SCRATCH"' EXIT

mvn -q -B -f "$ROOT/pom.xml" -pl node-applier -am test-compile || exit 1
mvn -q -B -f "$ROOT/pom.xml" -pl node-applier -am -DskipTests \
  dependency:build-classpath -Dmdep.outputFile="$SCRATCH/classpath" test-compile >"$SCRATCH/log" 2>&1 ||
  { cat "$SCRATCH/log"; exit 1; }
CLASSES=$ROOT/core/target/classes:$ROOT/core/target/test-classes
KERNEL=$ROOT/node-applier/target/classes:$ROOT/node-applier/target/test-classes:$ROOT/schemas/target/classes:$(cat "$SCRATCH/classpath")

# Status 0: the proof found the bug; 1: it did not; 2: the bug cannot be planted.
plant() {
  local bug=$1 work=$SCRATCH/$(basename "$1" .patch) file
  mkdir -p "$work/classes"
  for file in $(sed -n 's|^+++ b/||p' "$bug"); do
    mkdir -p "$work/$(dirname "$file")" && cp "$ROOT/$file" "$work/$file"
  done
  patch -s -d "$work" -p1 <"$bug" || return 2
  if grep -q '^+++ b/node-applier/src/main/bpf/' "$bug"; then
    cp -n "$ROOT"/node-applier/src/main/bpf/* "$work/node-applier/src/main/bpf/"
    (cd "$work/node-applier" && sh src/main/bpf/build.sh "$work/classes/dev/sluice/node/kernel") || return 2
    "$JAVA/java" -XX:TieredStopAtLevel=1 --enable-native-access=ALL-UNNAMED -cp "$work/classes:$CLASSES:$KERNEL" \
      dev.sluice.node.kernel.ProveKernel --seed 1 --worlds "$((WORLDS / 4))" >"$work/out" 2>&1 && return 1
  else
    "$JAVA/javac" -nowarn -d "$work/classes" -cp "$CLASSES" $(find "$work" -name '*.java') || return 2
    "$JAVA/java" -XX:TieredStopAtLevel=1 -cp "$work/classes:$CLASSES" dev.sluice.core.proof.Prove \
      --seed 1 --worlds "$WORLDS" >"$work/out" 2>&1 && return 1
  fi
  grep -qE '^seed ' "$work/out" || { cat "$work/out"; return 2; }
}

failed=0 count=0
for bug in "$BUGS"/*.patch; do
  name=$(basename "$bug" .patch)
  [ $# -eq 0 ] || [[ " $* " == *" $name "* ]] || continue
  count=$((count + 1))
  plant "$bug"
  case $? in
    0) echo "caught       $name: $(grep -m1 -E '^seed ' "$SCRATCH/$name/out")" ;;
    1) echo "NOT CAUGHT   $name"; failed=1 ;;
    *) echo "NOT PLANTED  $name: mend the patch"; failed=1 ;;
  esac
done
echo "$count bugs planted"
exit $failed
