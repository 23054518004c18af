/*
 * What every chapter begins with: a module loaded by path, checks that stop with the line, bytes from hexadecimal
 * digits, and a session of the user on a token that was blank. Compiled against the header of p11-kit, not ours.
 */
#ifndef PKCS11_CLIENT_H
#define PKCS11_CLIENT_H

#include <dlfcn.h>
#include <p11-kit/pkcs11.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Calls and stops with the line and the number when the result is another than expected. */
#define EXPECT(expected, call) expect((expected), (call), #call, __LINE__)
#define OK(call) EXPECT(CKR_OK, call)
#define CHECK(condition) check((condition) != 0, #condition, __LINE__)
#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define TEXT(array) array, sizeof(array) - 1
/* An attribute of a variable, of a byte array, of a text. */
#define VALUE(type, variable) {(type), &(variable), sizeof(variable)}
#define BYTES(type, array) {(type), (array), sizeof(array)}
#define NAME(type, text) {(type), (text), sizeof(text) - 1}
#define SAME(bytes, digits) same((bytes), (digits), __LINE__)

/* docs/pkcs11-profile.md, and PKCS#11 3.0, which is newer than the header */
#define CKM_SM2_KEY_PAIR_GEN 0x80000B20UL
#define CKM_SM2 0x80000B21UL
#define CKM_SM2_SM3 0x80000B22UL
#define CKM_SM3 0x80000B01UL
#define CKM_SM4_ECB 0x80000B11UL
#define CKK_SM4 0x80000015UL
#define CKK_SM2 0x80000016UL
#define CKM_SHA3_256_OF_3_0 0x2B0UL

static CK_FUNCTION_LIST *p11;
static CK_SESSION_HANDLE session;
static CK_BYTE so_pin[] = "87654321";
static CK_BYTE user_pin[] = "12345678";
static CK_BBOOL yes = CK_TRUE, no = CK_FALSE;

static inline void expect(CK_RV expected, CK_RV rv, const char *call, int line) {
    if (rv != expected) {
        fprintf(stderr, "line %d: %s gave 0x%lX, not 0x%lX\n", line, call, rv, expected);
        exit(1);
    }
}

static inline void check(int holds, const char *condition, int line) {
    if (!holds) {
        fprintf(stderr, "line %d: %s does not hold\n", line, condition);
        exit(1);
    }
}

/* Bytes of hexadecimal digits, exactly as many on the heap, for memory checkers; the caller frees them. */
static inline CK_BYTE *hex(const char *digits) {
    size_t size = strlen(digits) / 2;
    CK_BYTE *bytes = malloc(size == 0 ? 1 : size);
    for (size_t i = 0; i < size; i++) {
        unsigned byte = 0;
        CHECK(sscanf(digits + 2 * i, "%2x", &byte) == 1);
        bytes[i] = (CK_BYTE)byte;
    }
    return bytes;
}

static inline void same(const CK_BYTE *bytes, const char *digits, int line) {
    CK_BYTE *expected = hex(digits);
    check(memcmp(bytes, expected, strlen(digits) / 2) == 0, digits, line);
    free(expected);
}

static inline void load(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: %s MODULE\n", argv[0]);
        exit(2);
    }
    void *library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        exit(1);
    }
    CK_C_GetFunctionList list;
    *(void **)&list = dlsym(library, "C_GetFunctionList");
    CHECK(list != NULL);
    OK(list(&p11));
}

static inline CK_SLOT_ID only_slot(void) {
    CK_SLOT_ID slot = 0;
    CK_ULONG count = 0;
    OK(p11->C_GetSlotList(CK_TRUE, NULL, &count));
    CHECK(count == 1);
    OK(p11->C_GetSlotList(CK_TRUE, &slot, &count));
    return slot;
}

static inline CK_SESSION_HANDLE open_session(CK_SLOT_ID slot, CK_FLAGS flags) {
    CK_SESSION_HANDLE opened = 0;
    OK(p11->C_OpenSession(slot, CKF_SERIAL_SESSION | flags, NULL, NULL, &opened));
    CHECK(opened != 0);
    return opened;
}

static inline void initialize_token(CK_SLOT_ID slot, const char *name) {
    CK_UTF8CHAR label[32];
    memset(label, ' ', sizeof label);
    memcpy(label, name, strlen(name));
    OK(p11->C_InitToken(slot, TEXT(so_pin), label));
    CK_SESSION_HANDLE officer = open_session(slot, CKF_RW_SESSION);
    OK(p11->C_Login(officer, CKU_SO, TEXT(so_pin)));
    OK(p11->C_InitPIN(officer, TEXT(user_pin)));
    OK(p11->C_Logout(officer));
    OK(p11->C_CloseSession(officer));
}

/* A token that was blank, and `session` of its user. */
static inline void log_in_on_a_new_token(void) {
    OK(p11->C_Initialize(NULL));
    CK_SLOT_ID slot = only_slot();
    initialize_token(slot, "chapter");
    session = open_session(slot, CKF_RW_SESSION);
    OK(p11->C_Login(session, CKU_USER, TEXT(user_pin)));
}

static inline CK_OBJECT_HANDLE create(CK_ATTRIBUTE *template, CK_ULONG count) {
    CK_OBJECT_HANDLE object = 0;
    OK(p11->C_CreateObject(session, template, count, &object));
    return object;
}

/* A secret key of the session that can do everything, its value in hexadecimal digits. */
static inline CK_OBJECT_HANDLE secret_key(CK_KEY_TYPE type, const char *digits) {
    CK_OBJECT_CLASS class = CKO_SECRET_KEY;
    CK_BYTE *value = hex(digits);
    CK_ATTRIBUTE template[] = {
        VALUE(CKA_CLASS, class),     VALUE(CKA_KEY_TYPE, type),   {CKA_VALUE, value, strlen(digits) / 2},
        VALUE(CKA_SENSITIVE, no),    VALUE(CKA_EXTRACTABLE, yes), VALUE(CKA_ENCRYPT, yes),
        VALUE(CKA_DECRYPT, yes),     VALUE(CKA_SIGN, yes),        VALUE(CKA_VERIFY, yes),
        VALUE(CKA_WRAP, yes),        VALUE(CKA_UNWRAP, yes),      VALUE(CKA_DERIVE, yes),
    };
    CK_OBJECT_HANDLE key = create(template, COUNT(template));
    free(value);
    return key;
}

/* The value of a key or another object is these bytes. */
static inline void has_value(CK_OBJECT_HANDLE object, const char *digits) {
    CK_ULONG size = strlen(digits) / 2;
    CK_BYTE *value = malloc(size);
    CK_ATTRIBUTE wanted = {CKA_VALUE, value, size};
    OK(p11->C_GetAttributeValue(session, object, &wanted, 1));
    CHECK(wanted.ulValueLen == size);
    SAME(value, digits);
    free(value);
}

static inline int done(void) {
    OK(p11->C_Finalize(NULL));
    puts("done");
    return 0;
}

#endif
