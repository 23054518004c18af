#!/usr/bin/env bash
# A pcscd of one's own with two empty virtual readers, apart from the machine's.
#
#   private-pcscd.sh run FOLDER              becomes pcscd; clients find it by
#                                            PCSCLITE_CSOCK_NAME=FOLDER/socket/pcscd.comm
#   private-pcscd.sh beside PID COMMAND...   becomes COMMAND in the network of the pcscd with this
#                                            process id, where the readers listen on 127.0.0.1:35963
#                                            and 35964
#
# pcscd's socket is compiled in, and the virtual reader listens on every interface. So pcscd gets a
# mount namespace, in which its socket folder is ours, and a network namespace, in which its ports
# exist for nobody else; real readers are not seen. Where namespaces are refused (some containers),
# root runs it on the machine's socket, one at a time. Both forms die with the process that started
# them. See docs/testing.md.
set -euo pipefail

driver=/usr/lib/pcsc/drivers/serial/libifdvpcd.so
machine_socket=/run/pcscd/pcscd.comm

fail() { printf 'private-pcscd: %s\n' "$*" >&2; exit 1; }

write_readers() {
    [ -e "$driver" ] || fail "$driver is not there (Debian package vsmartcard-vpcd; make setup)"
    mkdir -p "$1/readers" "$1/socket"
    rm -f "$1/socket/pcscd.comm" "$1/socket/pcscd.pid"
    cat >"$1/readers/vpcd" <<-END
	FRIENDLYNAME "Virtual PCD"
	DEVICENAME   /dev/null:0x8C7B
	LIBPATH      $driver
	CHANNELID    0x8C7B
	END
}

# may_unshare FLAG...: whether this machine lets us have such namespaces
may_unshare() {
    unshare "$@" --mount --net ip link set lo up 2>/dev/null
}

become_pcscd() {
    exec setpriv --pdeathsig TERM pcscd --foreground --config "$1/readers"
}

run() {
    local folder
    folder=$(realpath "$1")
    write_readers "$folder"
    if [ "$(id -u)" -eq 0 ] && may_unshare; then
        exec unshare --mount --net "$0" inside "$folder"
    elif may_unshare --map-root-user; then
        exec unshare --map-root-user --mount --net "$0" inside "$folder"
    elif [ "$(id -u)" -ne 0 ]; then
        fail "namespaces are refused here, and only root may use the machine's pcscd socket"
    fi
    # Held by pcscd itself until it ends.
    exec 9>/run/lock/ukey-pcscd.lock
    flock 9
    ln -s "$machine_socket" "$folder/socket/pcscd.comm"
    become_pcscd "$folder"
}

# In the namespaces: hide what is the machine's, show what is ours.
inside() {
    mount -t tmpfs tmpfs /run
    mkdir /run/pcscd
    mount --bind "$1/socket" /run/pcscd
    if [ -d /usr/lib/pcsc/drivers/usb ]; then
        mount -t tmpfs tmpfs /usr/lib/pcsc/drivers/usb
    fi
    ip link set lo up
    become_pcscd "$1"
}

beside() {
    local pid=$1 join=()
    shift
    is_foreign() { [ "$(readlink "/proc/$pid/ns/$1")" != "$(readlink "/proc/self/ns/$1")" ]; }
    if is_foreign user; then join+=(--user --preserve-credentials); fi
    if is_foreign net; then join+=(--net); fi
    if [ ${#join[@]} -gt 0 ]; then
        exec nsenter --target "$pid" "${join[@]}" setpriv --pdeathsig TERM "$@"
    fi
    exec setpriv --pdeathsig TERM "$@"
}

case ${1-} in
    run | inside) [ $# -eq 2 ] || fail "usage: $0 run FOLDER"; "$1" "$2" ;;
    beside) [ $# -ge 3 ] || fail "usage: $0 beside PID COMMAND..."; shift; beside "$@" ;;
    *) fail "usage: $0 run FOLDER | beside PID COMMAND..." ;;
esac
