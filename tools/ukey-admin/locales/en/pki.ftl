# Certificates, requests, signatures and envelopes that are refused.

pki-malformed = malformed { $what }
pki-truncated = { $what } is cut short
pki-trailing-data = unexpected bytes after { $what }
pki-too-large = { $what } is larger than { $limit } bytes
pki-unsupported = unsupported { $what }: { $value }
pki-signature = the signature on the { $what } does not verify
pki-mismatch = { $what } do not belong together
pki-untrusted = the certificate is not trusted: { $why }
pki-not-a-recipient = none of the given certificates is a recipient of this envelope
pki-decryption = decryption failed: the content or its key was altered, or the key is the wrong one
pki-integrity-missing = the integrity check of the envelope is missing
pki-length-changed = the input has { $actual } bytes where { $announced } were announced
pki-invalid = invalid { $what }: { $reason }
pki-crypto = cryptographic operation failed: { $detail }

pki-unknown-issuer = no certificate of its issuer "{ $issuer }" is at hand
pki-bad-signature = the signature on the certificate of "{ $subject }" does not verify
pki-not-yet-valid = the certificate of "{ $subject }" is not valid before { $moment }
pki-expired = the certificate of "{ $subject }" expired at { $moment }
pki-not-an-authority = "{ $subject }" is not a certificate authority
pki-path-too-long = "{ $subject }" does not allow that many authorities below it
pki-key-usage = the key usage of "{ $subject }" does not allow this purpose
pki-unknown-extension = the certificate of "{ $subject }" has the unknown critical extension { $extension }
pki-too-complex = too many candidate paths
