//! Which definitions of a policy look at absence, so that who uses them must say `assumes`.

use crate::ir::*;

thread_local! {
    /// The `let`s that look at absence, so that who uses them says `assumes`.
    static ASSUMING: std::cell::RefCell<Vec<String>> = const { std::cell::RefCell::new(Vec::new()) };
}

/// Notes which `let`s and tables of the policy look at absence; call it before the policy is printed.
pub fn note_assuming(policy: &Policy) {
    ASSUMING.with_borrow_mut(Vec::clear);
    loop {
        let mut more: Vec<String> = Vec::new();
        for l in &policy.lets {
            if let LetBody::Expr(e) = &l.body
                && needs_assumes([e])
            {
                more.push(l.name.clone());
            }
        }
        for t in &policy.tables {
            if needs_assumes(t.inputs.iter().filter_map(|(_, e)| e.as_ref())) {
                more.push(t.name.clone());
            }
        }
        let before = ASSUMING.with_borrow(Vec::len);
        if more.len() == before {
            return;
        }
        ASSUMING.with_borrow_mut(|a| *a = more);
    }
}

/// Whether one of these looks at absence, itself or by name.
pub fn needs_assumes<'a>(exprs: impl IntoIterator<Item = &'a E>) -> bool {
    let mut found = false;
    for e in exprs {
        walk(e, &mut |e| match e {
            E::Is(..) | E::Default(..) => found = true,
            E::Let(name, _) | E::Table(name) => found |= ASSUMING.with_borrow(|a| a.contains(name)),
            _ => {}
        });
    }
    found
}
