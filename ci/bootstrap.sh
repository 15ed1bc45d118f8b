#!/usr/bin/env bash
# Installs what the commands need and the machine lacks, on Debian 12, Debian 13 and Ubuntu 24.04.
# Nothing is touched, and no package list is fetched, when nothing is missing. `bootstrap.sh bench`
# also installs what the bench compares with, `bootstrap.sh parity` what the kernel's own suite is
# built with; both do without what cannot be had.
set -euo pipefail

# The exit codes of harness/errors.ts.
readonly missing_tool=4 no_network=7

packages=(
    # the kernel and its checks
    build-essential bc bison flex libelf-dev libssl-dev ccache sparse perl git xz-utils kmod
    # BPF and AF_XDP programs
    clang llvm libbpf-dev libxdp-dev pkg-config
    # the unit tests of the emulated NICs
    libcmocka-dev
    # the guest
    qemu-system-x86 udev busybox-static iproute2 iputils-ping ethtool iperf3 curl procps
    # virtme-ng where the distribution has none; fetching sources
    python3-venv ca-certificates
)
case ${1-} in
    bench) also=(libdpdk-dev) ;;
    parity) also=(bpftool) ;;
    *) also=() ;;
esac
# The release of virtme-ng taken where the distribution has none.
virtme_ng_version=1.42
cache=${FLASH_CACHE:-$HOME/.cache/flash}

"$(dirname "${BASH_SOURCE[0]}")/require-cache-path.sh"

say() { echo "flash: $*" >&2; }

fail() {
    local code=$1
    shift
    say "$@"
    exit "$code"
}

as_root() {
    if [[ $EUID -eq 0 ]]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        fail $missing_tool "\`$*\` needs root, and sudo is not installed; run it as root, then try again"
    fi
}

installed() {
    dpkg-query -W -f='${db:Status-Abbrev} ${Package}\n' "$@" 2>/dev/null | sed -n 's/^.i[^ ]* *//p'
}

# Prints those of the named packages that are not installed.
missing_of() {
    comm -23 <(printf '%s\n' "$@" | sort) <(installed "$@" | sort)
}

apt_install() {
    say "installing: $*"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" </dev/null >&2 ||
        fail $no_network "apt-get could not install $*; see its messages above"
}

apt_update() {
    say 'refreshing the package lists'
    as_root apt-get update -q </dev/null >&2 ||
        fail $no_network 'apt-get update failed; see its messages above (is the network up?)'
}

has_virtme_ng() {
    command -v vng >/dev/null || [[ -x $cache/virtme-ng/bin/vng ]]
}

if ! command -v dpkg-query >/dev/null; then
    fail $missing_tool 'this installs packages with apt (Debian 12, Debian 13, Ubuntu 24.04); elsewhere install by hand:' "${packages[*]}" virtme-ng
fi

mapfile -t missing < <(missing_of "${packages[@]}")
if ((${#missing[@]})) || ! has_virtme_ng; then
    apt_update
fi
if ((${#missing[@]})); then
    apt_install "${missing[@]}"
fi

if ((${#also[@]})); then
    mapfile -t missing < <(missing_of "${also[@]}")
    if ((${#missing[@]})); then
        (apt_update && apt_install "${missing[@]}") || say "going on without: ${missing[*]}"
    fi
fi

if ! has_virtme_ng; then
    if apt-cache show virtme-ng >/dev/null 2>&1; then
        apt_install virtme-ng
    else
        say "installing virtme-ng $virtme_ng_version into $cache/virtme-ng"
        mkdir -p "$cache"
        # `vng` appears only when pip has finished, so a half-made venv is never taken for a whole one.
        rm -rf "$cache/virtme-ng"
        python3 -m venv "$cache/virtme-ng" >&2
        "$cache/virtme-ng/bin/python" -m pip install --quiet --disable-pip-version-check \
            "virtme-ng==$virtme_ng_version" </dev/null >&2 || {
            rm -rf "$cache/virtme-ng"
            fail $no_network "pip could not install virtme-ng $virtme_ng_version; see its messages above (is the network up?)"
        }
    fi
fi
