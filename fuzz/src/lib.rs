//! Properties that hold for every input, as plain functions of bytes, run by libFuzzer and by a test on stable.
//!
//! Private source files of the derive and the command are included by path.

pub mod decode;
pub mod descriptor;
pub mod id;
pub mod number;
pub mod replay;
pub mod schema_reader;

#[cfg(fuzzing)]
#[doc(hidden)]
pub use libfuzzer_sys;

/// The main function of a target: libFuzzer's, or one that checks the given files.
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
