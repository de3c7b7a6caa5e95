//! The columns of a file as a tree: records, lists and maps, and what each column means.

use std::collections::HashSet;

use super::Read;
use super::footer::{Element, Logical};

/// How deep columns may nest: deeper than JSON may, no record can be.
const DEEPEST: usize = 64;
/// How long the paths of all columns may be together: each has the names of all the groups that it is in.
const PATHS: usize = 8 << 20;

/// How the values of a column are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Physical {
    Bool,
    Int32,
    Int64,
    Int96,
    Float,
    Double,
    Bytes,
    /// Of that many bytes each.
    Fixed(usize),
}

/// What the values of a column mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// What they are.
    Plain,
    Text,
    /// A text of JSON.
    Json,
    /// With so many digits behind the point.
    Decimal(u32),
    Unsigned,
    Date,
    /// Since midnight, so many to a second.
    Time(i64),
    /// Since 1970, so many to a second; in UTC, or by a clock that is not named.
    Timestamp(i64, bool),
    Uuid,
    Half,
    /// Of no use to any field.
    Other,
}

/// A column.
#[derive(Clone, Debug)]
pub(super) struct Leaf {
    /// Its names from the top, with points between them.
    pub path: String,
    pub physical: Physical,
    pub meaning: Meaning,
    /// The level of a value that is there.
    pub def: u16,
    /// How many lists it is in.
    pub rep: u16,
}

/// A part of a record.
#[derive(Debug)]
pub(super) struct Node {
    /// The level from which on it is there.
    pub def: u16,
    pub kind: Kind,
    /// Its columns: the first, and the one behind the last.
    pub leaves: (usize, usize),
}

#[derive(Debug)]
pub(super) enum Kind {
    Leaf,
    Record(Vec<(String, Node)>),
    /// Elements; in so many lists, this one included.
    List(Box<Node>, u16),
    Map(Box<Node>, Option<Box<Node>>, u16),
}

/// The tree and its columns, in the order of the file.
#[derive(Debug)]
pub(super) struct Schema {
    pub fields: Vec<(String, Node)>,
    pub leaves: Vec<Leaf>,
}

/// Makes the tree.
pub(super) fn tree(elements: &[Element<'_>]) -> Read<Schema> {
    let Some((root, rest)) = elements.split_first() else { return Err("it has no columns".into()) };
    let mut building = Building { rest, leaves: Vec::new(), path: Vec::new(), paths: PATHS };
    let fields = building.children(root.children, Levels::default())?;
    if !building.rest.is_empty() {
        return Err("its list of columns has more than belong to it".into());
    }
    if building.leaves.is_empty() {
        return Err("it has no columns".into());
    }
    Ok(Schema { fields, leaves: building.leaves })
}

#[derive(Clone, Copy, Default)]
struct Levels {
    def: u16,
    rep: u16,
}

struct Building<'e, 'b> {
    rest: &'e [Element<'b>],
    leaves: Vec<Leaf>,
    path: Vec<String>,
    /// What is left of [`PATHS`].
    paths: usize,
}

impl<'e, 'b> Building<'e, 'b> {
    fn children(&mut self, count: i64, at: Levels) -> Read<Vec<(String, Node)>> {
        let mut children: Vec<(String, Node)> = Vec::new();
        let mut known: HashSet<&[u8]> = HashSet::new();
        for _ in 0..count {
            let element = self.next()?;
            let name = name(element)?;
            if !known.insert(element.name) {
                return Err(format!("two columns are named `{}`", crate::facts::printable(&name)).into());
            }
            let node = self.node(element, at)?;
            children.push((name, node));
        }
        Ok(children)
    }

    fn next(&mut self) -> Read<&'e Element<'b>> {
        let (next, rest) = self.rest.split_first().ok_or("its list of columns is cut off")?;
        self.rest = rest;
        Ok(next)
    }

    /// What an element is, where its parent is at `at`; one that repeats by itself is a list.
    fn node(&mut self, element: &'e Element<'b>, at: Levels) -> Read<Node> {
        if self.path.len() >= DEEPEST {
            return Err("its columns are nested too deep".into());
        }
        self.path.push(name(element)?);
        let first = self.leaves.len();
        let node = match element.repetition {
            2 => {
                let inner = Levels { def: at.def + 1, rep: at.rep + 1 };
                let element = self.inner(element, inner)?;
                let leaves = (first, self.leaves.len());
                Ok(Node { def: at.def, kind: Kind::List(Box::new(element), inner.rep), leaves })
            }
            1 => self.inner(element, Levels { def: at.def + 1, ..at }),
            _ => self.inner(element, at),
        };
        self.path.pop();
        node
    }

    /// What an element is, its own repetition aside.
    fn inner(&mut self, element: &'e Element<'b>, at: Levels) -> Read<Node> {
        let first = self.leaves.len();
        let kind = match element.physical {
            Some(physical) if element.children <= 0 => {
                let physical = self::physical(physical, element.length)?;
                let length = self.path.iter().fold(0, |length: usize, name| length.saturating_add(name.len() + 1));
                self.paths = self.paths.checked_sub(length).ok_or("the names of its columns are too long")?;
                self.leaves.push(Leaf {
                    path: self.path.join("."),
                    physical,
                    meaning: meaning(element, physical),
                    def: at.def,
                    rep: at.rep,
                });
                Kind::Leaf
            }
            _ => self.group(element, at)?,
        };
        if self.leaves.len() == first {
            return Err(format!("`{}` has no columns", crate::facts::printable(&self.path.join("."))).into());
        }
        Ok(Node { def: at.def, kind, leaves: (first, self.leaves.len()) })
    }

    fn group(&mut self, group: &'e Element<'b>, at: Levels) -> Read<Kind> {
        let says = |member: i64, converted: &[i64]| {
            group.logical.is_some_and(|logical| logical.member == member)
                || group.converted.is_some_and(|number| converted.contains(&number))
        };
        let repeated = self.rest.first().filter(|inner| group.children == 1 && inner.repetition == 2);
        let inner = Levels { def: at.def + 1, rep: at.rep + 1 };
        match repeated {
            Some(list) if says(3, &[3]) => {
                self.next()?;
                self.path.push(name(list)?);
                // Of lists in two levels, which old writers made, the repeated group is the element.
                let is_element = list.children != 1
                    || self.rest.first().is_some_and(|child| child.repetition == 2)
                    || list.name == b"array"
                    || list.name.ends_with(b"_tuple");
                let element = if is_element {
                    self.inner(list, inner)?
                } else {
                    let element = self.next()?;
                    self.node(element, inner)?
                };
                self.path.pop();
                Ok(Kind::List(Box::new(element), inner.rep))
            }
            Some(pairs) if says(2, &[1, 2]) && (1..=2).contains(&pairs.children) => {
                self.next()?;
                self.path.push(name(pairs)?);
                let key = self.next()?;
                let key = self.node(key, inner)?;
                let value = match pairs.children {
                    2 => {
                        let value = self.next()?;
                        Some(Box::new(self.node(value, inner)?))
                    }
                    _ => None,
                };
                self.path.pop();
                Ok(Kind::Map(Box::new(key), value, inner.rep))
            }
            _ => Ok(Kind::Record(self.children(group.children, at)?)),
        }
    }
}

fn name(element: &Element<'_>) -> Read<String> {
    let name = std::str::from_utf8(element.name).map_err(|_| "the name of a column is not UTF-8")?;
    Ok(name.to_owned())
}

pub(super) fn physical(number: i64, length: i64) -> Read<Physical> {
    Ok(match number {
        0 => Physical::Bool,
        1 => Physical::Int32,
        2 => Physical::Int64,
        3 => Physical::Int96,
        4 => Physical::Float,
        5 => Physical::Double,
        6 => Physical::Bytes,
        7 => {
            let length = usize::try_from(length).ok().filter(|length| (1..=1 << 20).contains(length));
            Physical::Fixed(length.ok_or("a column has values of no length")?)
        }
        _ => return Err("a column has values of no known kind".into()),
    })
}

fn meaning(element: &Element<'_>, physical: Physical) -> Meaning {
    let meant = match element.logical {
        Some(logical) => by_logical(logical),
        None => None,
    };
    let scale =
        |scale: i64| u32::try_from(scale).ok().filter(|scale| *scale <= 1000).map_or(Meaning::Other, Meaning::Decimal);
    let meaning = meant.or_else(|| {
        Some(match element.converted? {
            0 | 4 => Meaning::Text,
            5 => scale(element.scale),
            6 => Meaning::Date,
            7 => Meaning::Time(1_000),
            8 => Meaning::Time(1_000_000),
            9 => Meaning::Timestamp(1_000, true),
            10 => Meaning::Timestamp(1_000_000, true),
            11..=14 => Meaning::Unsigned,
            15..=18 => Meaning::Plain,
            19 => Meaning::Json,
            _ => Meaning::Other,
        })
    });
    match (meaning, physical) {
        // A clock that is not named: some writers mean UTC, some their own.
        (_, Physical::Int96) => Meaning::Timestamp(1_000_000_000, false),
        (Some(meaning), _) => meaning,
        // Older writers do not say that a text is one.
        (None, Physical::Bytes) => Meaning::Text,
        (None, Physical::Fixed(_)) => Meaning::Other,
        (None, _) => Meaning::Plain,
    }
}

fn by_logical(logical: Logical) -> Option<Meaning> {
    let per_second = match logical.unit {
        1 => 1_000,
        2 => 1_000_000,
        _ => 1_000_000_000,
    };
    Some(match logical.member {
        1 | 4 => Meaning::Text,
        5 => match u32::try_from(logical.scale) {
            Ok(scale) if scale <= 1000 => Meaning::Decimal(scale),
            _ => Meaning::Other,
        },
        6 => Meaning::Date,
        7 => Meaning::Time(per_second),
        8 => Meaning::Timestamp(per_second, logical.is_utc),
        10 if logical.is_signed => Meaning::Plain,
        10 => Meaning::Unsigned,
        12 => Meaning::Json,
        14 => Meaning::Uuid,
        15 => Meaning::Half,
        // Only nulls: whatever the values are.
        11 => Meaning::Plain,
        0 => return None,
        _ => Meaning::Other,
    })
}
