//! Reads program files, and reports what a file is if it is not a program.

use std::fs::{self, Metadata};
use std::path::Path;

use crate::failure::Failure;
use crate::files;

/// The bytes of a program or library.
pub fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let not_a_program =
        |what: &str| Failure::new(format!("{} {what}", files::shown(path))).help("give --bin the path of a program");
    let metadata = fs::metadata(path).map_err(|error| Failure::file("read", path, &error))?;
    if let Some(what) = special(&metadata) {
        return Err(not_a_program(what));
    }
    let file = fs::read(path).map_err(|error| Failure::file("read", path, &error))?;
    match Kind::of(&file) {
        None if file.is_empty() => Err(not_a_program("is empty")),
        None => Err(not_a_program("is not a program: it is not ELF, Mach-O, PE or an archive")),
        Some(Kind::Elf) if is_cut_off(&file) => {
            Err(Failure::new(format!("{} is cut off: it ends before its ELF headers say", files::shown(path)))
                .help("copy the program again, or build it again"))
        }
        Some(_) => Ok(file),
    }
}

/// File types that cannot be read, or whose read might never end.
fn special(metadata: &Metadata) -> Option<&'static str> {
    if metadata.is_dir() {
        return Some("is a directory");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;

        let kind = metadata.file_type();
        if kind.is_fifo() {
            return Some("is a FIFO");
        }
        if kind.is_socket() {
            return Some("is a socket");
        }
        if kind.is_char_device() || kind.is_block_device() {
            return Some("is a device");
        }
    }
    None
}

/// The format of an object file or archive.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Elf,
    Other,
}

impl Kind {
    /// Detects the format by its magic bytes.
    fn of(file: &[u8]) -> Option<Self> {
        const MACH_O: [[u8; 4]; 5] = [
            [0xfe, 0xed, 0xfa, 0xce],
            [0xfe, 0xed, 0xfa, 0xcf],
            [0xce, 0xfa, 0xed, 0xfe],
            [0xcf, 0xfa, 0xed, 0xfe],
            [0xca, 0xfe, 0xba, 0xbe],
        ];
        let is_other = file.starts_with(b"MZ")
            || file.starts_with(b"!<arch>\n")
            || MACH_O.iter().any(|magic| file.starts_with(magic));
        if file.starts_with(b"\x7fELF") { Some(Self::Elf) } else { is_other.then_some(Self::Other) }
    }
}

/// Whether the file ends before the tables that its ELF header points to:
/// <https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html>.
fn is_cut_off(file: &[u8]) -> bool {
    let (is_64, is_little) = (file.get(4) == Some(&2), file.get(5) != Some(&2));
    let number = |at: usize, bytes: usize| -> Option<u64> {
        let mut digits: Vec<u8> = file.get(at..at + bytes)?.to_vec();
        if is_little {
            digits.reverse();
        }
        Some(digits.iter().fold(0, |number, digit| number << 8 | u64::from(*digit)))
    };
    // The header's offsets of e_phoff, e_phentsize, e_phnum and of e_shoff, e_shentsize, e_shnum.
    let tables: [(usize, usize, usize); 2] =
        if is_64 { [(32, 54, 56), (40, 58, 60)] } else { [(28, 42, 44), (32, 46, 48)] };
    let width = if is_64 { 8 } else { 4 };
    tables.into_iter().any(|(offset, size, count)| {
        let table = number(offset, width).zip(number(size, 2)).zip(number(count, 2));
        let Some(((offset, size), count)) = table else { return true };
        offset > 0 && offset.saturating_add(size * count) > file.len() as u64
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_known_and_what_is_cut_off_too() {
        let program = fs::read(std::env::current_exe().expect("this test")).expect("readable");
        if cfg!(target_os = "linux") {
            assert!(Kind::of(&program) == Some(Kind::Elf) && !is_cut_off(&program));
            for length in [20, 60, 4096, program.len() - 1] {
                assert!(is_cut_off(&program[..length]), "{length}");
            }
        }
        assert!(Kind::of(b"#!/bin/sh").is_none() && Kind::of(b"").is_none());
    }
}
