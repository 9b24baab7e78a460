#!/bin/sh
# Sees that Debian packages are there: installs what is missing, with sudo where not root, or names it and stops.
set -eu

missing=
for package in "$@"; do
    dpkg-query --show --showformat='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
[ -z "$missing" ] && exit 0

if ! command -v apt-get >/dev/null; then
    echo "Please install these (by their Debian names):$missing" >&2
    exit 1
fi
as_root=
if [ "$(id -u)" -ne 0 ]; then
    as_root="sudo -n"
    if ! sudo -n true 2>/dev/null; then
        echo "Please install these as root: apt-get install$missing" >&2
        exit 1
    fi
fi
$as_root apt-get update -qq
case "$missing " in
*" postfix "*) # no server of this machine's own: the tests bring their configuration
    echo "postfix postfix/main_mailer_type select No configuration" | $as_root debconf-set-selections ;;
esac
# shellcheck disable=SC2086 # words are meant
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
