//! The tables of CVSS 4.0 scoring: scores of macro vectors, highest vectors and depths.
//!
//! Source of the figures: FIRST's CVSS v4.0 calculator (`cvss_lookup.js`, `max_composed.js`,
//! `max_severity.js`), copyright FIRST, Red Hat and contributors, BSD-2-Clause.

/// A multiple of every depth of a class.
pub(super) const DEEPEST: i128 = 840;

/// There is no such macro vector: the sixth class can only be 0 where an impact is high.
const XX: u8 = u8::MAX;

/// The score of a macro vector in tenths, `None` where there is none.
pub(super) fn macro_score([eq1, eq2, eq3, eq4, eq5, eq6]: [i128; 6]) -> Option<i128> {
    let within = (0..3).contains(&eq1)
        && (0..2).contains(&eq2)
        && [eq3, eq4, eq5].iter().all(|class| (0..3).contains(class))
        && (0..2).contains(&eq6);
    if !within {
        return None;
    }
    let row = usize::try_from((eq1 * 2 + eq2) * 3 + eq3).ok()?;
    let column = usize::try_from((eq4 * 3 + eq5) * 2 + eq6).ok()?;
    let tenths = *SCORES.get(row)?.get(column)?;
    (tenths != XX).then_some(i128::from(tenths))
}

/// The most severe vectors of the third and sixth class, as steps of VC, VI, VA, CR, IR and AR.
pub(super) fn highest3and6(eq3: i128, eq6: i128) -> &'static [[i128; 6]] {
    match (eq3, eq6) {
        (0, 0) => &[[0, 0, 0, 0, 0, 0]],
        (0, _) => &[[0, 0, 1, 1, 1, 0], [0, 0, 0, 1, 1, 1]],
        (1, 0) => &[[1, 0, 0, 0, 0, 0], [0, 1, 0, 0, 0, 0]],
        (1, _) => &[[1, 0, 1, 0, 1, 0], [1, 0, 0, 0, 1, 1], [0, 1, 0, 1, 0, 1], [0, 1, 1, 1, 0, 0], [1, 1, 0, 0, 0, 1]],
        _ => &[[1, 1, 1, 0, 0, 0]],
    }
}

/// How many steps deep the third and sixth class are together.
pub(super) fn depth3and6(eq3: i128, eq6: i128) -> i128 {
    match (eq3, eq6) {
        (0, 0) => 7,
        (0, _) => 6,
        (1, _) => 8,
        _ => 10,
    }
}

/// Rows are the classes 1, 2 and 3, columns the classes 4, 5 and 6, the last running fastest.
#[rustfmt::skip]
const SCORES: [[u8; 18]; 18] = [
    [100, 99, 98, 95, 95, 92, 100, 96, 93, 87, 91, 81, 93, 90, 89, 80, 81, 68], // 000
    [98, 95, 95, 92, 90, 84, 93, 92, 89, 81, 81, 65, 88, 80, 78, 70, 69, 48], // 001
    [XX, 92, XX, 82, XX, 72, XX, 79, XX, 69, XX, 50, XX, 69, XX, 55, XX, 27], // 002
    [99, 97, 95, 92, 92, 85, 95, 91, 90, 83, 84, 71, 92, 81, 82, 71, 72, 53], // 010
    [95, 93, 92, 85, 85, 73, 92, 82, 80, 72, 70, 59, 84, 70, 71, 52, 50, 30], // 011
    [XX, 86, XX, 75, XX, 52, XX, 71, XX, 52, XX, 29, XX, 63, XX, 29, XX, 17], // 012
    [98, 95, 94, 87, 91, 81, 94, 89, 86, 74, 77, 64, 87, 75, 74, 63, 63, 49], // 100
    [94, 89, 88, 77, 76, 67, 86, 76, 74, 58, 59, 50, 72, 57, 57, 52, 52, 25], // 101
    [XX, 83, XX, 70, XX, 54, XX, 65, XX, 58, XX, 26, XX, 53, XX, 21, XX, 13], // 102
    [95, 90, 88, 76, 76, 70, 90, 77, 75, 62, 61, 53, 77, 66, 68, 59, 52, 30], // 110
    [89, 78, 76, 67, 62, 58, 74, 59, 57, 57, 47, 23, 61, 52, 57, 29, 24, 16], // 111
    [XX, 71, XX, 59, XX, 30, XX, 58, XX, 26, XX, 15, XX, 23, XX, 13, XX, 6], // 112
    [93, 87, 86, 72, 75, 58, 86, 74, 74, 61, 56, 34, 70, 54, 52, 40, 40, 22], // 200
    [85, 75, 74, 55, 62, 51, 72, 57, 55, 41, 46, 19, 53, 36, 34, 19, 19, 8], // 201
    [XX, 64, XX, 51, XX, 20, XX, 47, XX, 21, XX, 11, XX, 24, XX, 9, XX, 4], // 202
    [88, 75, 73, 53, 60, 50, 73, 55, 59, 40, 41, 20, 54, 43, 45, 22, 20, 11], // 210
    [75, 55, 58, 45, 40, 21, 61, 51, 48, 18, 20, 9, 46, 18, 17, 7, 8, 2], // 211
    [XX, 53, XX, 24, XX, 14, XX, 24, XX, 12, XX, 5, XX, 10, XX, 3, XX, 1], // 212
];
