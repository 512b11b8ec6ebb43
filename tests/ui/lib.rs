//! Nothing: the tests are in `ui.rs`, their cases in `cases/`, grouped by concern, one mistake each.
