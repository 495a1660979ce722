//! A fault in words: which step failed (`What`), how (`FailureKind`), and the two sentences that
//! the user reads, *what happened and why* and *what to try*.

/// The step that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Looking up a name.
    Resolve,
    /// Binding a local address.
    Bind,
    /// Starting to listen.
    Listen,
    /// Accepting a connection.
    Accept,
    /// Connecting.
    Connect,
    /// Reading from a socket.
    Receive,
    /// Writing to a socket.
    Send,
    /// Reading what should be sent, or writing what should be shown.
    Input,
    /// A fault in netplay itself.
    Internal,
}

impl What {
    /// The word used in JSON lines.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            What::Resolve => "resolve",
            What::Bind => "bind",
            What::Listen => "listen",
            What::Accept => "accept",
            What::Connect => "connect",
            What::Receive => "receive",
            What::Send => "send",
            What::Input => "input",
            What::Internal => "internal",
        }
    }
}

/// The kinds of fault that are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// Another socket holds the address (EADDRINUSE).
    AddressInUse,
    /// The address is not one of this machine's (EADDRNOTAVAIL).
    AddressNotAvailable,
    /// The system does not allow it (EACCES, EPERM).
    PermissionDenied,
    /// The name does not resolve.
    UnknownHost,
    /// The address cannot be a target (port 0, 0.0.0.0).
    BadTarget,
    /// Nobody listens there (ECONNREFUSED, ICMP port unreachable).
    Refused,
    /// No way to that host or network (EHOSTUNREACH, ENETUNREACH).
    Unreachable,
    /// No answer within the limit.
    Timeout,
    /// The peer reset the connection (ECONNRESET, EPIPE).
    Reset,
    /// A datagram longer than the protocol can carry (EMSGSIZE).
    TooLarge,
    /// The process or system has no descriptors left (EMFILE, ENFILE).
    TooManyOpen,
    /// netplay's own limit was reached.
    Limit,
    /// The peer does not read what is sent to it.
    NotReading,
    /// HTTP: what came is no message.
    Malformed,
    /// The peer ended in the middle of a message.
    CutShort,
    /// Anything else; the message carries the system's words.
    Other,
}

impl FailureKind {
    /// The word used in JSON lines.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            FailureKind::AddressInUse => "address-in-use",
            FailureKind::AddressNotAvailable => "address-not-available",
            FailureKind::PermissionDenied => "permission-denied",
            FailureKind::UnknownHost => "unknown-host",
            FailureKind::BadTarget => "bad-target",
            FailureKind::Refused => "refused",
            FailureKind::Unreachable => "unreachable",
            FailureKind::Timeout => "timeout",
            FailureKind::Reset => "reset",
            FailureKind::TooLarge => "too-large",
            FailureKind::TooManyOpen => "too-many-open",
            FailureKind::Limit => "limit",
            FailureKind::NotReading => "not-reading",
            FailureKind::Malformed => "malformed",
            FailureKind::CutShort => "cut-short",
            FailureKind::Other => "other",
        }
    }
}

/// A fault, ready to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The step that failed.
    pub what: What,
    /// How it failed.
    pub kind: FailureKind,
    /// What happened and why; names address, port and protocol; the system's own text last.
    pub message: String,
    /// What to try; may be empty when there is nothing to do.
    pub hint: String,
    /// Who holds the address, for [`FailureKind::AddressInUse`], when it can be told.
    pub holder: Option<Holder>,
}

/// What holds an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holder {
    /// This very process.
    Ourselves,
    /// Another netplay.
    Netplay {
        /// Its process number.
        pid: u32,
    },
    /// Another program.
    Other {
        /// Its name, as the system gives it (not trusted text).
        name: String,
        /// Its process number.
        pid: u32,
    },
    /// No program any more: connections that a closed one has left in `TIME_WAIT`.
    TimeWait {
        /// How many.
        connections: usize,
    },
}
