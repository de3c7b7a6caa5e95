//! Why the program could not do what it was asked.

use std::io::{self, Write as _};
use std::path::Path;

use serde_json::json;

use super::Status;
use crate::report::{self, Format, Look, tidy};

/// A failure of a call: what is wrong, and what to do.
#[derive(Debug)]
pub(super) enum Failure {
    /// Something is wrong; it has not been printed yet.
    Message { message: String, help: Option<String> },
    /// Everything there is to say has been printed.
    Reported,
    /// The reader of the result has gone away, so the rest is not wanted.
    ClosedPipe,
}

impl Failure {
    /// What is wrong: lower-case, no final stop, input in backticks.
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self::Message { message: message.into(), help: None }
    }

    /// Says the next step.
    pub(super) fn help(self, help: impl Into<String>) -> Self {
        match self {
            Self::Message { message, .. } => Self::Message { message, help: Some(help.into()) },
            other => other,
        }
    }

    /// Says where: before the message.
    pub(super) fn at(self, place: &str) -> Self {
        match self {
            Self::Message { message, help } => Self::Message { message: format!("{place}: {message}"), help },
            other => other,
        }
    }

    /// A file or folder that the system does not give.
    pub(super) fn io(doing: &str, path: &Path, error: &io::Error) -> Self {
        let failure = Self::new(format!("cannot {doing} `{}`: {}", path.display(), reason(error)));
        match error.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                failure.help("check the permissions of the file and of its folder")
            }
            _ => failure,
        }
    }

    /// What was put on the disk for the time being does not come back.
    pub(super) fn lost(error: &io::Error) -> Self {
        Self::new(format!("cannot read again what was decided: {}", reason(error)))
            .help("it was in the folder for temporary files until all was decided: see that its disk works")
    }

    /// How the program ends.
    pub(super) fn status(&self) -> Status {
        match self {
            Self::ClosedPipe => Status::Good,
            Self::Message { .. } | Self::Reported => Status::Wrong,
        }
    }

    /// Prints it on stderr.
    pub(super) fn print(&self, format: Format, look: &Look) {
        let Self::Message { message, help } = self else { return };
        let mut err = io::stderr().lock();
        // Where stderr is closed there is nobody to tell.
        let _unheard = if format == Format::Human {
            let mut text = format!("{}: {}\n", look.paint.bad("error"), tidy(message));
            if let Some(help) = help {
                text.push_str(&format!("  {} {}\n", look.paint.dim("help:"), tidy(help)));
            }
            err.write_all(text.as_bytes())
        } else {
            report::json::line(&mut err, &json!({ "severity": "error", "message": message, "help": help }))
        };
    }
}

impl From<io::Error> for Failure {
    /// An error of writing the result.
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Self::ClosedPipe
        } else {
            Self::new(format!("cannot write the result: {}", reason(&error)))
        }
    }
}

/// What the system says, in our style.
pub(super) fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        io::ErrorKind::NotADirectory => "a part of the path is not a folder".to_owned(),
        io::ErrorKind::AlreadyExists => "it exists already".to_owned(),
        io::ErrorKind::ReadOnlyFilesystem => "the file system is read-only".to_owned(),
        io::ErrorKind::StorageFull => "the disk is full".to_owned(),
        io::ErrorKind::InvalidData => "it is not UTF-8 text".to_owned(),
        _ => {
            let text = error.to_string();
            text.split(" (os error").next().unwrap_or_default().to_lowercase()
        }
    }
}
