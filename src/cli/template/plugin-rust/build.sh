#!/usr/bin/env bash
# Builds my-plugin.wasm: `./build.sh`. It needs Rust, and either rustup's target for WebAssembly (`rustup target add wasm32-unknown-unknown`), or
# the sources of the standard library (`rustup component add rust-src`; Debian: `apt-get install rustc-web cargo-web rust-web-src lld-19`).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
target="${CARGO_TARGET_DIR:-$PWD/target}"

cargo=cargo
library() { printf '%s/lib/rustlib/%s' "$("${RUSTC:-rustc}" --print sysroot)" "$1"; }
build_std=()
if [ ! -d "$(library wasm32-unknown-unknown)" ]; then
  # No target: the standard library is built with the plugin, of the sources that are here.
  if [ ! -d "$(library src/rust/library)" ] && [ -d /usr/lib/rustlib/src/rust/library ]; then
    cargo=/usr/bin/cargo
    export RUSTC=/usr/bin/rustc
  fi
  [ -d "$(library src/rust/library)" ] || { sed -n '2,3s/^# //p' build.sh >&2; exit 1; }
  if command -v wasm-ld-19 >/dev/null; then export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=wasm-ld-19; fi
  export RUSTC_BOOTSTRAP=1
  build_std=(-Zbuild-std=std,panic_abort)
fi
# Paths of this machine do not belong into a component.
RUSTFLAGS="--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=cargo --remap-path-prefix=$PWD=." \
  "$cargo" build --locked --release --target wasm32-unknown-unknown "${build_std[@]}" --target-dir "$target"

# A component of the core module; a program of this machine does that.
unset CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER RUSTC_BOOTSTRAP
"$cargo" run --locked --quiet --manifest-path componentize/Cargo.toml --target-dir "$target/componentize" -- \
  "$target/wasm32-unknown-unknown/release/my_plugin.wasm" my-plugin.wasm
sha256sum my-plugin.wasm
