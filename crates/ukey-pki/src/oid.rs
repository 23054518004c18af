//! Object identifiers, each under the name its standard uses.
//!
//! GM identifiers: GB/T 33560-2017 Annex A and GM/T 0006. The rest: RFC 5280, RFC 5652, RFC 8017.

use const_oid::ObjectIdentifier as Oid;

macro_rules! oids {
    ($($(#[$doc:meta])* $name:ident = $dotted:literal;)*) => {
        $($(#[$doc])* pub const $name: Oid = Oid::new_unwrap($dotted);)*
    };
}

oids! {
    // Keys and curves
    /// id-ecPublicKey, RFC 5480.
    EC_PUBLIC_KEY = "1.2.840.10045.2.1";
    /// rsaEncryption, RFC 8017: key type and PKCS#1 v1.5 key transport.
    RSA_ENCRYPTION = "1.2.840.113549.1.1.1";
    /// SM2 curve and algorithm.
    SM2 = "1.2.156.10197.1.301";
    /// SM2-1, digital signature.
    SM2_SIGNATURE = "1.2.156.10197.1.301.1";
    /// SM2-2, key exchange. Some software writes it where SM2-3 belongs.
    SM2_KEY_EXCHANGE = "1.2.156.10197.1.301.2";
    /// SM2-3, public key encryption.
    SM2_ENCRYPTION = "1.2.156.10197.1.301.3";

    // Digests
    /// SM3.
    SM3 = "1.2.156.10197.1.401";
    /// SM3 used without a key.
    SM3_WITHOUT_KEY = "1.2.156.10197.1.401.1";
    /// SHA-1. Recognised so that it can be refused by name.
    SHA1 = "1.3.14.3.2.26";
    /// SHA-256.
    SHA256 = "2.16.840.1.101.3.4.2.1";
    /// SHA-384.
    SHA384 = "2.16.840.1.101.3.4.2.2";
    /// SHA-512.
    SHA512 = "2.16.840.1.101.3.4.2.3";

    // Signatures
    /// SM2 signature with SM3.
    SM2_WITH_SM3 = "1.2.156.10197.1.501";
    /// RSA PKCS#1 v1.5 signature with SM3.
    RSA_WITH_SM3 = "1.2.156.10197.1.504";
    /// sha256WithRSAEncryption.
    RSA_WITH_SHA256 = "1.2.840.113549.1.1.11";
    /// sha384WithRSAEncryption.
    RSA_WITH_SHA384 = "1.2.840.113549.1.1.12";
    /// sha512WithRSAEncryption.
    RSA_WITH_SHA512 = "1.2.840.113549.1.1.13";
    /// ecdsa-with-SHA256, RFC 5758.
    ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2";
    /// ecdsa-with-SHA384.
    ECDSA_WITH_SHA384 = "1.2.840.10045.4.3.3";
    /// ecdsa-with-SHA512.
    ECDSA_WITH_SHA512 = "1.2.840.10045.4.3.4";

    // Content encryption
    /// SM1 without a mode.
    SM1 = "1.2.156.10197.1.102";
    /// SM1-ECB.
    SM1_ECB = "1.2.156.10197.1.102.1";
    /// SM4 without a mode. SM2EnvelopedKey: ECB. CFCA envelopes: CBC.
    SM4 = "1.2.156.10197.1.104";
    /// SM4-ECB.
    SM4_ECB = "1.2.156.10197.1.104.1";
    /// SM4-CBC.
    SM4_CBC = "1.2.156.10197.1.104.2";

    // Message content types
    /// GB/T 35275 data.
    GM_DATA = "1.2.156.10197.6.1.4.2.1";
    /// GB/T 35275 signedData.
    GM_SIGNED_DATA = "1.2.156.10197.6.1.4.2.2";
    /// GB/T 35275 envelopedData.
    GM_ENVELOPED_DATA = "1.2.156.10197.6.1.4.2.3";
    /// PKCS#7 / RFC 5652 data.
    PKCS7_DATA = "1.2.840.113549.1.7.1";
    /// PKCS#7 / RFC 5652 signedData.
    PKCS7_SIGNED_DATA = "1.2.840.113549.1.7.2";
    /// PKCS#7 / RFC 5652 envelopedData.
    PKCS7_ENVELOPED_DATA = "1.2.840.113549.1.7.3";

    // Message attributes
    /// contentType attribute.
    CONTENT_TYPE = "1.2.840.113549.1.9.3";
    /// messageDigest attribute.
    MESSAGE_DIGEST = "1.2.840.113549.1.9.4";
    /// signingTime attribute.
    SIGNING_TIME = "1.2.840.113549.1.9.5";
    /// challengePassword attribute of a certification request.
    CHALLENGE_PASSWORD = "1.2.840.113549.1.9.7";
    /// extensionRequest attribute of a certification request.
    EXTENSION_REQUEST = "1.2.840.113549.1.9.14";

    // Certificate extensions
    /// subjectKeyIdentifier.
    SUBJECT_KEY_IDENTIFIER = "2.5.29.14";
    /// keyUsage.
    KEY_USAGE = "2.5.29.15";
    /// subjectAltName.
    SUBJECT_ALT_NAME = "2.5.29.17";
    /// basicConstraints.
    BASIC_CONSTRAINTS = "2.5.29.19";
    /// cRLNumber.
    CRL_NUMBER = "2.5.29.20";
    /// reasonCode of a CRL entry.
    CRL_REASON = "2.5.29.21";
    /// nameConstraints.
    NAME_CONSTRAINTS = "2.5.29.30";
    /// cRLDistributionPoints.
    CRL_DISTRIBUTION_POINTS = "2.5.29.31";
    /// certificatePolicies.
    CERTIFICATE_POLICIES = "2.5.29.32";
    /// authorityKeyIdentifier.
    AUTHORITY_KEY_IDENTIFIER = "2.5.29.35";
    /// extKeyUsage.
    EXTENDED_KEY_USAGE = "2.5.29.37";
    /// authorityInfoAccess.
    AUTHORITY_INFO_ACCESS = "1.3.6.1.5.5.7.1.1";

    // Extended key usages
    /// id-kp-timeStamping.
    TIME_STAMPING = "1.3.6.1.5.5.7.3.8";
    /// id-kp-OCSPSigning.
    OCSP_SIGNING = "1.3.6.1.5.5.7.3.9";

    // OCSP (RFC 6960)
    /// id-ad-ocsp: the access method of authorityInfoAccess.
    OCSP = "1.3.6.1.5.5.7.48.1";
    /// id-pkix-ocsp-basic: the one type of response.
    OCSP_BASIC = "1.3.6.1.5.5.7.48.1.1";
    /// id-pkix-ocsp-nonce.
    OCSP_NONCE = "1.3.6.1.5.5.7.48.1.2";

    // Name attributes
    /// commonName.
    COMMON_NAME = "2.5.4.3";
    /// surname.
    SURNAME = "2.5.4.4";
    /// serialNumber.
    SERIAL_NUMBER = "2.5.4.5";
    /// countryName.
    COUNTRY_NAME = "2.5.4.6";
    /// localityName.
    LOCALITY_NAME = "2.5.4.7";
    /// stateOrProvinceName.
    STATE_OR_PROVINCE_NAME = "2.5.4.8";
    /// streetAddress.
    STREET_ADDRESS = "2.5.4.9";
    /// organizationName.
    ORGANIZATION_NAME = "2.5.4.10";
    /// organizationalUnitName.
    ORGANIZATIONAL_UNIT_NAME = "2.5.4.11";
    /// title.
    TITLE = "2.5.4.12";
    /// givenName.
    GIVEN_NAME = "2.5.4.42";
    /// domainComponent.
    DOMAIN_COMPONENT = "0.9.2342.19200300.100.1.25";
    /// userId.
    USER_ID = "0.9.2342.19200300.100.1.1";
    /// emailAddress.
    EMAIL_ADDRESS = "1.2.840.113549.1.9.1";
}
