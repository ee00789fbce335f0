#!/usr/bin/env bash
# Makes docs/walk.md from the program: the console's real loop walks the drill, on a fixed seed and clock.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

cargo test --quiet --test it -- --ignored --exact console::story::write_the_page
