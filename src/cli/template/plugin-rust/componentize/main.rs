//! Makes a component of a core module: `componentize licence.core.wasm licence.wasm`.
//!
//! A module that was compiled with wit-bindgen says itself which world it is of. For any other (C, Zig, text), name the folders or files of its
//! WIT, each after those that it uses, and its world: `componentize capacity.core.wasm capacity.wasm --world acme:capacity/capacity ../wit capacity.wit`.

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use wit_component::{embed_component_metadata, ComponentEncoder, StringEncoding};
use wit_parser::Resolve;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let made = match arguments.as_slice() {
        [module, component] => make(module, component, None),
        [module, component, "--world", world, wit @ ..] if !wit.is_empty() => make(module, component, Some((world, wit))),
        _ => Err("usage: componentize MODULE COMPONENT [--world PACKAGE/WORLD WIT…]".into()),
    };
    match made {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("componentize: {error}");
            // What wit-component says of a module comes with its causes.
            let mut cause = error.source();
            while let Some(next) = cause {
                eprintln!("  {next}");
                cause = next.source();
            }
            ExitCode::FAILURE
        }
    }
}

fn make(module: &str, component: &str, world: Option<(&str, &[&str])>) -> Result<(), Box<dyn Error>> {
    let mut bytes = std::fs::read(module)?;
    if let Some((world, wit)) = world {
        let mut resolve = Resolve::default();
        let mut last = None;
        for path in wit {
            last = Some(resolve.push_path(Path::new(path))?.0);
        }
        let package = last.ok_or("no WIT")?;
        let world = resolve.select_world(&[package], Some(world))?;
        embed_component_metadata(&mut bytes, &resolve, world, StringEncoding::UTF8)?;
    }
    let made = ComponentEncoder::default().module(&bytes)?.validate(true).encode()?;
    std::fs::write(component, made)?;
    Ok(())
}
