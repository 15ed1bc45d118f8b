#!/usr/bin/env bash
# Runs a command in a folder with a system of its own, as root in a container that has no init and no
# /dev/kvm: enter.sh FOLDER BINDS ENVIRONMENT DIRECTORY COMMAND...
#
# BINDS is a file of lines FROM<TAB>TO, what of this machine is seen in the folder, read-only.
# ENVIRONMENT is the names of the variables that are kept, separated by blanks.
# Run it in a mount and a PID namespace: what it mounts and starts goes with it.
set -euo pipefail
exec 2>&1

folder=$1 binds=$2 kept=$3 directory=$4
shift 4

mount -t proc proc "$folder/proc"
mount -t sysfs -o ro sysfs "$folder/sys"
mount -t tmpfs -o nosuid,mode=755 tmpfs "$folder/dev"
mkdir "$folder/dev/pts" "$folder/dev/shm"
mount -t devpts -o nosuid,noexec,newinstance,ptmxmode=0666 devpts "$folder/dev/pts"
mount -t tmpfs -o nosuid,nodev,mode=1777 tmpfs "$folder/dev/shm"
for device in null zero full random urandom tty; do
    : >"$folder/dev/$device"
    mount --bind "/dev/$device" "$folder/dev/$device"
done
ln -s pts/ptmx "$folder/dev/ptmx"
ln -s /proc/self/fd "$folder/dev/fd"
ln -s /proc/self/fd/0 "$folder/dev/stdin"
ln -s /proc/self/fd/1 "$folder/dev/stdout"
ln -s /proc/self/fd/2 "$folder/dev/stderr"

while IFS=$'\t' read -r from to; do
    mkdir -p "$(dirname "$folder$to")"
    if [[ -d $from ]]; then mkdir -p "$folder$to"; else [[ -e $folder$to ]] || : >"$folder$to"; fi
    mount --bind "$from" "$folder$to"
    mount -o remount,bind,ro "$folder$to"
done <"$binds"

for name in $(compgen -e); do
    [[ " $kept " == *" $name "* ]] || unset -v "$name"
done
export HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8

# Not exec: this shell is process 1 there, and waits for whom nobody else does.
chroot "$folder" env --chdir="$directory" "$@"
