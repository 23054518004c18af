//! Code and resources of both languages say the same.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};

use super::*;

/// Names of messages with the names of their variables.
type Texts = BTreeMap<String, BTreeSet<String>>;

fn of_code() -> Texts {
    let messages = crate::text::all_messages();
    let texts: Texts = messages
        .iter()
        .map(|(id, arguments)| {
            let names = arguments.iter().map(|(name, _)| (*name).to_owned());
            (id.replace('_', "-"), names.collect())
        })
        .collect();
    assert_eq!(texts.len(), messages.len(), "two functions share a name");
    texts
}

/// Every message of a language. It fails where the text is not Fluent, or a message is there twice.
pub(super) fn of_resources(resources: &[&str]) -> Texts {
    let mut texts = Texts::new();
    for text in resources {
        let resource = match FluentResource::try_new((*text).to_owned()) {
            Ok(resource) => resource,
            Err((_, errors)) => panic!("{errors:?}"),
        };
        for entry in resource.entries() {
            let Entry::Message(message) = entry else {
                continue;
            };
            let mut variables = BTreeSet::new();
            collect(message.value.as_ref().unwrap(), &mut variables);
            let id = message.id.name.to_owned();
            assert!(texts.insert(id, variables).is_none(), "{}", message.id.name);
        }
    }
    texts
}

fn collect(pattern: &Pattern<&str>, variables: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            match expression {
                Expression::Inline(inline) => collect_inline(inline, variables),
                Expression::Select { selector, variants } => {
                    collect_inline(selector, variables);
                    for variant in variants {
                        collect(&variant.value, variables);
                    }
                }
            }
        }
    }
}

fn collect_inline(inline: &InlineExpression<&str>, variables: &mut BTreeSet<String>) {
    match inline {
        InlineExpression::VariableReference { id } => {
            variables.insert(id.name.to_owned());
        }
        InlineExpression::StringLiteral { .. } | InlineExpression::MessageReference { .. } => {}
        // Terms and functions are not used here.
        other => panic!("{other:?}"),
    }
}

/// What is in one and not, or otherwise, in the other.
fn difference(left: &Texts, right: &Texts) -> Vec<String> {
    let differs = |id: &&String| left.get(*id) != right.get(*id);
    let ids: BTreeSet<&String> = left.keys().chain(right.keys()).filter(differs).collect();
    ids.into_iter()
        .map(|id| format!("{id}: {:?} {:?}", left.get(id), right.get(id)))
        .collect()
}

#[test]
fn code_and_both_languages_have_the_same_messages_and_variables() {
    let code = of_code();
    let none: Vec<String> = Vec::new();
    assert_eq!(difference(&code, &of_resources(ENGLISH)), none);
    assert_eq!(difference(&code, &of_resources(CHINESE)), none);
}

/// Every combination of the arguments' samples.
fn combinations(arguments: &[Variable]) -> Vec<Vec<(&'static str, FluentValue<'static>)>> {
    let mut rows = vec![Vec::new()];
    for (name, samples) in arguments {
        let grown = rows.iter().flat_map(|row| {
            samples().into_iter().map(move |sample| {
                let mut row = row.clone();
                row.push((*name, sample));
                row
            })
        });
        rows = grown.collect();
    }
    rows
}

#[test]
fn every_message_formats_without_an_error() {
    for (id, arguments) in crate::text::all_messages() {
        let id = id.replace('_', "-");
        for row in combinations(arguments) {
            for language in [Language::English, Language::Chinese] {
                let mut errors = Vec::new();
                let arguments: FluentArgs<'_> = row.iter().cloned().collect();
                let text = format_in(language, &id, &arguments, &mut errors).unwrap();
                assert!(errors.is_empty(), "{id}: {errors:?}");
                assert!(!text.trim().is_empty(), "{id} is empty");
                assert!(!text.contains(['\u{2068}', '\u{2069}']), "{id}: {text:?}");
            }
        }
    }
}

#[test]
fn chinese_texts_are_chinese() {
    let mut english = Vec::new();
    for (id, arguments) in crate::text::all_messages() {
        let id = id.replace('_', "-");
        for row in combinations(arguments) {
            let arguments: FluentArgs<'_> = row.iter().cloned().collect();
            let text = format_in(Language::Chinese, &id, &arguments, &mut Vec::new()).unwrap();
            // A word that is not known passes as it is.
            let passes = row.iter().any(|(_, value)| *value == text.as_str().into());
            let is_sign = ALIKE.contains(&id.as_str());
            if text.is_ascii() && !passes && !is_sign {
                english.push(format!("{id}: {text}"));
            }
        }
    }
    assert!(english.is_empty(), "{english:#?}");
}

/// Messages that are numbers and signs alone.
const ALIKE: &[&str] = &["app-share", "error-item", "skf-of-78"];
