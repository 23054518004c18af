//! Points in time as UTCTime and GeneralizedTime.

use core::time::Duration;

use der::asn1::{GeneralizedTime, UtcTime};
use der::{DateTime, Decode};
use time::OffsetDateTime;

use crate::asn1::{self, Element};
use crate::error::{Error, Result};

/// UTCTime through 2049, GeneralizedTime afterwards (RFC 5280, 4.1.2.5). Fractions are dropped.
pub(crate) fn to_der(instant: OffsetDateTime, what: &'static str) -> Result<Vec<u8>> {
    let date = date(instant, what)?;
    match UtcTime::from_date_time(date) {
        Ok(utc) => asn1::encode(&utc, what),
        Err(_) => asn1::encode(&GeneralizedTime::from_date_time(date), what),
    }
}

/// GeneralizedTime for every year, as OCSP has it. Fractions are dropped.
pub(crate) fn to_generalized(instant: OffsetDateTime, what: &'static str) -> Result<Vec<u8>> {
    asn1::encode(&GeneralizedTime::from_date_time(date(instant, what)?), what)
}

fn date(instant: OffsetDateTime, what: &'static str) -> Result<DateTime> {
    let seconds =
        u64::try_from(instant.unix_timestamp()).map_err(|_| Error::invalid(what, "before 1970"))?;
    DateTime::from_unix_duration(Duration::from_secs(seconds))
        .map_err(|_| Error::invalid(what, "beyond the year 9999"))
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
