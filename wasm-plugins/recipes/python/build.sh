#!/usr/bin/env bash
# Builds naming.wasm of naming_plugin.py: `recipes/python/build.sh [FOLDER]`, where FOLDER is where what it needs goes, and the component.
# It installs componentize-py (a wheel of 40 MB) into a virtual environment there, once.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
out="${1:-$here/build}"
mkdir -p "$out"
if [ ! -x "$out/venv/bin/componentize-py" ]; then
  python3 -m venv "$out/venv"
  "$out/venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
fi
# `--stub-wasi`: the component imports nothing of a machine; what asks for a file or the clock traps.
"$out/venv/bin/componentize-py" --quiet -d "$here/../../wit" -d "$here/../../naming/naming.wit" -w acme:naming/naming \
  componentize --stub-wasi -p "$here" -o "$out/naming.wasm" naming_plugin
