//! Conditional jumps in the kernels' functions that handle secrets: only loop counters may decide one.
//!
//! Reads the machine code of a release build, as it is what a compiler upgrade could change. A jump is a
//! loop counter's if it goes back and its flags come from a register and a constant. Whatever else a listed function
//! has must be known, with its number and what it depends on; one more is a finding, shown with its instructions. What works
//! on whole vectors, moreover, takes nothing out of them into the registers and flags that jumps depend on.

use std::process::Command;

use crate::cargo;
use crate::report::{Outcome, Workspace};

/// What the numbers of jumps below are allowed for.
const LENGTHS: &str = "how much data there is";
const OUTCOME: &str =
    "whether a key or a nonce is fit, which shows anyhow and by chance never happens";
const ENGINE: &str = "which way to compute was chosen";

/// Functions that see secrets, by the end of their name; how many conditional jumps may be no loop counter's, and what
/// those depend on. Each must be found.
const SECRET: &[(&str, usize, &str)] = &[
    ("sm2::engine::comb_portable", 0, ""),
    ("sm2::engine::comb_adx", 0, ""),
    ("sm2::engine::comb_adx_avx2", 0, ""),
    ("sm2::engine::comb_adx_avx512", 0, ""),
    ("sm2::engine::ladder_portable", 0, ""),
    ("sm2::engine::ladder_adx", 0, ""),
    ("sm2::inverse::invert", 0, ""),
    ("sm2::scalar::montgomery", 0, ""),
    ("sm2::scalar::Scalar::reduce_wide", 0, ""),
    ("sm2::point::Point::from_jacobian", 1, OUTCOME),
    ("sm2::signing::SigningKey::new", 1, OUTCOME),
    ("sm2::signing::SigningKey::sign_with", 3, OUTCOME),
    ("sm2::signing::SigningKey::sign_with_nonce", 2, OUTCOME),
    ("sm2::signing::Nonces::new", 0, ""),
    ("sm2::signing::Nonces::half", 3, LENGTHS),
    ("x86_64::sm2_select::select_avx2", 0, ""),
    ("x86_64::sm2_select::select_avx512", 0, ""),
    // the exit stands in the middle of the loop, after the eighth turn of four rounds
    ("sm4::bitsliced::crypt_batch", 1, "how many rounds are done"),
    ("sm4::key::Key::with_engine", 2, ENGINE),
    ("sm4::gfni128::prepare_keys", 0, ""),
    ("sm4::gfni128::substitute_word", 0, ""),
    ("sm4::aes128::substitute_word", 0, ""),
    ("sm4::gfni128::crypt_block", 0, ""),
    ("sm4::aes128::crypt_block", 0, ""),
    ("sm4::gfni128::cbc_encrypt", 2, LENGTHS),
    ("sm4::aes128::cbc_encrypt", 2, LENGTHS),
    ("ghash::portable::update", 2, LENGTHS),
    ("ghash::clmul128::fill_powers", 3, "which power comes next"),
    ("ghash::clmul128::update", 2, LENGTHS),
    ("ghash::clmul512::update", 5, LENGTHS),
    ("sm3::avx2::compress", 0, ""),
    ("sm3::avx512::compress", 0, ""),
    ("sm3::lanes::finish", 4, LENGTHS),
];

/// The same for every vector path of SM4: its rounds, and what hands batches to them. Keys and data stay in vectors.
const BATCHES: &[(&str, usize, &str)] = &[
    ("ecb", 0, ""),
    ("cbc_batch", 0, ""),
    ("stream", 0, ""),
    ("pad", 2, LENGTHS),
    ("crypt_blocks", 3, LENGTHS),
    ("cbc_decrypt", 4, LENGTHS),
    ("ctr", 2, LENGTHS),
    ("gcm_encrypt", 25, LENGTHS),
    ("gcm_decrypt", 7, LENGTHS),
];
const VECTOR_PATHS: &[&str] = &["aes128", "aes256", "vaes256", "gfni256", "gfni512"];

/// Instructions that change no flags and may stand between a comparison and its jump.
const KEEPS_FLAGS: &[&str] = &[
    "mov", "lea", "v", "push", "pop", "set", "cmov", "bswap", "nop",
];

/// Instructions that bring what a vector holds to where a jump could depend on it.
const LEAVES_VECTORS: &[&str] = &[
    "vmovd", "vmovq", "vmovmsk", "vpmovmsk", "vpextr", "vptest", "vtest", "vcomi", "vucomi",
    "kmov", "ktest", "kortest", "movd", "movq", "movmsk", "pmovmsk", "pextr", "ptest",
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
    let functions = functions(listing);
    let listed = listed();
    for (name, allowed, why) in &listed {
        let mut bodies = functions
            .iter()
            .filter(|(full, _)| is(full, name))
            .peekable();
        if bodies.peek().is_none() {
            findings.push(format!("{name} was not found; was it renamed or inlined?"));
        }
        for (full, body) in bodies {
            let odd = odd_jumps(body);
            if odd.len() > *allowed {
                findings.push(format!(
                    "{full}: {} jumps, {allowed} known ({why})",
                    odd.len()
                ));
                findings.extend(odd.iter().map(|jump| format!("  {jump}")));
            }
            if is_batch(name) {
                let leaving: Vec<_> = body.iter().filter(|line| leaves_vectors(line)).collect();
                // The last word of the counter, which is added to.
                let counter = ["ctr", "gcm_encrypt", "gcm_decrypt"]
                    .iter()
                    .any(|counting| name.ends_with(counting));
                if leaving.len() > usize::from(counter) {
                    findings.extend(leaving.iter().map(|line| format!("{full}: {line}")));
                }
            }
        }
    }
    Outcome::of(
        findings,
        format!(
            "{} functions branch on loop counters and known public values only",
            listed.len()
        ),
    )
}

/// All that must be found in this processor family's code.
fn listed() -> Vec<(String, usize, &'static str)> {
    let single = SECRET
        .iter()
        .map(|(name, allowed, why)| ((*name).to_owned(), *allowed, *why));
    let batches = VECTOR_PATHS.iter().flat_map(|path| {
        BATCHES
            .iter()
            .map(move |(name, allowed, why)| (format!("sm4::{path}::{name}"), *allowed, *why))
    });
    single.chain(batches).collect()
}

/// Whether `full` names the function `name`, whatever crate path or hash stands around it.
fn is(full: &str, name: &str) -> bool {
    full.find(name).is_some_and(|at| {
        let rest = &full[at + name.len()..];
        rest.is_empty() || rest.starts_with("::h")
    })
}

/// Whether one of [`BATCHES`].
fn is_batch(name: &str) -> bool {
    let path = |path: &&str| name.starts_with(&format!("sm4::{path}::"));
    VECTOR_PATHS.iter().any(path)
        && BATCHES
            .iter()
            .any(|(batch, ..)| name.rsplit("::").next() == Some(batch))
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

/// Whether a line takes something out of a vector: its last operand is no vector and no memory, or it has to do with flags.
fn leaves_vectors(line: &str) -> bool {
    let code = line.split_once(":\t").map_or("", |(_, code)| code);
    let mut words = code.split_whitespace();
    let operation = words.next().unwrap_or_default();
    let operands = words.next().unwrap_or_default();
    let from_vector = ["%xmm", "%ymm", "%zmm", "%k"].iter().any(|register| {
        operands.starts_with(register) || operands.contains(&format!(",{register}"))
    });
    let last = operands.rsplit(',').next().unwrap_or_default();
    let stays = ["%xmm", "%ymm", "%zmm", "%k"]
        .iter()
        .any(|register| last.starts_with(register))
        || last.ends_with(')');
    let sets_flags = operation.contains("test") || operation.contains("comi");
    from_vector
        && LEAVES_VECTORS
            .iter()
            .any(|known| operation.starts_with(known))
        && (sets_flags || !stays)
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
    fn what_leaves_a_vector_is_seen() {
        for leaving in [
            "10:\tvmovq %xmm0,%rax",
            "10:\tvpmovmskb %ymm1,%ecx",
            "10:\tvptest %ymm0,%ymm0",
            "10:\tkmovq %k1,%rdx",
            "10:\tvpextrd $0x1,%xmm0,%eax",
            "10:\tkortestw %k0,%k0",
        ] {
            assert!(leaves_vectors(leaving), "{leaving}");
        }
        for staying in [
            "10:\tvmovdqu %xmm0,0x10(%rax)",
            "10:\tvmovd %eax,%xmm0",
            "10:\tvmovq %xmm0,%xmm1",
            "10:\tkmovw %eax,%k1",
            "10:\ttest %rax,%rax",
            "10:\tvmovq %xmm0,(%rdi)",
        ] {
            assert!(!leaves_vectors(staying), "{staying}");
        }
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
