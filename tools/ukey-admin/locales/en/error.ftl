# What went wrong, as lower-case fragments that follow "error: ".

error-pin-not-set = this application has no user PIN yet
error-not-good = not every certificate is good
error-one-output = one --output cannot take several files; leave it out
error-seal-name = a seal's name has 1 to 24 letters, digits, - _ or .
error-not-a-wrapped-key = this file holds no wrapped key
error-answer-without-key = the key that this answer is for is not on the USBKEY; an answer belongs to the request made here
error-not-confirmed = not confirmed; nothing was changed
error-verification-false = the signature is NOT valid
error-interrupted = interrupted
error-broken-pipe = the reader of the output went away
error-pin-source-unknown = that is no PIN source (it is not shown, in case it is a PIN)
error-readers = smart card service
error-json-and-stream = --json and --output - both want standard output; write to a file
error-command-missing = a command is missing
error-seal-needs-output = a seal is binary: say where it goes with --output (- is standard output)
error-binary-needs-output = --format der is binary: say where it goes with --output (- is standard output)
error-no-authority = one of --ca, --request and --answer is needed
error-two-officers = a recovery needs the key files of two officers
error-wrong-answer = the answer of the CA does not fit the request
error-gm-needs-sm2 = --format gm is for SM2 keys; this key is RSA, use cms
error-raw-der-needs-sm2 = --format raw-der is for SM2 keys; this key is RSA, use raw
error-raw-attached = a bare signature cannot hold the file: leave out --attached
error-nothing-to-take-out = --output takes the file out of a signature that holds it; this one is beside its file
error-signature-is-detached = this signature does not hold the file: name the file, and the signature with --signature
error-bare-needs-certificate = a bare signature does not tell who signed: name the certificate with --certificate
error-decrypt-needs-output = the name does not end in .enc: say with --output where the result goes
error-two-readers-of-stdin = the file and the PIN cannot both come from standard input
error-label-too-long = a label has at most 31 bytes (10 Chinese characters)

error-some-files =
    { $failed ->
        [one] one file failed
       *[other] { $failed } files failed
    }
error-not-hex-text = { $text } is not a row of bytes in hexadecimal digits
error-mistyped = the { $what } is not what was read out; nothing was tried with it
error-unselected = no key fits the selection (--serial, --label, --uri, --cert-subject or UKEY_SERIAL)
error-no-key = no key found
error-item =
    { $what ->
        [device] key
        [application] application
        [container] container
        [signing-key] signing key pair
        [encryption-key] encryption key pair
        [certificate] certificate
        [key-for-certificate] key pair on the USBKEY that fits the certificate
        [signature] signature
        [seal] seal
       *[file] file
    }
error-several =
    { $what ->
        [device] several keys are plugged in; choose one with --serial
        [application] the key has several applications; choose one with --application
        [certificate] several certificates fit; choose one by its serial number
       *[other] several containers fit; choose one with --container
    }
error-found-none = no { $item } found
error-found-none-called = no { $item } found: { $name }
error-exists-already = { $item } exists already: { $name }
error-file-line =
    { $action ->
        [read] cannot read { $path }: { $cause }
        [write] cannot write { $path }: { $cause }
       *[create] cannot create { $path }: { $cause }
    }
error-io =
    { $kind ->
        [not-found] no such file or directory
        [permission-denied] permission denied
        [already-exists] it exists already
        [is-a-directory] it is a directory
        [not-a-directory] not a directory
        [storage-full] no space is left on the disk
        [read-only] the file system is read-only
        [unexpected-end] it ends too early
       *[other] { $detail }
    }
error-wrong-pin =
    { $tries_left ->
        [0] wrong { $pin }; it is locked now
        [one] wrong { $pin }, 1 try left
       *[other] wrong { $pin }, { $tries_left } tries left
    }
error-locked-pin = the { $pin } is locked
error-one-try-left = { $pin }: only 1 try is left, and one more wrong PIN would lock it
error-must-not-ask = { $what } would have to be asked for, and questions are switched off or impossible here
error-self-test = self-test failed: { $step }
error-findings = { $failures } failed, { $warnings } with warnings
error-pin-variable-unset = environment variable { $name } is not set or empty
error-pin-file-readable = others than you can read the PIN file { $path }
error-pin-source-empty = PIN source { $source } has no (further) line
error-pin-source-broken = cannot read PIN source { $source }: { $cause }
error-uri = --uri: { $why }
error-not-an-auth-key = { $path } holds no device key (16 bytes, or 32 hexadecimal digits)
error-key-usage =
    { $usage ->
        [sign] the certificate's key usage does not allow signatures
       *[encrypt] the certificate's key usage does not allow encryption
    }
error-not-retired = container { $container } is in use; only ukey-admin container delete takes it away
error-expiring =
    { $count ->
        [one] 1 certificate ends soon
       *[other] { $count } certificates end soon
    }
error-not-due =
    { $days_left ->
        [one] the certificate is valid for another day
       *[other] the certificate is valid for another { $days_left } days
    }
error-not-for-this-key = this file is not encrypted to any certificate on this key; it is for:
error-recipient-usage = { $path } holds no certificate whose key usage allows encryption
