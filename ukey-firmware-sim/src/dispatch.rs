//! From received bytes to a handler and back: cases, chaining, long answers, and the one table of
//! commands.

use crate::card::Card;
use crate::command::{
    agreement, application, auth, cipher, container, device, digest, extension, feed, file, import,
    key_object, key_use, keygen, mac, session_key, sign,
};
use crate::computation::{Computation, Started};
use ukey_apdu::{Class, CommandApdu, Ins, NE_ALL, Reply, Request, ResponseApdu, StatusWord};

/// A key may make this much more of its input: a tag, padding, a whole RSA number.
const MOST_ADDED: usize = 1024;

/// A command that has come as far as the card is needed for it.
enum Received {
    Answer(ResponseApdu),
    Computation(CommandApdu, Computation),
}

/// What a handler leaves.
enum Outcome {
    Data(Vec<u8>),
    Computation(Computation),
}

/// Answers one APDU.
pub(crate) fn transmit(card: &mut Card, apdu: &[u8]) -> ResponseApdu {
    let received = receive(card, apdu);
    answer(card, received)
}

/// Answers one APDU, or gives out the computation that is left. The answer to that must come in one
/// piece, since the card does not see it.
pub(crate) fn start(card: &mut Card, apdu: &[u8]) -> Started {
    let most = card.config.max_response_data;
    match receive(card, apdu) {
        Ok(Received::Computation(command, computation))
            if command.ne == Some(NE_ALL) && command.data.len() + MOST_ADDED <= most =>
        {
            Started::Computation(computation)
        }
        received => Started::Answer(answer(card, received).encode()),
    }
}

fn answer(card: &mut Card, received: Result<Received, StatusWord>) -> ResponseApdu {
    let answer = received.and_then(|received| match received {
        Received::Answer(answer) => Ok(answer),
        Received::Computation(command, computation) => {
            let most = card.config.max_response_data;
            Ok(card
                .ram
                .pending
                .start(&command, computation.output()?, most))
        }
    });
    answer.unwrap_or_else(ResponseApdu::status)
}

fn receive(card: &mut Card, apdu: &[u8]) -> Result<Received, StatusWord> {
    let link = CommandApdu::parse(apdu)?;
    let Some(command) = card.ram.chain.push(link)? else {
        return Ok(Received::Answer(ResponseApdu::status(StatusWord::OK)));
    };
    let most = card.config.max_response_data;
    if let Some(piece) = card.ram.pending.resume(&command, most) {
        return Ok(Received::Answer(piece));
    }
    card.ram.security.begin_command(answers_challenge(&command));
    if only_reads(&command) {
        card.look()?;
    } else {
        card.acquire()?;
    }
    let outcome = execute(card, &command);
    card.release();
    Ok(match outcome? {
        Outcome::Data(data) => Received::Answer(card.ram.pending.start(&command, data, most)),
        Outcome::Computation(computation) => Received::Computation(command, computation),
    })
}

/// Whether the command changes nothing durable: it needs what is true now, and not the image to itself.
fn only_reads(command: &CommandApdu) -> bool {
    let Ok(ins) = Ins::try_from(command.ins) else {
        return true;
    };
    match ins {
        Ins::SetLabel
        | Ins::DevAuth
        | Ins::ChangeDevAuthKey
        | Ins::ChangePin
        | Ins::VerifyPin
        | Ins::UnblockPin
        | Ins::ClearSecureState
        | Ins::CreateApplication
        | Ins::DeleteApplication
        | Ins::CreateFile
        | Ins::DeleteFile
        | Ins::WriteFile
        | Ins::CreateContainer
        | Ins::DeleteContainer
        | Ins::ImportCertificate
        | Ins::GenRsaKeyPair
        | Ins::GenEccKeyPair
        | Ins::ImportRsaKeyPair
        | Ins::ImportEccKeyPair
        | Ins::WriteObject
        | Ins::DeleteObject
        | Ins::ResetApplication
        | Ins::SetUserPin => false,
        // Using and exporting a key, the list of retired containers.
        Ins::KeyObject => matches!(command.p1, 2 | 3 | 8),
        _ => true,
    }
}

/// Whether the command uses the challenge up, whatever comes of it.
fn answers_challenge(command: &CommandApdu) -> bool {
    let protected = [Ins::CreateApplication, Ins::KeyObject];
    let protected = command.p1 == 1 && protected.iter().any(|ins| *ins as u8 == command.ins);
    let answering = [Ins::DevAuth, Ins::VerifyPin, Ins::SetUserPin];
    command.class == Class::SECURED
        || protected
        || answering.iter().any(|ins| *ins as u8 == command.ins)
}

type Handler<R> = fn(&mut Card, R) -> Result<<R as Request>::Reply, StatusWord>;
type SecuredHandler<R> =
    fn(&mut Card, R, &CommandApdu) -> Result<<R as Request>::Reply, StatusWord>;

struct Call<'a> {
    card: &'a mut Card,
    command: &'a CommandApdu,
}

impl Call<'_> {
    fn to<R: Request>(self, handler: Handler<R>) -> Result<Outcome, StatusWord> {
        let request = R::from_command(self.command)?;
        handler(self.card, request).map(|reply| Outcome::Data(reply.to_bytes()))
    }

    /// For handlers that leave a computation.
    fn computed<R: Request>(
        self,
        handler: fn(&mut Card, R) -> Result<Computation, StatusWord>,
    ) -> Result<Outcome, StatusWord> {
        let request = R::from_command(self.command)?;
        handler(self.card, request).map(Outcome::Computation)
    }

    /// For handlers that check a MAC over the whole command.
    fn secured<R: Request>(self, handler: SecuredHandler<R>) -> Result<Outcome, StatusWord> {
        let request = R::from_command(self.command)?;
        handler(self.card, request, self.command).map(|reply| Outcome::Data(reply.to_bytes()))
    }
}

/// The table of commands.
fn execute(card: &mut Card, command: &CommandApdu) -> Result<Outcome, StatusWord> {
    if !matches!(command.class, Class::PLAIN | Class::SECURED) {
        return Err(StatusWord::CLA);
    }
    let ins = Ins::try_from(command.ins).map_err(|_| StatusWord::INS)?;
    let secured = command.class == Class::SECURED;
    let call = Call { card, command };
    match ins {
        Ins::SetLabel => call.to(device::set_label),
        Ins::GetDevInfo => call.to(device::get_dev_info),
        Ins::GenRandom => call.to(device::gen_random),
        Ins::DevAuth => call.to(auth::dev_auth),
        Ins::ChangeDevAuthKey => call.secured(auth::change_dev_auth_key),
        Ins::GetPinInfo => call.to(auth::get_pin_info),
        Ins::ChangePin => call.secured(auth::change_pin),
        Ins::VerifyPin => call.to(auth::verify_pin),
        Ins::UnblockPin => call.secured(auth::unblock_pin),
        Ins::ClearSecureState => call.to(auth::clear_secure_state),
        Ins::CreateApplication if secured => call.secured(application::create_application_secured),
        Ins::CreateApplication if command.p1 == 1 => {
            call.to(extension::create_application_protected)
        }
        Ins::CreateApplication => call.to(application::create_application),
        Ins::EnumApplication => call.to(application::enum_application),
        Ins::DeleteApplication => call.to(application::delete_application),
        Ins::OpenApplication => call.to(application::open_application),
        Ins::CloseApplication => call.to(application::close_application),
        Ins::CreateFile => call.to(file::create_file),
        Ins::DeleteFile => call.to(file::delete_file),
        Ins::EnumFiles => call.to(file::enum_files),
        Ins::GetFileInfo => call.to(file::get_file_info),
        Ins::ReadFile => call.to(file::read_file),
        Ins::WriteFile => call.to(file::write_file),
        Ins::CreateContainer => call.to(container::create_container),
        Ins::OpenContainer => call.to(container::open_container),
        Ins::CloseContainer => call.to(container::close_container),
        Ins::EnumContainer => call.to(container::enum_container),
        Ins::DeleteContainer => call.to(container::delete_container),
        Ins::GetContainerInfo => call.to(container::get_container_info),
        Ins::ImportCertificate => call.to(container::import_certificate),
        Ins::ExportCertificate => call.to(container::export_certificate),
        Ins::GenExtRsaKey => call.to(keygen::gen_ext_rsa_key),
        Ins::GenRsaKeyPair => call.to(keygen::gen_rsa_key_pair),
        Ins::GenEccKeyPair => call.to(keygen::gen_ecc_key_pair),
        Ins::ExportPubKey => call.to(keygen::export_pub_key),
        Ins::ImportRsaKeyPair => call.to(import::import_rsa_key_pair),
        Ins::ImportEccKeyPair => call.to(import::import_ecc_key_pair),
        Ins::RsaSignData => call.computed(sign::rsa_sign_data),
        Ins::RsaVerify => call.to(sign::rsa_verify),
        Ins::EccSignData => call.computed(sign::ecc_sign_data),
        Ins::EccVerify => call.to(sign::ecc_verify),
        Ins::ExtEccSign => call.to(sign::ext_ecc_sign),
        Ins::RsaExportSessionKey => call.to(session_key::rsa_export_session_key),
        Ins::RsaExportSessionKeyEx => call.to(session_key::rsa_export_session_key_ex),
        Ins::EccExportSessionKey => call.to(session_key::ecc_export_session_key),
        Ins::EccExportSessionKeyEx => call.to(session_key::ecc_export_session_key_ex),
        Ins::ImportSessionKey => call.to(session_key::import_session_key),
        Ins::ImportSymmKey => call.to(session_key::import_symm_key),
        Ins::DestroySessionKey => call.to(session_key::destroy_session_key),
        Ins::ExtRsaPubKeyOperation => call.to(cipher::ext_rsa_pub_key_operation),
        Ins::ExtRsaPriKeyOperation => call.to(cipher::ext_rsa_pri_key_operation),
        Ins::ExtEccEncrypt => call.to(cipher::ext_ecc_encrypt),
        Ins::ExtEccDecrypt => call.to(cipher::ext_ecc_decrypt),
        Ins::GenerateAgreementDataWithEcc => call.to(agreement::generate_agreement_data),
        Ins::GenerateAgreementDataAndKeyWithEcc => {
            call.to(agreement::generate_agreement_data_and_key)
        }
        Ins::GenerateKeyWithEcc => call.to(agreement::generate_key),
        Ins::EncryptInit => call.to(cipher::encrypt_init),
        Ins::Encrypt => call.to(cipher::encrypt),
        Ins::EncryptUpdate => call.to(cipher::encrypt_update),
        Ins::EncryptFinal => call.to(cipher::encrypt_final),
        Ins::DecryptInit => call.to(cipher::decrypt_init),
        Ins::Decrypt => call.to(cipher::decrypt),
        Ins::DecryptUpdate => call.to(cipher::decrypt_update),
        Ins::DecryptFinal => call.to(cipher::decrypt_final),
        Ins::DigestInit => call.to(digest::digest_init),
        Ins::Digest => call.to(digest::digest),
        Ins::DigestUpdate => call.to(digest::digest_update),
        Ins::DigestFinal => call.to(digest::digest_final),
        Ins::MacInit => call.to(mac::mac_init),
        Ins::Mac => call.to(mac::mac),
        Ins::MacUpdate => call.to(mac::mac_update),
        Ins::MacFinal => call.to(mac::mac_final),
        Ins::QueryExtension => match command.p1 {
            1 => call.to(extension::get_change_counter),
            2 => call.to(extension::get_transport_key),
            _ => call.to(extension::get_capabilities),
        },
        Ins::PrivateKeyOperation => call.computed(extension::private_key_operation),
        Ins::WriteObject => call.to(extension::write_object),
        Ins::ReadObjects => match command.p1 {
            1 => call.to(feed::list_objects),
            2 => call.to(feed::read_changes),
            _ => call.to(extension::read_objects),
        },
        Ins::DeleteObject => call.to(extension::delete_object),
        Ins::ResetApplication => call.to(extension::reset_application),
        Ins::SetUserPin => call.to(extension::set_user_pin),
        Ins::KeyObject => match command.p1 {
            1 => call.to(key_object::import_key),
            2 => call.computed(key_use::use_key),
            3 => call.to(key_object::export_key),
            4 => call.to(key_object::update_key),
            5 => call.to(key_object::delete_objects),
            6 => call.to(key_object::copy_key),
            7 => call.to(container::retire_container),
            8 => call.to(container::enum_retired),
            _ => call.to(key_object::generate_key),
        },
    }
}
