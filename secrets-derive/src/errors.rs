//! Collects errors, so that all are reported at once.

use std::fmt::Display;

use proc_macro2::Span;

/// The errors so far. [Finish](Errors::finish) it: dropping errors unread is a bug.
#[derive(Default)]
pub struct Errors {
    first: Option<syn::Error>,
    finished: bool,
}

impl Errors {
    pub fn push(&mut self, error: syn::Error) {
        match &mut self.first {
            Some(first) => first.combine(error),
            None => self.first = Some(error),
        }
    }

    pub fn at(&mut self, span: Span, message: impl Display) {
        self.push(syn::Error::new(span, message));
    }

    /// Returns the value, or stores the error.
    pub fn keep<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    pub fn finish(mut self) -> Result<(), syn::Error> {
        self.finished = true;
        self.first.take().map_or(Ok(()), Err)
    }
}

impl Drop for Errors {
    fn drop(&mut self) {
        debug_assert!(self.finished || std::thread::panicking(), "errors were collected and not read");
    }
}
