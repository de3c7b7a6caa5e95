//! A text that conditions ask for.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// A text: of the facts where it stands there, or one that the program has or made.
#[derive(Clone, Debug)]
pub enum Text<'a> {
    /// Of the facts.
    Given(&'a str),
    /// Of the program, or worked out.
    Made(Arc<str>),
}

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Given(text) => text,
            Self::Made(text) => text,
        }
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self)
    }
}

impl From<Text<'_>> for Arc<str> {
    fn from(text: Text<'_>) -> Self {
        match text {
            Text::Given(text) => Self::from(text),
            Text::Made(text) => text,
        }
    }
}
