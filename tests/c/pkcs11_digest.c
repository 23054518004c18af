/*
 * The chapter on digests: values of the standards in one call, in parts and over a key, and what may not be mixed.
 *
 *     pkcs11_digest MODULE
 */
#include "pkcs11_client.h"

static CK_BYTE abc[] = "abc";

/* FIPS 180-4 and 202, GB/T 32905: digests of "abc" */
static const struct {
    CK_MECHANISM_TYPE type;
    const char *digest;
} known[] = {
    {CKM_SHA_1, "a9993e364706816aba3e25717850c26c9cd0d89d"},
    {CKM_SHA256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {CKM_SHA512, "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                 "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
    {CKM_SHA3_256_OF_3_0, "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"},
    {CKM_SM3, "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"},
};

static void in_one_call(CK_MECHANISM_TYPE type, const char *digest) {
    CK_MECHANISM mechanism = {type, NULL, 0};
    CK_ULONG size = strlen(digest) / 2, length = 0;
    CK_BYTE *room = malloc(size);
    OK(p11->C_DigestInit(session, &mechanism));
    EXPECT(CKR_OPERATION_ACTIVE, p11->C_DigestInit(session, &mechanism));
    OK(p11->C_Digest(session, TEXT(abc), NULL, &length));
    CHECK(length == size);
    length = size - 1;
    EXPECT(CKR_BUFFER_TOO_SMALL, p11->C_Digest(session, TEXT(abc), room, &length));
    CHECK(length == size);
    OK(p11->C_Digest(session, TEXT(abc), room, &length));
    SAME(room, digest);
    EXPECT(CKR_OPERATION_NOT_INITIALIZED, p11->C_Digest(session, TEXT(abc), room, &length));
    free(room);
}

static void in_parts(CK_MECHANISM_TYPE type, const char *digest) {
    CK_MECHANISM mechanism = {type, NULL, 0};
    CK_ULONG size = strlen(digest) / 2, length = size;
    CK_BYTE *room = malloc(size);
    OK(p11->C_DigestInit(session, &mechanism));
    OK(p11->C_DigestUpdate(session, abc, 0));
    for (int i = 0; i < 3; i++) {
        OK(p11->C_DigestUpdate(session, abc + i, 1));
    }
    length = 1;
    EXPECT(CKR_BUFFER_TOO_SMALL, p11->C_DigestFinal(session, room, &length));
    OK(p11->C_DigestFinal(session, room, &length));
    CHECK(length == size);
    SAME(room, digest);
    EXPECT(CKR_OPERATION_NOT_INITIALIZED, p11->C_DigestUpdate(session, abc, 1));
    free(room);
}

static void of_a_key(void) {
    CK_MECHANISM mechanism = {CKM_SHA256, NULL, 0};
    CK_BYTE room[32];
    CK_ULONG length = sizeof room;
    CK_OBJECT_HANDLE key = secret_key(CKK_GENERIC_SECRET, "6263");
    OK(p11->C_DigestInit(session, &mechanism));
    OK(p11->C_DigestUpdate(session, abc, 1));
    OK(p11->C_DigestKey(session, key));
    OK(p11->C_DigestFinal(session, room, &length));
    SAME(room, known[1].digest);
    OK(p11->C_DigestInit(session, &mechanism));
    EXPECT(CKR_KEY_HANDLE_INVALID, p11->C_DigestKey(session, ~0UL));
    puts("of a key");
}

/* FIPS 180-4: a million times "a", in parts of every size. */
static void of_a_million(void) {
    CK_MECHANISM mechanism = {CKM_SHA256, NULL, 0};
    CK_BYTE *part = malloc(1500), room[32];
    CK_ULONG left = 1000000, length = sizeof room;
    memset(part, 'a', 1500);
    OK(p11->C_DigestInit(session, &mechanism));
    for (CK_ULONG size = 1; left > 0; size = size % 1500 + 1) {
        CK_ULONG take = size < left ? size : left;
        OK(p11->C_DigestUpdate(session, part, take));
        left -= take;
    }
    OK(p11->C_DigestFinal(session, room, &length));
    SAME(room, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    free(part);
    puts("of a million bytes");
}

int main(int argc, char **argv) {
    load(argc, argv);
    log_in_on_a_new_token();
    for (size_t i = 0; i < COUNT(known); i++) {
        in_one_call(known[i].type, known[i].digest);
        in_parts(known[i].type, known[i].digest);
    }
    of_a_million();
    of_a_key();
    return done();
}
