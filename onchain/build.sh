#!/usr/bin/env bash
# Builds the on-chain program with the upstream BPF route (docs/decisions/0002).
#
#   build.sh               build onchain/bin/quantdesk.so and its .sha256
#   build.sh --check       build and compare with the shipped bytes (exit 1 when they differ)
#   build.sh --crate NAME  build another program crate; print the path of its .so
#
# The bytes do not depend on the folder: every path is remapped, every input is locked.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)"
cache="${ONCHAIN_TOOLCHAIN_DIR:-$here/.toolchain}"
target="${CARGO_TARGET_DIR:-$here/target}"
cargo_home="${CARGO_HOME:-$HOME/.cargo}"

compile() {
    local crate="$1" flags llvm_flag registry
    flags="-Cpanic=abort -Zlocation-detail=none -Crelocation-model=static -Ctarget-cpu=v4"
    flags+=" -Clink-arg=--cpu-features=+allows-misaligned-mem-access"
    flags+=" -Clink-arg=--arch=v3 -Clink-arg=--deploy=false"
    # v4 is the dialect nearest to sBPF v3; these instructions do not exist there.
    for llvm_flag in bpf-stack-size=4096 disable-movsx disable-ldsx disable-bswap disable-gotol disable-gotox; do
        flags+=" -Clink-arg=--llvm-args=--$llvm_flag"
    done
    # Larger fills are calls of memset: in place each would be a store for every eight bytes (1 % of the size).
    flags+=" -Clink-arg=--llvm-args=--max-store-memset=8"
    flags+=" --cfg target_os=\"solana\" -Aexplicit_builtin_cfgs_in_flags"
    flags+=" --remap-path-prefix=$here=onchain"
    # The folder of a registry is named after its address, which differs between machines.
    RUSTC=/usr/bin/rustc /usr/bin/cargo fetch --quiet --locked --manifest-path "$here/Cargo.toml" \
        --target bpfel-unknown-none >&2
    for registry in "$cargo_home"/registry/src/*/; do
        flags+=" --remap-path-prefix=${registry%/}=registry"
    done
    # RUSTC_BOOTSTRAP allows the calling convention that quantdesk-int128 declares, and to leave out of the
    # program where each panic stands (5 % of its size): a panic only stops it.
    (cd "$here" && env -u RUSTUP_TOOLCHAIN -u RUSTFLAGS -u CARGO_ENCODED_RUSTFLAGS \
        RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR="$target" \
        CARGO_TARGET_BPFEL_UNKNOWN_NONE_LINKER="$cache/bin/sbpf-linker" \
        CARGO_TARGET_BPFEL_UNKNOWN_NONE_RUSTFLAGS="$flags" \
        /usr/bin/cargo build --quiet --release --locked --jobs 2 --target bpfel-unknown-none --package "$crate" >&2)
    echo "$target/bpfel-unknown-none/release/lib${crate//-/_}.so"
}

if ! "$here/toolchain.sh" --missing >&2; then
    "$here/toolchain.sh"
fi

shipped="$here/bin/quantdesk.so"
case "${1:-}" in
    --crate)
        compile "${2:?the name of a crate}"
        ;;
    --check)
        built="$(compile quantdesk-program)"
        if ! cmp -s "$built" "$shipped"; then
            echo "build: onchain/bin/quantdesk.so does not come from this source." >&2
            echo "  built   $(sha256sum <"$built" | cut -d' ' -f1)" >&2
            echo "  shipped $(sha256sum <"$shipped" | cut -d' ' -f1)" >&2
            echo "  run onchain/build.sh and commit onchain/bin" >&2
            exit 1
        fi
        (cd "$here/bin" && sha256sum --check --quiet quantdesk.so.sha256)
        echo "build: onchain/bin/quantdesk.so comes from this source"
        ;;
    "")
        built="$(compile quantdesk-program)"
        mkdir -p "$here/bin"
        cp "$built" "$shipped.new"
        chmod 644 "$shipped.new"
        mv "$shipped.new" "$shipped"
        (cd "$here/bin" && sha256sum quantdesk.so >quantdesk.so.sha256)
        echo "build: $(stat -c %s "$shipped") bytes, sha256 $(cut -d' ' -f1 "$here/bin/quantdesk.so.sha256")"
        ;;
    *)
        echo "usage: build.sh [--check | --crate NAME]" >&2
        exit 2
        ;;
esac
