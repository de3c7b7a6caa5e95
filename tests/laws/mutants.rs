//! Oracles that get one thing wrong. That the law "engine = oracle" tells each of them from the true one shows that the cases reach the construct.

macro_rules! mutants {
    ($($name:ident: $says:literal,)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Mutant { $($name,)* }

        impl Mutant {
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// What it gets wrong.
            pub fn says(self) -> &'static str {
                match self { $(Self::$name => $says,)* }
            }
        }
    };
}

mutants! {
    IgnoresMay: "a rule that may be broken is not",
    UnknownIsFalse: "an unknown condition of the facts is false",
    UnknownArmFallsThrough: "an arm that is unknown is passed over",
    PhantomIsNothing: "an incomplete list is complete",
    AnyOfIncompleteIsFalse: "`any` over an incomplete list is false",
    EachIsEvery: "`each` over nothing is true",
    CountOnlyCertain: "`count` counts what is certain",
    UnknownElementsDropped: "aggregates leave out what is unknown",
    NoneOrders: "an ordering with none is true",
    TableFirstRow: "a table takes the first row that may match",
    UnknownDueIsNone: "an unknown due date is none",
    DoneIsIgnored: "`done` is ignored",
    EndOfDayInPolicyZone: "the end of the day is the policy's",
    MonthIsThirtyDays: "a month is 30 days",
    BusinessDaysAreDays: "business days are days",
    ExceptOnUnknown: "`except` acts on unknown",
    UnknownEffectIgnored: "`unknown hold` is ignored",
    TrialTakesEffect: "a statement on trial takes effect",
    UntilExcludesItsDay: "`effective until` excludes its day",
    CategoryTakesUnknown: "a category is taken on unknown",
    UnionOfPossibleWindows: "windows that may apply let a change go",
    MissingEndIsInstant: "a change without an end is an instant",
    MidnightIsNotCrossed: "22:00 to 02:00 is empty",
    EndsTwiceTheOtherWay: "an end that occurs twice is taken the other way",
    WhereTakesOnlyCertain: "an asset that `where` may take is left out",
    NoAssetIsFine: "a change without assets is permitted",
    CvssNewestFirst: "`cvss prefer` is ignored",
    SelfApproval: "a person named in `not by` may approve",
    DelegatorMayBeExcluded: "who stands in for an excluded person may approve",
    Greedy: "votes are shared out need by need, the first that fits",
    DelegatorIsNotUsedUp: "a vote uses up its giver only",
    RejectionIgnored: "rejections are ignored",
    DoubtfulRejectionIgnored: "a vote that could be a rejection is none",
    SupersededCounts: "an earlier vote of the same person counts",
    EqualRejectionLoses: "of votes of one time the approval counts",
    RejectionGivesWayToAnything: "a vote that does not count takes back a rejection",
    EditsIgnored: "a vote from before the last edit counts",
    ValidIgnored: "a vote does not lapse",
    AfterIgnored: "a vote from before the approval that it follows counts",
    FutureVoteCounts: "a vote of the future counts",
    RolesUnchecked: "a vote counts in a role that its giver does not hold",
    DelegationUnchecked: "a vote for another counts without a delegation",
    ScopeIgnored: "a vote counts for every item",
    UnseenItemIsNothing: "an incomplete list of items is complete",
    OtherCaseIsAnother: "two names that differ only in case are two persons",
    ReviewOfOnesOwn: "the implementer may review the change",
    MetByWhatMayCount: "an approval is met by votes that may count",
    UnknownAddIsNothing: "a factor whose condition is unknown does not count",
    MetByWhatMayBe: "a duty is done where it may be",
    EarlierDutiesForgotten: "duties of earlier runs are forgotten",
    WaiverOfAnyRole: "anybody may waive",
    WaiverOfAnyLength: "a waiver may be of any length",
    WaivedOutsideItsDates: "a waiver applies outside its dates",
    ProvidedOnUnknown: "`provided` acts on unknown",
    NotOnIsIgnored: "`not on` is ignored",
    LastingIsByTheClock: "`lasting` goes by the wall clock",
    QuartersAreMonths: "every quarter or year is every month",
    FilesKnowEverything: "what a calendar file does not know of is not",
    NextMayBeNow: "`next` may be now",
    HolidaysAreBusinessDays: "a holiday is a business day",
    BusinessDaysOfTheWeekOnly: "`business days on` a calendar are the policy's",
    SittingNeverCloses: "a change may be submitted up to the sitting",
    SittingIgnored: "a vote from before the sitting counts",
    MandatoryIsNot: "a mandatory window is one among others",
    OverrunIsIgnored: "`overrun allow` is ignored",
    StaleCounts: "a stale sample counts",
    OldestSampleCounts: "the oldest sample counts",
    WhileOnlyWhereCertain: "`while` acts only where it is certain",
    OverlapsReadsExcept: "`overlaps(x)` reads x's `except`",
}

impl Mutant {
    /// What a policy must hold at least for the mutant to make a difference; one of these.
    pub fn needs(self) -> &'static [&'static str] {
        match self {
            Self::NotOnIsIgnored => &[" not on "],
            Self::LastingIsByTheClock => &[" lasting "],
            Self::QuartersAreMonths => &["every quarter", "every year"],
            Self::FilesKnowEverything => &[".ics"],
            Self::NextMayBeNow => &["next cal_", "last cal_", "meets "],
            Self::HolidaysAreBusinessDays => &["business day"],
            Self::BusinessDaysOfTheWeekOnly => &[" on cal_"],
            Self::SittingNeverCloses => &[", closes "],
            Self::SittingIgnored => &["meets "],
            Self::MandatoryIsNot => &["mandatory"],
            Self::OverrunIsIgnored => &["overrun"],
            Self::StaleCounts => &["stale after"],
            Self::OldestSampleCounts => &["metric_"],
            Self::WhileOnlyWhereCertain => &["while "],
            Self::OverlapsReadsExcept => &["overlaps("],
            _ => &[""],
        }
    }

    /// Those that only cases about time tell from the truth, or the others.
    pub fn of_time(time: bool) -> &'static [Self] {
        let first = Self::ALL.iter().position(|m| *m == Self::NotOnIsIgnored).unwrap_or(Self::ALL.len());
        let (others, of_time) = Self::ALL.split_at(first);
        if time { of_time } else { others }
    }
}
