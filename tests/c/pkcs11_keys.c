/*
 * The chapter on keys: generating, wrapping, unwrapping and deriving them, with values of the standards, and what a
 * key's attributes forbid.
 *
 *     pkcs11_keys MODULE
 */
#include "pkcs11_client.h"

static CK_OBJECT_CLASS secret = CKO_SECRET_KEY;
static CK_KEY_TYPE aes = CKK_AES, generic = CKK_GENERIC_SECRET;

static void is(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type, CK_BBOOL expected) {
    CK_BBOOL found = 2;
    CK_ATTRIBUTE wanted = VALUE(type, found);
    OK(p11->C_GetAttributeValue(session, object, &wanted, 1));
    CHECK(found == expected);
}

static void generated(CK_BBOOL *token) {
    CK_MECHANISM mechanism = {CKM_AES_KEY_GEN, NULL, 0};
    CK_ULONG size = 32, wrong = 31;
    CK_ATTRIBUTE template[] = {{CKA_TOKEN, token, sizeof *token}, VALUE(CKA_VALUE_LEN, size),
                               VALUE(CKA_SENSITIVE, yes), VALUE(CKA_EXTRACTABLE, no)};
    CK_OBJECT_HANDLE key;
    OK(p11->C_GenerateKey(session, &mechanism, template, COUNT(template), &key));
    is(key, CKA_LOCAL, CK_TRUE);
    is(key, CKA_ALWAYS_SENSITIVE, CK_TRUE);
    is(key, CKA_NEVER_EXTRACTABLE, CK_TRUE);
    CK_BYTE value[32];
    CK_ATTRIBUTE wanted = BYTES(CKA_VALUE, value);
    EXPECT(CKR_ATTRIBUTE_SENSITIVE, p11->C_GetAttributeValue(session, key, &wanted, 1));
    OK(p11->C_DestroyObject(session, key));
    template[1].pValue = &wrong;
    CHECK(p11->C_GenerateKey(session, &mechanism, template, COUNT(template), &key) != CKR_OK);
    EXPECT(CKR_TEMPLATE_INCOMPLETE, p11->C_GenerateKey(session, &mechanism, template, 1, &key));
    puts("generated");
}

/* RFC 3394, 4.1 */
static void wrapped_as_in_the_standard(void) {
    CK_MECHANISM mechanism = {CKM_AES_KEY_WRAP, NULL, 0};
    CK_OBJECT_HANDLE with = secret_key(CKK_AES, "000102030405060708090a0b0c0d0e0f"), back;
    CK_OBJECT_HANDLE key = secret_key(CKK_AES, "00112233445566778899aabbccddeeff");
    const char *expected = "1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5";
    CK_ULONG length = 0;
    OK(p11->C_WrapKey(session, &mechanism, with, key, NULL, &length));
    CHECK(length == 24);
    CK_BYTE *bytes = malloc(length);
    length = 23;
    EXPECT(CKR_BUFFER_TOO_SMALL, p11->C_WrapKey(session, &mechanism, with, key, bytes, &length));
    OK(p11->C_WrapKey(session, &mechanism, with, key, bytes, &length));
    SAME(bytes, expected);
    CK_ATTRIBUTE template[] = {VALUE(CKA_CLASS, secret), VALUE(CKA_KEY_TYPE, aes), VALUE(CKA_SENSITIVE, no),
                               VALUE(CKA_EXTRACTABLE, yes)};
    OK(p11->C_UnwrapKey(session, &mechanism, with, bytes, length, template, COUNT(template), &back));
    has_value(back, "00112233445566778899aabbccddeeff");
    is(back, CKA_LOCAL, CK_FALSE);
    is(back, CKA_ALWAYS_SENSITIVE, CK_FALSE);
    bytes[5] ^= 1;
    EXPECT(CKR_WRAPPED_KEY_INVALID,
           p11->C_UnwrapKey(session, &mechanism, with, bytes, length, template, COUNT(template), &back));
    EXPECT(CKR_WRAPPED_KEY_LEN_RANGE,
           p11->C_UnwrapKey(session, &mechanism, with, bytes, length - 1, template, COUNT(template), &back));
    free(bytes);
    puts("wrapped and unwrapped");
}

static void not_to_be_wrapped(void) {
    CK_MECHANISM mechanism = {CKM_AES_KEY_WRAP, NULL, 0};
    CK_OBJECT_HANDLE with = secret_key(CKK_AES, "000102030405060708090a0b0c0d0e0f");
    CK_BYTE value[16] = {1}, room[64];
    CK_ULONG length = sizeof room;
    CK_ATTRIBUTE fixed[] = {VALUE(CKA_CLASS, secret), VALUE(CKA_KEY_TYPE, aes), BYTES(CKA_VALUE, value),
                            VALUE(CKA_EXTRACTABLE, no)};
    CK_OBJECT_HANDLE key = create(fixed, COUNT(fixed));
    EXPECT(CKR_KEY_UNEXTRACTABLE, p11->C_WrapKey(session, &mechanism, with, key, room, &length));
    fixed[3] = (CK_ATTRIBUTE)VALUE(CKA_WRAP_WITH_TRUSTED, yes);
    CK_ATTRIBUTE extractable = VALUE(CKA_EXTRACTABLE, yes);
    CK_ATTRIBUTE trusting[] = {fixed[0], fixed[1], fixed[2], fixed[3], extractable};
    key = create(trusting, COUNT(trusting));
    EXPECT(CKR_KEY_NOT_WRAPPABLE, p11->C_WrapKey(session, &mechanism, with, key, room, &length));
    CK_ATTRIBUTE never = VALUE(CKA_WRAP, no);
    OK(p11->C_SetAttributeValue(session, with, &never, 1));
    EXPECT(CKR_KEY_FUNCTION_NOT_PERMITTED, p11->C_WrapKey(session, &mechanism, with, with, room, &length));
    puts("not to be wrapped");
}

/* A private key goes out wrapped and comes back, and signs what its public key verifies. */
static void private_key_wrapped(void) {
    static CK_BYTE p256[] = {0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07};
    CK_MECHANISM generate = {CKM_EC_KEY_PAIR_GEN, NULL, 0}, wrap = {CKM_AES_KEY_WRAP_PAD, NULL, 0};
    CK_MECHANISM ecdsa = {CKM_ECDSA, NULL, 0};
    CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
    CK_KEY_TYPE ec = CKK_EC;
    CK_ATTRIBUTE others[] = {BYTES(CKA_EC_PARAMS, p256), VALUE(CKA_VERIFY, yes)};
    CK_ATTRIBUTE mine[] = {VALUE(CKA_EXTRACTABLE, yes), VALUE(CKA_SIGN, yes)};
    CK_OBJECT_HANDLE public, private, back, with = secret_key(CKK_AES, "000102030405060708090a0b0c0d0e0f");
    OK(p11->C_GenerateKeyPair(session, &generate, others, COUNT(others), mine, COUNT(mine), &public, &private));
    CK_BYTE wrapped[512], digest[32] = {5}, signature[64];
    CK_ULONG length = sizeof wrapped, size = sizeof signature;
    OK(p11->C_WrapKey(session, &wrap, with, private, wrapped, &length));
    OK(p11->C_DestroyObject(session, private));
    CK_ATTRIBUTE template[] = {VALUE(CKA_CLASS, class), VALUE(CKA_KEY_TYPE, ec), VALUE(CKA_SIGN, yes)};
    OK(p11->C_UnwrapKey(session, &wrap, with, wrapped, length, template, COUNT(template), &back));
    OK(p11->C_SignInit(session, &ecdsa, back));
    OK(p11->C_Sign(session, digest, sizeof digest, signature, &size));
    OK(p11->C_VerifyInit(session, &ecdsa, public));
    OK(p11->C_Verify(session, digest, sizeof digest, signature, size));
    puts("a private key, wrapped");
}

static CK_OBJECT_HANDLE derive(CK_MECHANISM mechanism, CK_OBJECT_HANDLE base, CK_ULONG size) {
    CK_OBJECT_HANDLE key = 0;
    CK_ATTRIBUTE template[] = {VALUE(CKA_CLASS, secret), VALUE(CKA_KEY_TYPE, generic), VALUE(CKA_SENSITIVE, no),
                               VALUE(CKA_EXTRACTABLE, yes), VALUE(CKA_VALUE_LEN, size)};
    OK(p11->C_DeriveKey(session, &mechanism, base, template, COUNT(template), &key));
    return key;
}

static void derived_from_bytes(void) {
    CK_OBJECT_HANDLE base = secret_key(CKK_GENERIC_SECRET, "616263"), other = secret_key(CKK_GENERIC_SECRET, "64");
    CK_BYTE bytes[] = {0x01, 0x02, 0x03};
    CK_KEY_DERIVATION_STRING_DATA data = {bytes, sizeof bytes};
    CK_ULONG from = 8;
    has_value(derive((CK_MECHANISM){CKM_SHA256_KEY_DERIVATION, NULL, 0}, base, 32),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    has_value(derive((CK_MECHANISM){CKM_CONCATENATE_BASE_AND_KEY, &other, sizeof other}, base, 4), "61626364");
    has_value(derive((CK_MECHANISM){CKM_CONCATENATE_BASE_AND_DATA, &data, sizeof data}, base, 6), "616263010203");
    has_value(derive((CK_MECHANISM){CKM_CONCATENATE_DATA_AND_BASE, &data, sizeof data}, base, 6), "010203616263");
    has_value(derive((CK_MECHANISM){CKM_XOR_BASE_AND_DATA, &data, sizeof data}, base, 3), "606060");
    has_value(derive((CK_MECHANISM){CKM_EXTRACT_KEY_FROM_KEY, &from, sizeof from}, base, 2), "6263");
    puts("derived from bytes");
}

/* RFC 5903, 8.1 */
static void agreed(void) {
    CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
    CK_KEY_TYPE ec = CKK_EC;
    CK_BYTE *curve = hex("06082a8648ce3d030107");
    CK_BYTE *mine = hex("c88f01f510d9ac3f70a292daa2316de544e9aab8afe84049c62a9c57862d1433");
    CK_BYTE *theirs = hex("04d12dfb5289c8d4f81208b70270398c342296970a0bccb74c736fc7554494bf63"
                          "56fbf3ca366cc23e8157854c13c58d6aac23f046ada30f8353e74f33039872ab");
    CK_ATTRIBUTE template[] = {VALUE(CKA_CLASS, class), VALUE(CKA_KEY_TYPE, ec), {CKA_EC_PARAMS, curve, 10},
                               {CKA_VALUE, mine, 32}, VALUE(CKA_DERIVE, yes)};
    CK_OBJECT_HANDLE key = create(template, COUNT(template)), secret_of_both;
    CK_ECDH1_DERIVE_PARAMS parameters = {CKD_NULL, 0, NULL, 65, theirs};
    CK_MECHANISM mechanism = {CKM_ECDH1_DERIVE, &parameters, sizeof parameters};
    has_value(derive(mechanism, key, 32), "d6840f6b42f6edafd13116e0e12565202fef8e9ece7dce03812464d04b9442de");
    /* No point of the curve. */
    theirs[40] ^= 1;
    CK_ATTRIBUTE wanted[] = {VALUE(CKA_CLASS, secret), VALUE(CKA_KEY_TYPE, generic)};
    CHECK(p11->C_DeriveKey(session, &mechanism, key, wanted, COUNT(wanted), &secret_of_both) != CKR_OK);
    theirs[40] ^= 1;
    parameters.public_data_len = 64;
    CHECK(p11->C_DeriveKey(session, &mechanism, key, wanted, COUNT(wanted), &secret_of_both) != CKR_OK);
    free(curve);
    free(mine);
    free(theirs);
    puts("agreed");
}

int main(int argc, char **argv) {
    load(argc, argv);
    log_in_on_a_new_token();
    generated(&no);
    generated(&yes);
    wrapped_as_in_the_standard();
    not_to_be_wrapped();
    private_key_wrapped();
    derived_from_bytes();
    agreed();
    return done();
}
