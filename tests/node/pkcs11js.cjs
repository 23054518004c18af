// The npm package pkcs11js: PKCS#11 as it is, from Node. Arguments: the module, the token's label.
// The PIN is in TEST_PIN. Ends with the line "done".
'use strict';
const assert = require('node:assert');
const crypto = require('node:crypto');
const pkcs11js = require('pkcs11js');

const [path, label] = process.argv.slice(2);
const message = Buffer.from('the tender of the demo bidder');
const pkcs11 = new pkcs11js.PKCS11();
pkcs11.load(path);
pkcs11.C_Initialize({ flags: pkcs11js.CKF_OS_LOCKING_OK });

const slot = pkcs11.C_GetSlotList(true).find(
  (slot) => pkcs11.C_GetTokenInfo(slot).label.trim() === label);
assert.ok(slot, 'no such token');
assert.strictEqual(pkcs11.C_GetInfo().manufacturerID.trim(), 'ukey');
const session = pkcs11.C_OpenSession(
  slot, pkcs11js.CKF_SERIAL_SESSION | pkcs11js.CKF_RW_SESSION);
assert.throws(() => pkcs11.C_Login(session, pkcs11js.CKU_USER, '00000000'),
  { code: pkcs11js.CKR_PIN_INCORRECT });
pkcs11.C_Login(session, pkcs11js.CKU_USER, process.env.TEST_PIN);

function find(template) {
  pkcs11.C_FindObjectsInit(session, template);
  const found = [];
  for (let one; (one = pkcs11.C_FindObjects(session)); ) found.push(one);
  pkcs11.C_FindObjectsFinal(session);
  return found;
}

// An RSA pair, its public half judged by Node's own cryptography.
const name = [
  { type: pkcs11js.CKA_TOKEN, value: true },
  { type: pkcs11js.CKA_ID, value: Buffer.from('node') },
  { type: pkcs11js.CKA_LABEL, value: 'node' },
];
const pair = pkcs11.C_GenerateKeyPair(
  session,
  { mechanism: pkcs11js.CKM_RSA_PKCS_KEY_PAIR_GEN, parameter: null },
  [...name, { type: pkcs11js.CKA_MODULUS_BITS, value: 2048 },
    { type: pkcs11js.CKA_PUBLIC_EXPONENT, value: Buffer.from([1, 0, 1]) }],
  [...name, { type: pkcs11js.CKA_SIGN, value: true },
    { type: pkcs11js.CKA_DECRYPT, value: true }]);
assert.strictEqual(find([{ type: pkcs11js.CKA_ID, value: Buffer.from('node') }]).length, 2);
const [modulus, exponent] = pkcs11.C_GetAttributeValue(session, pair.publicKey, [
  { type: pkcs11js.CKA_MODULUS }, { type: pkcs11js.CKA_PUBLIC_EXPONENT }]);
const publicKey = crypto.createPublicKey({
  format: 'jwk',
  key: {
    kty: 'RSA',
    n: modulus.value.toString('base64url'),
    e: exponent.value.toString('base64url'),
  },
});
pkcs11.C_SignInit(session, { mechanism: pkcs11js.CKM_SHA256_RSA_PKCS }, pair.privateKey);
pkcs11.C_SignUpdate(session, message);
const signature = pkcs11.C_SignFinal(session, Buffer.alloc(512));
assert.ok(crypto.verify('sha256', message, publicKey, signature));
assert.ok(!crypto.verify('sha256', Buffer.from('another'), publicKey, signature));

const oaep = crypto.publicEncrypt({ key: publicKey, oaepHash: 'sha256' }, message);
pkcs11.C_DecryptInit(session, {
  mechanism: pkcs11js.CKM_RSA_PKCS_OAEP,
  parameter: {
    type: pkcs11js.CK_PARAMS_RSA_OAEP,
    hashAlg: pkcs11js.CKM_SHA256,
    mgf: pkcs11js.CKG_MGF1_SHA256,
    source: 1, // CKZ_DATA_SPECIFIED
    sourceData: null,
  },
}, pair.privateKey);
assert.deepStrictEqual(pkcs11.C_Decrypt(session, oaep, Buffer.alloc(512)), message);

// A digest, random bytes, and an object of the caller's that goes again.
pkcs11.C_DigestInit(session, { mechanism: pkcs11js.CKM_SHA256 });
assert.deepStrictEqual(pkcs11.C_Digest(session, message, Buffer.alloc(64)),
  crypto.createHash('sha256').update(message).digest());
const random = pkcs11.C_GenerateRandom(session, Buffer.alloc(32));
assert.notDeepStrictEqual(random, Buffer.alloc(32));
const data = pkcs11.C_CreateObject(session, [
  { type: pkcs11js.CKA_CLASS, value: pkcs11js.CKO_DATA },
  { type: pkcs11js.CKA_TOKEN, value: true },
  { type: pkcs11js.CKA_LABEL, value: 'note' },
  { type: pkcs11js.CKA_VALUE, value: message },
]);
pkcs11.C_SetAttributeValue(session, data, [{ type: pkcs11js.CKA_LABEL, value: 'renamed' }]);
const note = [{ type: pkcs11js.CKA_LABEL, value: 'renamed' }];
assert.strictEqual(find(note).length, 1);
pkcs11.C_DestroyObject(session, data);
assert.strictEqual(find(note).length, 0);

pkcs11.C_DestroyObject(session, pair.privateKey);
pkcs11.C_DestroyObject(session, pair.publicKey);
pkcs11.C_Logout(session);
pkcs11.C_CloseSession(session);
pkcs11.C_Finalize();
console.log('done');
