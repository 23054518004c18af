//! The library stays in memory once it is loaded: threads of the host program that used it may end
//! after the host has unloaded it, and the clean-up of thread-local values would then jump into
//! memory that is gone.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux") {
        println!("cargo::rustc-cdylib-link-arg=-Wl,-z,nodelete");
    }
}
