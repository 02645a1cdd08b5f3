#!/usr/bin/env bash
# Everything CI checks about the Rust workspace: format, lints, tests, the shipped bytes, the IDL.
# Where the toolchain is missing it says so and succeeds, unless CI=true: then it installs it or fails.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
cd "$here"

if ! missing="$(./toolchain.sh --missing)"; then
    if [ "${CI:-}" != true ]; then
        echo "onchain: skipped, the compiler of the program is not set up:"
        echo "$missing"
        exit 0
    fi
    ./toolchain.sh
fi

# Debian's rustc for everything, so that native tests and the program come from one compiler.
export RUSTC=/usr/bin/rustc PATH="/usr/bin:$PATH"
cargo=/usr/bin/cargo

# rustfmt and clippy: Debian's, else those of a rustup toolchain. Its clippy needs its own rustc and its own
# cargo: Debian's cargo, first on PATH here, would compile the dependencies with another compiler than clippy reads.
lint() {
    if [ -x /usr/bin/cargo-clippy ] && [ -x /usr/bin/rustfmt ]; then
        "$cargo" fmt --all --check
        "$cargo" clippy --quiet --locked --jobs 2 --workspace --all-targets -- -D warnings
    elif command -v cargo-clippy >/dev/null && command -v cargo-fmt >/dev/null; then
        local own
        own="$(dirname "$(command -v cargo-clippy)"):$PATH"
        env -u RUSTC PATH="$own" cargo fmt --all --check
        env -u RUSTC PATH="$own" CARGO_TARGET_DIR="$here/target/clippy" \
            cargo clippy --quiet --locked --jobs 2 --workspace --all-targets -- -D warnings
    elif [ "${CI:-}" = true ] && [ "$(id -u)" = 0 ]; then
        apt-get install -o DPkg::Lock::Timeout=300 -y -qq --no-install-recommends rustfmt-web rust-web-clippy >/dev/null
        lint
    else
        echo "onchain: format and lints skipped: needs rustfmt and clippy (Debian: rustfmt-web rust-web-clippy)"
        [ "${CI:-}" != true ]
    fi
}

lint
"$cargo" test --quiet --locked --jobs 2 --workspace
./build.sh --check

generated="$(mktemp)"
trap 'rm -f "$generated"' EXIT
"$cargo" run --quiet --locked --package quantdesk-idl >"$generated"
if ! cmp -s "$generated" ../idl/quantdesk.json; then
    echo "onchain: idl/quantdesk.json is not what the source generates:" >&2
    diff "$generated" ../idl/quantdesk.json | head -20 >&2
    exit 1
fi
echo "onchain: format, lints, tests, shipped bytes and IDL are right"
