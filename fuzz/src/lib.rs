//! Checks that hold for every input, as plain functions of bytes: libFuzzer feeds them, and so does a test on stable.
//!
//! Files of the derive and of the command that have no public door are compiled in here, the same files.

pub mod decode;
pub mod descriptor;
pub mod id;
pub mod number;
pub mod replay;
pub mod schema_reader;

#[cfg(fuzzing)]
#[doc(hidden)]
pub use libfuzzer_sys;

/// The main function of a target: libFuzzer's, or one that checks the files that it is given.
#[macro_export]
macro_rules! target {
    ($check:path) => {
        #[cfg(fuzzing)]
        $crate::libfuzzer_sys::fuzz_target!(|data: &[u8]| $check(data));

        #[cfg(not(fuzzing))]
        fn main() -> std::io::Result<()> {
            $crate::replay::arguments($check)
        }
    };
}
