//! `revoke`, `hold`, `unhold`, and `status`.

use serde_json::{Value, json};
use ukey_ca::{
    answer::Answer,
    request::{Act, Request, Why},
};
use ukey_pki::Certificate;

use super::{cert, enroll::sent, renew::Present};
use crate::{
    authority::{self, Letter, Reply},
    certificate,
    cli::{EndArgs, StatusArgs, Usage, WhyArg},
    context::Context,
    error::{Error, Result},
    login,
    output::{self, Outcome},
    target, text,
};

impl From<WhyArg> for Why {
    fn from(why: WhyArg) -> Self {
        match why {
            WhyArg::Unspecified => Self::Unspecified,
            WhyArg::Lost => Self::Lost,
            WhyArg::Broken => Self::Broken,
            WhyArg::Changed => Self::Changed,
            WhyArg::Superseded => Self::Superseded,
            WhyArg::Closed => Self::Closed,
        }
    }
}

/// One of the three acts.
pub(crate) fn run(context: &Context, act: Act, args: &EndArgs) -> Result<Outcome> {
    if let Some(path) = &args.authority.answer {
        return report(act, &authority::read_answer(path)?);
    }
    let mut directory = args
        .authority
        .ca
        .as_deref()
        .map(|path| authority::open(context, path, false))
        .transpose()?;
    let reply = match &args.about {
        Some(serial) => {
            let letter = Letter {
                request: request(act, serial, args.why.into()),
                file: &|request| Ok(request.to_file()?),
            };
            authority::send(&args.authority, directory.as_mut(), None, &letter)?
        }
        None => {
            let application = target::selected_application(context)?;
            let present = Present::find(&application, args.container.as_deref())?;
            // Only whoever suspended may end it, and a suspended key proves nothing.
            let signed = act != Act::Unhold;
            if signed {
                login::user(context, &application, &args.pin)?;
            }
            let letter = Letter {
                request: request(act, &present.certificate.serial_hex(), args.why.into()),
                file: &|request| {
                    Ok(match signed {
                        true => request.to_signed_file(&present.certificate, &present.signer)?,
                        false => request.to_file()?,
                    })
                },
            };
            authority::send(&args.authority, directory.as_mut(), None, &letter)?
        }
    };
    match reply {
        Reply::Sent(path) => Ok(sent(&path)),
        Reply::Answer(answer) => report(act, &answer),
    }
}

fn report(act: Act, answer: &Answer) -> Result<Outcome> {
    if answer.act != Some(act) {
        return Err(Error::Unfit(text::error::wrong_answer().to_owned()));
    }
    let rows: Vec<(&str, String)> = answer
        .changed
        .iter()
        .map(|line| (line.state.as_str(), line.serial.clone()))
        .collect();
    Ok(Outcome::new(
        json!({ "act": act.word(), "changed": answer.changed }),
        output::fields(&rows),
    ))
}

/// An act of this kind may come again for the same certificate, so its id is of the moment.
fn request(act: Act, serial: &str, why: Why) -> Request {
    let now = time::OffsetDateTime::now_utc();
    let mut request = Request::new(
        act,
        format!("{}-{serial}-{}", act.word(), now.unix_timestamp()),
    );
    request.about = Some(serial.to_owned());
    request.why = why;
    request
}

/// What the authority knows about the certificates on the token.
pub(crate) fn status(context: &Context, args: &StatusArgs) -> Result<Outcome> {
    let application = target::selected_application(context)?;
    let view = application.view()?;
    let mut directory = authority::open(context, &args.ca, false)?;
    let mut transaction = directory.state().begin()?;
    let (mut rows, mut data): (Vec<Vec<String>>, Vec<Value>) = (Vec::new(), Vec::new());
    for container in &view.containers {
        for usage in [Usage::Sign, Usage::Encrypt] {
            let Some(der) = &cert::side(container, usage).certificate else {
                continue;
            };
            let Ok(certificate) = Certificate::from_der(der) else {
                continue;
            };
            let serial = certificate.serial_hex();
            let record = transaction.certificate(&serial)?;
            let record = record.filter(|record| record.der == *der);
            let state = record.as_ref().map_or("unknown", |r| r.status.word());
            rows.push(vec![
                container.name.clone(),
                text::purpose(usage),
                text::status_word(state),
                certificate::day(certificate.validity().not_after),
                serial.clone(),
            ]);
            data.push(json!({
                "container": container.name,
                "usage": text::usage_word(usage),
                "serial": serial,
                "state": record.as_ref().map(|record| record.status.word()),
                "since": record.as_ref().and_then(|record| record.status.since()),
                "successor": record.and_then(|record| record.successor),
            }));
        }
    }
    let header = [
        text::label::container(),
        text::label::purpose(),
        text::label::state(),
        text::label::valid_until(),
        text::label::serial(),
    ];
    Ok(Outcome::new(
        json!({ "certificates": data }),
        output::table(&header, &rows),
    ))
}
