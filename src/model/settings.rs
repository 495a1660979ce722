//! What a configuration may set: defaults that stand between those of the program and the command
//! line, which is stronger.

use std::path::PathBuf;
use std::time::Duration;

use super::address::{Address, meet};
use super::launch::ThemeName;
use super::spec::{Newline, Protocol, Side, Spec};

/// Where the configuration is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Source {
    /// In the platform's own place, if it is there.
    #[default]
    Default,
    /// In this file, which must be there.
    File(PathBuf),
    /// Nowhere: the program's own defaults count.
    Nothing,
}

/// The defaults that a configuration sets. `None` leaves the program's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The colours.
    pub theme: Option<ThemeName>,
    /// Draw with ASCII characters only.
    pub ascii: bool,
    /// The history budget of each session, in bytes.
    pub history: Option<usize>,
    /// The buffer of each read, in bytes.
    pub recv_size: Option<usize>,
    /// What is added to each line sent.
    pub newline: Option<Newline>,
    /// HTTP: how long a message may stand still.
    pub patience: Option<Duration>,
    /// Where to listen and whom to call, by [`Protocol::ALL`] and [`Side::ALL`].
    pub addresses: [[Option<Address>; 2]; 3],
    /// HTTP clients: the target that they ask for.
    pub target: Option<String>,
}

impl Settings {
    /// Whether it sets an address for a side of this protocol.
    #[must_use]
    pub fn has_address(&self, protocol: Protocol) -> bool {
        self.addresses[protocol as usize]
            .iter()
            .any(Option::is_some)
    }

    /// The specs of both sides of a protocol, server first. A side without an address is where the
    /// other one can be met.
    #[must_use]
    pub fn specs(&self, protocol: Protocol) -> [Spec; 2] {
        let [server, client] = self.addresses[protocol as usize].clone();
        let addresses = meet(server, client, protocol.default_port());
        let mut specs = Side::ALL.map(|side| Spec::new(protocol, side));
        for (spec, address) in specs.iter_mut().zip(addresses) {
            spec.address = address;
            spec.recv_size = self.recv_size.unwrap_or(spec.recv_size);
            if protocol != Protocol::Http {
                continue;
            }
            let patience = self.patience.unwrap_or(spec.asking.patience);
            (spec.serving.patience, spec.asking.patience) = (patience, patience);
            if let Some(target) = &self.target {
                spec.asking.target.clone_from(target);
            }
        }
        specs
    }
}
