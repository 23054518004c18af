//! C programs, compiled here by gcc against public headers, load our libraries by path: plainly and
//! under valgrind, which sees reads and writes that are not ours to make and memory that is lost.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::time::Duration;

use ukey_tests::{Finished, Program, TokenImage, release_file, workspace_root};

/// Compiling, and a program that runs fifty times slower than usual.
const LIMIT: Duration = Duration::from_secs(600);

/// Exit code of valgrind when it found something; none of the programs' own.
const FOUND: &str = "97";

/// What is lost for certain. Libraries without an end of life keep what can still be reached.
const LOST: &str = "definite,indirect";
/// Nothing may be left over but what can be reached from the C library and Rust's own statics.
const LEFT_OVER: &str = "definite,indirect,possible";

/// Compiles `tests/c/SOURCE` into `folder`.
fn compile(folder: &Path, source: &str, options: &[String]) -> PathBuf {
    let program = folder.join(source.trim_end_matches(".c"));
    let compiled = Program::new("gcc")
        .args(["-std=gnu11", "-g", "-Wall", "-Wextra", "-Werror", "-o"])
        .arg(&program)
        .arg(workspace_root().join("tests/c").join(source))
        .args(options)
        .arg("-ldl")
        .succeed();
    compiled.unwrap_or_else(|error| panic!("{error}"));
    program
}

/// Where Debian's package libp11-kit-dev has its headers.
fn p11_kit_flags() -> Vec<String> {
    let flags = Program::new("pkg-config").args(["--cflags", "p11-kit-1"]);
    let flags = flags.succeed().unwrap().text();
    flags.split_whitespace().map(str::to_owned).collect()
}

fn skf_flags() -> Vec<String> {
    let folder = workspace_root().join("skf-bridge/include");
    vec![format!("-I{}", folder.display())]
}

/// Runs a program on a blank token to its last line.
fn reaches_its_end(image: &TokenImage, program: Program) -> Finished {
    let finished = program.envs(image.environment()).limit(LIMIT).succeed();
    let finished = finished.unwrap_or_else(|error| panic!("{error}"));
    assert!(finished.text().ends_with("done\n"), "{}", finished.text());
    finished
}

/// `program`, under valgrind.
fn valgrind(program: &Path, lost: &str) -> Program {
    Program::new("valgrind")
        .args(["--quiet", "--leak-check=full"])
        .arg(format!("--error-exitcode={FOUND}"))
        .arg(format!("--errors-for-leak-kinds={lost}"))
        .arg(format!("--show-leak-kinds={lost}"))
        .arg(program)
}

#[test]
fn a_pkcs11_client_in_c() {
    let image = TokenImage::blank().unwrap();
    let program = compile(image.folder(), "pkcs11_smoke.c", &p11_kit_flags());
    let module = release_file("libukey_pkcs11.so").unwrap();
    reaches_its_end(&image, Program::new(program).arg(module));
}

#[test]
fn a_pkcs11_client_in_c_under_valgrind() {
    let image = TokenImage::blank().unwrap();
    let program = compile(image.folder(), "pkcs11_smoke.c", &p11_kit_flags());
    let module = release_file("libukey_pkcs11.so").unwrap();
    // After C_Finalize nothing of ours may be left.
    let checked = valgrind(&program, LEFT_OVER).arg(module).arg("--no-fork");
    reaches_its_end(&image, checked);
}

/// One chapter of the interface on a blank token: `tests/c/pkcs11_CHAPTER.c`.
fn chapter(name: &str, options: &[&str], started: fn(&Path) -> Program) {
    let image = TokenImage::blank().unwrap();
    let mut flags = p11_kit_flags();
    flags.extend(options.iter().map(|&option| option.to_owned()));
    let program = compile(image.folder(), &format!("pkcs11_{name}.c"), &flags);
    let module = release_file("libukey_pkcs11.so").unwrap();
    reaches_its_end(&image, started(&program).arg(module));
}

/// Each chapter plainly; under valgrind, where nothing of ours may be left at the end; and with the
/// address sanitizer, which stands around the program's own buffers: a byte behind one ends it.
macro_rules! chapters {
    ($($chapter:ident)*) => {$(
        mod $chapter {
            use super::{LEFT_OVER, Program, chapter, valgrind};

            const NAME: &str = stringify!($chapter);

            #[test]
            fn from_c() {
                chapter(NAME, &[], |program| Program::new(program));
            }

            #[test]
            fn under_valgrind() {
                chapter(NAME, &[], |program| valgrind(program, LEFT_OVER));
            }

            #[test]
            fn with_the_address_sanitizer() {
                let options = ["-fsanitize=address", "-fno-omit-frame-pointer"];
                chapter(NAME, &options, |program| Program::new(program));
            }
        }
    )*};
}

chapters!(slots sessions objects digest sign encrypt keys random errors);

#[test]
fn an_skf_client_in_c() {
    let image = TokenImage::blank().unwrap();
    let program = compile(image.folder(), "skf_smoke.c", &skf_flags());
    let library = release_file("libukey_skf.so").unwrap();
    reaches_its_end(&image, Program::new(program).arg(library));
}

#[test]
fn an_skf_client_in_c_under_valgrind() {
    let image = TokenImage::blank().unwrap();
    let program = compile(image.folder(), "skf_smoke.c", &skf_flags());
    let library = release_file("libukey_skf.so").unwrap();
    reaches_its_end(&image, valgrind(&program, LOST).arg(library));
}

/// Whether valgrind would tell: a program that loses memory must not pass.
#[test]
fn valgrind_finds_what_is_lost() {
    let image = TokenImage::blank().unwrap();
    let source = image.folder().join("loses.c");
    std::fs::write(
        &source,
        "#include <stdlib.h>\nint main(void) { return malloc(7) == NULL; }\n",
    )
    .unwrap();
    let program = image.folder().join("loses");
    let gcc = Program::new("gcc").args(["-O0", "-o"]).arg(&program);
    gcc.arg(&source).succeed().unwrap();
    let found = valgrind(&program, LOST).exits_with(FOUND.parse().unwrap());
    found.unwrap_or_else(|error| panic!("{error}"));
}
