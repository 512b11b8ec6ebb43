//! Empty: the tests are in `ui.rs`, their cases in `cases/`, grouped by topic, with one mistake each.
