/*
 * The chapter on sessions and login: states, read-only sessions, who sees what, PINs and their counters.
 *
 *     pkcs11_sessions MODULE
 */
#include "pkcs11_client.h"

static CK_SLOT_ID slot;

static void is_in_state(CK_SESSION_HANDLE opened, CK_STATE state) {
    CK_SESSION_INFO info;
    OK(p11->C_GetSessionInfo(opened, &info));
    CHECK(info.slotID == slot && info.state == state && (info.flags & CKF_SERIAL_SESSION));
}

static CK_ULONG visible(CK_SESSION_HANDLE opened, const char *label) {
    CK_ATTRIBUTE wanted = {CKA_LABEL, (void *)label, strlen(label)};
    CK_OBJECT_HANDLE found[4];
    CK_ULONG count = 0;
    OK(p11->C_FindObjectsInit(opened, &wanted, 1));
    OK(p11->C_FindObjects(opened, found, COUNT(found), &count));
    OK(p11->C_FindObjectsFinal(opened));
    return count;
}

static CK_RV create_data(CK_SESSION_HANDLE opened, char *label, CK_BBOOL *token, CK_BBOOL *private) {
    CK_OBJECT_CLASS class = CKO_DATA;
    CK_OBJECT_HANDLE object;
    CK_ATTRIBUTE template[] = {VALUE(CKA_CLASS, class),
                               {CKA_TOKEN, token, sizeof *token},
                               {CKA_PRIVATE, private, sizeof *private},
                               {CKA_LABEL, label, strlen(label)}};
    return p11->C_CreateObject(opened, template, COUNT(template), &object);
}

/* One login is that of all sessions of the process. */
static void states(void) {
    CK_SESSION_HANDLE reading = open_session(slot, 0), writing = open_session(slot, CKF_RW_SESSION);
    is_in_state(reading, CKS_RO_PUBLIC_SESSION);
    is_in_state(writing, CKS_RW_PUBLIC_SESSION);
    EXPECT(CKR_USER_NOT_LOGGED_IN, p11->C_Logout(writing));
    EXPECT(CKR_SESSION_READ_ONLY_EXISTS, p11->C_Login(writing, CKU_SO, TEXT(so_pin)));
    OK(p11->C_Login(reading, CKU_USER, TEXT(user_pin)));
    is_in_state(reading, CKS_RO_USER_FUNCTIONS);
    is_in_state(writing, CKS_RW_USER_FUNCTIONS);
    EXPECT(CKR_USER_ALREADY_LOGGED_IN, p11->C_Login(writing, CKU_USER, TEXT(user_pin)));
    OK(p11->C_CloseSession(reading));
    EXPECT(CKR_USER_ANOTHER_ALREADY_LOGGED_IN, p11->C_Login(writing, CKU_SO, TEXT(so_pin)));
    OK(p11->C_Logout(writing));
    is_in_state(writing, CKS_RW_PUBLIC_SESSION);
    OK(p11->C_Login(writing, CKU_SO, TEXT(so_pin)));
    is_in_state(writing, CKS_RW_SO_FUNCTIONS);
    CK_SESSION_HANDLE refused;
    EXPECT(CKR_SESSION_READ_WRITE_SO_EXISTS,
           p11->C_OpenSession(slot, CKF_SERIAL_SESSION, NULL, NULL, &refused));
    OK(p11->C_CloseAllSessions(slot));
    EXPECT(CKR_SESSION_HANDLE_INVALID, p11->C_Logout(writing));
    EXPECT(CKR_SESSION_PARALLEL_NOT_SUPPORTED, p11->C_OpenSession(slot, CKF_RW_SESSION, NULL, NULL, &refused));
    /* The last session took the login with it. */
    writing = open_session(slot, CKF_RW_SESSION);
    is_in_state(writing, CKS_RW_PUBLIC_SESSION);
    OK(p11->C_CloseSession(writing));
    puts("states");
}

static void who_sees_what(void) {
    CK_SESSION_HANDLE reading = open_session(slot, 0), writing = open_session(slot, CKF_RW_SESSION);
    EXPECT(CKR_USER_NOT_LOGGED_IN, create_data(writing, "private", &yes, &yes));
    OK(p11->C_Login(writing, CKU_USER, TEXT(user_pin)));
    EXPECT(CKR_SESSION_READ_ONLY, create_data(reading, "public", &yes, &no));
    OK(create_data(writing, "public", &yes, &no));
    OK(create_data(writing, "private", &yes, &yes));
    OK(create_data(reading, "of the session", &no, &no));
    CHECK(visible(reading, "private") == 1 && visible(writing, "of the session") == 1);
    OK(p11->C_Logout(reading));
    CHECK(visible(reading, "private") == 0 && visible(reading, "public") == 1);
    /* Session objects go with the session that made them. */
    CHECK(visible(writing, "of the session") == 1);
    OK(p11->C_CloseSession(reading));
    CHECK(visible(writing, "of the session") == 0);
    OK(p11->C_CloseSession(writing));
    puts("who sees what");
}

/* A wrong PIN costs a try, which the flags tell; a right one gives the tries back. */
static void tries(void) {
    CK_TOKEN_INFO token;
    CK_BYTE other[] = "24681357";
    CK_SESSION_HANDLE writing = open_session(slot, CKF_RW_SESSION);
    EXPECT(CKR_PIN_INCORRECT, p11->C_Login(writing, CKU_USER, TEXT(other)));
    OK(p11->C_GetTokenInfo(slot, &token));
    CHECK((token.flags & CKF_USER_PIN_COUNT_LOW) && !(token.flags & CKF_USER_PIN_LOCKED));
    OK(p11->C_Login(writing, CKU_USER, TEXT(user_pin)));
    OK(p11->C_GetTokenInfo(slot, &token));
    CHECK(!(token.flags & CKF_USER_PIN_COUNT_LOW));
    EXPECT(CKR_PIN_INCORRECT, p11->C_SetPIN(writing, TEXT(other), TEXT(user_pin)));
    EXPECT(CKR_PIN_LEN_RANGE, p11->C_SetPIN(writing, TEXT(user_pin), other, 3));
    OK(p11->C_SetPIN(writing, TEXT(user_pin), TEXT(other)));
    OK(p11->C_Logout(writing));
    EXPECT(CKR_PIN_INCORRECT, p11->C_Login(writing, CKU_USER, TEXT(user_pin)));
    OK(p11->C_Login(writing, CKU_USER, TEXT(other)));
    OK(p11->C_SetPIN(writing, TEXT(other), TEXT(user_pin)));
    OK(p11->C_CloseSession(writing));
    puts("tries");
}

/* Locked after so many wrong PINs, also for the right one, until the SO sets a new PIN. */
static void locked_and_opened(void) {
    CK_TOKEN_INFO token;
    CK_BYTE other[] = "24681357";
    CK_SESSION_HANDLE writing = open_session(slot, CKF_RW_SESSION);
    CK_RV rv = CKR_PIN_INCORRECT;
    for (int wrong = 0; wrong < 32 && rv == CKR_PIN_INCORRECT; wrong++) {
        rv = p11->C_Login(writing, CKU_USER, TEXT(other));
    }
    CHECK(rv == CKR_PIN_LOCKED);
    EXPECT(CKR_PIN_LOCKED, p11->C_Login(writing, CKU_USER, TEXT(user_pin)));
    OK(p11->C_GetTokenInfo(slot, &token));
    CHECK(token.flags & CKF_USER_PIN_LOCKED);
    OK(p11->C_Login(writing, CKU_SO, TEXT(so_pin)));
    OK(p11->C_InitPIN(writing, TEXT(user_pin)));
    OK(p11->C_Logout(writing));
    OK(p11->C_Login(writing, CKU_USER, TEXT(user_pin)));
    OK(p11->C_GetTokenInfo(slot, &token));
    CHECK(!(token.flags & CKF_USER_PIN_LOCKED));
    OK(p11->C_CloseSession(writing));
    puts("locked and opened");
}

/* Many sessions, closed in another order than opened; none of their handles is used twice. */
static void many(void) {
    static CK_SESSION_HANDLE opened[200];
    CK_TOKEN_INFO token;
    for (size_t i = 0; i < COUNT(opened); i++) {
        opened[i] = open_session(slot, i % 2 ? CKF_RW_SESSION : 0);
        for (size_t j = 0; j < i; j++) {
            CHECK(opened[j] != opened[i]);
        }
    }
    OK(p11->C_GetTokenInfo(slot, &token));
    CHECK(token.ulSessionCount == COUNT(opened) && token.ulRwSessionCount == COUNT(opened) / 2);
    for (size_t i = 0; i < COUNT(opened); i++) {
        size_t other = (i * 77) % COUNT(opened);
        OK(p11->C_CloseSession(opened[other]));
        EXPECT(CKR_SESSION_HANDLE_INVALID, p11->C_CloseSession(opened[other]));
    }
    OK(p11->C_GetTokenInfo(slot, &token));
    CHECK(token.ulSessionCount == 0);
    puts("many sessions");
}

int main(int argc, char **argv) {
    load(argc, argv);
    OK(p11->C_Initialize(NULL));
    slot = only_slot();
    initialize_token(slot, "sessions");
    states();
    who_sees_what();
    tries();
    locked_and_opened();
    many();
    return done();
}
