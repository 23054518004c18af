/*
 * The way of a C client: loads a PKCS#11 module by path and goes from a blank token to signatures, decryptions and
 * objects, then does what a careless client does. Compiled against the header of p11-kit, not against ours.
 *
 *     pkcs11_smoke MODULE [--no-fork]
 *
 * The only token must be blank. Without fork for memory checkers: a child never frees what its parent had.
 */
#include <dlfcn.h>
#include <p11-kit/pkcs11.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* docs/pkcs11-profile.md */
#define CKM_SM2_KEY_PAIR_GEN 0x80000B20UL
#define CKM_SM2_SM3 0x80000B22UL
#define CKM_SM2_ENCRYPT 0xD54B0004UL
#define CKM_SM3 0x80000B01UL

/* PKCS#11 3.0; this header is older. */
struct interface {
    char *name;
    CK_FUNCTION_LIST *list;
    CK_FLAGS flags;
};

static CK_FUNCTION_LIST *p11;
static CK_BYTE so_pin[] = "87654321";
static CK_BYTE user_pin[] = "12345678";
static CK_BBOOL yes = CK_TRUE;

/* Calls and stops with the line and the number when the result is another than expected. */
#define EXPECT(expected, call) expect((expected), (call), #call, __LINE__)
#define OK(call) EXPECT(CKR_OK, call)
#define CHECK(condition) check((condition) != 0, #condition, __LINE__)
#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define TEXT(array) array, sizeof(array) - 1

static void expect(CK_RV expected, CK_RV rv, const char *call, int line) {
    if (rv != expected) {
        fprintf(stderr, "line %d: %s gave 0x%lX, not 0x%lX\n", line, call, rv, expected);
        exit(1);
    }
}

static void check(int holds, const char *condition, int line) {
    if (!holds) {
        fprintf(stderr, "line %d: %s does not hold\n", line, condition);
        exit(1);
    }
}

static void *symbol(void *library, const char *name) {
    void *found = dlsym(library, name);
    if (found == NULL) {
        fprintf(stderr, "no %s\n", name);
        exit(1);
    }
    return found;
}

/* Behind the version (and its padding) stand `count` function pointers. */
static void no_function_is_missing(const void *list, size_t count) {
    void *const *functions = (void *const *)((const char *)list + sizeof(void *));
    for (size_t i = 0; i < count; i++) {
        if (functions[i] == NULL) {
            fprintf(stderr, "function %zu of %zu is NULL\n", i, count);
            exit(1);
        }
    }
}

static void load(const char *path) {
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        exit(1);
    }
    CK_RV (*get_list)(CK_FUNCTION_LIST **);
    *(void **)&get_list = symbol(library, "C_GetFunctionList");
    EXPECT(CKR_ARGUMENTS_BAD, get_list(NULL));
    OK(get_list(&p11));
    CHECK(p11->version.major == 2 && p11->version.minor == 40);
    no_function_is_missing(p11, 68);

    CK_RV (*get_interface)(CK_BYTE *, CK_VERSION *, struct interface **, CK_FLAGS);
    *(void **)&get_interface = symbol(library, "C_GetInterface");
    struct interface *newest = NULL;
    OK(get_interface(NULL, NULL, &newest, 0));
    CHECK(strcmp(newest->name, "PKCS 11") == 0 && newest->list->version.major == 3);
    no_function_is_missing(newest->list, 92);
    CK_BYTE unknown[] = "No such interface";
    EXPECT(CKR_FUNCTION_FAILED, get_interface(unknown, NULL, &newest, 0));
    puts("loaded, no function missing");
}

static CK_SLOT_ID find_slot(void) {
    CK_ULONG count = 0;
    OK(p11->C_GetSlotList(CK_TRUE, NULL, &count));
    CHECK(count == 1);
    CK_SLOT_ID slots[4] = {0};
    count = 0;
    EXPECT(CKR_BUFFER_TOO_SMALL, p11->C_GetSlotList(CK_TRUE, slots, &count));
    CHECK(count == 1);
    OK(p11->C_GetSlotList(CK_TRUE, slots, &count));
    return slots[0];
}

static CK_SESSION_HANDLE open_session(CK_SLOT_ID slot) {
    CK_SESSION_HANDLE session = 0;
    OK(p11->C_OpenSession(slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &session));
    CHECK(session != 0);
    return session;
}

static void initialize_token(CK_SLOT_ID slot) {
    CK_BYTE label[32];
    memset(label, ' ', sizeof label);
    memcpy(label, "smoke", 5);
    OK(p11->C_InitToken(slot, TEXT(so_pin), label));
    CK_SESSION_HANDLE session = open_session(slot);
    OK(p11->C_Login(session, CKU_SO, TEXT(so_pin)));
    OK(p11->C_InitPIN(session, TEXT(user_pin)));
    OK(p11->C_Logout(session));
    OK(p11->C_CloseSession(session));
    CK_TOKEN_INFO info;
    OK(p11->C_GetTokenInfo(slot, &info));
    CHECK(memcmp(info.label, label, sizeof label) == 0);
    CHECK((info.flags & CKF_TOKEN_INITIALIZED) && (info.flags & CKF_USER_PIN_INITIALIZED));
    puts("token initialised");
}

/* Signs a message in one part and in two, verifies both and an altered one. */
static void sign_and_verify(CK_SESSION_HANDLE session, CK_MECHANISM_TYPE type, CK_OBJECT_HANDLE public,
                            CK_OBJECT_HANDLE private) {
    CK_MECHANISM mechanism = {type, NULL, 0};
    CK_BYTE message[] = "the tender of the demo bidder";
    CK_BYTE signature[512];
    CK_ULONG needed = 0, length = 1;
    OK(p11->C_SignInit(session, &mechanism, private));
    EXPECT(CKR_OPERATION_ACTIVE, p11->C_SignInit(session, &mechanism, private));
    OK(p11->C_Sign(session, TEXT(message), NULL, &needed));
    EXPECT(CKR_BUFFER_TOO_SMALL, p11->C_Sign(session, TEXT(message), signature, &length));
    CHECK(length == needed && needed <= sizeof signature);
    OK(p11->C_Sign(session, TEXT(message), signature, &length));
    EXPECT(CKR_OPERATION_NOT_INITIALIZED, p11->C_Sign(session, TEXT(message), signature, &length));

    OK(p11->C_VerifyInit(session, &mechanism, public));
    OK(p11->C_VerifyUpdate(session, message, 10));
    OK(p11->C_VerifyUpdate(session, message + 10, sizeof message - 1 - 10));
    OK(p11->C_VerifyFinal(session, signature, length));

    OK(p11->C_SignInit(session, &mechanism, private));
    OK(p11->C_SignUpdate(session, message, 10));
    OK(p11->C_SignUpdate(session, message + 10, sizeof message - 1 - 10));
    length = sizeof signature;
    OK(p11->C_SignFinal(session, signature, &length));
    OK(p11->C_VerifyInit(session, &mechanism, public));
    OK(p11->C_Verify(session, TEXT(message), signature, length));

    signature[length - 1] ^= 1;
    OK(p11->C_VerifyInit(session, &mechanism, public));
    EXPECT(CKR_SIGNATURE_INVALID, p11->C_Verify(session, TEXT(message), signature, length));
}

static void encrypt_and_decrypt(CK_SESSION_HANDLE session, CK_MECHANISM_TYPE type, CK_OBJECT_HANDLE public,
                                CK_OBJECT_HANDLE private) {
    CK_MECHANISM mechanism = {type, NULL, 0};
    CK_BYTE key[] = "0123456789abcdef", cipher[512], plain[512];
    CK_ULONG cipher_length = sizeof cipher, length = 0;
    OK(p11->C_EncryptInit(session, &mechanism, public));
    OK(p11->C_Encrypt(session, TEXT(key), cipher, &cipher_length));
    OK(p11->C_DecryptInit(session, &mechanism, private));
    OK(p11->C_Decrypt(session, cipher, cipher_length, NULL, &length));
    CHECK(length >= sizeof key - 1 && length <= sizeof plain);
    OK(p11->C_Decrypt(session, cipher, cipher_length, plain, &length));
    CHECK(length == sizeof key - 1 && memcmp(plain, key, length) == 0);
}

static void sm2(CK_SESSION_HANDLE session) {
    CK_MECHANISM mechanism = {CKM_SM2_KEY_PAIR_GEN, NULL, 0};
    CK_BYTE label[] = "sm2";
    CK_ATTRIBUTE both[] = {{CKA_TOKEN, &yes, sizeof yes}, {CKA_LABEL, TEXT(label)}};
    CK_OBJECT_HANDLE public = 0, private = 0;
    OK(p11->C_GenerateKeyPair(session, &mechanism, both, COUNT(both), both, COUNT(both), &public, &private));
    sign_and_verify(session, CKM_SM2_SM3, public, private);
    encrypt_and_decrypt(session, CKM_SM2_ENCRYPT, public, private);

    CK_BYTE point[67];
    CK_ATTRIBUTE attribute = {CKA_EC_POINT, NULL, 0};
    OK(p11->C_GetAttributeValue(session, public, &attribute, 1));
    CHECK(attribute.ulValueLen == sizeof point);
    attribute.pValue = point;
    OK(p11->C_GetAttributeValue(session, public, &attribute, 1));
    CHECK(point[0] == 4 && point[1] == 65 && point[2] == 4);
    attribute.type = CKA_VALUE;
    EXPECT(CKR_ATTRIBUTE_SENSITIVE, p11->C_GetAttributeValue(session, private, &attribute, 1));
    CHECK(attribute.ulValueLen == CK_UNAVAILABLE_INFORMATION);
    puts("SM2 key made and used");
}

static void rsa(CK_SESSION_HANDLE session) {
    CK_MECHANISM mechanism = {CKM_RSA_PKCS_KEY_PAIR_GEN, NULL, 0};
    CK_ULONG bits = 2048;
    CK_BYTE label[] = "rsa";
    CK_ATTRIBUTE public_template[] = {
        {CKA_TOKEN, &yes, sizeof yes}, {CKA_LABEL, TEXT(label)}, {CKA_MODULUS_BITS, &bits, sizeof bits}};
    CK_ATTRIBUTE private_template[] = {{CKA_TOKEN, &yes, sizeof yes}, {CKA_LABEL, TEXT(label)}};
    CK_OBJECT_HANDLE public = 0, private = 0;
    OK(p11->C_GenerateKeyPair(session, &mechanism, public_template, COUNT(public_template), private_template,
                              COUNT(private_template), &public, &private));
    sign_and_verify(session, CKM_SHA256_RSA_PKCS, public, private);
    encrypt_and_decrypt(session, CKM_RSA_PKCS, public, private);
    OK(p11->C_DestroyObject(session, private));
    puts("RSA key made, used and destroyed");
}

static CK_ULONG objects(CK_SESSION_HANDLE session, CK_OBJECT_CLASS class) {
    CK_ATTRIBUTE template[] = {{CKA_CLASS, &class, sizeof class}};
    CK_OBJECT_HANDLE found[16];
    CK_ULONG count = 0, total = 0;
    OK(p11->C_FindObjectsInit(session, template, COUNT(template)));
    do {
        OK(p11->C_FindObjects(session, found, COUNT(found), &count));
        total += count;
    } while (count > 0);
    OK(p11->C_FindObjectsFinal(session));
    return total;
}

static void data_object(CK_SESSION_HANDLE session) {
    CK_OBJECT_CLASS class = CKO_DATA;
    CK_BYTE value[] = "seal", read[sizeof value] = {0};
    CK_ATTRIBUTE template[] = {
        {CKA_CLASS, &class, sizeof class}, {CKA_TOKEN, &yes, sizeof yes}, {CKA_VALUE, value, sizeof value}};
    CK_OBJECT_HANDLE object = 0;
    OK(p11->C_CreateObject(session, template, COUNT(template), &object));
    CHECK(objects(session, CKO_DATA) == 1);
    CK_ATTRIBUTE attribute = {CKA_VALUE, read, sizeof read};
    OK(p11->C_GetAttributeValue(session, object, &attribute, 1));
    CHECK(memcmp(read, value, sizeof value) == 0);
    OK(p11->C_DestroyObject(session, object));
    CHECK(objects(session, CKO_DATA) == 0);
    puts("data object written, read and destroyed");
}

static void digest_and_random(CK_SESSION_HANDLE session) {
    /* GB/T 32905, A.1 */
    static const CK_BYTE expected[32] = {0x66, 0xC7, 0xF0, 0xF4, 0x62, 0xEE, 0xED, 0xD9, 0xD1, 0xF2, 0xD4,
                                         0x6B, 0xDC, 0x10, 0xE4, 0xE2, 0x41, 0x67, 0xC4, 0x87, 0x5C, 0xF2,
                                         0xF7, 0xA2, 0x29, 0x7D, 0xA0, 0x2B, 0x8F, 0x4B, 0xA8, 0xE0};
    CK_MECHANISM mechanism = {CKM_SM3, NULL, 0};
    CK_BYTE abc[] = "abc", digest[32], random[2][32] = {{0}};
    CK_ULONG length = sizeof digest;
    OK(p11->C_DigestInit(session, &mechanism));
    OK(p11->C_Digest(session, TEXT(abc), digest, &length));
    CHECK(length == 32 && memcmp(digest, expected, 32) == 0);
    OK(p11->C_GenerateRandom(session, random[0], 32));
    OK(p11->C_GenerateRandom(session, random[1], 32));
    CHECK(memcmp(random[0], random[1], 32) != 0);
    puts("digest and random bytes");
}

/* None of this may crash, whatever it answers; where the answer is certain it is checked. */
static void careless(CK_SLOT_ID slot, CK_SESSION_HANDLE session) {
    CK_MECHANISM unknown = {0x80123456UL, NULL, 0}, no_parameter = {CKM_SM3, NULL, ~0UL};
    CK_ULONG length = 0, count = 0;
    CK_BYTE byte = 0;
    EXPECT(CKR_ARGUMENTS_BAD, p11->C_GetInfo(NULL));
    EXPECT(CKR_ARGUMENTS_BAD, p11->C_GetSlotList(CK_TRUE, NULL, NULL));
    EXPECT(CKR_SLOT_ID_INVALID, p11->C_GetTokenInfo(~0UL, (CK_TOKEN_INFO *)&unknown));
    EXPECT(CKR_ARGUMENTS_BAD, p11->C_GetTokenInfo(slot, NULL));
    EXPECT(CKR_SESSION_HANDLE_INVALID, p11->C_CloseSession(0));
    EXPECT(CKR_SESSION_HANDLE_INVALID, p11->C_CloseSession(~0UL));
    EXPECT(CKR_ARGUMENTS_BAD, p11->C_GenerateRandom(session, NULL, 32));
    EXPECT(CKR_ARGUMENTS_BAD, p11->C_DigestInit(session, NULL));
    EXPECT(CKR_MECHANISM_INVALID, p11->C_DigestInit(session, &unknown));
    CHECK(p11->C_DigestInit(session, &no_parameter) != CKR_OK);
    EXPECT(CKR_OPERATION_NOT_INITIALIZED, p11->C_DigestFinal(session, &byte, &length));
    CHECK(p11->C_Login(session, CKU_USER, NULL, 8) != CKR_OK);
    CHECK(p11->C_FindObjectsInit(session, NULL, ~0UL) != CKR_OK);
    CK_ATTRIBUTE absurd = {CKA_LABEL, &byte, ~0UL};
    CHECK(p11->C_FindObjectsInit(session, &absurd, 1) != CKR_OK);
    CHECK(p11->C_CreateObject(session, &absurd, 1, &count) != CKR_OK);
    EXPECT(CKR_OBJECT_HANDLE_INVALID, p11->C_DestroyObject(session, ~0UL));
    EXPECT(CKR_KEY_HANDLE_INVALID, p11->C_SignInit(session, &(CK_MECHANISM){CKM_SM2_SM3, NULL, 0}, ~0UL));
    puts("careless calls are refused");
}

/* A child has nothing of its parent's state, and its own start and end disturb nobody. */
static void child_of_a_fork(CK_SESSION_HANDLE parents) {
    CK_SESSION_INFO info;
    EXPECT(CKR_CRYPTOKI_NOT_INITIALIZED, p11->C_GetSessionInfo(parents, &info));
    OK(p11->C_Initialize(NULL));
    CK_SESSION_HANDLE session = open_session(find_slot());
    CHECK(objects(session, CKO_PRIVATE_KEY) == 0);
    OK(p11->C_Login(session, CKU_USER, TEXT(user_pin)));
    CHECK(objects(session, CKO_PRIVATE_KEY) == 1);
    OK(p11->C_Finalize(NULL));
}

static void fork_and_wait(CK_SESSION_HANDLE session) {
    fflush(stdout);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        child_of_a_fork(session);
        _exit(0);
    }
    int status = -1;
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    CHECK(objects(session, CKO_PRIVATE_KEY) == 1);
    puts("a forked child starts anew, its parent goes on");
}

int main(int argc, char **argv) {
    int may_fork = argc == 2;
    if (argc != 2 && !(argc == 3 && strcmp(argv[2], "--no-fork") == 0)) {
        fprintf(stderr, "usage: pkcs11_smoke MODULE [--no-fork]\n");
        return 2;
    }
    load(argv[1]);
    EXPECT(CKR_CRYPTOKI_NOT_INITIALIZED, p11->C_Finalize(NULL));
    OK(p11->C_Initialize(NULL));
    EXPECT(CKR_CRYPTOKI_ALREADY_INITIALIZED, p11->C_Initialize(NULL));
    CK_SLOT_ID slot = find_slot();
    initialize_token(slot);
    CK_SESSION_HANDLE session = open_session(slot);
    EXPECT(CKR_PIN_INCORRECT, p11->C_Login(session, CKU_USER, TEXT(so_pin)));
    OK(p11->C_Login(session, CKU_USER, TEXT(user_pin)));
    EXPECT(CKR_USER_ALREADY_LOGGED_IN, p11->C_Login(session, CKU_USER, TEXT(user_pin)));
    sm2(session);
    rsa(session);
    data_object(session);
    digest_and_random(session);
    careless(slot, session);
    if (may_fork) {
        fork_and_wait(session);
    }
    OK(p11->C_Logout(session));
    CHECK(objects(session, CKO_PRIVATE_KEY) == 0);
    OK(p11->C_CloseAllSessions(slot));
    EXPECT(CKR_SESSION_HANDLE_INVALID, p11->C_CloseSession(session));
    OK(p11->C_Finalize(NULL));
    /* A second life. */
    OK(p11->C_Initialize(NULL));
    CHECK(find_slot() == slot);
    OK(p11->C_Finalize(NULL));
    puts("done");
    return 0;
}
