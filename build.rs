//! Puts the error pages of `docs/errors` and the packs of `policies` into the program, so that no list of them is kept by hand, and the grammar as a
//! table.

#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "a build script reads the source folder and speaks to cargo"
)]

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

#[path = "grammar/table.rs"]
mod table;

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let mut code = String::new();
    pages(&root.join("docs/errors"), &mut code)?;
    packs(&root.join("policies"), &mut code)?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("embedded.rs"), code)?;
    let grammar = root.join("grammar/changegate.pest");
    fs::write(out.join("grammar.rs"), table::table(&fs::read_to_string(&grammar)?)?)?;
    println!("cargo::rerun-if-changed={}", grammar.display());
    println!("cargo::rerun-if-changed=grammar/table.rs");
    println!("cargo::rerun-if-changed=build.rs");
    Ok(())
}

/// `PAGES`: the code (`CG0123`) and the text of its page, in ascending order.
fn pages(folder: &Path, code: &mut String) -> Result<(), Box<dyn Error>> {
    writeln!(code, "pub(super) static PAGES: &[(&str, &str)] = &[")?;
    for path in entries(folder)? {
        let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
        if path.extension().is_some_and(|e| e == "md") && name.starts_with("CG") {
            writeln!(code, "    ({name:?}, include_str!({path:?})),")?;
        }
    }
    writeln!(code, "];")?;
    Ok(())
}

/// `PACKS`: the pack's name (`cisa/bod-26-04`) and its files, name and text, in ascending order.
fn packs(folder: &Path, code: &mut String) -> Result<(), Box<dyn Error>> {
    writeln!(code, "pub(super) static PACKS: &[(&str, &[(&str, &str)])] = &[")?;
    for publisher in entries(folder)?.into_iter().filter(|path| path.is_dir()) {
        for pack in entries(&publisher)?.into_iter().filter(|path| path.is_dir()) {
            let name = pack.strip_prefix(folder)?.to_string_lossy().replace('\\', "/");
            writeln!(code, "    ({name:?}, &[")?;
            for file in entries(&pack)?.into_iter().filter(|path| path.extension().is_some_and(|e| e == "gate")) {
                let file_name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                writeln!(code, "        ({file_name:?}, include_str!({file:?})),")?;
            }
            writeln!(code, "    ]),")?;
        }
    }
    writeln!(code, "];")?;
    Ok(())
}

/// What lies in a folder, sorted; nothing where there is no such folder. A change to it runs this again.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    println!("cargo::rerun-if-changed={}", folder.display());
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut paths = fs::read_dir(folder)?.map(|entry| entry.map(|e| e.path())).collect::<Result<Vec<_>, _>>()?;
    paths.sort();
    Ok(paths)
}
