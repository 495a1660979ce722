//! What leaves the program as a line or a file. Events in, bytes out; knows neither where the
//! events come from nor where the bytes go.

pub mod json;
pub mod line;
