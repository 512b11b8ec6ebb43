//! Asks the service in the same container whether it is ready: the image has nothing else to ask with.

use std::io::{Error, Read, Result, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

/// How long connecting and reading may take, each.
const PATIENCE: Duration = Duration::from_secs(2);

/// Whether the service that listens on this address, or on all of the container's, is ready.
///
/// # Errors
/// It is not, or there is none.
pub fn probe(listen: SocketAddr) -> Result<()> {
    let ip = if listen.ip().is_unspecified() { Ipv4Addr::LOCALHOST.into() } else { listen.ip() };
    let mut stream = TcpStream::connect_timeout(&SocketAddr::new(ip, listen.port()), PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(b"GET /ready HTTP/1.0\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    if answer.split(' ').nth(1) == Some("200") { Ok(()) } else { Err(Error::other(answer)) }
}
