//! What the grammar read of a stretch of text: nodes, each a rule and its place, within each other.

use super::grammar::Rule;

/// One rule that was read; those within it follow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Node {
    /// What it is.
    pub rule: Rule,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// Index of the first node that is not within it.
    pub next: u32,
}

/// A text and its nodes.
pub(crate) struct Read<'a> {
    text: &'a str,
    nodes: Vec<Node>,
}

impl<'a> Read<'a> {
    pub(super) fn new(text: &'a str, nodes: Vec<Node>) -> Self {
        Self { text, nodes }
    }

    /// The same from what the parser read.
    pub(super) fn of(text: &'a str, pairs: pest::iterators::Pairs<'_, Rule>) -> Self {
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let (mut nodes, mut open) = (Vec::new(), Vec::new());
        for token in pairs.tokens() {
            match token {
                pest::Token::Start { rule, pos } => {
                    open.push(nodes.len());
                    nodes.push(Node { rule, start: place(pos.pos()), end: 0, next: 0 });
                }
                pest::Token::End { pos, .. } => {
                    let next = place(nodes.len());
                    if let Some(node) = open.pop().and_then(|at| nodes.get_mut(at)) {
                        (node.end, node.next) = (place(pos.pos()), next);
                    }
                }
            }
        }
        Self { text, nodes }
    }

    #[cfg(test)]
    pub(super) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The outermost nodes.
    pub(crate) fn pairs(&self) -> Pairs<'_> {
        Pairs { read: self, at: 0, end: self.nodes.len() }
    }
}

/// One node with all within it.
#[derive(Clone)]
pub(crate) struct Pair<'i> {
    read: &'i Read<'i>,
    node: Node,
    at: usize,
}

impl<'i> Pair<'i> {
    /// The rule.
    pub(crate) fn as_rule(&self) -> Rule {
        self.node.rule
    }

    /// The text.
    pub(crate) fn as_str(&self) -> &'i str {
        self.read.text.get(self.start()..self.end()).unwrap_or_default()
    }

    /// Where it starts in the stretch.
    pub(crate) fn start(&self) -> usize {
        self.node.start as usize
    }

    /// One past its last byte.
    pub(crate) fn end(&self) -> usize {
        self.node.end as usize
    }

    /// The nodes that lie directly within it.
    pub(crate) fn into_inner(self) -> Pairs<'i> {
        Pairs { read: self.read, at: self.at + 1, end: self.node.next as usize }
    }
}

/// Nodes beside each other.
#[derive(Clone)]
pub(crate) struct Pairs<'i> {
    read: &'i Read<'i>,
    at: usize,
    end: usize,
}

impl<'i> Pairs<'i> {
    /// All of them and all within them, in the order in which they begin.
    pub(crate) fn flatten(self) -> impl Iterator<Item = Pair<'i>> {
        let all = self.read.nodes.get(self.at..self.end).unwrap_or_default();
        all.iter().enumerate().map(move |(index, node)| Pair { read: self.read, node: *node, at: self.at + index })
    }
}

impl<'i> Iterator for Pairs<'i> {
    type Item = Pair<'i>;

    fn next(&mut self) -> Option<Pair<'i>> {
        let node = *self.read.nodes.get(self.at).filter(|_| self.at < self.end)?;
        let pair = Pair { read: self.read, node, at: self.at };
        self.at = node.next as usize;
        Some(pair)
    }
}
