//! Checks the readiness of the service in the same container, whose image has no other tool for it.

use std::io::{Error, Read, Result, Write};
use std::net::{Ipv4Addr, TcpStream, ToSocketAddrs};
use std::time::Duration;

/// The timeout for connecting and for reading.
const PATIENCE: Duration = Duration::from_secs(2);

/// Checks that the service on this address, or on all addresses of the container, is ready.
///
/// # Errors
/// It is not ready, or not running.
pub fn probe(listen: &str) -> Result<()> {
    let mut address = listen.to_socket_addrs()?.next().ok_or_else(|| Error::other("no address"))?;
    if address.ip().is_unspecified() {
        address.set_ip(Ipv4Addr::LOCALHOST.into());
    }
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(b"GET /ready HTTP/1.0\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    if answer.split(' ').nth(1) == Some("200") { Ok(()) } else { Err(Error::other(answer)) }
}
