//! The `netplay` program: parse, choose the shell, print the one error, set the exit code.

fn main() {}
