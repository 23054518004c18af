//! Length of modules and functions. A module of more than 500 lines or a function of more than 70
//! is where readers get lost; `size-allowed.txt` names the exceptions, each with its reason.

use crate::report::{Outcome, Workspace};
use crate::source::{code_only, words};

const MODULE_LINES: usize = 500;
const FUNCTION_LINES: usize = 70;
const EXCEPTIONS: &str = include_str!("../size-allowed.txt");

/// A function, its first line (from 1), and how many lines it takes from `fn` to its closing brace.
#[derive(Debug, PartialEq, Eq)]
struct Function {
    name: String,
    line: usize,
    lines: usize,
}

pub(crate) fn run(workspace: &Workspace) -> Outcome {
    let exceptions = exceptions(EXCEPTIONS);
    let mut used = vec![false; exceptions.len()];
    let mut findings = Vec::new();
    let mut allowed = |name: &str| match exceptions.iter().position(|exception| exception == name) {
        Some(index) => {
            used[index] = true;
            true
        }
        None => false,
    };

    let files = workspace.rust_files();
    let mut lengths = Vec::new();
    for (path, text) in &files {
        let lines = text.lines().count();
        if lines > MODULE_LINES && !allowed(path) {
            findings.push(format!("{path}: {lines} lines (limit {MODULE_LINES})"));
        }
        for function in functions(&code_only(text)) {
            lengths.push(function.lines);
            let name = format!("{path}::{}", function.name);
            if function.lines > FUNCTION_LINES && !allowed(&name) {
                findings.push(format!(
                    "{path}:{}: fn {} takes {} lines (limit {FUNCTION_LINES})",
                    function.line, function.name, function.lines
                ));
            }
        }
    }
    for (exception, used) in exceptions.iter().zip(used) {
        if !used {
            findings.push(format!("size-allowed.txt: {exception} is no longer needed"));
        }
    }
    Outcome::of(findings, summary(files.len(), lengths))
}

fn summary(files: usize, mut lengths: Vec<usize>) -> String {
    lengths.sort_unstable();
    let at = |percent: usize| {
        lengths
            .get(lengths.len() * percent / 100)
            .copied()
            .unwrap_or(0)
    };
    format!(
        "{files} files, {} functions: median {} lines, 95th percentile {}",
        lengths.len(),
        at(50),
        at(95)
    )
}

/// The names in the list of exceptions: `path` or `path::function`, then a blank and the reason.
fn exceptions(list: &str) -> Vec<String> {
    list.lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect()
}

/// All functions with a body in `code`, which must be free of comments and literals.
fn functions(code: &str) -> Vec<Function> {
    let lines: Vec<&str> = code.lines().collect();
    let mut found = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let mut before = "";
        for word in words(line) {
            // `fn` before `(` is a pointer type, which has no name
            if before == "fn"
                && let Some(length) = body_length(&lines[index..], word)
            {
                found.push(Function {
                    name: word.to_owned(),
                    line: index + 1,
                    lines: length,
                });
            }
            before = word;
        }
    }
    found
}

/// Lines from the one that declares `name` to its closing brace; `None` for a declaration without body.
fn body_length(lines: &[&str], name: &str) -> Option<usize> {
    let declaration = lines[0].find(&format!("fn {name}"))?;
    let mut braces = 0_usize;
    let mut brackets = 0_usize;
    for (index, line) in lines.iter().enumerate() {
        let from = if index == 0 { declaration } else { 0 };
        for character in line[from..].chars() {
            match character {
                '(' | '[' => brackets += 1,
                ')' | ']' => brackets = brackets.saturating_sub(1),
                ';' if braces == 0 && brackets == 0 => return None,
                '{' => braces += 1,
                '}' => {
                    braces = braces.saturating_sub(1);
                    if braces == 0 {
                        return Some(index + 1);
                    }
                }
                _ => {}
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_measured_from_fn_to_the_closing_brace() {
        let code = "trait T { fn a(&self);\n fn b(&self, x: [u8; 2]) -> u8 {\n 1\n }\n}\ntype P = fn(u8);\n";
        let found = functions(code);
        assert_eq!(
            found,
            [Function {
                name: "b".into(),
                line: 2,
                lines: 3
            }]
        );
    }

    #[test]
    fn a_long_function_is_found() {
        let code = format!("fn long() {{\n{}}}\n", "x();\n".repeat(FUNCTION_LINES));
        assert_eq!(functions(&code)[0].lines, FUNCTION_LINES + 2);
    }

    #[test]
    fn exceptions_are_names_with_reasons() {
        assert_eq!(exceptions("# c\n\na/b.rs::f table only\n"), ["a/b.rs::f"]);
    }
}
