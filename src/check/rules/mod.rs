//! The rules: one file and one page each, listed once in [`ALL`].
//!
//! Codes: `MF0xx` encoding, `MF1xx` syntax, `MF2xx` the base model and names, `MF3xx` parameters, `MF4xx` texts, `MF5xx` the
//! extended language, `MF6xx` references and servers, `MF9xx` about the checking itself.

mod access_public_with_others;
mod ambiguous_group;
mod ambiguous_knowledge;
mod arg_without_value;
mod avatar_not_an_image;
mod backslash_escape;
mod bad_avatar_address;
mod bad_message_role;
mod bad_parameter_separator;
mod deprecated_parameter;
mod directive_case;
mod double_blank_after_parameter;
mod dropped_control;
mod dropped_private_or_new;
mod dropped_space;
mod dropped_zero_width;
mod duplicate_directive;
mod duplicate_id;
mod duplicate_item;
mod duplicate_meta_key;
mod duplicate_scalar;
mod empty_item;
mod empty_system_is_noop;
mod from_and_override;
mod from_cycle;
mod from_self;
mod from_untagged;
mod id_from_file_name;
mod ignored_on_target;
mod include_cycle;
mod include_too_deep;
mod include_too_large;
mod inexpressible_value;
mod inline_comment;
mod invalid_id;
mod invalid_manifest;
mod invalid_model_name;
mod invalid_utf8;
mod invalid_value;
mod lost_on_one_target;
mod missing_from;
mod missing_value;
mod multiline_without_triple_quotes;
mod name_and_file_mixed;
mod not_finite;
mod parameter_as_instruction;
mod parameter_case;
mod parameter_not_on_target;
mod parameter_used_as_instruction;
mod path_outside_workspace;
mod placeholder_from;
mod removed_parameter;
mod repeated_instruction;
mod requires_semver;
mod reserved_meta_key;
mod secret_in_value;
mod several_adapters;
mod several_from_names;
mod smart_quotes_as_delimiters;
mod stale_baseline;
mod stop_list_literal;
mod svg_avatar;
mod swallowed_instruction;
mod system_and_systemfile;
mod target_cannot_hold;
mod text_after_closing_quote;
mod unchecked_reference;
mod undefined_arg;
mod unknown_action;
mod unknown_base;
mod unknown_capability;
mod unknown_feature;
mod unknown_filter;
mod unknown_group;
mod unknown_instruction;
mod unknown_knowledge;
mod unknown_parameter;
mod unknown_principal_form;
mod unknown_skill;
mod unknown_tool;
mod unknown_user;
mod unreadable_file;
mod unterminated_quote;
mod unused_allow;
mod unused_arg;
mod utf16_without_bom;
mod wrong_function_kind;
mod wrong_type;

use super::Rule;

/// Every rule, by code.
pub static ALL: &[&Rule] = &[
    &invalid_utf8::RULE,
    &utf16_without_bom::RULE,
    &dropped_zero_width::RULE,
    &dropped_space::RULE,
    &dropped_control::RULE,
    &dropped_private_or_new::RULE,
    &smart_quotes_as_delimiters::RULE,
    &unknown_instruction::RULE,
    &parameter_used_as_instruction::RULE,
    &missing_from::RULE,
    &unterminated_quote::RULE,
    &text_after_closing_quote::RULE,
    &swallowed_instruction::RULE,
    &multiline_without_triple_quotes::RULE,
    &inline_comment::RULE,
    &double_blank_after_parameter::RULE,
    &bad_parameter_separator::RULE,
    &bad_message_role::RULE,
    &missing_value::RULE,
    &backslash_escape::RULE,
    &inexpressible_value::RULE,
    &directive_case::RULE,
    &invalid_model_name::RULE,
    &from_untagged::RULE,
    &name_and_file_mixed::RULE,
    &several_from_names::RULE,
    &several_adapters::RULE,
    &placeholder_from::RULE,
    &unknown_parameter::RULE,
    &parameter_case::RULE,
    &removed_parameter::RULE,
    &deprecated_parameter::RULE,
    &wrong_type::RULE,
    &not_finite::RULE,
    &duplicate_scalar::RULE,
    &stop_list_literal::RULE,
    &requires_semver::RULE,
    &empty_system_is_noop::RULE,
    &repeated_instruction::RULE,
    &secret_in_value::RULE,
    &duplicate_directive::RULE,
    &system_and_systemfile::RULE,
    &from_and_override::RULE,
    &access_public_with_others::RULE,
    &unknown_principal_form::RULE,
    &empty_item::RULE,
    &duplicate_item::RULE,
    &unknown_capability::RULE,
    &unknown_feature::RULE,
    &invalid_id::RULE,
    &from_self::RULE,
    &bad_avatar_address::RULE,
    &target_cannot_hold::RULE,
    &lost_on_one_target::RULE,
    &ignored_on_target::RULE,
    &parameter_not_on_target::RULE,
    &parameter_as_instruction::RULE,
    &invalid_value::RULE,
    &duplicate_meta_key::RULE,
    &undefined_arg::RULE,
    &unused_arg::RULE,
    &arg_without_value::RULE,
    &include_cycle::RULE,
    &include_too_deep::RULE,
    &include_too_large::RULE,
    &from_cycle::RULE,
    &duplicate_id::RULE,
    &unreadable_file::RULE,
    &avatar_not_an_image::RULE,
    &unknown_group::RULE,
    &ambiguous_group::RULE,
    &unknown_user::RULE,
    &unknown_knowledge::RULE,
    &ambiguous_knowledge::RULE,
    &unknown_tool::RULE,
    &unknown_filter::RULE,
    &unknown_action::RULE,
    &unknown_skill::RULE,
    &wrong_function_kind::RULE,
    &unknown_base::RULE,
    &unchecked_reference::RULE,
    &path_outside_workspace::RULE,
    &id_from_file_name::RULE,
    &svg_avatar::RULE,
    &invalid_manifest::RULE,
    &reserved_meta_key::RULE,
    &unused_allow::RULE,
    &stale_baseline::RULE,
];
