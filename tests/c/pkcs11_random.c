/*
 * The chapter on random numbers: every length, up to what is much, and none twice.
 *
 *     pkcs11_random MODULE
 */
#include "pkcs11_client.h"

/* Exactly so many bytes are written, to a place of exactly that size. */
static void lengths(void) {
    static const CK_ULONG sizes[] = {0, 1, 2, 15, 16, 17, 255, 256, 257, 4095, 4096, 4097, 70000, 1 << 20};
    for (size_t i = 0; i < COUNT(sizes); i++) {
        CK_BYTE *room = calloc(sizes[i] + 1, 1);
        room[sizes[i]] = 0xEE;
        OK(p11->C_GenerateRandom(session, room, sizes[i]));
        CHECK(room[sizes[i]] == 0xEE);
        CK_ULONG zeroes = 0;
        for (CK_ULONG j = 0; j < sizes[i]; j++) {
            zeroes += room[j] == 0;
        }
        CHECK(sizes[i] < 64 || zeroes < sizes[i] / 16);
        free(room);
    }
    puts("lengths");
}

/* Among 2,000 times 8 bytes two alike would be one chance in ten million millions. */
static void none_twice(void) {
    static CK_BYTE drawn[2000][8];
    for (size_t i = 0; i < COUNT(drawn); i++) {
        OK(p11->C_GenerateRandom(session, drawn[i], sizeof drawn[i]));
        for (size_t j = 0; j < i; j++) {
            CHECK(memcmp(drawn[i], drawn[j], sizeof drawn[i]) != 0);
        }
    }
    puts("none twice");
}

static void seeded_and_refused(void) {
    CK_BYTE seed[16] = {1};
    OK(p11->C_SeedRandom(session, seed, sizeof seed));
    EXPECT(CKR_ARGUMENTS_BAD, p11->C_GenerateRandom(session, NULL, 16));
    EXPECT(CKR_SESSION_HANDLE_INVALID, p11->C_GenerateRandom(~0UL, seed, sizeof seed));
    puts("seeded and refused");
}

int main(int argc, char **argv) {
    load(argc, argv);
    log_in_on_a_new_token();
    lengths();
    none_twice();
    seeded_and_refused();
    return done();
}
