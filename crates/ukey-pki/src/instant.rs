//! Points in time as UTCTime and GeneralizedTime.

use core::time::Duration;

use der::asn1::{GeneralizedTime, UtcTime};
use der::{DateTime, Decode};
use time::OffsetDateTime;

use crate::asn1::{self, Element};
use crate::error::{Error, Result};

/// UTCTime through 2049, GeneralizedTime afterwards (RFC 5280, 4.1.2.5). Fractions are dropped.
pub(crate) fn to_der(instant: OffsetDateTime, what: &'static str) -> Result<Vec<u8>> {
    let seconds =
        u64::try_from(instant.unix_timestamp()).map_err(|_| Error::invalid(what, "before 1970"))?;
    let date = DateTime::from_unix_duration(Duration::from_secs(seconds))
        .map_err(|_| Error::invalid(what, "beyond the year 9999"))?;
    match UtcTime::from_date_time(date) {
        Ok(utc) => asn1::encode(&utc, what),
        Err(_) => asn1::encode(&GeneralizedTime::from_date_time(date), what),
    }
}

pub(crate) fn from_element(element: Element<'_>, what: &'static str) -> Result<OffsetDateTime> {
    let malformed = |_| Error::malformed(what);
    let since_epoch = match element.tag {
        asn1::UTC_TIME => UtcTime::from_der(element.raw)
            .map_err(malformed)?
            .to_unix_duration(),
        asn1::GENERALIZED_TIME => GeneralizedTime::from_der(element.raw)
            .map_err(malformed)?
            .to_unix_duration(),
        _ => return Err(Error::malformed(what)),
    };
    i64::try_from(since_epoch.as_secs())
        .ok()
        .and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok())
        .ok_or(Error::Malformed { what })
}
