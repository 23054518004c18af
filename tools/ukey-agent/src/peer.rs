//! Who is at the other end of a loopback connection. The part of the agent that knows the operating system.

use std::fs;
use std::net::{IpAddr, SocketAddr};
use std::os::unix::fs::MetadataExt;

/// How often the table is read before a socket counts as not there.
const LOOKS: usize = 3;

/// Whether the connection from `peer` to `own` was made by a process of this user.
///
/// Linux tells the owner of every socket in `/proc/net/tcp` (proc(5)); what cannot be found is not ours.
/// The table is read in pieces while others change it, so that a line may be missed: it is read again.
pub(crate) fn is_own(peer: SocketAddr, own: SocketAddr) -> bool {
    let table = if peer.is_ipv4() {
        "/proc/net/tcp"
    } else {
        "/proc/net/tcp6"
    };
    let Ok(me) = fs::metadata("/proc/self") else {
        return false;
    };
    let look = |_| owner(&fs::read_to_string(table).ok()?, peer, own);
    (0..LOOKS).find_map(look) == Some(me.uid())
}

/// The user that owns the socket bound to `local` and connected to `remote`.
fn owner(table: &str, local: SocketAddr, remote: SocketAddr) -> Option<u32> {
    let (local, remote) = (in_hex(local), in_hex(remote));
    table.lines().skip(1).find_map(|line| {
        let fields: Vec<&str> = line.split_ascii_whitespace().collect();
        let is_it =
            fields.get(1) == Some(&local.as_str()) && fields.get(2) == Some(&remote.as_str());
        is_it.then(|| fields.get(7)?.parse().ok()).flatten()
    })
}

/// An address as the table writes it: 32-bit groups in the machine's byte order, and the port.
fn in_hex(address: SocketAddr) -> String {
    let octets = match address.ip() {
        IpAddr::V4(ip) => ip.octets().to_vec(),
        IpAddr::V6(ip) => ip.octets().to_vec(),
    };
    let groups = octets.chunks_exact(4).map(|group| {
        let group: [u8; 4] = group.try_into().unwrap_or_default();
        format!("{:08X}", u32::from_ne_bytes(group))
    });
    format!("{}:{:04X}", groups.collect::<String>(), address.port())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{TcpListener, TcpStream};

    #[test]
    fn a_line_of_the_table_is_found_by_both_ends() {
        // From proc(5)'s format, with an address of the documentation on a little-endian machine.
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n\
             0: 0100007F:A3E6 0100007F:52AC 01 00000000:00000000 00:00000000 00000000  1000        0 1 1\n";
        let at = |port| SocketAddr::from(([127, 0, 0, 1], port));
        if cfg!(target_endian = "little") {
            assert_eq!(owner(table, at(0xA3E6), at(0x52AC)), Some(1000));
        }
        assert_eq!(owner(table, at(0xA3E6), at(0x52AD)), None);
    }

    #[test]
    #[allow(clippy::unwrap_used)]
    fn a_connection_of_this_process_is_ours() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let _client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (_, from) = listener.accept().unwrap();
        assert!(is_own(from, listener.local_addr().unwrap()));
        assert!(!is_own(
            SocketAddr::from(([127, 0, 0, 1], 1)),
            listener.local_addr().unwrap()
        ));
    }
}
