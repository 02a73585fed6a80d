#!/bin/sh
# Packs dist/Shiage into dist/shiage-VERSION-linux-MACHINE.tar.xz, with its SHA-256 beside it.
set -eu
cd "$(dirname "$0")/../dist"
version=$(Shiage/shiage --version)
name=shiage-${version#shiage }-linux-$(uname -m).tar.xz
# equal input, equal archive
tar --create --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 Shiage | xz -T0 -6 > "$name"
sha256sum "$name" > "$name.sha256"
ls -l "$name"
