/*
 * The chapter on signatures and codes: values of the standards, token keys in one call and in parts, recovery, and
 * what a wrong signature, a wrong length or a wrong key answers.
 *
 *     pkcs11_sign MODULE
 */
#include "pkcs11_client.h"

static CK_BYTE message[] = "the tender of the demo bidder";

/* A code of a known key over known data; the signature is also verified, altered and not. */
static void code(CK_MECHANISM_TYPE type, CK_KEY_TYPE key_type, const char *key_digits, const char *data_digits,
                 const char *expected) {
    CK_MECHANISM mechanism = {type, NULL, 0};
    CK_OBJECT_HANDLE key = secret_key(key_type, key_digits);
    CK_ULONG size = strlen(expected) / 2, data_size = strlen(data_digits) / 2, length = size;
    CK_BYTE *data = hex(data_digits), *value = malloc(size);
    OK(p11->C_SignInit(session, &mechanism, key));
    OK(p11->C_Sign(session, data, data_size, value, &length));
    CHECK(length == size);
    SAME(value, expected);
    OK(p11->C_SignInit(session, &mechanism, key));
    OK(p11->C_SignUpdate(session, data, 5));
    OK(p11->C_SignUpdate(session, data + 5, data_size - 5));
    memset(value, 0, size);
    OK(p11->C_SignFinal(session, value, &length));
    SAME(value, expected);
    OK(p11->C_VerifyInit(session, &mechanism, key));
    OK(p11->C_Verify(session, data, data_size, value, size));
    OK(p11->C_VerifyInit(session, &mechanism, key));
    EXPECT(CKR_SIGNATURE_LEN_RANGE, p11->C_Verify(session, data, data_size, value, size - 1));
    value[0] ^= 1;
    OK(p11->C_VerifyInit(session, &mechanism, key));
    EXPECT(CKR_SIGNATURE_INVALID, p11->C_Verify(session, data, data_size, value, size));
    OK(p11->C_DestroyObject(session, key));
    free(data);
    free(value);
}

static void codes(void) {
    /* RFC 4231, case 2: "Jefe" and "what do ya want for nothing?" */
    code(CKM_SHA256_HMAC, CKK_GENERIC_SECRET, "4a656665",
         "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
         "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    /* RFC 4493, example 2 */
    code(CKM_AES_CMAC, CKK_AES, "2b7e151628aed2a6abf7158809cf4f3c", "6bc1bee22e409f96e93d7e117393172a",
         "070a16b46b4d4144f79bdd9dd04a287c");
    puts("codes");
}

/* A signature of the standard, verified with a public key that was brought in. */
static void of_the_standard(CK_MECHANISM_TYPE type, CK_KEY_TYPE key_type, const char *curve, const char *point,
                            CK_BYTE *data, CK_ULONG size, const char *signature) {
    CK_MECHANISM mechanism = {type, NULL, 0};
    CK_OBJECT_CLASS class = CKO_PUBLIC_KEY;
    CK_BYTE *parameters = hex(curve), *public = hex(point), *value = hex(signature);
    CK_ATTRIBUTE template[] = {VALUE(CKA_CLASS, class),
                               VALUE(CKA_KEY_TYPE, key_type),
                               VALUE(CKA_VERIFY, yes),
                               {CKA_EC_PARAMS, parameters, strlen(curve) / 2},
                               {CKA_EC_POINT, public, strlen(point) / 2}};
    CK_OBJECT_HANDLE key = create(template, COUNT(template));
    OK(p11->C_VerifyInit(session, &mechanism, key));
    OK(p11->C_Verify(session, data, size, value, strlen(signature) / 2));
    data[0] ^= 1;
    OK(p11->C_VerifyInit(session, &mechanism, key));
    EXPECT(CKR_SIGNATURE_INVALID, p11->C_Verify(session, data, size, value, strlen(signature) / 2));
    EXPECT(CKR_KEY_TYPE_INCONSISTENT,
           p11->C_VerifyInit(session, &(CK_MECHANISM){CKM_SHA256_RSA_PKCS, NULL, 0}, key));
    OK(p11->C_DestroyObject(session, key));
    free(parameters);
    free(public);
    free(value);
}

static void of_the_standards(void) {
    /* RFC 6979, A.2.5: SHA-256 of "sample" */
    CK_BYTE *sample = hex("af2bdbe1aa9b6ec1e2ade1d694f41fc71a831d0268e9891562113d8a62add1bf");
    of_the_standard(CKM_ECDSA, CKK_EC, "06082a8648ce3d030107",
                    "04410460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
                    "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299",
                    sample, 32,
                    "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
                    "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8");
    free(sample);
    /* GB/T 32918.5, annex A: "message digest", the usual user ID */
    CK_BYTE text[] = "message digest";
    of_the_standard(CKM_SM2_SM3, CKK_SM2, "06082a811ccf5501822d",
                    "04410409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
                    "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13",
                    text, sizeof text - 1,
                    "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
                    "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa");
    puts("signatures of the standards");
}

static void token_pair(CK_MECHANISM_TYPE type, CK_ATTRIBUTE special, CK_OBJECT_HANDLE *public,
                       CK_OBJECT_HANDLE *private) {
    CK_MECHANISM mechanism = {type, NULL, 0};
    CK_ATTRIBUTE mine[] = {VALUE(CKA_TOKEN, yes), VALUE(CKA_SIGN, yes)};
    CK_ATTRIBUTE others[] = {VALUE(CKA_TOKEN, yes), VALUE(CKA_VERIFY, yes), special};
    OK(p11->C_GenerateKeyPair(session, &mechanism, others, special.pValue == NULL ? 2 : 3, mine, COUNT(mine),
                              public, private));
}

/* A token's key: buffers of each kind, one call and parts, verification, an altered message. */
static void token_key_signs(CK_MECHANISM mechanism, CK_OBJECT_HANDLE public, CK_OBJECT_HANDLE private) {
    CK_ULONG needed = 0, length;
    OK(p11->C_SignInit(session, &mechanism, private));
    OK(p11->C_Sign(session, TEXT(message), NULL, &needed));
    CHECK(needed >= 64 && needed <= 512);
    CK_BYTE *signature = malloc(needed);
    length = needed - 1;
    EXPECT(CKR_BUFFER_TOO_SMALL, p11->C_Sign(session, TEXT(message), signature, &length));
    CHECK(length == needed);
    OK(p11->C_Sign(session, TEXT(message), signature, &length));
    OK(p11->C_VerifyInit(session, &mechanism, public));
    OK(p11->C_VerifyUpdate(session, message, 1));
    OK(p11->C_VerifyUpdate(session, message + 1, sizeof message - 2));
    OK(p11->C_VerifyFinal(session, signature, length));
    OK(p11->C_SignInit(session, &mechanism, private));
    OK(p11->C_SignUpdate(session, message, 7));
    OK(p11->C_SignUpdate(session, message + 7, sizeof message - 8));
    length = needed;
    OK(p11->C_SignFinal(session, signature, &length));
    OK(p11->C_VerifyInit(session, &mechanism, public));
    OK(p11->C_Verify(session, TEXT(message), signature, length));
    OK(p11->C_VerifyInit(session, &mechanism, public));
    EXPECT(CKR_SIGNATURE_INVALID, p11->C_Verify(session, message, sizeof message - 2, signature, length));
    free(signature);
    /* Neither half does the other's work. */
    CHECK(p11->C_SignInit(session, &mechanism, public) != CKR_OK);
    CHECK(p11->C_VerifyInit(session, &mechanism, private) != CKR_OK);
}

static void token_keys(void) {
    static CK_BYTE p256[] = {0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07};
    static CK_BYTE user_id[] = "bidder@example.com";
    CK_OBJECT_HANDLE public, private;
    token_pair(CKM_SM2_KEY_PAIR_GEN, (CK_ATTRIBUTE){0, NULL, 0}, &public, &private);
    token_key_signs((CK_MECHANISM){CKM_SM2_SM3, NULL, 0}, public, private);
    token_key_signs((CK_MECHANISM){CKM_SM2_SM3, TEXT(user_id)}, public, private);
    token_pair(CKM_EC_KEY_PAIR_GEN, (CK_ATTRIBUTE)BYTES(CKA_EC_PARAMS, p256), &public, &private);
    token_key_signs((CK_MECHANISM){CKM_ECDSA_SHA256, NULL, 0}, public, private);
    puts("token keys of curves");
}

static void recovery(CK_OBJECT_HANDLE public, CK_OBJECT_HANDLE private) {
    CK_MECHANISM mechanism = {CKM_RSA_PKCS, NULL, 0};
    CK_BYTE signature[256], back[256];
    CK_ULONG length = sizeof signature, size = sizeof back;
    OK(p11->C_SignRecoverInit(session, &mechanism, private));
    OK(p11->C_SignRecover(session, TEXT(message), signature, &length));
    CHECK(length == sizeof signature);
    OK(p11->C_VerifyRecoverInit(session, &mechanism, public));
    OK(p11->C_VerifyRecover(session, signature, length, back, &size));
    CHECK(size == sizeof message - 1 && memcmp(back, message, size) == 0);
    signature[9] ^= 1;
    size = sizeof back;
    OK(p11->C_VerifyRecoverInit(session, &mechanism, public));
    EXPECT(CKR_SIGNATURE_INVALID, p11->C_VerifyRecover(session, signature, length, back, &size));
}

static void rsa(void) {
    CK_OBJECT_CLASS private_key = CKO_PRIVATE_KEY, public_key = CKO_PUBLIC_KEY;
    CK_ULONG bits = 2048;
    CK_OBJECT_HANDLE public, private;
    CK_MECHANISM generate = {CKM_RSA_PKCS_KEY_PAIR_GEN, NULL, 0};
    CK_ATTRIBUTE others[] = {VALUE(CKA_CLASS, public_key), VALUE(CKA_TOKEN, yes), VALUE(CKA_MODULUS_BITS, bits),
                             VALUE(CKA_VERIFY, yes), VALUE(CKA_VERIFY_RECOVER, yes)};
    CK_ATTRIBUTE mine[] = {VALUE(CKA_CLASS, private_key), VALUE(CKA_TOKEN, yes), VALUE(CKA_SIGN, yes),
                           VALUE(CKA_SIGN_RECOVER, yes)};
    OK(p11->C_GenerateKeyPair(session, &generate, others, COUNT(others), mine, COUNT(mine), &public, &private));
    token_key_signs((CK_MECHANISM){CKM_SHA256_RSA_PKCS, NULL, 0}, public, private);
    CK_RSA_PKCS_PSS_PARAMS pss = {CKM_SHA256, CKG_MGF1_SHA256, 32};
    token_key_signs((CK_MECHANISM){CKM_SHA256_RSA_PKCS_PSS, &pss, sizeof pss}, public, private);
    recovery(public, private);
    CK_MECHANISM short_pss = {CKM_SHA256_RSA_PKCS_PSS, &pss, sizeof pss - 1};
    EXPECT(CKR_MECHANISM_PARAM_INVALID, p11->C_SignInit(session, &short_pss, private));
    /* More than the modulus has room for. */
    CK_BYTE long_data[246] = {0}, signature[256];
    CK_ULONG length = sizeof signature;
    OK(p11->C_SignInit(session, &(CK_MECHANISM){CKM_RSA_PKCS, NULL, 0}, private));
    EXPECT(CKR_DATA_LEN_RANGE, p11->C_Sign(session, TEXT(long_data) + 1, signature, &length));
    puts("RSA");
}

int main(int argc, char **argv) {
    load(argc, argv);
    log_in_on_a_new_token();
    codes();
    of_the_standards();
    token_keys();
    rsa();
    return done();
}
