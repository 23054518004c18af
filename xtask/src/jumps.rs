//! Conditional jumps in the kernels' functions that handle secrets: only loop counters may decide one.
//!
//! Reads the machine code of a release build, as it is what a compiler upgrade could change. A jump is a
//! loop counter's if it goes back and its flags come from a register and a constant. Whatever else is
//! found must be in the list of exceptions, with its number and its reason.

use std::process::Command;

use crate::cargo;
use crate::report::{Outcome, Workspace};

/// Functions that see secrets, by the end of their name. Each must be found, unless the processor
/// family lacks it.
const SECRET: &[&str] = &[
    "sm2::engine::comb_portable",
    "sm2::engine::comb_adx",
    "sm2::engine::comb_adx_avx2",
    "sm2::engine::comb_adx_avx512",
    "sm2::engine::ladder_portable",
    "sm2::engine::ladder_adx",
    "sm2::inverse::invert",
    "sm2::scalar::montgomery",
    "x86_64::sm2_select::select_avx2",
    "x86_64::sm2_select::select_avx512",
    "sm4::bitsliced::crypt_batch",
    "sm4::aes128::rounds",
    "sm4::aes256::rounds",
    "sm4::vaes256::rounds",
    "sm4::gfni256::rounds",
    "sm4::gfni512::rounds",
    "sm4::gfni128::crypt_block",
    "sm4::aes128::crypt_block",
];

/// Jumps that are no loop counter's and yet depend on no secret: function, how many, why.
const EXCEPTIONS: &[(&str, usize, &str)] = &[(
    "sm4::bitsliced::crypt_batch",
    1,
    "the exit, in the middle of the loop, after the eighth turn of four rounds",
)];

/// Instructions that change no flags and may stand between a comparison and its jump.
const KEEPS_FLAGS: &[&str] = &[
    "mov", "lea", "v", "push", "pop", "set", "cmov", "bswap", "nop",
];

pub(crate) fn run(workspace: &Workspace) -> Outcome {
    let build = [
        "build",
        "--release",
        "--package",
        "gm-kernels",
        "--example",
        "speed",
    ];
    if let Outcome::Fail(findings) = cargo::cargo(workspace, &build, &[], "see above") {
        return Outcome::Fail(findings);
    }
    let program = workspace.target_dir().join("release/examples/speed");
    let output = Command::new("objdump")
        .args(["--disassemble", "--demangle", "--no-show-raw-insn"])
        .arg(program)
        .output();
    match output {
        Ok(output) if output.status.success() => judge(&String::from_utf8_lossy(&output.stdout)),
        Ok(output) => Outcome::Skip(format!("objdump failed: {}", output.status)),
        Err(error) => Outcome::Skip(format!("objdump cannot be run: {error}")),
    }
}

fn judge(listing: &str) -> Outcome {
    let mut findings = Vec::new();
    let mut seen = 0;
    let functions = functions(listing);
    for name in SECRET {
        let bodies: Vec<_> = functions
            .iter()
            .filter(|(full, _)| is(full, name))
            .collect();
        if bodies.is_empty() {
            findings.push(format!("{name} was not found; was it renamed or inlined?"));
        }
        for (full, body) in bodies {
            seen += 1;
            let odd = odd_jumps(body);
            let excused = EXCEPTIONS
                .iter()
                .find(|(exception, ..)| is(full, exception));
            if odd.len() > excused.map_or(0, |(_, count, _)| *count) {
                findings.extend(odd.iter().map(|jump| format!("{full}: {jump}")));
            }
        }
    }
    Outcome::of(
        findings,
        format!("{seen} functions branch on loop counters only"),
    )
}

/// Whether `full` names the function `name`, whatever crate path or hash stands around it.
fn is(full: &str, name: &str) -> bool {
    full.find(name).is_some_and(|at| {
        let rest = &full[at + name.len()..];
        rest.is_empty() || rest.starts_with("::h")
    })
}

/// Names and bodies in a disassembly.
fn functions(listing: &str) -> Vec<(&str, Vec<&str>)> {
    let mut found: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in listing.lines() {
        let header = line
            .strip_suffix(">:")
            .and_then(|line| line.split_once(" <"));
        if let Some((_, name)) = header {
            found.push((name, Vec::new()));
        } else if let Some((_, body)) = found.last_mut()
            && line.contains(":\t")
        {
            body.push(line.trim());
        }
    }
    found
}

/// The conditional jumps of `body` that are not a loop counter's.
fn odd_jumps(body: &[&str]) -> Vec<String> {
    let mut odd = Vec::new();
    let mut flags = "";
    for line in body {
        let Some((address, code)) = line.split_once(":\t") else {
            continue;
        };
        let mut words = code.split_whitespace();
        let operation = words.next().unwrap_or_default();
        if operation.starts_with('j') && operation != "jmp" {
            let target = words.next().unwrap_or_default();
            let back = number(target) <= number(address);
            if !(back && counts(flags)) {
                odd.push(format!("{address}: {flags} ; {code}"));
            }
        } else if !KEEPS_FLAGS.iter().any(|keeps| operation.starts_with(keeps)) {
            flags = code;
        }
    }
    odd
}

/// Whether `code` compares or steps a register by a constant.
fn counts(code: &str) -> bool {
    let mut words = code.split_whitespace();
    let operation = words.next().unwrap_or_default();
    let operands = words.next().unwrap_or_default();
    operation.starts_with("dec")
        || operation.starts_with("inc")
        || (["cmp", "add", "sub"]
            .iter()
            .any(|known| operation.starts_with(known))
            && operands.starts_with('$'))
}

fn number(hex: &str) -> u64 {
    u64::from_str_radix(hex, 16).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loop_counter_passes_and_a_secret_sign_does_not() {
        let body = [
            "10:\tadd %rax,%rbx",
            "14:\tdec %rcx",
            "18:\tmov %rax,%rdx",
            "1c:\tjne 10 <f>",
        ];
        assert!(odd_jumps(&body).is_empty());
        let body = ["10:\ttest %rax,%rax", "14:\tjs 10 <f>"];
        assert_eq!(odd_jumps(&body).len(), 1);
        let body = ["10:\tcmp $0x1,%rax", "14:\tje 30 <f+0x20>"];
        assert_eq!(odd_jumps(&body).len(), 1, "forward");
    }

    #[test]
    fn names_are_matched_to_their_end() {
        assert!(is(
            "gm_kernels::sm2::engine::comb_adx",
            "sm2::engine::comb_adx"
        ));
        assert!(!is(
            "gm_kernels::sm2::engine::comb_adx_avx2",
            "sm2::engine::comb_adx"
        ));
        let listing = "0010 <a::b>:\n  10:\tret\n\n0020 <c>:\n  20:\tnop\n";
        assert_eq!(
            functions(listing),
            [("a::b", vec!["10:\tret"]), ("c", vec!["20:\tnop"])]
        );
    }
}
