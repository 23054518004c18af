//! Notices that a certificate is about to end.

/// On standard error of commands that use the certificate; `stage` is how near the end is.
pub(crate) fn ends(name: &str, day: &str, days_left: i64) -> String {
    let left = match days_left {
        0 => "today".to_owned(),
        1 => "in 1 day".to_owned(),
        days => format!("in {days} days"),
    };
    format!(
        "the certificate of {name} ends {left}, on {day}: ukey-admin renew (not between handing in a tender and its opening)"
    )
}
