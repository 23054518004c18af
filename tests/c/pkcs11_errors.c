/*
 * The chapter on errors: every function before C_Initialize and after C_Finalize, with nothing but zeroes, with stale
 * handles, wild lengths and counts and misaligned places. Nothing may crash, leak, or change what a session can do.
 *
 *     pkcs11_errors MODULE
 */
#include "pkcs11_client.h"

/* A function with so many arguments that any other gets what it wants; the rest it does not look at. */
typedef CK_RV (*any_function)(CK_ULONG, CK_ULONG, CK_ULONG, CK_ULONG, CK_ULONG, CK_ULONG, CK_ULONG, CK_ULONG);

#define FUNCTIONS 68
/* Places in the list, from 0; the order is the standard's. */
enum { INITIALIZE = 0, FINALIZE = 1, GET_INFO = 2, GET_FUNCTION_LIST = 3, CLOSE_ALL_SESSIONS = 14, WAIT = 67 };

static any_function function(size_t place) {
    any_function found;
    memcpy(&found, (const char *)p11 + sizeof(void *) * (place + 1), sizeof found);
    return found;
}

static void not_initialized(const char *when) {
    for (size_t place = 1; place < FUNCTIONS; place++) {
        if (place == GET_FUNCTION_LIST) {
            continue;
        }
        CK_RV rv = function(place)(0, 0, 0, 0, 0, 0, 0, 0);
        if (rv != CKR_CRYPTOKI_NOT_INITIALIZED) {
            fprintf(stderr, "function %zu gave 0x%lX %s\n", place, rv, when);
            exit(1);
        }
    }
    printf("all functions %s\n", when);
}

/* Is the session as it was: logged in, with nothing going on? */
static void nothing_happened(void) {
    CK_SESSION_INFO info;
    CK_BYTE byte;
    OK(p11->C_GetSessionInfo(session, &info));
    CHECK(info.state == CKS_RW_USER_FUNCTIONS);
    EXPECT(CKR_OPERATION_NOT_INITIALIZED, p11->C_DigestUpdate(session, &byte, 1));
    EXPECT(CKR_OPERATION_NOT_INITIALIZED, p11->C_SignUpdate(session, &byte, 1));
    EXPECT(CKR_OPERATION_NOT_INITIALIZED, p11->C_FindObjectsFinal(session));
}

/* Every function of a session, with this in the place of the session and nothing or everything behind it. */
static void wild(CK_ULONG first, CK_ULONG rest) {
    for (size_t place = 1; place < FUNCTIONS; place++) {
        switch (place) {
        case INITIALIZE:
        case FINALIZE:
        case GET_INFO:
        case GET_FUNCTION_LIST:
        case CLOSE_ALL_SESSIONS:
        case WAIT:
            continue;
        }
        CK_RV rv = function(place)(first, rest, rest, rest, rest, rest, rest, rest);
        if (rv == CKR_OK || rv == CKR_GENERAL_ERROR) {
            fprintf(stderr, "function %zu (0x%lX, 0x%lX, ...) gave 0x%lX\n", place, first, rest, rv);
            exit(1);
        }
    }
}

static void stale_handles(void) {
    CK_SESSION_HANDLE stale = open_session(only_slot(), 0);
    OK(p11->C_CloseSession(stale));
    wild(stale, 0);
    wild(~0UL, 0);
    nothing_happened();
    puts("stale handles");
}

/* Lengths that no memory has, beside places that are real. */
static void wild_lengths(void) {
    static const CK_ULONG lengths[] = {~0UL, ~0UL >> 1, ~0UL - 7, 1UL << 62};
    CK_BYTE byte = 0;
    CK_OBJECT_CLASS class = CKO_DATA;
    CK_OBJECT_HANDLE object;
    for (size_t i = 0; i < COUNT(lengths); i++) {
        CK_ULONG length = lengths[i];
        CK_ATTRIBUTE absurd[] = {VALUE(CKA_CLASS, class), {CKA_VALUE, &byte, length}};
        CHECK(p11->C_CreateObject(session, absurd, 2, &object) != CKR_OK);
        CHECK(p11->C_CreateObject(session, absurd, length, &object) != CKR_OK);
        CHECK(p11->C_FindObjectsInit(session, absurd, length) != CKR_OK);
        CHECK(p11->C_FindObjectsInit(session, absurd, 2) != CKR_OK);
        CHECK(p11->C_GenerateRandom(session, &byte, length) != CKR_OK);
        CHECK(p11->C_Login(session, CKU_USER, &byte, length) != CKR_OK);
        CHECK(p11->C_SetPIN(session, &byte, length, &byte, length) != CKR_OK);
        CK_MECHANISM mechanism = {CKM_AES_CBC, &byte, length};
        CHECK(p11->C_EncryptInit(session, &mechanism, 1) != CKR_OK);
        mechanism.mechanism = CKM_SHA256;
        CHECK(p11->C_DigestInit(session, &mechanism) != CKR_OK);
    }
    nothing_happened();
    puts("wild lengths");
}

/* Nothing in the place of each pointer in turn. */
static void null_in_turn(void) {
    CK_BYTE byte = 0;
    CK_ULONG length = 1, count = 0;
    CK_MECHANISM sha = {CKM_SHA256, NULL, 0}, aes = {CKM_AES_KEY_GEN, NULL, 0};
    CK_ATTRIBUTE label = NAME(CKA_LABEL, "x");
    CK_SLOT_ID slot = only_slot();
    CK_OBJECT_HANDLE object;
    EXPECT(CKR_ARGUMENTS_BAD, p11->C_GetInfo(NULL));
    EXPECT(CKR_ARGUMENTS_BAD, p11->C_GetFunctionList(NULL));
    EXPECT(CKR_ARGUMENTS_BAD, p11->C_GetSlotList(CK_FALSE, NULL, NULL));
    EXPECT(CKR_ARGUMENTS_BAD, p11->C_GetSlotInfo(slot, NULL));
    EXPECT(CKR_ARGUMENTS_BAD, p11->C_GetTokenInfo(slot, NULL));
    EXPECT(CKR_ARGUMENTS_BAD, p11->C_GetMechanismList(slot, NULL, NULL));
    EXPECT(CKR_ARGUMENTS_BAD, p11->C_GetMechanismInfo(slot, CKM_SHA256, NULL));
    EXPECT(CKR_ARGUMENTS_BAD, p11->C_OpenSession(slot, CKF_SERIAL_SESSION, NULL, NULL, NULL));
    EXPECT(CKR_ARGUMENTS_BAD, p11->C_GetSessionInfo(session, NULL));
    EXPECT(CKR_ARGUMENTS_BAD, p11->C_CreateObject(session, NULL, 1, &object));
    EXPECT(CKR_ARGUMENTS_BAD, p11->C_CreateObject(session, &label, 1, NULL));
    EXPECT(CKR_ARGUMENTS_BAD, p11->C_FindObjectsInit(session, NULL, 1));
    OK(p11->C_FindObjectsInit(session, &label, 1));
    EXPECT(CKR_ARGUMENTS_BAD, p11->C_FindObjects(session, NULL, 1, &count));
    p11->C_FindObjectsFinal(session);
    OK(p11->C_FindObjectsInit(session, &label, 1));
    EXPECT(CKR_ARGUMENTS_BAD, p11->C_FindObjects(session, &object, 1, NULL));
    p11->C_FindObjectsFinal(session);
    EXPECT(CKR_ARGUMENTS_BAD, p11->C_DigestInit(session, NULL));
    OK(p11->C_DigestInit(session, &sha));
    EXPECT(CKR_ARGUMENTS_BAD, p11->C_Digest(session, &byte, 1, &byte, NULL));
    OK(p11->C_DigestInit(session, &sha));
    EXPECT(CKR_ARGUMENTS_BAD, p11->C_DigestUpdate(session, NULL, 1));
    EXPECT(CKR_ARGUMENTS_BAD, p11->C_GenerateKey(session, NULL, &label, 1, &object));
    EXPECT(CKR_ARGUMENTS_BAD, p11->C_GenerateKey(session, &aes, NULL, 1, &object));
    EXPECT(CKR_ARGUMENTS_BAD, p11->C_GenerateKey(session, &aes, &label, 1, NULL));
    EXPECT(CKR_ARGUMENTS_BAD, p11->C_GetOperationState(session, &byte, NULL));
    CHECK(length == 1);
    nothing_happened();
    puts("NULL in turn");
}

/* Places that no compiler would choose. */
static void misaligned(void) {
    CK_BYTE *room = malloc(256);
    CK_MECHANISM_INFO info;
    CK_SLOT_ID slot = only_slot();
    OK(p11->C_GetMechanismInfo(slot, CKM_SHA256, (CK_MECHANISM_INFO *)(void *)(room + 1)));
    OK(p11->C_GetMechanismInfo(slot, CKM_SHA256, &info));
    CHECK(memcmp(room + 1, &info, sizeof info) == 0);
    CK_MECHANISM sha = {CKM_SHA256, NULL, 0};
    memcpy(room + 3, &sha, sizeof sha);
    OK(p11->C_DigestInit(session, (CK_MECHANISM *)(void *)(room + 3)));
    CK_ULONG length = 32;
    memcpy(room + 65, &length, sizeof length);
    OK(p11->C_Digest(session, room, 0, room + 101, (CK_ULONG *)(void *)(room + 65)));
    SAME(room + 101, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    free(room);
    nothing_happened();
    puts("misaligned places");
}

int main(int argc, char **argv) {
    load(argc, argv);
    not_initialized("before C_Initialize");
    EXPECT(CKR_ARGUMENTS_BAD, p11->C_Initialize(&(CK_C_INITIALIZE_ARGS){NULL, NULL, NULL, NULL, 0, &yes}));
    log_in_on_a_new_token();
    EXPECT(CKR_CRYPTOKI_ALREADY_INITIALIZED, p11->C_Initialize(NULL));
    EXPECT(CKR_ARGUMENTS_BAD, p11->C_Finalize(&yes));
    stale_handles();
    wild_lengths();
    null_in_turn();
    misaligned();
    EXPECT(CKR_FUNCTION_NOT_PARALLEL, p11->C_GetFunctionStatus(session));
    EXPECT(CKR_FUNCTION_NOT_PARALLEL, p11->C_CancelFunction(session));
    OK(p11->C_Finalize(NULL));
    not_initialized("after C_Finalize");
    puts("done");
    return 0;
}
