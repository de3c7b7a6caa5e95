//! Rules of the grammar in people's words.
//!
//! The match is exhaustive on purpose: a rule that is added to the grammar must be named here, too.

use super::grammar::Rule;

/// How a rule is spoken of where it was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// By this word.
    Word(&'static str),
    /// As a clause that starts so; many of them together are "a clause".
    Clause(&'static str),
    /// As any value.
    Value,
    /// As any operator.
    Operator,
    /// Not at all: structure, or what only other languages write.
    Nothing,
}

/// What people call a rule.
pub(crate) fn said(rule: Rule) -> Said {
    match rule {
        Rule::WHITESPACE
        | Rule::COMMENT
        | Rule::word_char
        | Rule::reserved
        | Rule::compat_reserved
        | Rule::semicolon
        | Rule::common_clause
        | Rule::common_keyword
        | Rule::policy_clauses
        | Rule::policy_clause
        | Rule::extend_clauses
        | Rule::extend_clause
        | Rule::triage_clauses
        | Rule::triage_clause
        | Rule::triage_keyword
        | Rule::table_clauses
        | Rule::table_clause
        | Rule::table_keyword
        | Rule::categorise_clauses
        | Rule::categorise_clause
        | Rule::risk_clauses
        | Rule::risk_clause
        | Rule::approval_clauses
        | Rule::approval_clause
        | Rule::obligation_clauses
        | Rule::obligation_clause
        | Rule::rule_clauses
        | Rule::rule_clause
        | Rule::time_clauses
        | Rule::time_clause
        | Rule::every_day
        | Rule::every_weekday
        | Rule::compat_weekday
        | Rule::compat_weekend
        | Rule::compat_ordinal
        | Rule::compat_every
        | Rule::compat_nth
        | Rule::compat_of_month
        | Rule::compat_article
        | Rule::compat_interval
        | Rule::compat_other
        | Rule::compat_unit
        | Rule::compat_cron
        | Rule::calendar_clauses
        | Rule::calendar_part
        | Rule::waiver_clauses
        | Rule::waiver_clause
        | Rule::rollout_clauses
        | Rule::rollout_clause
        | Rule::ring_limit
        | Rule::metric_clauses
        | Rule::metric_clause
        | Rule::rollback_clauses
        | Rule::rollback_clause
        | Rule::plugin_clauses
        | Rule::plugin_clause
        | Rule::test_clauses
        | Rule::test_clause
        | Rule::compat_presence
        | Rule::compat_key
        | Rule::quantifier_range
        | Rule::time_of_day
        | Rule::zone_offset
        | Rule::compat_is_not
        | Rule::compat_null
        | Rule::compat_default
        | Rule::compat_elif
        | Rule::compat_elif_word
        | Rule::compat_body
        | Rule::compat_if
        | Rule::compat_string
        | Rule::duration_unit
        | Rule::compat_duration_unit
        | Rule::compat_span_unit
        | Rule::only_expression
        | Rule::only_policy
        | Rule::only_extend
        | Rule::only_triage
        | Rule::only_table
        | Rule::only_categorise
        | Rule::only_risk
        | Rule::only_approval
        | Rule::only_obligation
        | Rule::only_rule
        | Rule::only_time
        | Rule::only_calendar
        | Rule::only_waiver
        | Rule::only_rollout
        | Rule::only_metric
        | Rule::only_rollback
        | Rule::only_plugin
        | Rule::only_test
        | Rule::EOI => Said::Nothing,
        Rule::word_start
        | Rule::cell
        | Rule::pattern
        | Rule::compare_pattern
        | Rule::value_pattern
        | Rule::cell_value
        | Rule::outcome
        | Rule::minus
        | Rule::compat_any
        | Rule::clause_value
        | Rule::time_value
        | Rule::expr
        | Rule::arithmetic
        | Rule::operand
        | Rule::prefix
        | Rule::not_op
        | Rule::negate
        | Rule::compat_is_value
        | Rule::primary
        | Rule::plain_variable
        | Rule::may_open
        | Rule::paren
        | Rule::set
        | Rule::list
        | Rule::list_item
        | Rule::element
        | Rule::record
        | Rule::record_key
        | Rule::conditional
        | Rule::quantifier
        | Rule::tally
        | Rule::tally_kind
        | Rule::tally_head
        | Rule::calendar_step
        | Rule::next_step
        | Rule::last_step
        | Rule::step_time
        | Rule::variable
        | Rule::numeral
        | Rule::literal
        | Rule::boolean
        | Rule::digits
        | Rule::number
        | Rule::percent
        | Rule::duration
        | Rule::calendar_span
        | Rule::span_amount
        | Rule::date
        | Rule::timestamp
        | Rule::regex
        | Rule::compat_not
        | Rule::compat_boolean
        | Rule::compat_quantifier
        | Rule::compat_quantifier_word
        | Rule::compat_comprehension
        | Rule::compat_timestamp
        | Rule::compat_duration
        | Rule::compat_span => Said::Value,
        Rule::word => Said::Word("a word"),
        Rule::name | Rule::path | Rule::path_list | Rule::path_value => Said::Word("a name"),
        Rule::title => Said::Word("a title"),
        Rule::text_list | Rule::source_text | Rule::string => Said::Word("a text in double quotes"),
        Rule::open_brace => Said::Word("`{`"),
        Rule::close_brace => Said::Word("`}`"),
        Rule::open_paren => Said::Word("`(`"),
        Rule::close_paren => Said::Word("`)`"),
        Rule::open_bracket => Said::Word("`[`"),
        Rule::close_bracket => Said::Word("`]`"),
        Rule::comma => Said::Word("`,`"),
        Rule::colon => Said::Word("`:`"),
        Rule::arrow => Said::Word("`->`"),
        Rule::bar => Said::Word("`|`"),
        Rule::ellipsis => Said::Word("`...`"),
        Rule::range_dots => Said::Word("`..`"),
        Rule::dot => Said::Word("`.`"),
        Rule::less => Said::Word("`<`"),
        Rule::greater => Said::Word("`>`"),
        Rule::equals | Rule::compat_walrus => Said::Word("`=`"),
        Rule::file
        | Rule::statement
        | Rule::policy_statement
        | Rule::import_statement
        | Rule::param_statement
        | Rule::extend_statement
        | Rule::let_statement
        | Rule::triage_statement
        | Rule::table_statement
        | Rule::categorise_statement
        | Rule::risk_statement
        | Rule::approval_statement
        | Rule::obligation_statement
        | Rule::rule_statement
        | Rule::blackout_statement
        | Rule::window_statement
        | Rule::calendar_statement
        | Rule::waiver_statement
        | Rule::rollout_statement
        | Rule::metric_statement
        | Rule::rollback_statement
        | Rule::plugin_statement
        | Rule::test_statement => Said::Word("a statement"),
        Rule::scope_clause => Said::Clause("`for`"),
        Rule::when_clause | Rule::rollback_when => Said::Clause("`when`"),
        Rule::except_clause => Said::Clause("`except`"),
        Rule::because_clause => Said::Clause("`because`"),
        Rule::ref_clause => Said::Clause("`ref`"),
        Rule::owner_clause => Said::Clause("`owner`"),
        Rule::effective_clause => Said::Clause("`effective`"),
        Rule::effective_from | Rule::kw_from => Said::Word("`from`"),
        Rule::effective_until | Rule::kw_until => Said::Word("`until`"),
        Rule::trial_clause => Said::Clause("`trial`"),
        Rule::effect_clause => Said::Clause("`effect`"),
        Rule::unknown_clause => Said::Clause("`unknown`"),
        Rule::assumes_clause => Said::Clause("`assumes`"),
        Rule::waivable_clause => Said::Clause("`waivable`"),
        Rule::version_clause => Said::Clause("`version`"),
        Rule::timezone_clause => Said::Clause("`timezone`"),
        Rule::business_days_clause => Said::Clause("`business_days`"),
        Rule::cvss_clause => Said::Clause("`cvss`"),
        Rule::cvss_version => Said::Word("a version such as `v4.0`"),
        Rule::longest_change_clause => Said::Clause("`longest_change`"),
        Rule::category_clause => Said::Clause("`category`"),
        Rule::import_alias | Rule::kw_as => Said::Word("`as`"),
        Rule::import_with | Rule::kw_with => Said::Word("`with`"),
        Rule::field_decl => Said::Clause("a field such as `tier: int`"),
        Rule::type_expr
        | Rule::type_core
        | Rule::set_type
        | Rule::list_type
        | Rule::record_type
        | Rule::int_type
        | Rule::named_type => Said::Word("a type"),
        Rule::int_bound => Said::Word("a whole number"),
        Rule::type_attribute => Said::Word("`required`, `or none` or `absent …`"),
        Rule::or_none => Said::Word("`or none`"),
        Rule::absent_empty => Said::Word("`absent empty`"),
        Rule::absent_none => Said::Word("`absent none`"),
        Rule::levels_clause => Said::Clause("`levels`"),
        Rule::clock_clause => Said::Clause("`clock`"),
        Rule::done_clause => Said::Clause("`done`"),
        Rule::decide_clause => Said::Clause("`decide`"),
        Rule::triage_arm | Rule::level_name => Said::Clause("a level"),
        Rule::arm_when | Rule::kw_when => Said::Word("`when`"),
        Rule::deadline | Rule::relative_deadline => Said::Clause("a deadline"),
        Rule::within_deadline => Said::Clause("`within`"),
        Rule::deadline_of | Rule::kw_of => Said::Word("`of`"),
        Rule::by_deadline | Rule::waiver_by => Said::Clause("`by`"),
        Rule::end_of_day => Said::Word("`end of day`"),
        Rule::given_clause => Said::Clause("`given`"),
        Rule::given => Said::Word("an input such as `kev = finding.kev`"),
        Rule::across_clause => Said::Clause("`across`"),
        Rule::row_clause => Said::Clause("`row`"),
        Rule::categorise_each | Rule::kw_each => Said::Word("`each`"),
        Rule::category_arm | Rule::category_name => Said::Clause("a category"),
        Rule::add_clause => Said::Clause("`add`"),
        Rule::bands_clause => Said::Clause("`bands`"),
        Rule::band => Said::Word("a band such as `high from 60`"),
        Rule::need_clause => Said::Clause("`need`"),
        Rule::need_each => Said::Word("`for each`"),
        Rule::not_by_clause => Said::Clause("`not`"),
        Rule::after_clause => Said::Clause("`after`"),
        Rule::valid_clause => Said::Clause("`valid`"),
        Rule::meets_clause => Said::Clause("`meets`"),
        Rule::review_clause => Said::Clause("`review`"),
        Rule::afterwards_clause => Said::Clause("`afterwards`"),
        Rule::survives_clause => Said::Clause("`survives`"),
        Rule::assigned_clause => Said::Clause("`assigned`"),
        Rule::due_clause => Said::Clause("`due`"),
        Rule::met_clause => Said::Clause("`met`"),
        Rule::require_clause => Said::Clause("`require`"),
        Rule::forbid_clause => Said::Clause("`forbid`"),
        Rule::range_clause | Rule::waiver_dates => Said::Clause("`from`"),
        Rule::every_clause => Said::Clause("`every`"),
        Rule::weekly | Rule::day_list | Rule::weekday => Said::Word("a day of the week"),
        Rule::periodic => Said::Word("`month`, `quarter` or `year`"),
        Rule::day_of_period
        | Rule::numbered_day
        | Rule::last_business_days
        | Rule::last_day
        | Rule::nth_weekday
        | Rule::ordinal => Said::Word("a day such as `day 15` or `last friday`"),
        Rule::clock_range | Rule::clock_time => Said::Word("a time of day such as `09:30`"),
        Rule::lasting | Rule::kw_lasting => Said::Word("`lasting`"),
        Rule::covers => Said::Word("`covers`"),
        Rule::rrule_clause => Said::Clause("`rrule`"),
        Rule::calendar_clause => Said::Clause("`calendar`"),
        Rule::while_clause => Said::Clause("`while`"),
        Rule::mandatory_clause => Said::Clause("`mandatory`"),
        Rule::overrun_clause => Said::Clause("`overrun`"),
        Rule::in_zone | Rule::kw_in => Said::Word("`in`"),
        Rule::not_on => Said::Word("`not on`"),
        Rule::span_day => Said::Word("`days`"),
        Rule::file_clause => Said::Clause("`file`"),
        Rule::covers_clause => Said::Clause("`covers`"),
        Rule::waives_clause => Said::Clause("`waives`"),
        Rule::provided_clause => Said::Clause("`provided`"),
        Rule::ring_clause => Said::Clause("`ring`"),
        Rule::ring_soak | Rule::kw_soak => Said::Word("`soak`"),
        Rule::ring_at_most => Said::Word("`at most`"),
        Rule::ring_at_least => Said::Word("`at least`"),
        Rule::promote_clause => Said::Clause("`promote`"),
        Rule::series_clause => Said::Clause("`series`"),
        Rule::metric_of => Said::Clause("`of`"),
        Rule::stale_clause => Said::Clause("`stale`"),
        Rule::unit_clause => Said::Clause("`unit`"),
        Rule::action_clause => Said::Clause("`action`"),
        Rule::module_clause => Said::Clause("`module`"),
        Rule::digest_clause => Said::Clause("`digest`"),
        Rule::check_clause => Said::Clause("`check`"),
        Rule::limits_clause => Said::Clause("`limits`"),
        Rule::limit => Said::Word("a limit such as `fuel 10_000_000`"),
        Rule::byte_size => Said::Word("a size such as `32MiB`"),
        Rule::now_clause => Said::Clause("`now`"),
        Rule::only_clause => Said::Clause("`only`"),
        Rule::expect_clause => Said::Clause("`expect`"),
        Rule::test_record => Said::Clause("a record such as `asset { … }`"),
        Rule::span_value => Said::Word("a length such as `48h` or `3 days`"),
        Rule::postfix
        | Rule::field
        | Rule::of_subject
        | Rule::infix
        | Rule::or_op
        | Rule::and_op
        | Rule::compare_op
        | Rule::op_eq
        | Rule::op_ne
        | Rule::op_le
        | Rule::op_lt
        | Rule::op_ge
        | Rule::op_gt
        | Rule::in_op
        | Rule::not_in_op
        | Rule::like_op
        | Rule::matches_op
        | Rule::overlaps_op
        | Rule::during_op
        | Rule::arithmetic_op
        | Rule::op_add
        | Rule::op_sub
        | Rule::op_mul
        | Rule::op_div
        | Rule::presence
        | Rule::call
        | Rule::compat_or
        | Rule::compat_and
        | Rule::compat_in
        | Rule::compat_is
        | Rule::compat_like
        | Rule::compat_not_in
        | Rule::compat_not_match
        | Rule::compat_compare
        | Rule::compat_equals
        | Rule::compat_ternary
        | Rule::question => Said::Operator,
        Rule::record_entry => Said::Word("a key"),
        Rule::where_part | Rule::kw_where => Said::Word("`where`"),
        Rule::satisfies_part | Rule::kw_satisfies => Said::Word("`satisfies`"),
        Rule::fold_part | Rule::kw_for => Said::Word("`for`"),
        Rule::over_part | Rule::kw_over => Said::Word("`over`"),
        Rule::empty_part => Said::Word("`, empty:`"),
        Rule::span_unit => Said::Word("`days`, `weeks`, `months` or `years`"),
        Rule::kw_absent => Said::Word("`absent`"),
        Rule::kw_across => Said::Word("`across`"),
        Rule::kw_action => Said::Word("`action`"),
        Rule::kw_add => Said::Word("`add`"),
        Rule::kw_after => Said::Word("`after`"),
        Rule::kw_afterwards => Said::Word("`afterwards`"),
        Rule::kw_all => Said::Word("`all`"),
        Rule::kw_allow => Said::Word("`allow`"),
        Rule::kw_and => Said::Word("`and`"),
        Rule::kw_any => Said::Word("`any`"),
        Rule::kw_approval => Said::Word("`approval`"),
        Rule::kw_assigned => Said::Word("`assigned`"),
        Rule::kw_assumes => Said::Word("`assumes`"),
        Rule::kw_at => Said::Word("`at`"),
        Rule::kw_bands => Said::Word("`bands`"),
        Rule::kw_because => Said::Word("`because`"),
        Rule::kw_before => Said::Word("`before`"),
        Rule::kw_blackout => Said::Word("`blackout`"),
        Rule::kw_business => Said::Word("`business`"),
        Rule::kw_business_days => Said::Word("`business_days`"),
        Rule::kw_by => Said::Word("`by`"),
        Rule::kw_calendar => Said::Word("`calendar`"),
        Rule::kw_categorise => Said::Word("`categorise`"),
        Rule::kw_category => Said::Word("`category`"),
        Rule::kw_check => Said::Word("`check`"),
        Rule::kw_clock => Said::Word("`clock`"),
        Rule::kw_closes => Said::Word("`closes`"),
        Rule::kw_covers => Said::Word("`covers`"),
        Rule::kw_cvss => Said::Word("`cvss`"),
        Rule::kw_day => Said::Word("`day`"),
        Rule::kw_decide => Said::Word("`decide`"),
        Rule::kw_default => Said::Word("`default`"),
        Rule::kw_digest => Said::Word("`digest`"),
        Rule::kw_done => Said::Word("`done`"),
        Rule::kw_due => Said::Word("`due`"),
        Rule::kw_during => Said::Word("`during`"),
        Rule::kw_edits => Said::Word("`edits`"),
        Rule::kw_effect => Said::Word("`effect`"),
        Rule::kw_effective => Said::Word("`effective`"),
        Rule::kw_else => Said::Word("`else`"),
        Rule::kw_empty => Said::Word("`empty`"),
        Rule::kw_end => Said::Word("`end`"),
        Rule::kw_every => Said::Word("`every`"),
        Rule::kw_except => Said::Word("`except`"),
        Rule::kw_expect => Said::Word("`expect`"),
        Rule::kw_extend => Said::Word("`extend`"),
        Rule::kw_false => Said::Word("`false`"),
        Rule::kw_file => Said::Word("`file`"),
        Rule::kw_forbid => Said::Word("`forbid`"),
        Rule::kw_given => Said::Word("`given`"),
        Rule::kw_halt => Said::Word("`halt`"),
        Rule::kw_if => Said::Word("`if`"),
        Rule::kw_import => Said::Word("`import`"),
        Rule::kw_int => Said::Word("`int`"),
        Rule::kw_is => Said::Word("`is`"),
        Rule::kw_known => Said::Word("`known`"),
        Rule::kw_label => Said::Word("`label`"),
        Rule::kw_last => Said::Word("`last`"),
        Rule::kw_least => Said::Word("`least`"),
        Rule::kw_left => Said::Word("`left`"),
        Rule::kw_let => Said::Word("`let`"),
        Rule::kw_levels => Said::Word("`levels`"),
        Rule::kw_like => Said::Word("`like`"),
        Rule::kw_limits => Said::Word("`limits`"),
        Rule::kw_list => Said::Word("`list`"),
        Rule::kw_longest_change => Said::Word("`longest_change`"),
        Rule::kw_mandatory => Said::Word("`mandatory`"),
        Rule::kw_matches => Said::Word("`matches`"),
        Rule::kw_meets => Said::Word("`meets`"),
        Rule::kw_met => Said::Word("`met`"),
        Rule::kw_metric => Said::Word("`metric`"),
        Rule::kw_module => Said::Word("`module`"),
        Rule::kw_month => Said::Word("`month`"),
        Rule::kw_most => Said::Word("`most`"),
        Rule::kw_need => Said::Word("`need`"),
        Rule::kw_next => Said::Word("`next`"),
        Rule::kw_no => Said::Word("`no`"),
        Rule::kw_none => Said::Word("`none`"),
        Rule::kw_not => Said::Word("`not`"),
        Rule::kw_now => Said::Word("`now`"),
        Rule::kw_obligation => Said::Word("`obligation`"),
        Rule::kw_on => Said::Word("`on`"),
        Rule::kw_only => Said::Word("`only`"),
        Rule::kw_or => Said::Word("`or`"),
        Rule::kw_otherwise => Said::Word("`otherwise`"),
        Rule::kw_overlaps => Said::Word("`overlaps`"),
        Rule::kw_overrun => Said::Word("`overrun`"),
        Rule::kw_owner => Said::Word("`owner`"),
        Rule::kw_pack => Said::Word("`pack`"),
        Rule::kw_param => Said::Word("`param`"),
        Rule::kw_plugin => Said::Word("`plugin`"),
        Rule::kw_policy => Said::Word("`policy`"),
        Rule::kw_prefer => Said::Word("`prefer`"),
        Rule::kw_promote => Said::Word("`promote`"),
        Rule::kw_provided => Said::Word("`provided`"),
        Rule::kw_quarter => Said::Word("`quarter`"),
        Rule::kw_ref => Said::Word("`ref`"),
        Rule::kw_require => Said::Word("`require`"),
        Rule::kw_required => Said::Word("`required`"),
        Rule::kw_review => Said::Word("`review`"),
        Rule::kw_ring => Said::Word("`ring`"),
        Rule::kw_risk => Said::Word("`risk`"),
        Rule::kw_rollback => Said::Word("`rollback`"),
        Rule::kw_rollout => Said::Word("`rollout`"),
        Rule::kw_row => Said::Word("`row`"),
        Rule::kw_rrule => Said::Word("`rrule`"),
        Rule::kw_rule => Said::Word("`rule`"),
        Rule::kw_series => Said::Word("`series`"),
        Rule::kw_set => Said::Word("`set`"),
        Rule::kw_stale => Said::Word("`stale`"),
        Rule::kw_survives => Said::Word("`survives`"),
        Rule::kw_sustained => Said::Word("`sustained`"),
        Rule::kw_table => Said::Word("`table`"),
        Rule::kw_test => Said::Word("`test`"),
        Rule::kw_then => Said::Word("`then`"),
        Rule::kw_timezone => Said::Word("`timezone`"),
        Rule::kw_to => Said::Word("`to`"),
        Rule::kw_triage => Said::Word("`triage`"),
        Rule::kw_trial => Said::Word("`trial`"),
        Rule::kw_true => Said::Word("`true`"),
        Rule::kw_unit => Said::Word("`unit`"),
        Rule::kw_unknown => Said::Word("`unknown`"),
        Rule::kw_up => Said::Word("`up`"),
        Rule::kw_valid => Said::Word("`valid`"),
        Rule::kw_version => Said::Word("`version`"),
        Rule::kw_waivable => Said::Word("`waivable`"),
        Rule::kw_waiver => Said::Word("`waiver`"),
        Rule::kw_waives => Said::Word("`waives`"),
        Rule::kw_weekday => Said::Word("`weekday`"),
        Rule::kw_while => Said::Word("`while`"),
        Rule::kw_window => Said::Word("`window`"),
        Rule::kw_within => Said::Word("`within`"),
        Rule::kw_year => Said::Word("`year`"),
        Rule::kw_yes => Said::Word("`yes`"),
    }
}
