//! Everything that the table in `README.md` names, except what needs a process to itself.

mod conformance;
mod descriptor;
mod emulator;
mod environment;
mod failures;
mod faults;
mod foreign_types;
mod handlers;
mod pages;
mod porting;
mod public_interface;
mod redaction;
mod remedies;
mod rotation;
mod schema;
mod schema_file;
mod ui_remedies;
