#![cfg_attr(fuzzing, no_main)]
#![allow(missing_docs, reason = "the macro's main function")]

secrets_fuzz::target!(secrets_fuzz::number::check);
