//! Asks the service in the same container whether it is ready: the image has nothing else to ask with.

use std::io::{Error, Read, Result, Write};
use std::net::{Ipv4Addr, TcpStream, ToSocketAddrs};
use std::time::Duration;

/// How long connecting and reading may take, each.
const PATIENCE: Duration = Duration::from_secs(2);

/// Whether the service that listens on this address, or on all of the container's, is ready.
///
/// # Errors
/// It is not, or there is none.
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
