/*
 * The chapter on encryption: values of the standards, parts and buffers of every size, padding, authenticated
 * encryption, dual functions, and token keys that decrypt.
 *
 *     pkcs11_encrypt MODULE
 */
#include "pkcs11_client.h"

/* SP 800-38A */
#define BLOCK "6bc1bee22e409f96e93d7e117393172a"
#define KEY_128 "2b7e151628aed2a6abf7158809cf4f3c"
#define KEY_256 "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4"
#define IV "000102030405060708090a0b0c0d0e0f"

/* One known ciphertext, both ways, in one call and in parts, with buffers of exactly the size. */
static void known(CK_MECHANISM mechanism, CK_KEY_TYPE type, const char *key_digits, const char *plain_digits,
                  const char *expected) {
    CK_OBJECT_HANDLE key = secret_key(type, key_digits);
    CK_ULONG plain_size = strlen(plain_digits) / 2, size = strlen(expected) / 2, length = 0, part, last;
    CK_BYTE *plain = hex(plain_digits), *cipher = malloc(size), *back = malloc(plain_size);
    OK(p11->C_EncryptInit(session, &mechanism, key));
    OK(p11->C_Encrypt(session, plain, plain_size, NULL, &length));
    CHECK(length >= size);
    length = size - 1;
    EXPECT(CKR_BUFFER_TOO_SMALL, p11->C_Encrypt(session, plain, plain_size, cipher, &length));
    length = size;
    OK(p11->C_Encrypt(session, plain, plain_size, cipher, &length));
    CHECK(length == size);
    SAME(cipher, expected);
    OK(p11->C_DecryptInit(session, &mechanism, key));
    length = plain_size;
    OK(p11->C_Decrypt(session, cipher, size, back, &length));
    CHECK(length == plain_size && memcmp(back, plain, plain_size) == 0);
    memset(cipher, 0, size);
    OK(p11->C_EncryptInit(session, &mechanism, key));
    part = size;
    OK(p11->C_EncryptUpdate(session, plain, 3, cipher, &part));
    last = size - part;
    OK(p11->C_EncryptUpdate(session, plain + 3, plain_size - 3, cipher + part, &last));
    part += last;
    last = size - part;
    OK(p11->C_EncryptFinal(session, cipher + part, &last));
    CHECK(part + last == size);
    SAME(cipher, expected);
    OK(p11->C_DestroyObject(session, key));
    free(plain);
    free(cipher);
    free(back);
}

static void of_the_standards(void) {
    CK_BYTE *iv = hex(IV), *nonce = hex("000000000000000000000000");
    known((CK_MECHANISM){CKM_AES_ECB, NULL, 0}, CKK_AES, KEY_128, BLOCK, "3ad77bb40d7a3660a89ecaf32466ef97");
    known((CK_MECHANISM){CKM_AES_CBC, iv, 16}, CKK_AES, KEY_128, BLOCK, "7649abac8119b246cee98e9b12e9197d");
    known((CK_MECHANISM){CKM_AES_CBC, iv, 16}, CKK_AES, KEY_256, BLOCK, "f58c4c04d6e5f1ba779eabfb5f7bfbd6");
    CK_AES_CTR_PARAMS counter = {128, {0xf0, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9, 0xfa, 0xfb,
                                       0xfc, 0xfd, 0xfe, 0xff}};
    known((CK_MECHANISM){CKM_AES_CTR, &counter, sizeof counter}, CKK_AES, KEY_128, BLOCK,
          "874d6191b620e3261bef6864990db6ce");
    /* McGrew and Viega, test case 2 */
    CK_GCM_PARAMS gcm = {nonce, 12, 96, NULL, 0, 128};
    known((CK_MECHANISM){CKM_AES_GCM, &gcm, sizeof gcm}, CKK_AES, "00000000000000000000000000000000",
          "00000000000000000000000000000000", "0388dace60b6a392f328c2b971b2fe78ab6e47d42cec13bdf53a67b21257bddf");
    /* GB/T 32907, example 1 */
    known((CK_MECHANISM){CKM_SM4_ECB, NULL, 0}, CKK_SM4, "0123456789abcdeffedcba9876543210",
          "0123456789abcdeffedcba9876543210", "681edf34d206965e86b3e94f536e4246");
    free(iv);
    free(nonce);
    puts("ciphertexts of the standards");
}

/* Every length up to three blocks goes there and back; bytes that do not fill a block are refused without padding. */
static void padding(void) {
    CK_OBJECT_HANDLE key = secret_key(CKK_AES, KEY_256);
    CK_BYTE *iv = hex(IV), data[48], cipher[64], back[64];
    CK_MECHANISM mechanism = {CKM_AES_CBC_PAD, iv, 16}, plain = {CKM_AES_CBC, iv, 16};
    CK_ULONG length, size;
    memset(data, 0xA5, sizeof data);
    for (CK_ULONG count = 0; count <= sizeof data; count++) {
        length = sizeof cipher;
        OK(p11->C_EncryptInit(session, &mechanism, key));
        OK(p11->C_Encrypt(session, data, count, cipher, &length));
        CHECK(length == (count / 16 + 1) * 16);
        size = sizeof back;
        OK(p11->C_DecryptInit(session, &mechanism, key));
        OK(p11->C_Decrypt(session, cipher, length, back, &size));
        CHECK(size == count && memcmp(back, data, count) == 0);
    }
    length = sizeof cipher;
    OK(p11->C_EncryptInit(session, &plain, key));
    EXPECT(CKR_DATA_LEN_RANGE, p11->C_Encrypt(session, data, 17, cipher, &length));
    length = sizeof back;
    OK(p11->C_DecryptInit(session, &mechanism, key));
    EXPECT(CKR_ENCRYPTED_DATA_LEN_RANGE, p11->C_Decrypt(session, cipher, 17, back, &length));
    memset(cipher, 0, 16);
    length = sizeof back;
    OK(p11->C_DecryptInit(session, &mechanism, key));
    EXPECT(CKR_ENCRYPTED_DATA_INVALID, p11->C_Decrypt(session, cipher, 16, back, &length));
    mechanism.ulParameterLen = 15;
    EXPECT(CKR_MECHANISM_PARAM_INVALID, p11->C_EncryptInit(session, &mechanism, key));
    free(iv);
    puts("padding");
}

/* What was altered does not come out: neither text nor tag nor additional data. */
static void authenticated(void) {
    CK_OBJECT_HANDLE key = secret_key(CKK_AES, KEY_256);
    CK_BYTE nonce[12] = {1}, more[20] = {2}, plain[33] = {3}, cipher[49], back[33];
    CK_GCM_PARAMS gcm = {nonce, sizeof nonce, 96, more, sizeof more, 128};
    CK_MECHANISM mechanism = {CKM_AES_GCM, &gcm, sizeof gcm};
    CK_ULONG length = sizeof cipher, size = sizeof back;
    OK(p11->C_EncryptInit(session, &mechanism, key));
    OK(p11->C_Encrypt(session, plain, sizeof plain, cipher, &length));
    CHECK(length == sizeof cipher);
    OK(p11->C_DecryptInit(session, &mechanism, key));
    OK(p11->C_Decrypt(session, cipher, length, back, &size));
    CHECK(size == sizeof plain && memcmp(back, plain, size) == 0);
    for (size_t i = 0; i < sizeof cipher; i += 16) {
        memset(back, 0xEE, sizeof back);
        size = sizeof back;
        cipher[i] ^= 0x80;
        OK(p11->C_DecryptInit(session, &mechanism, key));
        EXPECT(CKR_ENCRYPTED_DATA_INVALID, p11->C_Decrypt(session, cipher, length, back, &size));
        CHECK(back[0] == 0xEE && back[32] == 0xEE);
        cipher[i] ^= 0x80;
    }
    more[19] ^= 1;
    size = sizeof back;
    OK(p11->C_DecryptInit(session, &mechanism, key));
    EXPECT(CKR_ENCRYPTED_DATA_INVALID, p11->C_Decrypt(session, cipher, length, back, &size));
    puts("authenticated encryption");
}

/* Both operations of a dual function see the same bytes. */
static void two_at_once(void) {
    CK_OBJECT_HANDLE key = secret_key(CKK_AES, KEY_256);
    CK_BYTE *iv = hex(IV), plain[64] = {7}, cipher[64], back[64], digests[2][32];
    CK_MECHANISM aes = {CKM_AES_CBC, iv, 16}, sha = {CKM_SHA256, NULL, 0};
    CK_ULONG length = sizeof cipher, rest = 0;
    OK(p11->C_DigestInit(session, &sha));
    EXPECT(CKR_OPERATION_NOT_INITIALIZED,
           p11->C_DigestEncryptUpdate(session, plain, sizeof plain, cipher, &length));
    /* An error other than too small a buffer ends what was going on. */
    OK(p11->C_DigestInit(session, &sha));
    OK(p11->C_EncryptInit(session, &aes, key));
    OK(p11->C_DigestEncryptUpdate(session, plain, sizeof plain, cipher, &length));
    CHECK(length == sizeof cipher);
    CK_ULONG size = 32;
    OK(p11->C_EncryptFinal(session, NULL, &rest));
    OK(p11->C_EncryptFinal(session, back, &rest));
    OK(p11->C_DigestFinal(session, digests[0], &size));
    OK(p11->C_DigestInit(session, &sha));
    OK(p11->C_DecryptInit(session, &aes, key));
    length = sizeof back;
    OK(p11->C_DecryptDigestUpdate(session, cipher, sizeof cipher, back, &length));
    CHECK(length == sizeof plain && memcmp(back, plain, length) == 0);
    rest = 0;
    OK(p11->C_DecryptFinal(session, cipher, &rest));
    OK(p11->C_DigestFinal(session, digests[1], &size));
    CHECK(memcmp(digests[0], digests[1], 32) == 0);
    free(iv);
    puts("two at once");
}

static void token_key(void) {
    CK_MECHANISM generate = {CKM_RSA_PKCS_KEY_PAIR_GEN, NULL, 0};
    CK_ULONG bits = 2048, length = 256, size = 32;
    CK_OBJECT_HANDLE public, private;
    CK_ATTRIBUTE others[] = {VALUE(CKA_TOKEN, yes), VALUE(CKA_ENCRYPT, yes), VALUE(CKA_MODULUS_BITS, bits)};
    CK_ATTRIBUTE mine[] = {VALUE(CKA_TOKEN, yes), VALUE(CKA_DECRYPT, yes)};
    OK(p11->C_GenerateKeyPair(session, &generate, others, COUNT(others), mine, COUNT(mine), &public, &private));
    CK_BYTE key[32] = {9}, cipher[256], back[256], label[] = "label";
    CK_RSA_PKCS_OAEP_PARAMS oaep = {CKM_SHA256, CKG_MGF1_SHA256, CKZ_DATA_SPECIFIED, TEXT(label)};
    CK_MECHANISM mechanism = {CKM_RSA_PKCS_OAEP, &oaep, sizeof oaep};
    OK(p11->C_EncryptInit(session, &mechanism, public));
    OK(p11->C_Encrypt(session, key, sizeof key, cipher, &length));
    OK(p11->C_DecryptInit(session, &mechanism, private));
    size = sizeof back;
    OK(p11->C_Decrypt(session, cipher, length, back, &size));
    CHECK(size == sizeof key && memcmp(back, key, size) == 0);
    oaep.source_data_len = 4;
    size = sizeof back;
    OK(p11->C_DecryptInit(session, &mechanism, private));
    EXPECT(CKR_ENCRYPTED_DATA_INVALID, p11->C_Decrypt(session, cipher, length, back, &size));
    OK(p11->C_DecryptInit(session, &mechanism, private));
    size = sizeof back;
    EXPECT(CKR_ENCRYPTED_DATA_LEN_RANGE, p11->C_Decrypt(session, cipher, length - 1, back, &size));
    EXPECT(CKR_OPERATION_NOT_INITIALIZED, p11->C_Decrypt(session, cipher, length, back, &size));
    puts("a key of the token");
}

int main(int argc, char **argv) {
    load(argc, argv);
    log_in_on_a_new_token();
    of_the_standards();
    padding();
    authenticated();
    two_at_once();
    token_key();
    return done();
}
