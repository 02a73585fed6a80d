#!/bin/sh
# Makes this unpacked folder known to the desktop: menu entry, icons, .cut files, and the commands
# Shiage and shiage. For you alone (~/.local), or for all with a prefix: sudo ./install.sh /usr/local
# The folder stays where it is. `./install.sh --remove [PREFIX]` takes it all back.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
remove=
[ "${1:-}" = --remove ] && remove=1 && shift
prefix=${1:-${HOME:?say where, HOME is not set}/.local}
share=$prefix/share

if [ -n "$remove" ]; then
  rm -f "$prefix/bin/Shiage" "$prefix/bin/shiage" \
    "$share/applications/shiage.desktop" "$share/mime/packages/shiage.xml"
  find "$share/icons/hicolor" -name 'shiage.png' -delete -o -name 'shiage.svg' -delete
else
  mkdir -p "$prefix/bin" "$share/applications" "$share/mime/packages" "$share/icons"
  ln -sf "$here/Shiage" "$here/shiage" "$prefix/bin/"
  cp -R "$here/share/icons/hicolor" "$share/icons/"
  cp "$here/share/shiage.xml" "$share/mime/packages/"
  sed "s|^Exec=Shiage|Exec=\"$here/Shiage\"|" "$here/share/shiage.desktop" \
    > "$share/applications/shiage.desktop"
fi
for tool in "update-mime-database $share/mime" "update-desktop-database $share/applications" \
  "gtk-update-icon-cache -q -t $share/icons/hicolor"; do
  if command -v "${tool%% *}" > /dev/null; then
    "${tool%% *}" ${tool#* } || true # the menu finds the files without their caches, too
  fi
done
