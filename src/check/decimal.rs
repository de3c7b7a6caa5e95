//! Exact decimals: 28 digits, at most 9 after the point.

use std::fmt;

/// A decimal number: an integer count of billionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Decimal(i128);

const SCALE: i128 = 1_000_000_000;
const LIMIT: i128 = 10_i128.pow(28);

impl Decimal {
    /// Zero.
    pub const ZERO: Self = Self(0);

    /// From a count of billionths, if it has at most 28 digits.
    #[must_use]
    pub const fn from_raw(raw: i128) -> Option<Self> {
        if raw > -LIMIT && raw < LIMIT { Some(Self(raw)) } else { None }
    }

    /// The count of billionths.
    #[must_use]
    pub const fn raw(self) -> i128 {
        self.0
    }

    /// A whole number.
    #[must_use]
    pub const fn from_int(value: i64) -> Self {
        Self(value as i128 * SCALE)
    }

    /// Tenths, as CVSS scores are.
    #[must_use]
    pub const fn from_tenths(tenths: u8) -> Self {
        Self(tenths as i128 * (SCALE / 10))
    }

    /// The whole number that it is, if it is one.
    #[must_use]
    pub fn to_int(self) -> Option<i64> {
        if self.0 % SCALE == 0 { i64::try_from(self.0 / SCALE).ok() } else { None }
    }

    /// Reads `7`, `-0.25`, `1e-3` exactly; none where it has more than 28 digits or more than 9 after the point.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (rest, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        if whole.is_empty() || (mantissa.contains('.') && fraction.is_empty()) {
            return None;
        }
        let mut value: i128 = 0;
        let mut shift = 9_i32.checked_add(exponent)?;
        for (digits, after_point) in [(whole, false), (fraction, true)] {
            for byte in digits.bytes() {
                if !byte.is_ascii_digit() {
                    return None;
                }
                value = value.checked_mul(10)?.checked_add(i128::from(byte - b'0'))?;
                if after_point {
                    shift = shift.checked_sub(1)?;
                }
            }
        }
        while shift > 0 && value != 0 {
            value = value.checked_mul(10)?;
            shift -= 1;
        }
        while shift < 0 && value != 0 {
            if value % 10 != 0 {
                return None;
            }
            value /= 10;
            shift += 1;
        }
        Self::from_raw(if negative { -value } else { value })
    }

    /// The sum, exactly.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        Self::from_raw(self.0.checked_add(other.0)?)
    }

    /// The difference, exactly.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        Self::from_raw(self.0.checked_sub(other.0)?)
    }

    /// The product, rounded half to even where it has more than 9 digits after the point.
    #[must_use]
    pub fn checked_mul(self, other: Self) -> Option<Self> {
        // Split so that the product of two 28-digit numbers does not overflow before it is known to be too large.
        let product = self.0.checked_mul(other.0);
        match product {
            Some(product) => Self::from_raw(round_half_even(product, SCALE)?),
            None => {
                let (whole, part) = (self.0 / SCALE, self.0 % SCALE);
                let high = whole.checked_mul(other.0)?;
                let low = round_half_even(part.checked_mul(other.0)?, SCALE)?;
                Self::from_raw(high.checked_add(low)?)
            }
        }
    }

    /// The quotient, rounded once, half to even; none where the divisor is zero.
    #[must_use]
    pub fn checked_div(self, other: Self) -> Option<Self> {
        if other.0 == 0 {
            return None;
        }
        Self::from_raw(round_half_even(self.0.checked_mul(SCALE)?, other.0)?)
    }

    /// The number with the other sign.
    #[must_use]
    pub const fn negated(self) -> Self {
        Self(-self.0)
    }
}

fn round_half_even(value: i128, by: i128) -> Option<i128> {
    let (value, by) = if by < 0 { (value.checked_neg()?, by.checked_neg()?) } else { (value, by) };
    let quotient = value.div_euclid(by);
    let rest = value.rem_euclid(by);
    let up = match rest.checked_mul(2)?.cmp(&by) {
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Greater => true,
        std::cmp::Ordering::Equal => quotient % 2 != 0,
    };
    Some(if up { quotient + 1 } else { quotient })
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.0.abs() / SCALE, self.0.abs() % SCALE);
        if self.0 < 0 {
            f.write_str("-")?;
        }
        write!(f, "{whole}")?;
        if part != 0 {
            let digits = format!("{part:09}");
            write!(f, ".{}", digits.trim_end_matches('0'))?;
        }
        Ok(())
    }
}
