# Questions, talk and results.

new-pins-differ = The two differ. Please try again.
nothing-changed = Dry run: nothing was changed.
factory-device-key =
    The device key is still the factory value, which everybody knows: anyone who holds this key can
    wipe it. Give it one of its own: device init --new-auth-key-file FILE.
not-judged = To judge the signer too, give the certificates that you trust with --ca.
none = (none)
blank-key = (none: the key is blank; make it usable with: ukey-admin device init)
pin-unblocked = The user PIN has a new value and all its tries.
no-containers = (no containers)
no-certificate = no certificate
signature-side = signature key
encryption-side = encryption key
empty = empty
unreadable-certificate = (unreadable certificate)
making-key = the key makes a key pair
no-certificates = (no certificates)
read-back = what was stored reads back differently
self-test-sign = a signature by the key does not verify with its certificate
self-test-decrypt = the key cannot decrypt what was encrypted to its certificate
self-test-ok = signed and verified, encrypted and decrypted
done-earlier = earlier certificate kept
done-encryption-key = encryption key imported
decrypted-ok = encrypted and decrypted
renewal-warning =
    tenders handed in and not yet opened need the old key at their opening: it stays on this USBKEY, but
    platforms may look at the certificate. Do not renew between handing in and opening if you can wait.
recover-old = What was encrypted to the old USBKEY: ukey-admin recover, with two officers of the authority.
unknown-signer = (unknown: the signer's certificate is missing)
not-checked = not checked
not-protected =
    this file has no integrity check (other software made it): if it was altered on the way, nobody can
    tell from the file itself.
watching = Waiting for USBKEYs; Ctrl-C ends.
no-seals = There are no seals.
good = good
other-key = it certifies another key than the one beside it
revoked = it is on the revocation list
list-of-stranger = the revocation list is not of a trusted authority
list-not-signed = the revocation list is not signed by its authority
list-too-old = the revocation list is out of date
no-list-of-issuer = no revocation list of its issuer is given
answer = answer
code = code
answer-prompt = The operator's answer:{" "}

error-prefix = error:{" "}
hint-prefix = hint:{" "}
warning-prefix = warning:{" "}
tries =
    { $count ->
        [one] 1 try
       *[other] { $count } tries
    }
user-pin = user PIN
so-pin = SO PIN
user-pin-capital = User PIN
so-pin-capital = SO PIN
confirmation = confirmation

pin-question = { $pin } of { $token } ({ $tries } left):{" "}
new-pin-question = New { $pin } (6 to 16 characters):{" "}
new-pin-again = New { $pin }, once more (6 to 16 characters):{" "}
bare-question = { $pin }:{" "}
wrong-ask-again = Wrong PIN, { $tries } left.
unsent-pin = { $reason }; nothing was sent to the key, no try was spent.
confirm-question = To go on, type the last { $count } characters of the serial number:{" "}
test-ca-created = New TEST certification authority in { $directory }: for trying out only.
auth-key-written = The new device key is in { $path }. Keep it: without it the key cannot be initialised again.
stopped = Interrupted; no unfinished output was left.
stopped-after = Interrupted; no unfinished output was left. Done before that: { $done }.
result-file = { $what }: { $path }
yes = yes
no = no
of-total = { $free } of { $total }
pin-unset = not set
pin-is-locked = LOCKED
tries-of = { $left } of { $max } tries left
never-changed = { $state }, never changed since initialisation
pin-changed = The { $pin } is changed.
file-size = file { $name } ({ $size })
will-destroy = application { $application } on { $token } and everything in it will be destroyed for ever:
it-is-empty = (it is empty)
will-delete = this container on { $token } will be deleted for ever:
container-deleted = Container { $name } is deleted.
init-tries = user { $user }, SO { $so }
done-deleted = application { $application } deleted
done-created = application { $application } created
done-container = container { $name } created
done-signing-key = signing key made in container { $container }
done-retired = container { $container } retired
done-certificate =
    { $usage ->
        [sign] certificate stored (sign)
       *[encrypt] certificate stored (encrypt)
    }
key-made = New { $algorithm } signing key in container { $container }.
certificate-new =
    { $usage ->
        [sign] Certificate of { $name } is stored beside the signature key of container { $container }.
       *[encrypt] Certificate of { $name } is stored beside the encryption key of container { $container }.
    }
certificate-there =
    { $usage ->
        [sign] Certificate of { $name } was there already (signature key of container { $container }).
       *[encrypt] Certificate of { $name } was there already (encryption key of container { $container }).
    }
days-after = { $day } (EXPIRED)
days-before =
    { $days_left ->
        [one] { $day } (1 day)
       *[other] { $day } ({ $days_left } days)
    }
old-pair = The old key stays in container { $container } and opens what was encrypted to it.
request-file = Request written: { $path }. Send it to the authority, then run the same command with --answer.
in-container = in container { $name }
unblock-code =
    Code for the operator: { $code }
    Leave the USBKEY plugged in until the answer is here.
side-line = { $side } { $key } ({ $certificate })
application-pins = { $name } (user PIN: { $user }; SO PIN: { $so })
purpose =
    { $usage ->
        [sign] sign
       *[encrypt] encrypt
    }

is-true = ok
is-false = FALSE
check-passed =
    { $check ->
        [certificate] the signer's certificate is at hand and usable
        [binding] the file is the one that the message is about
        [content_type] the signed attributes are about this type of content
        [content_digest] the file is unchanged since it was signed
        [signature] the signature was made with the signer's key
        [path] the signer's certificate is valid and leads to a trusted authority
       *[other] another check
    }
valid-signature = The signature is valid.
valid-unjudged = The signature is valid; the signer was not judged.
outside-validity = the certificate of { $name } is outside of its validity; others may refuse the signature
recipient-outside-validity = the certificate of { $name } is outside of its validity; is it still in use?
outside-dates = it is valid from { $from } until { $until } only; is the computer's clock right?
no-configuration = There is no configuration file; the defaults hold.
config-is-valid = { $file } is a valid configuration.
seal-stored = Seal { $name } is stored.
seal-deleted = Seal { $name } is deleted.
pair-imported = Encryption key imported to container { $container } and tried.
with-serial = { $name } (serial { $serial })
status-word =
    { $word ->
       *[other] { $word }
    }
