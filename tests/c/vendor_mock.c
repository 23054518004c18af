/*
 * vendor_mock.c: a vendor's SKF library with one token on paper. It knows no cryptography: keys, signatures and
 * plaintexts are constants that a test compares. What libraries in the field do differently is switched on with -D:
 *
 *   WIDE_ULONG     ULONG is unsigned long, structures are not packed, BOOL is long
 *   ONLY_DRAFT_ID  SKF_GenECCKeyPair takes 0x00020100 only
 *   ONLY_STD_ID    SKF_GenECCKeyPair takes 0x00020200 only
 *   LEFT_ALIGNED   numbers stand first in their fields
 *   FEW_SYMBOLS    no SKF_GetContainerType, no SKF_ECCDecrypt, no SKF_SetLabel
 *   KEY_SPEC       decrypts with SKF_PrvKeyDecrypt instead of SKF_ECCDecrypt
 *   NO_QUERIES     a NULL buffer is an invalid parameter
 *   SHORT_COUNTS   length queries say too little, results say too much
 *   NO_TRIES       pulRetryCount is not set
 *   OLD_CODES      SAR_FAIL for everything that is not there
 *   HANGS          SKF_ECCSignData comes back after HANGS seconds
 *   ONE_THREAD     dies when a second thread calls
 *   OVERRUN        SKF_ECCSignData writes behind its structure
 *   HAS_ENCRYPTION containers come with an encryption pair
 *   SM1_DEVICE     device authentication with a cipher that only the library has
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef WIDE_ULONG
typedef unsigned long ULONG;
typedef long BOOL;
#define PACKED
#else
typedef unsigned int ULONG;
typedef int BOOL;
#define PACKED __attribute__((packed))
#endif
typedef unsigned char BYTE;
typedef void *HANDLE;

#define OK 0
#define FAIL 0x0A000001
#define NOT_SUPPORTED 0x0A000003
#define INVALID_HANDLE 0x0A000005
#define INVALID_PARAMETER 0x0A000006
#define KEY_NOT_FOUND 0x0A00001B
#define CERT_NOT_FOUND 0x0A00001C
#define BUFFER_TOO_SMALL 0x0A000020
#define PIN_INCORRECT 0x0A000024
#define PIN_LOCKED 0x0A000025
#define NOT_LOGGED_IN 0x0A00002D
#define NO_APPLICATION 0x0A00002E
#define NO_FILE 0x0A000031
#define NO_CONTAINER 0x0A000036
#define NO_DEVICE_AUTH 0x0A00003B
#define NO_ROOM 0x0A000030
#define CONTAINER_EXISTS 0x0A000037
#define REMOVED 0x0A000023
#ifdef OLD_CODES
#define ABSENT(code) FAIL
#else
#define ABSENT(code) (code)
#endif

typedef struct PACKED { BYTE major, minor; } VERSION;
typedef struct PACKED {
    VERSION Version;
    BYTE Manufacturer[64], Issuer[64], Label[32], SerialNumber[32];
    VERSION HWVersion, FirmwareVersion;
    ULONG AlgSymCap, AlgAsymCap, AlgHashCap, DevAuthAlgId, TotalSpace, FreeSpace, MaxECCBufferSize, MaxBufferSize;
    BYTE Reserved[64];
} DEVINFO;
typedef struct PACKED { ULONG BitLen; BYTE X[64], Y[64]; } PUBLIC;
typedef struct PACKED { BYTE r[64], s[64]; } SIGNATURE;
typedef struct PACKED { BYTE X[64], Y[64], HASH[32]; ULONG CipherLen; BYTE Cipher[1]; } CIPHER;
typedef struct PACKED {
    ULONG Version, SymmAlgID, Bits;
    BYTE PriKey[64];
    PUBLIC PubKey;
    CIPHER Cipher;
} ENVELOPED;
typedef struct PACKED { BYTE FileName[32]; ULONG FileSize, ReadRights, WriteRights; } FILEATTRIBUTE;
typedef struct { BYTE IV[32]; ULONG IVLen, PaddingType, FeedBitLen; } BLOCKCIPHERPARAM;

#define EXPORT __attribute__((visibility("default")))

/* The public key of the example in GB/T 32918.5. */
static const BYTE KEY_X[32] = {0x09, 0xF9, 0xDF, 0x31, 0x1E, 0x54, 0x21, 0xA1, 0x50, 0xDD, 0x7D, 0x16, 0x1E, 0x4B, 0xC5, 0xC6,
                               0x72, 0x17, 0x9F, 0xAD, 0x18, 0x33, 0xFC, 0x07, 0x6B, 0xB0, 0x8F, 0xF3, 0x56, 0xF3, 0x50, 0x20};
static const BYTE KEY_Y[32] = {0xCC, 0xEA, 0x49, 0x0C, 0xE2, 0x67, 0x75, 0xA5, 0x2D, 0xC6, 0xEA, 0x71, 0x8C, 0xC1, 0xAA, 0x60,
                               0x0A, 0xED, 0x05, 0xFB, 0xF3, 0x5E, 0x08, 0x4A, 0x66, 0x32, 0xF6, 0x07, 0x2D, 0xA9, 0xAD, 0x13};

static int device, application, container, session_key;
static struct {
    int logged_in, tries, authenticated, has_key, has_container, has_encryption;
    char pin[17], name[66];
    BYTE certificate[2048];
    ULONG certificate_len;
    BYTE file[64];
    int has_file;
} token = {0, 6, 0, 0, 0, 0, "12345678", {0}, {0}, 0, {0}, 0};

static void called(void) {
#ifdef ONE_THREAD
    static int known;
    static pthread_t owner;
    if (!known) {
        known = 1;
        owner = pthread_self();
    }
    if (!pthread_equal(owner, pthread_self())) abort();
#endif
}

/* A result under the two-call length rule. */
static ULONG give(const void *result, ULONG length, BYTE *out, ULONG *out_len) {
    ULONG room = *out_len;
#ifdef NO_QUERIES
    if (!out) return INVALID_PARAMETER;
#endif
#ifdef SHORT_COUNTS
    *out_len = out ? length + 7 : length / 2;
#else
    *out_len = length;
#endif
    if (!out) return OK;
    if (room < length) return BUFFER_TOO_SMALL;
    memcpy(out, result, length);
    return OK;
}

static void number(BYTE field[64], const BYTE value[32]) {
    memset(field, 0, 64);
#ifdef LEFT_ALIGNED
    memcpy(field, value, 32);
#else
    memcpy(field + 32, value, 32);
#endif
}

static int is_number(const BYTE field[64], BYTE value) {
    BYTE wanted[64], bytes[32];
    memset(bytes, value, 32);
    number(wanted, bytes);
    return memcmp(field, wanted, 64) == 0;
}

EXPORT ULONG SKF_EnumDev(BOOL present, BYTE *names, ULONG *size) {
    called();
    (void)present;
    return give("MOCK 1\0", 8, names, size);
}

EXPORT ULONG SKF_ConnectDev(const char *name, HANDLE *handle) {
    called();
    if (strcmp(name, "MOCK 1")) return REMOVED;
    *handle = &device;
    return OK;
}

EXPORT ULONG SKF_DisConnectDev(HANDLE h) {
    called();
    return h == &device ? OK : INVALID_HANDLE;
}

EXPORT ULONG SKF_GetDevInfo(HANDLE h, DEVINFO *info) {
    called();
    if (h != &device) return INVALID_HANDLE;
    memset(info, 0, sizeof *info);
    info->Version.major = 1;
    strcpy((char *)info->Manufacturer, "Mock");
    strcpy((char *)info->Label, "paper token");
    strcpy((char *)info->SerialNumber, "M-0001");
    info->TotalSpace = 65536;
    info->FreeSpace = 4096;
#ifdef SM1_DEVICE
    info->DevAuthAlgId = 0x101;
#else
    info->DevAuthAlgId = 0x401;
#endif
    return OK;
}

#ifndef FEW_SYMBOLS
EXPORT ULONG SKF_SetLabel(HANDLE h, const char *label) {
    called();
    (void)label;
    return h == &device ? OK : INVALID_HANDLE;
}

EXPORT ULONG SKF_GetContainerType(HANDLE h, ULONG *type) {
    called();
    if (h != &container) return INVALID_HANDLE;
    *type = token.has_key ? 2 : 0;
    return OK;
}
#endif

EXPORT ULONG SKF_GenRandom(HANDLE h, BYTE *out, ULONG length) {
    called();
    if (h != &device) return INVALID_HANDLE;
    memset(out, 0x5A, length);
    return OK;
}

EXPORT ULONG SKF_SetSymmKey(HANDLE h, BYTE *key, ULONG algorithm, HANDLE *handle) {
    called();
    (void)key;
    if (h != &device) return INVALID_HANDLE;
    if (algorithm != 0x101) return NOT_SUPPORTED;
    *handle = &session_key;
    return OK;
}

EXPORT ULONG SKF_EncryptInit(HANDLE h, BLOCKCIPHERPARAM parameters) {
    called();
    return h == &session_key && parameters.IVLen == 0 && parameters.PaddingType == 0 ? OK : INVALID_PARAMETER;
}

/* The library's own cipher: every byte inverted. */
EXPORT ULONG SKF_Encrypt(HANDLE h, BYTE *data, ULONG length, BYTE *out, ULONG *out_len) {
    BYTE inverted[64];
    ULONG i;
    called();
    if (h != &session_key || length > sizeof inverted) return INVALID_HANDLE;
    for (i = 0; i < length; i++) inverted[i] = (BYTE)~data[i];
    return give(inverted, length, out, out_len);
}

EXPORT ULONG SKF_CloseHandle(HANDLE h) {
    called();
    return h == &session_key ? OK : INVALID_HANDLE;
}

EXPORT ULONG SKF_DevAuth(HANDLE h, BYTE *cryptogram, ULONG length) {
    called();
    if (h != &device || length != 16) return INVALID_PARAMETER;
#ifdef SM1_DEVICE
    if (cryptogram[0] != 0xA5 || cryptogram[15] != 0xFF) return FAIL;
#else
    /* openssl enc -sm4-ecb of 5A * 8, 00 * 8 under "1234567812345678". */
    static const BYTE expected[16] = {0xAA, 0xEA, 0xE2, 0x6F, 0xA6, 0xDA, 0x59, 0xA4, 0xDF, 0x16, 0x83, 0x17, 0x16, 0x17, 0xA8, 0x97};
    if (memcmp(cryptogram, expected, 16)) return FAIL;
#endif
    token.authenticated = 1;
    return OK;
}

EXPORT ULONG SKF_EnumApplication(HANDLE h, BYTE *names, ULONG *size) {
    called();
    if (h != &device) return INVALID_HANDLE;
    return give("TENDER\0", 8, names, size);
}

EXPORT ULONG SKF_CreateApplication(HANDLE h, const char *name, const char *admin, ULONG admin_tries, const char *user,
                                   ULONG user_tries, ULONG rights, HANDLE *handle) {
    called();
    (void)name, (void)admin, (void)user;
    if (h != &device) return INVALID_HANDLE;
    if (!token.authenticated) return NO_DEVICE_AUTH;
    if (admin_tries != 7 || user_tries != 8 || rights != 0xFF) return INVALID_PARAMETER;
    *handle = &application;
    return OK;
}

EXPORT ULONG SKF_OpenApplication(HANDLE h, const char *name, HANDLE *handle) {
    called();
    if (h != &device) return INVALID_HANDLE;
    if (strcmp(name, "TENDER")) return ABSENT(NO_APPLICATION);
    *handle = &application;
    return OK;
}

EXPORT ULONG SKF_CloseApplication(HANDLE h) {
    called();
    return h == &application ? OK : INVALID_HANDLE;
}

EXPORT ULONG SKF_GetPINInfo(HANDLE h, ULONG type, ULONG *most, ULONG *left, BOOL *is_default) {
    called();
    if (h != &application || type > 1) return INVALID_HANDLE;
    *most = 6;
    *left = (ULONG)token.tries;
    *is_default = !strcmp(token.pin, "12345678");
    return OK;
}

static ULONG compare(const char *pin, ULONG *left) {
    ULONG code = OK;
    if (token.tries == 0) {
        code = PIN_LOCKED;
    } else if (strcmp(pin, token.pin)) {
        token.tries--;
        code = PIN_INCORRECT;
    } else {
        token.tries = 6;
    }
#ifndef NO_TRIES
    if (left) *left = (ULONG)token.tries;
#else
    (void)left;
#endif
    return code;
}

EXPORT ULONG SKF_VerifyPIN(HANDLE h, ULONG type, const char *pin, ULONG *left) {
    ULONG code;
    called();
    if (h != &application || type != 1) return INVALID_HANDLE;
    code = compare(pin, left);
    if (code == OK) token.logged_in = 1;
    return code;
}

EXPORT ULONG SKF_ChangePIN(HANDLE h, ULONG type, const char *old, const char *new_pin, ULONG *left) {
    ULONG code;
    called();
    if (h != &application || type != 1) return INVALID_HANDLE;
    code = compare(old, left);
    if (code == OK) strcpy(token.pin, new_pin);
    return code;
}

EXPORT ULONG SKF_UnblockPIN(HANDLE h, const char *admin, const char *new_pin, ULONG *left) {
    called();
    (void)left;
    if (h != &application) return INVALID_HANDLE;
    if (strcmp(admin, "admin-1234")) return PIN_INCORRECT;
    strcpy(token.pin, new_pin);
    token.tries = 6;
    return OK;
}

EXPORT ULONG SKF_ClearSecureState(HANDLE h) {
    called();
    token.logged_in = 0;
    return h == &application ? OK : INVALID_HANDLE;
}

EXPORT ULONG SKF_EnumContainer(HANDLE h, BYTE *names, ULONG *size) {
    called();
    if (h != &application) return INVALID_HANDLE;
    /* token.name has room for the list's own NUL behind it. */
    return token.has_container ? give(token.name, (ULONG)strlen(token.name) + 2, names, size) : give("\0", 2, names, size);
}

EXPORT ULONG SKF_CreateContainer(HANDLE h, const char *name, HANDLE *handle) {
    called();
    if (h != &application) return INVALID_HANDLE;
    if (!token.logged_in) return NOT_LOGGED_IN;
    if (strlen(name) > 64) return INVALID_PARAMETER;
    if (token.has_container) return strcmp(name, token.name) ? NO_ROOM : CONTAINER_EXISTS;
    memset(token.name, 0, sizeof token.name);
    strcpy(token.name, name);
    token.has_container = 1;
#ifdef HAS_ENCRYPTION
    token.has_encryption = 1;
#endif
    *handle = &container;
    return OK;
}

EXPORT ULONG SKF_OpenContainer(HANDLE h, const char *name, HANDLE *handle) {
    called();
    if (h != &application) return INVALID_HANDLE;
    if (!token.has_container || strcmp(name, token.name)) return ABSENT(NO_CONTAINER);
    *handle = &container;
    return OK;
}

EXPORT ULONG SKF_CloseContainer(HANDLE h) {
    called();
    return h == &container ? OK : INVALID_HANDLE;
}

EXPORT ULONG SKF_DeleteContainer(HANDLE h, const char *name) {
    called();
    if (h != &application) return INVALID_HANDLE;
    if (!token.has_container || strcmp(name, token.name)) return ABSENT(NO_CONTAINER);
    token.has_container = token.has_key = token.has_encryption = 0;
    token.certificate_len = 0;
    return OK;
}

static void public_key(PUBLIC *out) {
    memset(out, 0, sizeof *out);
    out->BitLen = 256;
    number(out->X, KEY_X);
    number(out->Y, KEY_Y);
}

EXPORT ULONG SKF_GenECCKeyPair(HANDLE h, ULONG algorithm, PUBLIC *out) {
    called();
    if (h != &container) return INVALID_HANDLE;
    if (!token.logged_in) return NOT_LOGGED_IN;
#ifdef ONLY_DRAFT_ID
    if (algorithm != 0x20100) return NOT_SUPPORTED;
#elif defined ONLY_STD_ID
    if (algorithm != 0x20200) return INVALID_PARAMETER;
#else
    if (algorithm != 0x20100 && algorithm != 0x20200) return NOT_SUPPORTED;
#endif
    token.has_key = 1;
    public_key(out);
    return OK;
}

EXPORT ULONG SKF_ExportPublicKey(HANDLE h, BOOL signing, BYTE *out, ULONG *length) {
    PUBLIC key;
    called();
    if (h != &container) return INVALID_HANDLE;
    if (!(signing ? token.has_key : token.has_encryption)) return ABSENT(KEY_NOT_FOUND);
    public_key(&key);
    return give(&key, sizeof key, out, length);
}

EXPORT ULONG SKF_ImportECCKeyPair(HANDLE h, ENVELOPED *key) {
    called();
    if (h != &container) return INVALID_HANDLE;
    if (key->Version != 1 || key->SymmAlgID != 0x401 || key->Bits != 256 || key->PubKey.BitLen != 256 ||
        key->PriKey[0] != 1 || key->PriKey[63] != 2 || key->Cipher.CipherLen != 16 || key->Cipher.Cipher[0] != 6 ||
        key->Cipher.Cipher[15] != 6 || !is_number(key->Cipher.X, 3) || !is_number(key->Cipher.Y, 4) ||
        key->Cipher.HASH[31] != 5)
        return INVALID_PARAMETER;
    token.has_encryption = 1;
    return OK;
}

EXPORT ULONG SKF_ImportCertificate(HANDLE h, BOOL signing, BYTE *certificate, ULONG length) {
    called();
    if (h != &container || !signing || length > sizeof token.certificate) return INVALID_PARAMETER;
    memcpy(token.certificate, certificate, length);
    token.certificate_len = length;
    return OK;
}

EXPORT ULONG SKF_ExportCertificate(HANDLE h, BOOL signing, BYTE *out, ULONG *length) {
    called();
    if (h != &container) return INVALID_HANDLE;
    if (!signing || !token.certificate_len) return ABSENT(CERT_NOT_FOUND);
    return give(token.certificate, token.certificate_len, out, length);
}

/* r is the digest, s its complement. */
EXPORT ULONG SKF_ECCSignData(HANDLE h, BYTE *data, ULONG length, SIGNATURE *out) {
    BYTE complement[32];
    int i;
    called();
    if (h != &container || length != 32) return INVALID_PARAMETER;
    if (!token.logged_in) return NOT_LOGGED_IN;
    if (!token.has_key) return KEY_NOT_FOUND;
#ifdef HANGS
    sleep(HANGS);
#endif
    for (i = 0; i < 32; i++) complement[i] = (BYTE)~data[i];
    number(out->r, data);
    number(out->s, complement);
#ifdef OVERRUN
    memset(out + 1, 0, 8);
#endif
    return OK;
}

#if !defined FEW_SYMBOLS || defined KEY_SPEC
static ULONG decrypt(int signing, CIPHER *cipher, BYTE *out, ULONG *length) {
    if (!token.logged_in) return NOT_LOGGED_IN;
    if (!(signing ? token.has_key : token.has_encryption)) return KEY_NOT_FOUND;
    if (!is_number(cipher->X, 3) || !is_number(cipher->Y, 4) || cipher->HASH[0] != 5 || cipher->CipherLen != 20)
        return INVALID_PARAMETER;
    return give("the plaintext: 20 by", 20, out, length);
}

#endif

#ifdef KEY_SPEC
EXPORT ULONG SKF_PrvKeyDecrypt(HANDLE h, ULONG spec, CIPHER *cipher, BYTE *out, ULONG *length) {
    called();
    if (h != &container || spec < 1 || spec > 2) return INVALID_PARAMETER;
    return decrypt(spec == 2, cipher, out, length);
}
#elif !defined FEW_SYMBOLS
EXPORT ULONG SKF_ECCDecrypt(HANDLE h, BOOL signing, CIPHER *cipher, BYTE *out, ULONG *length) {
    called();
    if (h != &container) return INVALID_PARAMETER;
    return decrypt(signing != 0, cipher, out, length);
}
#endif

EXPORT ULONG SKF_EnumFiles(HANDLE h, BYTE *names, ULONG *size) {
    called();
    if (h != &application) return INVALID_HANDLE;
    return token.has_file ? give("seal\0", 6, names, size) : give("", 1, names, size);
}

EXPORT ULONG SKF_CreateFile(HANDLE h, const char *name, ULONG size, ULONG read, ULONG write) {
    called();
    if (h != &application || strcmp(name, "seal") || size != 64 || read != 0xFF || write != 0x10) return INVALID_PARAMETER;
    token.has_file = 1;
    return OK;
}

EXPORT ULONG SKF_DeleteFile(HANDLE h, const char *name) {
    called();
    (void)name;
    if (h != &application) return INVALID_HANDLE;
    token.has_file = 0;
    return OK;
}

EXPORT ULONG SKF_GetFileInfo(HANDLE h, const char *name, FILEATTRIBUTE *info) {
    called();
    (void)name;
    if (h != &application) return INVALID_HANDLE;
    if (!token.has_file) return ABSENT(NO_FILE);
    strcpy((char *)info->FileName, "seal");
    info->FileSize = 64;
    info->ReadRights = 0xFF;
    info->WriteRights = 0x10;
    return OK;
}

EXPORT ULONG SKF_ReadFile(HANDLE h, const char *name, ULONG offset, ULONG length, BYTE *out, ULONG *out_len) {
    called();
    (void)name;
    if (h != &application || !token.has_file || offset > 64) return INVALID_PARAMETER;
    if (length > 64 - offset) length = 64 - offset;
    memcpy(out, token.file + offset, length);
    *out_len = length;
    return OK;
}

EXPORT ULONG SKF_WriteFile(HANDLE h, const char *name, ULONG offset, BYTE *data, ULONG length) {
    called();
    (void)name;
    if (h != &application || !token.has_file || offset > 64 || length > 64 - offset) return INVALID_PARAMETER;
    if (!token.logged_in) return 0x0A00003A;
    memcpy(token.file + offset, data, length);
    return OK;
}
