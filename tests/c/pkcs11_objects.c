/*
 * The chapter on objects: making, reading, changing, copying, finding and destroying objects of every class, and
 * buffers of every wrong size. Compiled against the header of p11-kit; run plainly, under valgrind, and with the
 * address sanitizer, which see a byte too much on our side of each buffer.
 *
 *     pkcs11_objects MODULE
 *
 * The only token must be blank.
 */
#include "pkcs11_client.h"

/* A secret key of the session or the token. */
static CK_OBJECT_HANDLE aes_key(CK_BBOOL *token, CK_BBOOL *sensitive) {
    CK_OBJECT_CLASS class = CKO_SECRET_KEY;
    CK_KEY_TYPE type = CKK_AES;
    CK_BYTE value[32];
    CK_OBJECT_HANDLE key;
    memset(value, 0x5A, sizeof value);
    CK_ATTRIBUTE template[] = {
        {CKA_CLASS, &class, sizeof class},          {CKA_KEY_TYPE, &type, sizeof type},
        {CKA_VALUE, value, sizeof value},           {CKA_TOKEN, token, sizeof *token},
        {CKA_SENSITIVE, sensitive, sizeof *sensitive}, {CKA_EXTRACTABLE, &yes, sizeof yes},
        {CKA_LABEL, "from C", 6},
    };
    OK(p11->C_CreateObject(session, template, COUNT(template), &key));
    return key;
}

/* Every size of a buffer from none to one byte too much; each has exactly that size on the heap. */
static void buffers_of_every_size(CK_OBJECT_HANDLE key) {
    for (CK_ULONG size = 0; size <= 33; size++) {
        CK_BYTE *room = malloc(size == 0 ? 1 : size);
        CK_ATTRIBUTE wanted = {CKA_VALUE, room, size};
        if (size < 32) {
            EXPECT(CKR_BUFFER_TOO_SMALL, p11->C_GetAttributeValue(session, key, &wanted, 1));
            CHECK(wanted.ulValueLen == CK_UNAVAILABLE_INFORMATION);
        } else {
            OK(p11->C_GetAttributeValue(session, key, &wanted, 1));
            CHECK(wanted.ulValueLen == 32 && room[0] == 0x5A && room[31] == 0x5A);
        }
        free(room);
    }
}

static void what_is_sensitive_stays(CK_BBOOL *token) {
    CK_OBJECT_HANDLE key = aes_key(token, &no), copy;
    buffers_of_every_size(key);
    CK_ATTRIBUTE hide = {CKA_SENSITIVE, &yes, sizeof yes};
    OK(p11->C_CopyObject(session, key, &hide, 1, &copy));
    CK_ATTRIBUTE value = {CKA_VALUE, NULL, 0};
    EXPECT(CKR_ATTRIBUTE_SENSITIVE, p11->C_GetAttributeValue(session, copy, &value, 1));
    CHECK(value.ulValueLen == CK_UNAVAILABLE_INFORMATION);
    CK_ATTRIBUTE show = {CKA_SENSITIVE, &no, sizeof no};
    EXPECT(CKR_ATTRIBUTE_READ_ONLY, p11->C_SetAttributeValue(session, copy, &show, 1));
    OK(p11->C_DestroyObject(session, key));
    EXPECT(CKR_OBJECT_HANDLE_INVALID, p11->C_DestroyObject(session, key));
    OK(p11->C_DestroyObject(session, copy));
    puts(*token ? "a secret key on the token" : "a secret key of the session");
}

/* A template in a template, written and read. */
static void attributes_in_attributes(void) {
    CK_OBJECT_CLASS class = CKO_SECRET_KEY;
    CK_KEY_TYPE type = CKK_GENERIC_SECRET;
    CK_ATTRIBUTE inner[] = {{CKA_CLASS, &class, sizeof class}, {CKA_LABEL, "inside", 6}};
    CK_ATTRIBUTE template[] = {
        {CKA_CLASS, &class, sizeof class},
        {CKA_KEY_TYPE, &type, sizeof type},
        {CKA_VALUE, "secret", 6},
        {CKA_UNWRAP_TEMPLATE, inner, sizeof inner},
    };
    CK_OBJECT_HANDLE key;
    OK(p11->C_CreateObject(session, template, COUNT(template), &key));
    CK_ATTRIBUTE wanted = {CKA_UNWRAP_TEMPLATE, NULL, 0};
    OK(p11->C_GetAttributeValue(session, key, &wanted, 1));
    CHECK(wanted.ulValueLen == sizeof inner);
    CK_ATTRIBUTE *found = calloc(2, sizeof *found);
    CK_OBJECT_CLASS found_class = 0;
    CK_BYTE *label = malloc(6);
    found[0] = (CK_ATTRIBUTE){0, &found_class, sizeof found_class};
    found[1] = (CK_ATTRIBUTE){0, label, 5};
    wanted.pValue = found;
    EXPECT(CKR_BUFFER_TOO_SMALL, p11->C_GetAttributeValue(session, key, &wanted, 1));
    found[1].ulValueLen = 6;
    wanted.ulValueLen = sizeof inner;
    OK(p11->C_GetAttributeValue(session, key, &wanted, 1));
    CHECK(found[0].type == CKA_LABEL || found[1].type == CKA_LABEL);
    CHECK(found_class == CKO_SECRET_KEY && memcmp(label, "inside", 6) == 0);
    free(label);
    free(found);
    /* Lengths and pointers that cannot be. */
    template[3].ulValueLen = sizeof inner - 1;
    EXPECT(CKR_ATTRIBUTE_VALUE_INVALID, p11->C_CreateObject(session, template, COUNT(template), &key));
    template[3].pValue = NULL;
    template[3].ulValueLen = sizeof inner;
    EXPECT(CKR_ARGUMENTS_BAD, p11->C_CreateObject(session, template, COUNT(template), &key));
    puts("attributes in attributes");
}

/* Ten objects are found in pieces of three, whatever is asked between the calls. */
static void found_in_pieces(void) {
    CK_OBJECT_CLASS class = CKO_DATA;
    CK_OBJECT_HANDLE made[10], found[3];
    CK_ULONG total = 0, count;
    for (size_t i = 0; i < COUNT(made); i++) {
        CK_BBOOL *token = i % 2 ? &yes : &no;
        CK_ATTRIBUTE template[] = {{CKA_CLASS, &class, sizeof class},
                                   {CKA_TOKEN, token, sizeof *token},
                                   {CKA_LABEL, "piece", 5}};
        OK(p11->C_CreateObject(session, template, COUNT(template), &made[i]));
    }
    CK_ATTRIBUTE wanted[] = {{CKA_LABEL, "piece", 5}, {CKA_CLASS, &class, sizeof class}};
    OK(p11->C_FindObjectsInit(session, wanted, COUNT(wanted)));
    do {
        OK(p11->C_FindObjects(session, found, COUNT(found), &count));
        for (CK_ULONG i = 0; i < count; i++) {
            CK_ULONG size;
            OK(p11->C_GetObjectSize(session, found[i], &size));
            OK(p11->C_DestroyObject(session, found[i]));
        }
        total += count;
    } while (count > 0);
    OK(p11->C_FindObjectsFinal(session));
    CHECK(total == COUNT(made));
    puts("ten objects, found in pieces and destroyed");
}

/* Nothing of a change that is refused in one attribute is done. */
static void all_or_nothing(CK_BBOOL *token) {
    CK_OBJECT_HANDLE key = aes_key(token, &yes);
    CK_BYTE label[6];
    CK_ATTRIBUTE change[] = {{CKA_LABEL, "other!", 6}, {CKA_LOCAL, &yes, sizeof yes}};
    EXPECT(CKR_ATTRIBUTE_READ_ONLY, p11->C_SetAttributeValue(session, key, change, 2));
    CK_ATTRIBUTE wanted = {CKA_LABEL, label, sizeof label};
    OK(p11->C_GetAttributeValue(session, key, &wanted, 1));
    CHECK(memcmp(label, "from C", 6) == 0);
    OK(p11->C_SetAttributeValue(session, key, change, 1));
    OK(p11->C_GetAttributeValue(session, key, &wanted, 1));
    CHECK(memcmp(label, "other!", 6) == 0);
    OK(p11->C_DestroyObject(session, key));
}

int main(int argc, char **argv) {
    load(argc, argv);
    log_in_on_a_new_token();
    what_is_sensitive_stays(&no);
    what_is_sensitive_stays(&yes);
    attributes_in_attributes();
    found_in_pieces();
    all_or_nothing(&no);
    all_or_nothing(&yes);
    return done();
}
