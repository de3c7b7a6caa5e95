#!/usr/bin/env bash
# Builds the example plugins from their sources: `wasm-plugins/build.sh` writes the components and `DIGESTS`,
# `wasm-plugins/build.sh --check` builds them elsewhere and says of each whether its digest is the committed one.
#
# `--digests-may-differ` (with --check, for another toolchain than the one that DIGESTS names) does not fail for that; then let the recorded
# answers decide: `changegate plugin test NAME.wasm --answers NAME/answers.ndjson --from wasm-plugins/build`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

check=no strict=yes
for argument in "$@"; do
  case "$argument" in
    --check) check=yes ;;
    --digests-may-differ) strict=no ;;
    *) printf 'usage: build.sh [--check [--digests-may-differ]]\n' >&2; exit 2 ;;
  esac
done

rust_plugins="licence compatibility"
c_plugins="capacity naming"
target="${CARGO_TARGET_DIR:-$PWD/build}"
out="$PWD"
[ "$check" = no ] || out="$target/components"
mkdir -p "$target" "$out"

# The tool that makes components is a program of this machine: any Rust builds it.
(unset RUSTFLAGS; cargo build --locked --quiet --manifest-path componentize/Cargo.toml --target-dir "$target/componentize")
componentize="$target/componentize/debug/componentize"

# Rust for WebAssembly: the target of rustup where it is installed, otherwise Debian's `rustc-web cargo-web rust-web-src lld-19`, which build the
# standard library with the plugin. Paths of this machine do not belong into a component, so their beginnings are cut off.
export RUSTFLAGS="--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=cargo --remap-path-prefix=$PWD=wasm-plugins"
cargo=(cargo) build_std=()
if [ "${GUEST_RUST:-}" = debian ] || ! [ -d "$(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown" ]; then
  [ -x /usr/bin/rustc ] && [ -d /usr/lib/rustlib/src/rust/library ] || {
    printf 'build.sh: no Rust for WebAssembly here: `rustup target add wasm32-unknown-unknown`, or `apt-get install rustc-web cargo-web rust-web-src lld-19`\n' >&2
    exit 1
  }
  export RUSTC_BOOTSTRAP=1 RUSTC=/usr/bin/rustc CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=wasm-ld-19
  cargo=(/usr/bin/cargo)
  build_std=(-Zbuild-std=std,panic_abort -Zbuild-std-features=panic_immediate_abort,optimize_for_size)
fi
for name in $rust_plugins; do
  "${cargo[@]}" build --locked --quiet --release --target wasm32-unknown-unknown "${build_std[@]}" \
    --manifest-path "$name/Cargo.toml" --target-dir "$target/guests"
  "$componentize" "$target/guests/wasm32-unknown-unknown/release/$name.wasm" "$out/$name.wasm"
done

# C: Debian's clang-19, or Zig, which brings its own: `CC="zig cc -target wasm32-freestanding"`.
read -r -a cc <<<"${CC:-clang-19 --target=wasm32-unknown-unknown}"
for name in $c_plugins; do
  "${cc[@]}" -nostdlib -Os -Wall -Wextra -Werror -Ic -Wl,--no-entry -Wl,--strip-all -o "$target/$name.core.wasm" "$name/$name.c"
  "$componentize" "$target/$name.core.wasm" "$out/$name.wasm" --world "acme:$name/$name" wit "$name/$name.wit"
done

if [ "$check" = no ]; then
  sha256sum $(printf '%s.wasm ' $rust_plugins $c_plugins) >DIGESTS
  cat DIGESTS
  exit 0
fi
differ=0
for name in $rust_plugins $c_plugins; do
  committed="$(awk -v file="$name.wasm" '$2 == file { print $1 }' DIGESTS)"
  [ "$(sha256sum <"$name.wasm")" = "$committed  -" ] || { printf '%s.wasm is not what DIGESTS says\n' "$name"; exit 1; }
  built="$(sha256sum <"$out/$name.wasm")"
  if [ "$built" = "$committed  -" ]; then
    printf '%s.wasm: same digest, %d bytes\n' "$name" "$(stat -c %s "$name.wasm")"
  else
    printf '%s.wasm: other digest: %s, %d bytes\n' "$name" "${built%% *}" "$(stat -c %s "$out/$name.wasm")"
    differ=1
  fi
done
[ "$differ" = 0 ] || [ "$strict" = no ]
