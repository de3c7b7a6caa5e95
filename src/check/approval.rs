//! `approval`: who has to say yes.

use std::sync::Arc;

use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::expr::{Expr, ExprKind, Name, Path};
use crate::syntax::source::Span;
use crate::syntax::tree::{Approval as Tree, Body, Deadline, Need as NeedTree, Statement};

use super::checker::{Checker, Item, Progress, Symbol};
use super::codes;
use super::coerce::describe;
use super::env::{Elem, Env, Needs};
use super::head;
use super::list::element_op;
use super::path::Thing;
use super::program::{Approval, Const, DueNode, Excluded, ListRef, Need, NodeId, VarId};
use super::schema::TableId;
use super::types::Type;

/// The most votes that one clause can ask for.
const MOST_VOTES: u32 = 1_000;

impl Checker {
    pub(super) fn declare_approval(&mut self, unit: usize, statement: &Arc<Statement>, name: &Name) -> u16 {
        let head = self.bare_head(unit, name, statement, head::APPROVAL.effect);
        self.program.approvals.push(Approval {
            head,
            needs: Vec::new(),
            not_by: Vec::new(),
            meets: None,
            after: Vec::new(),
            valid: None,
            survives_edits: false,
            afterwards: None,
            review: None,
            context: Self::context(unit),
        });
        self.approvals.push((unit, Arc::clone(statement), Progress::Untouched));
        self.place_of_last(self.program.approvals.len(), name.span, "approvals")
    }

    /// Checks an approval, unless that has been done: whoever reads one has to know which subjects it is about.
    pub(super) fn ensure_approval(&mut self, index: u16) {
        let Some((unit, statement, progress)) = self.approvals.get_mut(usize::from(index)) else { return };
        if *progress != Progress::Untouched {
            return;
        }
        *progress = Progress::Running;
        let (unit, statement) = (*unit, Arc::clone(statement));
        let muted = std::mem::take(&mut self.muted);
        let depth = std::mem::take(&mut self.depth);
        self.needs.push(Needs::default());
        self.following.push(index);
        self.approval(unit, &statement, index);
        self.following.pop();
        self.needs.pop();
        self.depth = depth;
        self.muted = muted;
        if let Some((_, _, progress)) = self.approvals.get_mut(usize::from(index)) {
            *progress = Progress::Done;
        }
    }

    fn approval(&mut self, unit: usize, statement: &Statement, index: u16) {
        let Body::Approval(tree) = &statement.body else { return };
        let env = Env::gate(unit, head::APPROVAL.place);
        let Some(mut head) = self.head(unit, statement, &head::APPROVAL, &env) else { return };
        self.readers.push(Item::Decided("approval", head.name.clone()));
        self.approval_once(tree);
        let needs: Vec<Need> = tree.needs.iter().filter_map(|need| self.approval_need(need, &env)).collect();
        let not_by: Vec<Excluded> = tree.not_by.iter().filter_map(|path| self.excluded(path, &env)).collect();
        let after: Vec<u16> = tree.after.iter().filter_map(|path| self.followed(path, &env)).collect();
        let valid = tree.valid.first().and_then(|length| self.validity(length, &env));
        let afterwards = tree.afterwards.first().and_then(|deadline| self.duty("afterwards", deadline, &env));
        let review = tree.review.first().and_then(|deadline| self.duty("review", deadline, &env));
        let meets = tree.meets.first().and_then(|meets| self.meets(meets, &env));
        self.readers.pop();
        if tree.needs.is_empty() {
            let name = statement.name.as_ref().map_or(statement.span, |name| name.span);
            self.report(
                Diagnostic::error(codes::MISSING_CLAUSE, name, "this approval needs nobody")
                    .help("write who has to give it: `need 1 from \"change-authority\"`"),
            );
        }
        let lists = needs.iter().filter_map(|need| need.each.as_ref().map(|(_, list, _)| list));
        let sets = not_by.iter().filter_map(|excluded| match excluded {
            Excluded::Each(list) => Some(list),
            Excluded::One(_) => None,
        });
        let of_lists: Vec<VarId> = lists.chain(sets).flat_map(|list| self.vars_of_list(list)).collect();
        let ones = not_by.iter().filter_map(|excluded| match excluded {
            Excluded::One(node) => Some(*node),
            Excluded::Each(_) => None,
        });
        let dues = [&afterwards, &review].into_iter().flatten().flat_map(DueNode::nodes);
        let closes = meets.as_ref().and_then(|meets| meets.closes);
        let nodes = head.scope.iter().copied().chain(head.except).chain(ones).chain(valid).chain(closes).chain(dues);
        let mut vars = self.vars_of_all(nodes.collect::<Vec<_>>());
        vars.extend(of_lists);
        for earlier in &after {
            vars.extend(self.program.approvals.get(usize::from(*earlier)).into_iter().flat_map(|a| &a.head.vars));
        }
        // Votes are the change's.
        vars.push(VarId::CHANGE);
        vars.sort_unstable();
        vars.dedup();
        head.vars = vars;
        let survives_edits = !tree.survives_edits.is_empty();
        let context = Self::context(unit);
        if let Some(approval) = self.program.approvals.get_mut(usize::from(index)) {
            *approval =
                Approval { head, needs, not_by, meets, after, valid, survives_edits, afterwards, review, context };
        }
    }

    fn approval_once(&mut self, tree: &Tree) {
        self.once(&tree.valid, |expr| expr.span, "valid");
        self.once(&tree.meets, |meets| meets.span, "meets");
        self.once(&tree.review, |deadline| deadline.span, "review");
        self.once(&tree.afterwards, |deadline| deadline.span, "afterwards");
        self.once(&tree.survives_edits, |span| *span, "survives edits");
    }

    fn approval_need(&mut self, tree: &NeedTree, env: &Env) -> Option<Need> {
        let count = match &tree.count.kind {
            ExprKind::Number(text) => text.parse::<u32>().ok().filter(|n| (1..=MOST_VOTES).contains(n)),
            _ => None,
        };
        if count.is_none() {
            let shown = self.shown(tree.count.span);
            self.report(
                Diagnostic::error(codes::BAD_NEED, tree.count.span, format!("nobody can give `{shown}` votes"))
                    .help(format!("how many is a whole number from 1 to {MOST_VOTES}")),
            );
        }
        let roles = self.roles(&tree.roles);
        let each = match &tree.each {
            Some((name, list)) => Some(self.items(name, list, env)?),
            None => None,
        };
        Some(Need { count: count?, roles: roles?, each, span: tree.span })
    }

    /// Roles as written: texts that are not blank.
    pub(super) fn roles(&mut self, texts: &[crate::syntax::expr::StrLit]) -> Option<Vec<String>> {
        let mut roles = Vec::new();
        for text in texts {
            let role = self.plain_text(text, "a role")?;
            if role.trim().is_empty() {
                self.report(
                    Diagnostic::error(codes::BAD_NEED, text.span, "a role has a name")
                        .help("write the role as votes name it: `\"cab-member\"`"),
                );
                return None;
            }
            if !roles.contains(&role) {
                roles.push(role);
            }
        }
        Some(roles)
    }

    /// `for each s in LIST`: the variable, the list, and what tells its items apart.
    fn items(&mut self, name: &Name, list: &Expr, env: &Env) -> Option<(VarId, ListRef, NodeId)> {
        let span = list.span;
        let (var, list, inner) = self.open(name, list, env)?;
        let elem = inner.locals.last().map(|local| local.elem.clone())?;
        let node = match elem {
            Elem::Row(table) if self.has_id(table) => {
                self.thing_as_value(Thing::Row(var, table, String::new()), span, env)
            }
            Elem::Row(_) => {
                self.report(
                    Diagnostic::error(codes::BAD_NEED, span, "votes name an item by its id, and these have none")
                        .help("name a list of records with ids or a set of texts, such as `change.services`"),
                );
                return None;
            }
            Elem::Value(ty) | Elem::Literal(ty) => self.push(element_op(&list, var), ty, span),
        };
        let node = self.key_as_text(node);
        match self.base(node) {
            Type::Error => None,
            Type::String => Some((var, list, node)),
            _ => {
                let label = describe(&self.ty(node));
                self.report(
                    Diagnostic::error(codes::BAD_NEED, span, "votes name an item by a text, and here are none")
                        .label(format!("each is {label}"))
                        .help("name a list of records or a set of texts, such as `change.services`"),
                );
                None
            }
        }
    }

    /// `not by`: a person, a text, or a set of them.
    fn excluded(&mut self, path: &Path, env: &Env) -> Option<Excluded> {
        let expr = path_as_expr(path)?;
        let person = |ty: &Type| matches!(ty, Type::Row(TableId::PERSON) | Type::String);
        let found = match self.thing(&expr, env) {
            Thing::Failed => return None,
            Thing::List(list, Elem::Value(ty) | Elem::Literal(ty)) if person(&ty.base) => {
                return Some(Excluded::Each(list));
            }
            Thing::List(..) => None,
            Thing::Row(_, TableId::ASSET | TableId::FINDING | TableId::CHANGE, prefix) if prefix.is_empty() => None,
            thing => {
                let node = self.thing_as_value(thing, path.span, env);
                if self.is_error(node) {
                    return None;
                }
                Some(node).filter(|node| person(&self.base(*node)) && self.constant(*node).is_none())
            }
        };
        if found.is_none() {
            let shown = path.text();
            self.report(
                Diagnostic::error(codes::BAD_NEED, path.span, format!("`{shown}` names no person"))
                    .help("name a field that holds a person, or a set of persons: `change.requester`"),
            );
        }
        found.map(|node| Excluded::One(self.key_as_text(node)))
    }

    /// `after`: an approval that comes first.
    fn followed(&mut self, path: &Path, env: &Env) -> Option<u16> {
        let (symbol, _) =
            self.statement_named(path, env.unit, ("approval", false), &|s| matches!(s, Symbol::Approval(_)))?;
        let Symbol::Approval(index) = symbol else { return None };
        if let Some(from) = self.following.iter().position(|running| *running == index) {
            self.follows_itself(from, path.span);
            return None;
        }
        self.ensure_approval(index);
        Some(index)
    }

    fn follows_itself(&mut self, from: usize, span: Span) {
        let cycle: Vec<u16> = self.following.iter().copied().skip(from).collect();
        let name = |index: &u16| {
            let found = self.program.approvals.get(usize::from(*index));
            format!("approval `{}`", found.map(|approval| approval.head.name.clone()).unwrap_or_default())
        };
        let mut names: Vec<String> = cycle.iter().map(name).collect();
        let first = names.first().cloned().unwrap_or_default();
        names.push(first.clone());
        self.report(
            Diagnostic::error(codes::CYCLE, span, format!("{first} comes after itself"))
                .label(names.join(" → "))
                .help("no vote could ever be given: take one `after` out"),
        );
    }

    /// `valid`: an exact length, or a calendar span.
    fn validity(&mut self, expr: &Expr, env: &Env) -> Option<NodeId> {
        let node = self.deadline_length(expr, env);
        if self.is_error(node) {
            return None;
        }
        let nothing = match self.constant(node) {
            Some(Const::Duration(length)) => *length == 0,
            Some(Const::Span(amount, _) | Const::BusinessDays(amount, _)) => *amount == 0,
            Some(Const::None) => true,
            _ => false,
        };
        if nothing {
            self.report(
                Diagnostic::error(codes::BAD_NEED, expr.span, "no vote would ever be valid").help(
                    "write how long one holds, such as `valid 14d`, or leave `valid` out: then it holds for good",
                ),
            );
            return None;
        }
        Some(node)
    }

    /// `afterwards` and `review`: a deadline that there has to be.
    fn duty(&mut self, clause: &str, deadline: &Deadline, env: &Env) -> Option<DueNode> {
        let before = self.diagnostics.len();
        let due = self.deadline(deadline, None, env);
        if due.is_none() && self.diagnostics.len() == before {
            self.report(
                Diagnostic::error(
                    codes::DEADLINE,
                    deadline.span,
                    format!("`{clause}` is by some time, and this is never"),
                )
                .help(format!("write `{clause} within 5d of change.finished_at`")),
            );
        }
        due
    }
}

/// A path as the expression that it is.
fn path_as_expr(path: &Path) -> Option<Expr> {
    let (first, rest) = path.parts.split_first()?;
    let first = Expr { span: first.span, kind: ExprKind::Name(first.text.clone()) };
    Some(rest.iter().fold(first, |base, name| Expr {
        span: base.span.to(name.span),
        kind: ExprKind::Field(Box::new(base), name.clone()),
    }))
}
