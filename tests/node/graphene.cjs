// The npm package graphene-pk11: PKCS#11 as classes, from Node. Arguments: the module, the token's
// label. The PIN is in TEST_PIN. Ends with the line "done".
'use strict';
const assert = require('node:assert');
const crypto = require('node:crypto');
const graphene = require('graphene-pk11');

const [path, label] = process.argv.slice(2);
const message = Buffer.from('the tender of the demo bidder');
const library = graphene.Module.load(path, 'ukey');
library.initialize();
const slots = library.getSlots(true);
let slot = null;
for (let index = 0; index < slots.length; index++) {
  if (slots.items(index).getToken().label.trim() === label) slot = slots.items(index);
}
assert.ok(slot, 'no such token');
const session = slot.open(graphene.SessionFlag.SERIAL_SESSION | graphene.SessionFlag.RW_SESSION);
session.login(process.env.TEST_PIN);

const keys = session.generateKeyPair(graphene.KeyGenMechanism.RSA, {
  token: true, id: Buffer.from('g'), label: 'graphene', keyType: graphene.KeyType.RSA,
  modulusBits: 2048, publicExponent: Buffer.from([1, 0, 1]), verify: true, encrypt: true,
}, {
  token: true, id: Buffer.from('g'), label: 'graphene', keyType: graphene.KeyType.RSA,
  sign: true, decrypt: true,
});
const signature = session.createSign('SHA256_RSA_PKCS', keys.privateKey).once(message);
assert.ok(session.createVerify('SHA256_RSA_PKCS', keys.publicKey).once(message, signature));
const { modulus, publicExponent } = keys.publicKey.getAttribute({
  modulus: null, publicExponent: null });
const publicKey = crypto.createPublicKey({
  format: 'jwk',
  key: {
    kty: 'RSA',
    n: modulus.toString('base64url'),
    e: publicExponent.toString('base64url'),
  },
});
assert.ok(crypto.verify('sha256', message, publicKey, signature));

const classes = [];
session.find({ label: 'graphene' }, (object) => { classes.push(object.class); });
assert.deepStrictEqual(classes.sort(),
  [graphene.ObjectClass.PUBLIC_KEY, graphene.ObjectClass.PRIVATE_KEY].sort());
assert.deepStrictEqual(session.createDigest('sha256').once(message),
  crypto.createHash('sha256').update(message).digest());

keys.privateKey.destroy();
keys.publicKey.destroy();
assert.strictEqual(session.find({ label: 'graphene' }).length, 0);
session.logout();
session.close();
library.finalize();
console.log('done');
