//! Runs the command like a user does. One program, because each that links the SDK takes seconds to build.

mod canary;
mod deploy;
mod descriptors;
mod output;
mod policy;
mod pull;
mod remedies;
mod story;
mod support;
