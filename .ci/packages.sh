#!/usr/bin/env bash
# Installs from Debian what the tests against real programs need; with "bench", also what the benchmarks compare against.
set -euo pipefail
wanted=(iproute2 ethtool curl dropbear-bin openssh-server lighttpd nginx-light mosquitto avahi-daemon openssl snmpd libcoap3-bin
  vsftpd redis-server python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-good
  inetutils-telnetd gmediarender gdbserver libhiredis0.14 libmemcached11 libmemcachedutil2 libpcre2-posix3)
wanted+=(squashfs-tools e2fsprogs u-boot-tools device-tree-compiler mtd-utils android-sdk-libsparse-utils erofs-utils cpio xz-utils zstd lz4 zip) # to make images that are then opened
wanted+=(chromium) # to draw pages that scripts make
[ "${1:-}" = bench ] && wanted+=(nmap sslscan)
command -v npm >/dev/null || wanted+=(nodejs npm)
missing=()
for p in "${wanted[@]}"; do
  dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'install ok installed' || missing+=("$p")
done

# What stands beside what is built: a broker of MQTT from npm, and proftpd, which Debian does not let be installed with vsftpd.
beside() {
  local to
  to=$(cd "$(dirname "$0")/.." && pwd)/bin
  mkdir -p "$to/debian"
  [ -d "$to/npm/node_modules/aedes" ] || npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$to/npm" aedes@0.51.3
  [ -x "$to/debian/usr/sbin/proftpd" ] && return
  (cd "$to/debian" && apt-get download -q proftpd-core proftpd-mod-crypto && for deb in *.deb; do dpkg -x "$deb" . && rm "$deb"; done)
}

if [ ${#missing[@]} -eq 0 ]; then
  beside
  exit 0
fi
if ! command -v apt-get >/dev/null; then
  echo "there is no apt-get here: install what these Debian packages hold by your own means: ${missing[*]}" >&2
  exit 1
fi
if [ "$(id -u)" -ne 0 ]; then
  echo "only root can install packages: sudo apt-get install --no-install-recommends ${missing[*]}" >&2
  exit 1
fi
# no service may start on this machine because a test needs its program
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
  printf '#!/bin/sh\nexit 101\n' >$policy
  chmod +x $policy
  trap 'rm -f $policy' EXIT
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
apt-get install -y -q --no-install-recommends "${missing[@]}"
beside
