#!/usr/bin/env bash
# Line coverage of the engine by its own tests: prints a line per file and fails under 95 % in all.
# Needs a rustup toolchain with its llvm-tools (rustup component add llvm-tools).
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)"
least="${1:-95}"
sysroot="$(rustup run stable rustc --print sysroot)"
tools="$(dirname "$(find "$sysroot" -name llvm-cov -type f | head -1)")"
[ -x "$tools/llvm-cov" ] || { echo "coverage: needs rustup component add llvm-tools" >&2; exit 2; }
export CARGO_TARGET_DIR="$here/target/coverage" RUSTFLAGS="-Cinstrument-coverage" PROPTEST_CASES="${PROPTEST_CASES:-64}"
export LLVM_PROFILE_FILE="$CARGO_TARGET_DIR/profiles/%p-%m.profraw" RUSTC="$sysroot/bin/rustc" PATH="$sysroot/bin:$PATH"
rm -rf "$CARGO_TARGET_DIR/profiles"

cd "$here"
cargo test --quiet --locked --jobs 2 --package quantdesk-engine --tests >&2
"$tools/llvm-profdata" merge -sparse "$CARGO_TARGET_DIR"/profiles/*.profraw -o "$CARGO_TARGET_DIR/engine.profdata"
binaries=()
while IFS= read -r path; do
    binaries+=(--object "$path")
done < <(cargo test --locked --package quantdesk-engine --tests --no-run --message-format json 2>/dev/null |
    sed -n 's/.*"executable":"\([^"]*\)".*/\1/p')
"$tools/llvm-cov" report "${binaries[@]}" --instr-profile "$CARGO_TARGET_DIR/engine.profdata" \
    --ignore-filename-regex '(/tests/|/registry/|/rustc/|/library/)' --summary-only |
    awk -v least="$least" '
        /\.rs |^TOTAL/ { printf "%-40s %6d lines, %5d missed, %s\n", $1, $8, $9, $10 }
        /^TOTAL/ { sub("%", "", $10); if ($10 + 0 < least) { print "coverage: under " least " %"; exit 1 } }'
