//! The runtime as a program uses it, without network.

mod attempt;
mod blocking;
mod databases;
mod declarations;
mod derive;
#[cfg(feature = "testing")]
mod drill;
mod engine;
mod grammar;
mod hostile;
mod interface;
mod live;
mod load;
mod types;
