//! `describe`: writes what programs declare to a file.

use crate::cli::DescribeArgs;
use crate::descriptor;
use crate::failure::Failure;
use crate::files;
use crate::output::{Output, Verdict};
use crate::program;

pub fn run(arguments: &DescribeArgs, output: &Output) -> Result<Verdict, Failure> {
    let loaded = program::chosen(program::loaded(&arguments.programs, output)?, &arguments.programs)?;
    let document = descriptor::document(&loaded);
    let text = format!("{document:#}\n");
    match &arguments.file {
        Some(path) => {
            files::replace(path, &text)?;
            output.results(String::new, || vec![document])?;
        }
        None => output.results(|| text, || vec![document.clone()])?,
    }
    Ok(Verdict::Holds)
}
