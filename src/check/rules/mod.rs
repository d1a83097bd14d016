//! The rules: one file and one page each, listed once in [`ALL`].
//!
//! Codes: `MF0xx` encoding, `MF1xx` syntax, `MF2xx` the base model and names, `MF3xx` parameters, `MF4xx` texts, `MF5xx` the
//! extended language, `MF6xx` references and servers, `MF9xx` about the checking itself.

mod access_public_with_others;
mod access_wider_than_base;
mod adapter_missing;
mod adapter_without_matching_base;
mod ambiguous_group;
mod ambiguous_knowledge;
mod arg_without_value;
mod avatar_not_an_image;
mod backslash_escape;
mod bad_avatar_address;
mod bad_message_role;
mod bad_parameter_separator;
mod big_int_not_round_trippable;
mod cloud_base_with_local_only_things;
mod contradictory_sampling;
mod crlf;
mod dangling_reference;
mod deprecated_parameter;
mod directive_case;
mod double_blank_after_parameter;
mod draft_missing;
mod dropped_control;
mod dropped_private_or_new;
mod dropped_space;
mod dropped_zero_width;
mod duplicate_directive;
mod duplicate_id;
mod duplicate_item;
mod duplicate_meta_key;
mod duplicate_scalar;
mod duplicate_stop;
mod duplicate_suggestion;
mod early_closed_value;
mod empty_item;
mod empty_system_is_noop;
mod feature_newer_than_requires;
mod feature_without_capability;
mod from_absolute_path;
mod from_and_override;
mod from_blob_path;
mod from_cycle;
mod from_own_name;
mod from_path_missing;
mod from_quoted_or_backslash;
mod from_self;
mod from_shadowed_by_local_entry;
mod from_untagged;
mod gguf_not_gguf;
mod gguf_without_template;
mod hardware_pinned;
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
mod legacy_template;
mod license_on_derived;
mod line_continuation;
mod lost_on_one_target;
mod message_alternation;
mod missing_from;
mod missing_value;
mod mixed_case_name;
mod multiline_without_triple_quotes;
mod name_and_file_mixed;
mod not_finite;
mod num_ctx_missing;
mod num_ctx_too_small_for_system;
mod num_predict_tiny;
mod out_of_range;
mod parameter_as_instruction;
mod parameter_case;
mod parameter_not_on_target;
mod parameter_used_as_instruction;
mod path_outside_workspace;
mod placeholder_from;
mod projector_not_recognised;
mod removed_parameter;
mod repeated_instruction;
mod requires_semver;
mod reserved_meta_key;
mod secret_in_value;
mod several_adapters;
mod several_from_names;
mod single_quoted_value;
mod smart_quotes_as_delimiters;
mod stale_baseline;
mod stop_empty_or_blank;
mod stop_in_system_or_too_common;
mod stop_list_literal;
mod stop_not_in_template;
mod svg_avatar;
mod swallowed_instruction;
mod system_and_message_system;
mod system_and_systemfile;
mod system_edge_whitespace;
mod system_not_in_template;
mod target_cannot_hold;
mod template_ignored;
pub(super) mod template_in_system;
mod template_is_jinja;
mod template_obsolete_variable;
mod template_syntax;
mod template_unknown_function;
mod template_unknown_variable;
mod template_variable_case;
mod template_without_actions;
mod template_without_prompt;
mod text_after_closing_quote;
mod think_tags_mismatch;
mod tokens_without_stop;
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
mod unknown_parser;
mod unknown_principal_form;
mod unknown_prompt_variable;
mod unknown_renderer;
mod unknown_skill;
mod unknown_tool;
mod unknown_user;
mod unreadable_file;
mod unterminated_quote;
mod unusable_weights;
mod unused_allow;
mod unused_arg;
mod utf16_file;
mod utf16_without_bom;
mod wrong_function_kind;
mod wrong_type;

pub use template_in_system::PROMPT_VARIABLES;
pub use unknown_parser::PARSERS;
pub use unknown_renderer::RENDERERS;

use super::Rule;

/// Every rule, by code.
pub static ALL: &[&Rule] = &[
    &invalid_utf8::RULE,
    &utf16_file::RULE,
    &utf16_without_bom::RULE,
    &dropped_zero_width::RULE,
    &dropped_space::RULE,
    &dropped_control::RULE,
    &dropped_private_or_new::RULE,
    &smart_quotes_as_delimiters::RULE,
    &crlf::RULE,
    &unknown_instruction::RULE,
    &parameter_used_as_instruction::RULE,
    &missing_from::RULE,
    &unterminated_quote::RULE,
    &text_after_closing_quote::RULE,
    &swallowed_instruction::RULE,
    &multiline_without_triple_quotes::RULE,
    &early_closed_value::RULE,
    &inline_comment::RULE,
    &double_blank_after_parameter::RULE,
    &bad_parameter_separator::RULE,
    &bad_message_role::RULE,
    &missing_value::RULE,
    &backslash_escape::RULE,
    &single_quoted_value::RULE,
    &line_continuation::RULE,
    &inexpressible_value::RULE,
    &directive_case::RULE,
    &invalid_model_name::RULE,
    &from_path_missing::RULE,
    &from_shadowed_by_local_entry::RULE,
    &from_untagged::RULE,
    &from_absolute_path::RULE,
    &from_blob_path::RULE,
    &from_quoted_or_backslash::RULE,
    &name_and_file_mixed::RULE,
    &several_from_names::RULE,
    &projector_not_recognised::RULE,
    &several_adapters::RULE,
    &adapter_without_matching_base::RULE,
    &draft_missing::RULE,
    &placeholder_from::RULE,
    &mixed_case_name::RULE,
    &from_own_name::RULE,
    &gguf_not_gguf::RULE,
    &adapter_missing::RULE,
    &unusable_weights::RULE,
    &unknown_parameter::RULE,
    &parameter_case::RULE,
    &removed_parameter::RULE,
    &deprecated_parameter::RULE,
    &wrong_type::RULE,
    &not_finite::RULE,
    &out_of_range::RULE,
    &duplicate_scalar::RULE,
    &duplicate_stop::RULE,
    &stop_list_literal::RULE,
    &stop_empty_or_blank::RULE,
    &stop_in_system_or_too_common::RULE,
    &num_ctx_missing::RULE,
    &num_ctx_too_small_for_system::RULE,
    &big_int_not_round_trippable::RULE,
    &hardware_pinned::RULE,
    &contradictory_sampling::RULE,
    &num_predict_tiny::RULE,
    &template_syntax::RULE,
    &template_is_jinja::RULE,
    &template_unknown_function::RULE,
    &template_unknown_variable::RULE,
    &template_obsolete_variable::RULE,
    &template_variable_case::RULE,
    &template_without_prompt::RULE,
    &system_not_in_template::RULE,
    &template_without_actions::RULE,
    &template_in_system::RULE,
    &legacy_template::RULE,
    &tokens_without_stop::RULE,
    &stop_not_in_template::RULE,
    &gguf_without_template::RULE,
    &template_ignored::RULE,
    &unknown_renderer::RULE,
    &requires_semver::RULE,
    &think_tags_mismatch::RULE,
    &empty_system_is_noop::RULE,
    &repeated_instruction::RULE,
    &system_edge_whitespace::RULE,
    &system_and_message_system::RULE,
    &message_alternation::RULE,
    &license_on_derived::RULE,
    &secret_in_value::RULE,
    &cloud_base_with_local_only_things::RULE,
    &feature_newer_than_requires::RULE,
    &unknown_parser::RULE,
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
    &unknown_prompt_variable::RULE,
    &duplicate_suggestion::RULE,
    &feature_without_capability::RULE,
    &access_wider_than_base::RULE,
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
    &dangling_reference::RULE,
    &unused_allow::RULE,
    &stale_baseline::RULE,
];
