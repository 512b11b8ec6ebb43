//! x
use secrets_tests as _;
#[test]
fn x() {}
