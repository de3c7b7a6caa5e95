//! `changegate plugin new`: a project that builds.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::super::Status;
use super::super::failure::Failure;
use super::super::output;

/// `plugin new`
#[derive(Debug, Args)]
pub(super) struct NewArgs {
    /// The plugin's name: lower-case words with `_` or `-` between
    #[arg(value_name = "NAME")]
    name: String,
    /// Where; a folder of the plugin's name otherwise
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
    /// The language
    #[arg(long, value_enum, value_name = "LANGUAGE", default_value_t = Language::Rust)]
    lang: Language,
}

/// `--lang`
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Language {
    /// Rust
    Rust,
}

/// The files by their path; the template's own name stands in both.
pub(super) const FILES: [(&str, &str); 11] = [
    ("Cargo.toml", include_str!("../template/plugin-rust/manifest.toml")),
    ("Cargo.lock", include_str!("../template/plugin-rust/lock.toml")),
    ("src/lib.rs", include_str!("../template/plugin-rust/lib.rs")),
    ("wit/my-plugin.wit", include_str!("../template/plugin-rust/my-plugin.wit")),
    ("wit/deps/changegate/changegate-plugin.wit", include_str!("../../../wasm-plugins/wit/changegate-plugin.wit")),
    ("answers.ndjson", include_str!("../template/plugin-rust/answers.ndjson")),
    ("build.sh", include_str!("../template/plugin-rust/build.sh")),
    (".gitignore", include_str!("../template/plugin-rust/gitignore")),
    ("componentize/Cargo.toml", include_str!("../template/plugin-rust/componentize/manifest.toml")),
    ("componentize/Cargo.lock", include_str!("../template/plugin-rust/componentize/lock.toml")),
    ("componentize/src/main.rs", include_str!("../template/plugin-rust/componentize/main.rs")),
];

/// Writes the files; where one of them exists nothing is written at all.
pub(super) fn run(args: &NewArgs) -> Result<Status, Failure> {
    let Language::Rust = args.lang;
    let name = &args.name;
    let is_word = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_lowercase())
            && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    if name.len() > 60 || !name.split(['_', '-']).all(is_word) {
        return Err(Failure::new(format!("`{name}` is no name of a plugin"))
            .help("write lower-case words with `_` or `-` between, such as `licence_windows`"));
    }
    // A policy and Rust write `_` where a component's types have `-`.
    let (kebab, snake) = (name.replace('_', "-"), name.replace('-', "_"));
    let own = |text: &str| text.replace("my-plugin", &kebab).replace("my_plugin", &snake);
    let folder = args.folder.clone().unwrap_or_else(|| PathBuf::from(&kebab));
    let paths: Vec<PathBuf> = FILES.iter().map(|(path, _)| folder.join(own(path))).collect();
    if let Some(there) = paths.iter().find(|path| fs::symlink_metadata(path).is_ok()) {
        let help = "name another folder: `changegate plugin new NAME DIR`";
        return Err(Failure::new(format!("`{}` exists already, so nothing was written", there.display())).help(help));
    }
    for ((_, text), path) in FILES.iter().zip(&paths) {
        write(path, &own(text)).map_err(|error| Failure::io("write", path, &error))?;
    }
    let mut said = String::from("wrote\n");
    for path in &paths {
        said.push_str(&format!("  {}\n", path.display()));
    }
    let inside = folder.display();
    said.push_str(&format!(
        "try\n  {inside}/build.sh\n  changegate plugin inspect {inside}/{kebab}.wasm\n  changegate plugin test {inside}/{kebab}.wasm --answers {inside}/answers.ndjson\n"
    ));
    output::print_text(&said)?;
    Ok(Status::Good)
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if path.extension().is_some_and(|end| end == "sh") {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o755);
    }
    options.open(path)?.write_all(text.as_bytes())
}
