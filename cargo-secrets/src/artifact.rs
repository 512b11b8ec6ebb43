//! What the compiler made: programs, libraries, and the section in them that the descriptors stand in.

use std::fs::File;
use std::path::Path;

use object::read::archive::ArchiveFile;
use object::{FileKind, Object, ObjectSection, ReadCache, ReadRef};

use crate::descriptor::{self, Descriptor};
use crate::failure::Failure;

/// The section in ELF and Mach-O (`__DATA`), and in COFF.
const SECTIONS: [&str; 2] = ["secrets_rs", ".scrtrs"];

/// The descriptors in a program or library. Of a file, only what is needed is read.
pub(crate) fn read(path: &Path) -> Result<Vec<Descriptor>, Failure> {
    let file = File::open(path).map_err(|error| Failure::file("read", path, &error))?;
    let cache = ReadCache::new(file);
    of(&cache).map_err(|reason| {
        Failure::new(format!("cannot tell what {} declares: {reason}", path.display()))
            .help("`--bin` takes the path of a program that was built with secrets-runtime")
    })
}

fn of<'data>(data: impl ReadRef<'data>) -> Result<Vec<Descriptor>, String> {
    match FileKind::parse(data) {
        Ok(FileKind::Archive) => of_archive(data),
        Ok(FileKind::MachOFat32 | FileKind::MachOFat64) => {
            Err("it is a universal binary; take it apart with `lipo -thin`".to_owned())
        }
        Ok(_) => of_object(data),
        Err(_) => Err("it is no ELF, Mach-O or PE file".to_owned()),
    }
}

/// A Rust library is an archive of object files, and of a file with metadata.
fn of_archive<'data>(data: impl ReadRef<'data>) -> Result<Vec<Descriptor>, String> {
    let broken = |_| "it is a broken archive".to_owned();
    let mut found = Vec::new();
    for member in ArchiveFile::parse(data).map_err(broken)?.members() {
        let member = member.and_then(|member| member.data(data)).map_err(broken)?;
        if object::File::parse(member).is_ok() {
            found.extend(of_object(member)?);
        }
    }
    Ok(found)
}

fn of_object<'data>(data: impl ReadRef<'data>) -> Result<Vec<Descriptor>, String> {
    let broken = |_| "it is broken".to_owned();
    let object = object::File::parse(data).map_err(broken)?;
    let mut found = Vec::new();
    for section in object.sections().filter(|section| section.name().is_ok_and(|name| SECTIONS.contains(&name))) {
        let bytes = section.data().map_err(broken)?;
        found.extend(descriptor::read(bytes).map_err(|malformed| malformed.to_string())?);
    }
    Ok(found)
}
