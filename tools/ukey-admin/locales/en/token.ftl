# What a USBKEY, or the way to it, refuses.

token-no-token = there is no key in the reader
token-foreign-card = the card in the reader is not a USBKEY (it does not speak GM/T 0017)
token-removed = the key was removed
token-busy = the key is in use by another program
token-cancelled = the wait was cancelled
token-timeout = timed out
token-mute = the card does not answer to a reset; it may be damaged, or sit badly in the reader
token-reset = transport failed: card was reset
token-no-service = the smart card service (pcscd) is not running
token-access-refused = this user may not use the smart card service (pcscd)
token-link = transport failed: { $detail }
token-pin-incorrect =
    { $tries_left ->
        [one] PIN incorrect, 1 try left
       *[other] PIN incorrect, { $tries_left } tries left
    }
token-pin-locked = PIN locked
token-pin-length = a PIN has { $min } to { $max } bytes
token-pin-invalid = a PIN cannot hold a NUL byte
token-pin-not-set = user PIN not set
token-not-logged-in = the key asks for the PIN first
token-device-not-authenticated = device not authenticated
token-device-refused = the key refused the device key
token-access-denied = access denied by the rights of the file
token-application-not-found = application not found
token-application-exists = application exists
token-container-not-found = container not found
token-container-exists = container exists
token-container-limit = container limit reached
token-file-not-found = file not found
token-file-exists = file exists
token-key-not-found = key pair not found
token-certificate-not-found = certificate not found
token-object-not-found = object not found
token-key-type = wrong kind of key
token-key-policy = forbidden by the policy of the key
token-fresh-pin-required = the key asks for the PIN before each use
token-name = name empty, too long or with a NUL byte
token-signature-invalid = signature does not verify
token-no-space = no room left on the token
token-memory-failure = the token's memory failed
token-invalid-data = data refused by the token
token-invalid-length = data length refused by the token
token-invalid-parameter = parameter refused by the token
token-conditions = conditions of use not satisfied
token-not-supported = the key does not support this
token-crypto = cryptography: { $detail }
token-answer = answer of the token to instruction { $ins } does not parse
token-status = status { $sw } to instruction { $ins }
token-image-absent = there is no { $path }, and none could be made there
token-image-refused = this user may not use { $path }
token-image-key-missing = the key file { $path } is missing, without which the image cannot be read
token-image-key-exposed = others than you can read the key file: chmod 600 { $path }
token-image-no-token = { $path } is no USBKEY's image, or its key file is another's
token-image-other = the image cannot be used
