#!/usr/bin/env bash
# Installs what the commands need and the machine lacks, on Debian 12, Debian 13 and Ubuntu 24.04.
# Nothing is touched, and no package list is fetched, when nothing is missing, and root is asked for
# only where a package is. `bootstrap.sh bench` also installs what the bench compares with, `parity`
# what the kernel's own suite is built with, `fresh` what makes a folder with a system of its own,
# `mail` what sends patches, `package` what makes and signs packages, `lab` what reaches machines and
# makes packages for them, `nic` what `parity` has and what makes packages, `virtual-lab` what makes
# disks for machines and what `lab` has, `prove` what `npm run prove` compiles with, `trace` bpftrace,
# nftables and what makes BTF, `test` what `prove` has, what checks shell scripts, reads captures and builds Rust; all of them do
# without what cannot be had.
# `bootstrap.sh check` only prints which packages are missing, and on a second line how this user
# becomes root.
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

# The Rust that the network functions are built with, if there is none that is new enough. That of Debian 12
# is not, but it has another one besides.
readonly oldest_rust=75
rust_packages() {
    local version
    version=$(cargo --version 2>/dev/null) || version='cargo 1.0'
    version=${version#cargo 1.}
    if ((${version%%.*} >= oldest_rust)) && command -v cargo-clippy >/dev/null && command -v cargo-fmt >/dev/null; then
        return
    fi
    if grep -qs '^VERSION_CODENAME=bookworm$' /etc/os-release; then
        echo rustc-web cargo-web rust-web-clippy rustfmt-web
    else
        echo rustc cargo rust-clippy rustfmt
    fi
}

case ${1-} in
    bench) also=(libdpdk-dev dpdk-dev) ;;
    parity) also=(bpftool) ;;
    prove) also=(libclang-rt-dev spin) ;;
    test) read -ra also <<<"shellcheck libclang-rt-dev tcpdump $(rust_packages)" ;;
    fresh) also=(debootstrap) ;;
    lab) also=(openssh-client debhelper rsync cpio dwarves) ;;
    mail) also=(git-email libmailtools-perl) ;;
    nic) also=(bpftool debhelper rsync cpio) ;;
    package) also=(debhelper rsync cpio dwarves sbsigntool) ;;
    virtual-lab) also=(mmdebstrap fakeroot qemu-utils openssh-client debhelper rsync cpio) ;;
    trace) also=(bpftrace dwarves nftables) ;;
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

# Prints how this user becomes root; fails if there is no way without somebody who types a password.
root_by() {
    if [[ $(id -u) -eq 0 ]]; then
        echo 'this is root'
    elif ! command -v sudo >/dev/null; then
        echo 'this is not root, and sudo is not installed'
        return 1
    elif sudo -n true 2>/dev/null; then
        echo 'sudo'
    else
        echo 'this is not root, and sudo asks for a password'
        return 1
    fi
}

has_terminal() { (: </dev/tty) 2>/dev/null; }

may_be_root() { root_by >/dev/null || { command -v sudo >/dev/null && has_terminal && sudo -v; }; }

as_root() {
    if [[ $(id -u) -eq 0 ]]; then
        "$@"
    else
        sudo "$@"
    fi
}

installed() {
    dpkg-query -W -f='${db:Status-Abbrev} ${Package}\n' "$@" 2>/dev/null | sed -n 's/^.i[^ ]* *//p'
}

# Prints those of the named packages that are not installed.
missing_of() {
    comm -23 <(printf '%s\n' "$@" | sort) <(installed "$@" | sort)
}

install_command() { echo "apt-get update && apt-get install -y --no-install-recommends $*"; }

apt_install() {
    say "installing: $*"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-remove --no-install-recommends "$@" </dev/null >&2 ||
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

install_virtme_ng_for_user() {
    say "installing virtme-ng $virtme_ng_version into $cache/virtme-ng"
    mkdir -p "$cache"
    # `vng` appears only when pip has finished, so a half-made venv is never taken for a whole one.
    rm -rf "$cache/virtme-ng"
    python3 -m venv "$cache/virtme-ng" >&2 || fail $missing_tool "python3 could not make $cache/virtme-ng; see its messages above"
    "$cache/virtme-ng/bin/python" -m pip install --quiet --disable-pip-version-check \
        "virtme-ng==$virtme_ng_version" </dev/null >&2 || {
        rm -rf "$cache/virtme-ng"
        fail $no_network "pip could not install virtme-ng $virtme_ng_version; see its messages above (is the network up?)"
    }
}

if ! command -v dpkg-query >/dev/null; then
    fail $missing_tool 'this installs packages with apt (Debian 12, Debian 13, Ubuntu 24.04); elsewhere install by hand:' "${packages[*]}" virtme-ng
fi

mapfile -t missing < <(missing_of "${packages[@]}")
if [[ ${1-} == check ]]; then
    echo "${missing[*]}"
    root_by || true
    exit
fi
missing_also=()
if ((${#also[@]})); then
    mapfile -t missing_also < <(missing_of "${also[@]}")
fi

# Everybody has virtme-ng without asking root, who is only asked for its package along with others.
if ((${#missing[@]})) || { [[ $(id -u) -eq 0 ]] && ! has_virtme_ng; }; then
    may_be_root || fail $missing_tool "installing packages needs root, and $(root_by || true). As root:

    $(install_command "${missing[@]}" "${missing_also[@]}")

Then try again."
    apt_update
    if ! has_virtme_ng && apt-cache show virtme-ng >/dev/null 2>&1; then
        missing+=(virtme-ng)
    fi
    ((${#missing[@]} == 0)) || apt_install "${missing[@]}"
fi

if ((${#missing_also[@]})); then
    if may_be_root; then
        (apt_update && apt_install "${missing_also[@]}") || say "going on without: ${missing_also[*]}"
    else
        say "going on without ${missing_also[*]}; to have it, as root: $(install_command "${missing_also[@]}")"
    fi
fi

has_virtme_ng || install_virtme_ng_for_user
