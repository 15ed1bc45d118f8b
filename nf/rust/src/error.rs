use std::io;

/// Why something failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The kernel refused.
    #[error("{what}: {source}")]
    System {
        /// What was tried, and on what.
        what: String,
        /// What the kernel said.
        source: io::Error,
    },
    /// The monitor refused.
    #[error("the monitor refuses: {why}")]
    Refused {
        /// What it said.
        why: String,
        /// `ENOENT` if there is no such chain or function, `EACCES` if it may not be this program, `EBUSY` if
        /// another one is it already, `EAGAIN` if its queue is in use.
        source: io::Error,
    },
    /// The monitor said what it must not say.
    #[error("the monitor does not keep to the protocol: {0}")]
    Protocol(&'static str),
    /// An option cannot be as it is.
    #[error("{0}")]
    Option(String),
    /// An XDP program or its map could not be used.
    #[error("{what}: {source}")]
    Xdp {
        /// What was tried, and on what.
        what: String,
        /// What the loader said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl Error {
    /// The number that the kernel or the monitor gave, if one of them did.
    pub fn raw_os_error(&self) -> Option<i32> {
        match self {
            Self::System { source, .. } | Self::Refused { source, .. } => source.raw_os_error(),
            _ => None,
        }
    }
}

/// Says what was tried.
pub(crate) trait Trying<T> {
    fn trying(self, what: impl FnOnce() -> String) -> Result<T, Error>;
}

impl<T, E: Into<io::Error>> Trying<T> for Result<T, E> {
    fn trying(self, what: impl FnOnce() -> String) -> Result<T, Error> {
        self.map_err(|error| Error::System {
            what: what(),
            source: error.into(),
        })
    }
}
