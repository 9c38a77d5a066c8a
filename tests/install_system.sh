#!/bin/sh
# Installs what some tests need from the system's packages: a browser, its fonts, a connection pooler.
# Does nothing where they are installed.
set -u

missing=""
for browser in chromium chromium-headless-shell; do
    command -v "$browser" >/dev/null 2>&1 || missing="$missing $browser"
done
command -v pgbouncer >/dev/null 2>&1 || missing="$missing pgbouncer"
ls /usr/share/fonts/truetype/noto/NotoSansArabic-*.ttf >/dev/null 2>&1 || missing="$missing fonts-noto-core"
[ -z "$missing" ] && exit 0

as_root=""
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null && as_root="sudo -n"
fi
if ! command -v apt-get >/dev/null 2>&1 || { [ "$(id -u)" -ne 0 ] && [ -z "$as_root" ]; }; then
    echo "Some tests need programs that are not installed here:$missing" >&2
    echo "Install them with this system's package manager; without them those tests fail." >&2
    exit 0
fi

echo "Installing$missing …"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
# shellcheck disable=SC2086 - lists of words on purpose
if ! { $as_root apt-get update && $as_root apt-get install --yes --no-install-recommends $missing; } >"$log" 2>&1; then
    tail -n 5 "$log" >&2
    echo "Could not install$missing; the tests that need them fail." >&2
fi
rm -f "$log"
