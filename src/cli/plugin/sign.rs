//! `changegate plugin sign` and `verify`.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;

use super::super::Status;
use super::super::failure::Failure;
use super::super::input;
use super::super::output;
use crate::plugin::{PublicKey, SecretKey};

/// `plugin sign`
#[derive(Debug, Args)]
pub(super) struct SignArgs {
    /// The module
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The file with the secret key
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// Make a new key first, and write it to that file
    #[arg(long)]
    new_key: bool,
}

/// `plugin verify`
#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    /// The module; its signature is `FILE.sig`
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Who may have signed it: `ed25519:` and 64 hexadecimal digits, as `sign` prints it
    #[arg(long, value_name = "KEY", required = true)]
    key: Vec<String>,
}

pub(super) fn sign(args: &SignArgs) -> Result<Status, Failure> {
    let bytes = super::bytes(&args.file)?;
    let key = if args.new_key {
        let key = SecretKey::generate().map_err(Failure::new)?;
        write_secret(&args.key, &key.to_text()).map_err(|error| Failure::io("write", &args.key, &error))?;
        key
    } else {
        let place = args.key.display().to_string();
        let text = input::text(&args.key).map_err(|failure| failure.help("`--new-key` makes a key"))?;
        SecretKey::parse(&text).map_err(|why| Failure::new(why).at(&place))?
    };
    let path = super::signature_of(&args.file);
    std::fs::write(&path, key.sign(&bytes)).map_err(|error| Failure::io("write", &path, &error))?;
    output::print_text(&format!("wrote {}\nsigned by {}", path.display(), key.public()))?;
    Ok(Status::Good)
}

pub(super) fn verify(args: &VerifyArgs) -> Result<Status, Failure> {
    let bytes = super::bytes(&args.file)?;
    let signature = input::text(&super::signature_of(&args.file))
        .map_err(|failure| failure.help("`changegate plugin sign FILE --key KEY` signs a module"))?;
    let mut why = String::new();
    for text in &args.key {
        let key = PublicKey::parse(text).map_err(|why| Failure::new(format!("`--key {text}`: {why}")))?;
        match key.verify(&bytes, &signature) {
            Ok(()) => {
                output::print_text(&format!("{}: signed by {key}", args.file.display()))?;
                return Ok(Status::Good);
            }
            Err(wrong) => why = wrong,
        }
    }
    output::print_text(&format!("{}: {why}", args.file.display()))?;
    Ok(Status::Bad)
}

/// Writes a file that only its owner can read, and never over another.
fn write_secret(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(text.as_bytes())
}
