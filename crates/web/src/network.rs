//! From which network address a request comes. Forwarding headers are anybody's to write: they count only when the
//! connection comes from a proxy that the configuration names.

use crate::Web;
use crate::server::Peer;
use http::request::Parts;
use ipnet::IpNet;
use std::net::IpAddr;

/// The address of whoever asked, empty when the connection has none.
pub(crate) fn address(web: &Web, parts: &Parts) -> String {
    let Some(peer) = parts.extensions.get::<Peer>().map(|peer| peer.0.ip()) else { return String::new() };
    let forwarded = parts.headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let forwarded: Vec<&str> = forwarded.flat_map(|value| value.split(',')).collect();
    behind(&web.proxies, peer, &forwarded).to_string()
}

/// The last address in the chain that is no proxy of ours; every entry to its left could be invented.
fn behind(proxies: &[IpNet], peer: IpAddr, forwarded: &[&str]) -> IpAddr {
    let ours = |address: IpAddr| proxies.iter().any(|proxy| proxy.contains(&address.to_canonical()));
    let mut known = peer;
    for entry in forwarded.iter().rev() {
        if !ours(known) {
            break;
        }
        let Ok(address) = entry.trim().parse::<IpAddr>() else { break };
        known = address;
    }
    known.to_canonical()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_proxies_are_believed() {
        let proxies = ["10.0.0.0/8", "::1/128"].map(|text| text.parse().expect("a network"));
        let ip = |text: &str| text.parse::<IpAddr>().expect("an address");
        for (peer, forwarded, expected) in [
            ("203.0.113.9", &["198.51.100.1"][..], "203.0.113.9"),
            ("10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["6.6.6.6", " 198.51.100.1", "10.0.0.2"], "198.51.100.1"),
            ("10.0.0.1", &["6.6.6.6", "nonsense"], "10.0.0.1"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("::1", &["2001:db8::1"], "2001:db8::1"),
            ("::ffff:10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
        ] {
            assert_eq!(behind(&proxies, ip(peer), forwarded), ip(expected), "{peer} {forwarded:?}");
        }
    }
}
