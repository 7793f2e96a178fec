# shellcheck shell=bash disable=SC2034
# Installs missing packages with apt; never starts the system's own daemons.
# Sourced after ui.sh. Each line: the package, and how to see that it is installed.

PACKAGES_RUN='
gcc                     command gcc
libc6-dev               file /usr/include/stdio.h
make                    command make
pkg-config              command pkg-config
libmariadb-dev          library libmariadb
libfcgi-dev             file /usr/include/fcgiapp.h
libjson-c-dev           library json-c
libcurl4-openssl-dev    library libcurl
libqrencode-dev         library libqrencode
zlib1g-dev              library zlib
libminizip-dev          library minizip
libssl-dev              library openssl
mariadb-server-core     command mariadbd
mariadb-client-core     command mariadb
nginx-light             command nginx
openssl                 command openssl
ca-certificates         file /etc/ssl/certs/ca-certificates.crt
curl                    command curl
jq                      command jq
'
PACKAGES_TEST='
libcmocka-dev           library cmocka
clang-format-14         command clang-format-14
nodejs                  node 18
npm                     command npm
chromium                command chromium
fonts-noto-cjk          file /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc
php-cli                 command php
python3                 command python3
python3-cryptography    file /usr/lib/python3/dist-packages/cryptography/__init__.py
shellcheck              command shellcheck
procps                  command ps
mandoc                  command mandoc
systemd                 command systemd-analyze
binutils                command readelf
mariadb-client          command mariadb-dump
e2fsprogs               command mkfs.ext4
cron                    command cron
iproute2                command ip
nginx-common            file /etc/nginx/nginx.conf
'
PACKAGES_STATIC='
clang-14                command clang-14
clang-tidy-14           command clang-tidy-14
cppcheck                command cppcheck
'
PACKAGES_FUZZ='
clang-14                command clang-14
libclang-rt-14-dev      file /usr/lib/llvm-14/lib/clang/14.0.6/lib/linux
'
POLICY=/usr/sbin/policy-rc.d
POLICY_MARK='# put here by Shroff while it installs packages; may be deleted'

package_here() {
    local version
    case $1 in
    command) command -v "$2" >/dev/null || [ -x "/usr/sbin/$2" ] ;;
    file) [ -e "$2" ] ;;
    library) command -v pkg-config >/dev/null && pkg-config --exists "$2" ;;
    node) version=$(node --version 2>/dev/null) && version=${version#v} && [ "${version%%.*}" -ge "$2" ] ;;
    esac
}

# packages_missing LIST VAR: the packages of LIST that are not installed.
packages_missing() {
    local package kind what _missing=()
    while read -r package kind what; do
        [ -z "$package" ] || package_here "$kind" "$what" || _missing+=("$package")
    done <<<"$1"
    printf -v "$2" '%s' "${_missing[*]-}"
}

as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi; }

# While apt installs packages, they must not start mariadb or nginx for the whole machine. A policy-rc.d
# of the administrator's own stays.
policy_set() {
    if as_root grep -qsxF "$POLICY_MARK" "$POLICY"; then as_root rm -f "$POLICY"; fi
    [ ! -e "$POLICY" ] || return 0
    printf '#!/bin/sh\n%s\nexit 101\n' "$POLICY_MARK" | as_root tee "$POLICY" >/dev/null
    as_root chmod 755 "$POLICY"
}
policy_restore() {
    if as_root grep -qsxF "$POLICY_MARK" "$POLICY"; then as_root rm -f "$POLICY"; fi
}

packages_apt() {
    local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -y --no-install-recommends
        -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0)
    trap policy_restore EXIT
    trap 'exit 143' TERM
    policy_set
    # Package lists may be absent (a bare image) or old: they are fetched when the first try fails.
    if ! as_root "${apt[@]}" install "$@"; then
        as_root "${apt[@]}" update
        as_root "${apt[@]}" install "$@"
    fi
}

# packages_install LABEL LIST LOG
packages_install() {
    local label=$1 list=$2 log=$3 missing='' wanted=()
    packages_missing "$list" missing
    [ -n "$missing" ] || return 0
    read -ra wanted <<<"$missing"
    command -v apt-get >/dev/null ||
        die "missing: $missing" "This system has no apt: install the files of these Debian 12 packages, then run again"
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null ||
            die "missing packages, and neither root nor sudo to install them" "As root: apt-get install -y $missing"
        # sudo asks for the password here if it needs one.
        sudo -n true 2>/dev/null || { [ -t 0 ] && sudo -v; } ||
            die "missing packages, and sudo does not let us install them" "As root: apt-get install -y $missing"
    fi
    say "  installing: $missing"
    # shellcheck disable=SC2034  # step reads it
    STEP_CURE="Is the network up, and no other apt running? By hand, as root: apt-get update && apt-get install -y $missing" \
        step "$label" "$log" packages_apt "${wanted[@]}"
    packages_missing "$list" missing
    [ -z "$missing" ] || die "apt has installed everything, yet this is not found: $missing" \
        "Is Debian too old, or PATH changed? Debian 12 has what is needed"
}
