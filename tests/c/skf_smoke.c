/*
 * The way of a C client: loads an SKF library by path and goes from a blank token to a verified signature.
 *
 *     skf_smoke LIBRARY [DEVICE]
 *
 * Takes the first device present when none is named. The token must be blank, with the factory device key.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "skf.h"
#include "skf_functions.h"

#define POINTER(name) static __typeof__(name) *p##name;
SKF_FUNCTIONS(POINTER)

/* Calls and stops with the line and the code when the result is another than expected. */
#define EXPECT(expected, call) expect((expected), (call), #call, __LINE__)
#define OK(call) EXPECT(SAR_OK, call)
#define CHECK(condition) check((condition), #condition, __LINE__)

static void expect(ULONG expected, ULONG code, const char *call, int line) {
    if (code != expected) {
        fprintf(stderr, "line %d: %s gave 0x%08X, not 0x%08X\n", line, call, code, expected);
        exit(1);
    }
}

static void check(int holds, const char *condition, int line) {
    if (!holds) {
        fprintf(stderr, "line %d: %s does not hold\n", line, condition);
        exit(1);
    }
}

static void load(const char *path) {
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        exit(1);
    }
#define SYMBOL(name) \
    *(void **)&p##name = dlsym(library, #name); \
    if (p##name == NULL) { \
        fprintf(stderr, "no %s\n", #name); \
        exit(1); \
    }
    SKF_FUNCTIONS(SYMBOL)
    puts("loaded, no symbol missing");
}

static DEVHANDLE connect_device(char *name) {
    static char list[65536];
    ULONG size = 0;
    DEVHANDLE device = NULL;
    OK(pSKF_EnumDev(TRUE, NULL, &size));
    CHECK(size <= sizeof list);
    OK(pSKF_EnumDev(TRUE, list, &size));
    CHECK(list[size - 1] == 0);
    OK(pSKF_ConnectDev(name != NULL ? name : list, &device));
    CHECK(device != NULL);
    return device;
}

static void authenticate(DEVHANDLE device) {
    BYTE key[16], challenge[16] = {0}, cryptogram[16];
    ULONG length = sizeof cryptogram;
    HANDLE session = NULL;
    DEVINFO info;
    BLOCKCIPHERPARAM parameters;
    memcpy(key, "1234567812345678", sizeof key);
    memset(&parameters, 0, sizeof parameters);
    OK(pSKF_GetDevInfo(device, &info));
    OK(pSKF_GenRandom(device, challenge, 8));
    OK(pSKF_SetSymmKey(device, key, info.DevAuthAlgId, &session));
    OK(pSKF_EncryptInit(session, parameters));
    OK(pSKF_Encrypt(session, challenge, sizeof challenge, cryptogram, &length));
    CHECK(length == sizeof cryptogram);
    OK(pSKF_CloseHandle(session));
    OK(pSKF_DevAuth(device, cryptogram, sizeof cryptogram));
    puts("device authenticated");
}

static HAPPLICATION create_application(DEVHANDLE device) {
    HAPPLICATION application = NULL;
    ULONG tries = 0, most = 0;
    BOOL is_default = FALSE;
    OK(pSKF_CreateApplication(device, "TENDER", "admin-1234", 10, "12345678", 10,
                              SECURE_USER_ACCOUNT, &application));
    EXPECT(SAR_PIN_INCORRECT, pSKF_VerifyPIN(application, USER_TYPE, "87654321", &tries));
    CHECK(tries == 9);
    OK(pSKF_VerifyPIN(application, USER_TYPE, "12345678", &tries));
    OK(pSKF_GetPINInfo(application, USER_TYPE, &most, &tries, &is_default));
    CHECK(most == 10 && tries == 10 && is_default);
    puts("application created, user logged in");
    return application;
}

static void sign(DEVHANDLE device, HCONTAINER container, ECCPUBLICKEYBLOB *key) {
    BYTE message[] = "a tender", id[] = "1234567812345678", digest[32];
    ULONG length = sizeof digest;
    HANDLE hash = NULL;
    ECCSIGNATUREBLOB signature;
    OK(pSKF_DigestInit(device, SGD_SM3, key, id, 16, &hash));
    OK(pSKF_Digest(hash, message, sizeof message - 1, digest, &length));
    OK(pSKF_CloseHandle(hash));
    CHECK(length == sizeof digest);
    OK(pSKF_ECCSignData(container, digest, length, &signature));
    OK(pSKF_ECCVerify(device, key, digest, length, &signature));
    digest[0] ^= 1;
    EXPECT(SAR_HASHNOTEQUALERR, pSKF_ECCVerify(device, key, digest, length, &signature));
    puts("signed and verified");
}

static void decrypt(DEVHANDLE device, HCONTAINER container, ECCPUBLICKEYBLOB *key) {
    BYTE secret[] = "sixteen bytes :)", plain[16];
    ULONG length = 0;
    ECCCIPHERBLOB *cipher = malloc(sizeof *cipher + 15);
    CHECK(cipher != NULL);
    OK(pSKF_ExtECCEncrypt(device, key, secret, 16, cipher));
    CHECK(cipher->CipherLen == 16);
    OK(pSKF_ECCDecrypt(container, TRUE, cipher, NULL, &length));
    CHECK(length == 16);
    OK(pSKF_ECCDecrypt(container, TRUE, cipher, plain, &length));
    CHECK(memcmp(plain, secret, 16) == 0);
    free(cipher);
    puts("encrypted and decrypted");
}

static void certificate(HCONTAINER container) {
    BYTE stored[] = {0x30, 0x03, 0x02, 0x01, 0x05}, read[5];
    ULONG length = 0;
    OK(pSKF_ImportCertificate(container, TRUE, stored, sizeof stored));
    OK(pSKF_ExportCertificate(container, TRUE, NULL, &length));
    CHECK(length == sizeof stored);
    OK(pSKF_ExportCertificate(container, TRUE, read, &length));
    CHECK(memcmp(read, stored, sizeof stored) == 0);
    puts("certificate stored and read");
}

static void file(HAPPLICATION application) {
    BYTE content[] = "seal", read[16];
    ULONG length = sizeof read;
    FILEATTRIBUTE attributes;
    OK(pSKF_CreateFile(application, "seal.dat", 4, SECURE_ANYONE_ACCOUNT, SECURE_USER_ACCOUNT));
    OK(pSKF_WriteFile(application, "seal.dat", 0, content, 4));
    OK(pSKF_GetFileInfo(application, "seal.dat", &attributes));
    CHECK(attributes.FileSize == 4 && attributes.WriteRights == SECURE_USER_ACCOUNT);
    OK(pSKF_ReadFile(application, "seal.dat", 0, attributes.FileSize, read, &length));
    CHECK(length == 4 && memcmp(read, content, 4) == 0);
    OK(pSKF_DeleteFile(application, "seal.dat"));
    puts("file written and read");
}

int main(int argc, char **argv) {
    DEVHANDLE device;
    HAPPLICATION application;
    HCONTAINER container = NULL;
    ECCPUBLICKEYBLOB key;
    ULONG type = 0;
    if (argc < 2 || argc > 3) {
        fprintf(stderr, "usage: skf_smoke LIBRARY [DEVICE]\n");
        return 2;
    }
    load(argv[1]);
    device = connect_device(argc == 3 ? argv[2] : NULL);
    OK(pSKF_LockDev(device, 0xFFFFFFFF));
    OK(pSKF_LockDev(device, 0xFFFFFFFF));
    authenticate(device);
    application = create_application(device);
    OK(pSKF_UnlockDev(device));
    OK(pSKF_CreateContainer(application, "bidder", &container));
    OK(pSKF_GenECCKeyPair(container, SGD_SM2_1, &key));
    OK(pSKF_GetContainerType(container, &type));
    CHECK(type == CONTAINER_TYPE_ECC && key.BitLen == 256);
    sign(device, container, &key);
    decrypt(device, container, &key);
    certificate(container);
    file(application);
    /* The order of a client in the field: the application first, its container after it. */
    OK(pSKF_ClearSecureState(application));
    OK(pSKF_CloseApplication(application));
    OK(pSKF_CloseContainer(container));
    OK(pSKF_DisConnectDev(device));
    EXPECT(SAR_INVALIDHANDLEERR, pSKF_DisConnectDev(device));
    puts("done");
    return 0;
}
