/*
 * The chapter on slots and tokens: what is known without a session, the information about library, slot, token and
 * mechanisms, initialising a token anew, and waiting for a slot event.
 *
 *     pkcs11_slots MODULE
 */
#include "pkcs11_client.h"
#include <pthread.h>
#include <unistd.h>

/* A field without NUL, filled up with blanks. */
static void is_padded(const CK_UTF8CHAR *field, size_t size) {
    CHECK(memchr(field, 0, size) == NULL);
    CHECK(field[0] != ' ' && field[size - 1] == ' ');
}

static void library(void) {
    CK_INFO info;
    OK(p11->C_GetInfo(&info));
    CHECK(info.cryptokiVersion.major == 3 && info.cryptokiVersion.minor == 2 && info.flags == 0);
    is_padded(info.manufacturerID, sizeof info.manufacturerID);
    is_padded(info.libraryDescription, sizeof info.libraryDescription);
    CK_FUNCTION_LIST *again = NULL;
    OK(p11->C_GetFunctionList(&again));
    CHECK(again == p11);
}

static void list_in_two_calls(CK_SLOT_ID slot) {
    for (CK_BBOOL present = CK_FALSE; present <= CK_TRUE; present++) {
        CK_ULONG count = 99;
        OK(p11->C_GetSlotList(present, NULL, &count));
        CHECK(count == 1);
        /* No room at all is told from no place. */
        CK_SLOT_ID *room = malloc(sizeof *room);
        count = 0;
        EXPECT(CKR_BUFFER_TOO_SMALL, p11->C_GetSlotList(present, room, &count));
        CHECK(count == 1);
        OK(p11->C_GetSlotList(present, room, &count));
        CHECK(room[0] == slot);
        free(room);
    }
}

static void slot_and_token(CK_SLOT_ID slot) {
    CK_SLOT_INFO reader;
    OK(p11->C_GetSlotInfo(slot, &reader));
    CHECK(reader.flags & CKF_TOKEN_PRESENT);
    CHECK(memchr(reader.slotDescription, 0, sizeof reader.slotDescription) == NULL);
    CK_TOKEN_INFO token;
    OK(p11->C_GetTokenInfo(slot, &token));
    CHECK(!(token.flags & CKF_USER_PIN_INITIALIZED));
    initialize_token(slot, "first");
    OK(p11->C_GetTokenInfo(slot, &token));
    CHECK(memcmp(token.label, "first                           ", 32) == 0);
    CHECK((token.flags & CKF_TOKEN_INITIALIZED) && (token.flags & CKF_USER_PIN_INITIALIZED));
    CHECK((token.flags & CKF_LOGIN_REQUIRED) && (token.flags & CKF_RNG));
    CHECK(!(token.flags & CKF_WRITE_PROTECTED));
    CHECK(token.ulMinPinLen <= sizeof user_pin - 1 && token.ulMaxPinLen >= token.ulMinPinLen);
    CHECK(token.ulSessionCount == 0 && token.ulRwSessionCount == 0);
    CHECK(memchr(token.serialNumber, 0, sizeof token.serialNumber) == NULL);
    puts("slot and token");
}

/* A token with a session is not initialised; afterwards nothing of before is left, and a wrong SO PIN leaves all. */
static void initialised_anew(CK_SLOT_ID slot) {
    CK_UTF8CHAR label[33] = "second                          ";
    session = open_session(slot, CKF_RW_SESSION);
    OK(p11->C_Login(session, CKU_USER, TEXT(user_pin)));
    CK_OBJECT_CLASS class = CKO_DATA;
    CK_ATTRIBUTE data[] = {VALUE(CKA_CLASS, class), VALUE(CKA_TOKEN, yes), NAME(CKA_LABEL, "left over")};
    create(data, COUNT(data));
    EXPECT(CKR_SESSION_EXISTS, p11->C_InitToken(slot, TEXT(so_pin), label));
    OK(p11->C_CloseSession(session));
    EXPECT(CKR_PIN_INCORRECT, p11->C_InitToken(slot, TEXT(user_pin), label));
    CK_TOKEN_INFO token;
    OK(p11->C_GetTokenInfo(slot, &token));
    CHECK(memcmp(token.label, "first", 5) == 0 && (token.flags & CKF_SO_PIN_COUNT_LOW));
    OK(p11->C_InitToken(slot, TEXT(so_pin), label));
    OK(p11->C_GetTokenInfo(slot, &token));
    CHECK(memcmp(token.label, "second", 6) == 0);
    CHECK(!(token.flags & CKF_USER_PIN_INITIALIZED) && !(token.flags & CKF_SO_PIN_COUNT_LOW));
    session = open_session(slot, 0);
    CK_OBJECT_HANDLE found;
    CK_ULONG count = 1;
    OK(p11->C_FindObjectsInit(session, NULL, 0));
    OK(p11->C_FindObjects(session, &found, 1, &count));
    OK(p11->C_FindObjectsFinal(session));
    CHECK(count == 0);
    OK(p11->C_CloseAllSessions(slot));
    puts("initialised anew");
}

static void mechanisms(CK_SLOT_ID slot) {
    CK_ULONG count = 0, all;
    OK(p11->C_GetMechanismList(slot, NULL, &count));
    CHECK(count > 50);
    all = count;
    CK_MECHANISM_TYPE *list = malloc(all * sizeof *list);
    count = all - 1;
    EXPECT(CKR_BUFFER_TOO_SMALL, p11->C_GetMechanismList(slot, list, &count));
    CHECK(count == all);
    OK(p11->C_GetMechanismList(slot, list, &count));
    for (CK_ULONG i = 0; i < all; i++) {
        CK_MECHANISM_INFO info = {0};
        OK(p11->C_GetMechanismInfo(slot, list[i], &info));
        CHECK(info.flags != 0 && info.ulMinKeySize <= info.ulMaxKeySize);
        for (CK_ULONG j = 0; j < i; j++) {
            CHECK(list[j] != list[i]);
        }
    }
    free(list);
    CK_MECHANISM_INFO info;
    EXPECT(CKR_MECHANISM_INVALID, p11->C_GetMechanismInfo(slot, 0x7FFFFFFFUL, &info));
    puts("mechanisms");
}

static void *wait_for_event(void *rv) {
    CK_SLOT_ID slot = 0;
    *(CK_RV *)rv = p11->C_WaitForSlotEvent(0, &slot, NULL);
    return NULL;
}

/* Without an event one call returns at once, and the other when C_Finalize ends it. */
static void waiting(void) {
    CK_SLOT_ID slot = 0;
    EXPECT(CKR_NO_EVENT, p11->C_WaitForSlotEvent(CKF_DONT_BLOCK, &slot, NULL));
    EXPECT(CKR_ARGUMENTS_BAD, p11->C_WaitForSlotEvent(CKF_DONT_BLOCK, NULL, NULL));
    CK_RV rv = CKR_OK;
    pthread_t waiter;
    CHECK(pthread_create(&waiter, NULL, wait_for_event, &rv) == 0);
    usleep(200 * 1000);
    OK(p11->C_Finalize(NULL));
    CHECK(pthread_join(waiter, NULL) == 0);
    CHECK(rv == CKR_CRYPTOKI_NOT_INITIALIZED);
    puts("waiting for a slot event");
}

int main(int argc, char **argv) {
    load(argc, argv);
    CK_C_INITIALIZE_ARGS threads = {NULL, NULL, NULL, NULL, CKF_OS_LOCKING_OK, NULL};
    OK(p11->C_Initialize(&threads));
    CK_SLOT_ID slot = only_slot();
    library();
    list_in_two_calls(slot);
    slot_and_token(slot);
    initialised_anew(slot);
    mechanisms(slot);
    waiting();
    OK(p11->C_Initialize(NULL));
    CHECK(only_slot() == slot);
    return done();
}
