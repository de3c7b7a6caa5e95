//! Markdown, as far as examples need it: headings and fenced blocks.

use std::fs;
use std::path::{Path, PathBuf};

/// One fenced block.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    /// The file that it stands in.
    pub(crate) file: PathBuf,
    /// The line of its first line of text, from 1.
    pub(crate) line: usize,
    /// The words of the info string: `gate`, `error=CG0103`, `file=teams.gate`.
    pub(crate) info: Vec<String>,
    /// The text between the fences.
    pub(crate) text: String,
}

impl Block {
    /// The first word of the info string.
    pub(crate) fn kind(&self) -> &str {
        self.info.first().map_or("", String::as_str)
    }

    /// Whether the info string has a word.
    pub(crate) fn has(&self, word: &str) -> bool {
        self.info.iter().skip(1).any(|other| other == word)
    }

    /// The value of `key=value` in the info string.
    pub(crate) fn value(&self, key: &str) -> Option<&str> {
        self.info.iter().find_map(|word| word.strip_prefix(key)?.strip_prefix('='))
    }

    /// `tests/spec/rules.md:12`.
    pub(crate) fn place(&self) -> String {
        format!("{}:{}", shown(&self.file), self.line)
    }
}

/// What stands under one heading.
#[derive(Clone, Debug, Default)]
pub(crate) struct Section {
    /// The heading's text.
    pub(crate) heading: String,
    /// Its blocks, in order.
    pub(crate) blocks: Vec<Block>,
}

/// The sections of a file that have blocks.
pub(crate) fn sections(path: &Path) -> Vec<Section> {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    parse(path, &text)
}

fn parse(path: &Path, text: &str) -> Vec<Section> {
    let mut sections = vec![Section::default()];
    let mut open: Option<(Block, String)> = None;
    for (number, line) in text.lines().enumerate() {
        if let Some((block, fence)) = &mut open {
            if line.trim_end() == fence.as_str() {
                let (block, _) = open.take().unwrap();
                sections.last_mut().unwrap().blocks.push(block);
            } else {
                block.text.push_str(line);
                block.text.push('\n');
            }
            continue;
        }
        if line.starts_with("```") {
            let fence: String = line.chars().take_while(|c| *c == '`').collect();
            let info = line[fence.len()..].split([' ', ',']).filter(|word| !word.is_empty()).map(str::to_owned);
            let block = Block { file: path.to_owned(), line: number + 2, info: info.collect(), text: String::new() };
            open = Some((block, fence));
        } else if line.starts_with('#') && line.trim_start_matches('#').starts_with(' ') {
            let heading = line.trim_start_matches('#').trim().to_owned();
            sections.push(Section { heading, blocks: Vec::new() });
        }
    }
    assert!(open.is_none(), "{}: a fence is not closed", path.display());
    sections.retain(|section| !section.blocks.is_empty());
    sections
}

/// Every Markdown file below a folder, sorted.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The repository.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A path as seen from the repository.
pub(crate) fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

/// Lines that only one side has, with the common ones at both ends left out.
pub(crate) fn diff(expected: &[String], actual: &[String]) -> String {
    let same = expected.iter().zip(actual).take_while(|(a, b)| a == b).count();
    let ends = expected[same..].iter().rev().zip(actual[same..].iter().rev()).take_while(|(a, b)| a == b).count();
    let gone = expected[same..expected.len() - ends].iter().map(|line| format!("- {line}"));
    let come = actual[same..actual.len() - ends].iter().map(|line| format!("+ {line}"));
    gone.chain(come).collect::<Vec<_>>().join("\n")
}
