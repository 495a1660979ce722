//! netplay, a network playground in the terminal.
//!
//! The modules are layers; each uses only those above it in this list (a test reads the sources
//! and fails on anything else):
//!
//! ```text
//! model    plain data: event, command, spec, launch, log, stats      uses nothing
//! wire     bytes -> meaning, pure machines: no I/O, no clock         uses model
//! net      sessions on sockets                                       uses model, wire
//! store    what leaves the program as a line or a file               uses model, wire
//! app      state and update: message in, effects out                 uses model, wire
//! ui       the state as cells                                        uses model, wire, app
//! config   configuration text -> settings and keys                   uses model, wire, app
//! run      the shells where the layers meet: screen and headless     uses all of the above
//! cli      flags -> Launch                                           uses model
//! ```
//!
//! net, store and app never see each other; app never sees ui. config is a layer beside cli: it
//! stands on app, because only the key table knows which actions and keys there are, and cli, which
//! puts the command line over the settings, needs none of that.

pub mod app;
pub mod cli;
pub mod config;
pub mod model;
pub mod net;
pub mod run;
pub mod store;
pub mod ui;
pub mod wire;
