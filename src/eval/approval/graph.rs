//! Maximum matchings in general graphs: how many votes of one slot can stand beside each other, where a vote uses up one or two persons.
//!
//! Persons are vertices, votes are edges; the vote of a single person is a loop. Loops and leaves are matched first, which loses nothing;
//! what is left is done by augmenting paths, with odd cycles contracted (J. Edmonds, "Paths, trees, and flowers", 1965).

use std::collections::{HashMap, VecDeque};

/// No vertex.
const NONE: usize = usize::MAX;

/// How many steps a matching may take; far more than honest votes need.
const STEPS: u64 = 20_000_000;

/// The size of a matching.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// How many edges; at most as many as were asked for.
    pub edges: usize,
    /// It is as large as any, or large enough.
    pub exact: bool,
}

/// The size of a maximum matching of a graph by its edges, or `enough` if it is at least that. A loop is an edge of its own.
#[must_use]
pub fn maximum(edges: &[(u32, u32)], enough: usize) -> Size {
    let mut numbers: HashMap<u32, usize> = HashMap::new();
    let mut number = |person: u32| {
        let next = numbers.len();
        *numbers.entry(person).or_insert(next)
    };
    let edges: Vec<(usize, usize)> = edges.iter().map(|(a, b)| (number(*a), number(*b))).collect();
    let mut gone = vec![false; numbers.len()];
    let mut found = 0;
    // A person with a vote of their own can always use that one: whatever else uses them up counts one vote as well.
    for (a, b) in &edges {
        if a == b && !at(&gone, *a) {
            set(&mut gone, *a, true);
            found += 1;
        }
    }
    if found >= enough {
        return Size { edges: enough, exact: true };
    }
    let mut near: Vec<Vec<usize>> = vec![Vec::new(); gone.len()];
    for (a, b) in &edges {
        if !at(&gone, *a) && !at(&gone, *b) {
            near.get_mut(*a).into_iter().for_each(|list| list.push(*b));
            near.get_mut(*b).into_iter().for_each(|list| list.push(*a));
        }
    }
    for list in &mut near {
        list.sort_unstable();
        list.dedup();
    }
    found += leaves(&near, &mut gone, enough - found);
    if found >= enough {
        return Size { edges: enough, exact: true };
    }
    for list in &mut near {
        list.retain(|other| !at(&gone, *other));
    }
    let rest = Search::new(&near, gone).run(enough - found);
    Size { edges: found + rest.edges, exact: rest.exact }
}

/// Matches leaves with their neighbours while there are any; says how many edges that are.
fn leaves(near: &[Vec<usize>], gone: &mut [bool], enough: usize) -> usize {
    let mut degree: Vec<usize> = near.iter().map(Vec::len).collect();
    let mut queue: Vec<usize> =
        degree.iter().enumerate().filter(|(_, degree)| **degree == 1).map(|(vertex, _)| vertex).collect();
    let mut found = 0;
    while let Some(leaf) = queue.pop() {
        if found >= enough {
            break;
        }
        if at(gone, leaf) {
            continue;
        }
        let Some(other) = near.get(leaf).and_then(|list| list.iter().find(|other| !at(gone, **other)).copied()) else {
            continue;
        };
        found += 1;
        set(gone, leaf, true);
        set(gone, other, true);
        for next in near.get(other).into_iter().flatten() {
            if let Some(degree) = degree.get_mut(*next) {
                *degree = degree.saturating_sub(1);
                if *degree == 1 && !at(gone, *next) {
                    queue.push(*next);
                }
            }
        }
    }
    found
}

fn at<T: Copy + Default>(values: &[T], index: usize) -> T {
    values.get(index).copied().unwrap_or_default()
}

fn set<T>(values: &mut [T], index: usize, value: T) {
    if let Some(slot) = values.get_mut(index) {
        *slot = value;
    }
}

/// The search for augmenting paths.
struct Search<'g> {
    near: &'g [Vec<usize>],
    /// Not part of the graph, or of no use to any further path.
    gone: Vec<bool>,
    mate: Vec<usize>,
    /// The vertex before this one on the path from the root.
    parent: Vec<usize>,
    /// The base of the contracted cycle that a vertex is in.
    base: Vec<usize>,
    /// At even distance from the root.
    even: Vec<bool>,
    /// The vertices that the search has touched.
    touched: Vec<usize>,
    steps: u64,
}

impl<'g> Search<'g> {
    fn new(near: &'g [Vec<usize>], gone: Vec<bool>) -> Self {
        let n = near.len();
        Self {
            near,
            gone,
            mate: vec![NONE; n],
            parent: vec![NONE; n],
            base: (0..n).collect(),
            even: vec![false; n],
            touched: Vec::new(),
            steps: 0,
        }
    }

    fn run(mut self, enough: usize) -> Size {
        let mut edges = 0;
        for vertex in 0..self.near.len() {
            if edges < enough && !at(&self.gone, vertex) && self.mate_of(vertex) == NONE {
                let free = |other: &&usize| !at(&self.gone, **other) && self.mate_of(**other) == NONE;
                let other = self.near.get(vertex).and_then(|list| list.iter().find(free).copied());
                if let Some(other) = other {
                    set(&mut self.mate, vertex, other);
                    set(&mut self.mate, other, vertex);
                    edges += 1;
                }
            }
        }
        for root in 0..self.near.len() {
            if edges >= enough {
                break;
            }
            if at(&self.gone, root) || self.mate_of(root) != NONE {
                continue;
            }
            match self.path_from(root) {
                Some(end) => {
                    self.augment(end);
                    edges += 1;
                    self.forget(false);
                }
                // No path from here, now or later: what was reached is of no further use.
                None => self.forget(true),
            }
            if self.steps > STEPS {
                return Size { edges, exact: edges >= enough };
            }
        }
        Size { edges, exact: true }
    }

    fn mate_of(&self, vertex: usize) -> usize {
        self.mate.get(vertex).copied().unwrap_or(NONE)
    }

    fn base_of(&self, vertex: usize) -> usize {
        self.base.get(vertex).copied().unwrap_or(NONE)
    }

    fn parent_of(&self, vertex: usize) -> usize {
        self.parent.get(vertex).copied().unwrap_or(NONE)
    }

    fn forget(&mut self, for_good: bool) {
        for vertex in std::mem::take(&mut self.touched) {
            set(&mut self.parent, vertex, NONE);
            set(&mut self.base, vertex, vertex);
            set(&mut self.even, vertex, false);
            if for_good {
                set(&mut self.gone, vertex, true);
            }
        }
    }

    /// A free vertex that an alternating path leads to from `root`.
    fn path_from(&mut self, root: usize) -> Option<usize> {
        let near = self.near;
        set(&mut self.even, root, true);
        self.touched.push(root);
        let mut queue = VecDeque::from([root]);
        while let Some(vertex) = queue.pop_front() {
            for to in near.get(vertex).into_iter().flatten().copied() {
                self.steps += 1;
                if at(&self.gone, to) || self.base_of(vertex) == self.base_of(to) || self.mate_of(vertex) == to {
                    continue;
                }
                let mate = self.mate_of(to);
                if to == root || (mate != NONE && self.parent_of(mate) != NONE) {
                    self.contract(vertex, to, &mut queue);
                } else if self.parent_of(to) == NONE {
                    set(&mut self.parent, to, vertex);
                    self.touched.push(to);
                    if mate == NONE {
                        return Some(to);
                    }
                    set(&mut self.even, mate, true);
                    self.touched.push(mate);
                    queue.push_back(mate);
                }
            }
            if self.steps > STEPS {
                return None;
            }
        }
        None
    }

    /// Contracts the odd cycle that the edge between two even vertices closes.
    fn contract(&mut self, a: usize, b: usize, queue: &mut VecDeque<usize>) {
        let base = self.common(a, b);
        let mut cycle = std::collections::HashSet::new();
        self.mark(a, base, b, &mut cycle);
        self.mark(b, base, a, &mut cycle);
        for index in 0..self.touched.len() {
            self.steps += 1;
            let vertex = at(&self.touched, index);
            if cycle.contains(&self.base_of(vertex)) {
                set(&mut self.base, vertex, base);
                if !at(&self.even, vertex) {
                    set(&mut self.even, vertex, true);
                    queue.push_back(vertex);
                }
            }
        }
    }

    /// The nearest vertex that is on the paths of both to the root.
    fn common(&self, a: usize, b: usize) -> usize {
        let mut passed = std::collections::HashSet::new();
        let mut vertex = a;
        loop {
            vertex = self.base_of(vertex);
            passed.insert(vertex);
            let mate = self.mate_of(vertex);
            if mate == NONE {
                break;
            }
            vertex = self.parent_of(mate);
        }
        vertex = b;
        loop {
            vertex = self.base_of(vertex);
            let mate = self.mate_of(vertex);
            if passed.contains(&vertex) || mate == NONE {
                return vertex;
            }
            vertex = self.parent_of(mate);
        }
    }

    fn mark(&mut self, from: usize, base: usize, child: usize, cycle: &mut std::collections::HashSet<usize>) {
        let (mut vertex, mut child) = (from, child);
        while self.base_of(vertex) != base && vertex != NONE {
            self.steps += 1;
            let mate = self.mate_of(vertex);
            cycle.insert(self.base_of(vertex));
            cycle.insert(self.base_of(mate));
            set(&mut self.parent, vertex, child);
            child = mate;
            vertex = self.parent_of(mate);
        }
    }

    fn augment(&mut self, end: usize) {
        let mut vertex = end;
        while vertex != NONE {
            let before = self.parent_of(vertex);
            let next = self.mate_of(before);
            set(&mut self.mate, vertex, before);
            set(&mut self.mate, before, vertex);
            vertex = next;
        }
    }
}
