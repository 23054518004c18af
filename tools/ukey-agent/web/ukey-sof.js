// ukey-sof.js: the SOF_* names that Chinese platforms call (GM/T 0020, GB/T 43694), on top of ukey.js.
//
//   import { createSof } from "./ukey-sof.js";
//   const sof = createSof({ certInfo: "xtx", loginReturn: "bool" });
//   const list = await sof.SOF_GetUserList();
//   sof.SOF_GetUserList(({ retVal }) => { ... });          // the same with a callback
//
// Everything is asynchronous: results of ActiveX style cannot be had over messages. A PIN that a page
// passes is dropped here; the agent's own window asks. Written after the sources named in the
// documentation; the text of GB/T 43694 chapter 7.2 was not at hand, so no conformance is claimed.

import { ukey, UkeyError, toBase64, fromBase64 } from "./ukey.js";

/** Error codes SOR_* (GM/T 0020). */
export const SOR = {
  OK: 0, UnknownErr: 0x0b000001, NotSupportYetErr: 0x0b000002, InDataErr: 0x0b000201, InDataLenErr: 0x0b000200,
  KeyNotFoundErr: 0x0b000309, CertNotFoundErr: 0x0b000310, CertHasExpiredErr: 0x0b000407, SignErr: 0x0b000409,
  VerifyErr: 0x0b000410, EncryptErr: 0x0b000415, DecryptErr: 0x0b000416, DecodingErr: 0x0b000417,
  ParameterNotSupportErr: 0x0b000419,
};

const SGD = { SM3_SM2: 0x20201, SHA256_RSA: 0x10004, SM4_CBC: 0x402 };

function codeOf(error, otherwise) {
  switch (error?.code) {
    case "ERR_UKEY_NO_TOKEN": case "ERR_UKEY_TOKEN_REMOVED": return SOR.KeyNotFoundErr;
    case "ERR_UKEY_NO_CERT": return SOR.CertNotFoundErr;
    case "ERR_UKEY_CERT_EXPIRED": return SOR.CertHasExpiredErr;
    case "ERR_UKEY_UNSUPPORTED": return SOR.NotSupportYetErr;
    case "ERR_UKEY_TOO_LARGE": return SOR.InDataLenErr;
    case "ERR_UKEY_BAD_PARAMS": return SOR.InDataErr;
    default: return otherwise;
  }
}

// ---- just enough DER to read a certificate ----

function readDer(bytes, at = 0) {
  const tag = bytes[at];
  let length = bytes[at + 1];
  let start = at + 2;
  if (length & 0x80) {
    const count = length & 0x7f;
    if (count === 0 || count > 4) throw new RangeError("length");
    length = 0;
    for (let i = 0; i < count; i++) length = length * 256 + bytes[start++];
  }
  const end = start + length;
  if (!(end <= bytes.length)) throw new RangeError("length");
  return { tag, start, end, at, body: bytes.subarray(start, end), whole: bytes.subarray(at, end) };
}

function children(node, bytes) {
  const found = [];
  for (let at = node.start; at < node.end; ) {
    const child = readDer(bytes, at);
    found.push(child);
    at = child.end;
  }
  return found;
}

function oidText(body) {
  const arcs = [];
  let value = 0;
  for (const byte of body) {
    value = value * 128 + (byte & 0x7f);
    if (!(byte & 0x80)) { arcs.push(value); value = 0; }
  }
  const first = Math.min(Math.floor(arcs[0] / 40), 2);
  return [first, arcs[0] - first * 40, ...arcs.slice(1)].join(".");
}

function stringOf(node) {
  if (node.tag === 0x1e) return new TextDecoder("utf-16be").decode(node.body);
  return new TextDecoder(node.tag === 0x0c ? "utf-8" : "latin1").decode(node.body);
}

function timeOf(node) {
  const text = stringOf(node);
  const full = node.tag === 0x17 ? (Number(text.slice(0, 2)) >= 50 ? "19" : "20") + text : text;
  return full.slice(0, 14); // yyyyMMddHHmmss, UTC
}

const NAMES = {
  "2.5.4.3": "CN", "2.5.4.6": "C", "2.5.4.7": "L", "2.5.4.8": "ST", "2.5.4.10": "O", "2.5.4.11": "OU",
  "1.2.840.113549.1.9.1": "E",
};

function nameOf(node, bytes) {
  const parts = [];
  for (const set of children(node, bytes)) {
    for (const pair of children(set, bytes)) {
      const [type, value] = children(pair, bytes);
      const oid = oidText(type.body);
      parts.push([NAMES[oid] ?? oid, stringOf(value)]);
    }
  }
  return { text: parts.map(([type, value]) => `${type}=${value}`).join(", "), get: (type) => parts.find(([t]) => t === type)?.[1] ?? "" };
}

/** The fields of a certificate that SOF_GetCertInfo tells. */
export function parseCertificate(der) {
  const bytes = der;
  const [tbs] = children(readDer(bytes), bytes);
  const fields = children(tbs, bytes);
  const version = fields[0].tag === 0xa0 ? readDer(bytes, fields.shift().start).body[0] + 1 : 1;
  const [serial, , issuer, validity, subject, key, ...rest] = fields;
  const [notBefore, notAfter] = children(validity, bytes);
  const extensions = new Map();
  const wrapped = rest.find((node) => node.tag === 0xa3);
  if (wrapped) {
    for (const extension of children(readDer(bytes, wrapped.start), bytes)) {
      const parts = children(extension, bytes);
      extensions.set(oidText(parts[0].body), parts[parts.length - 1].body);
    }
  }
  const hex = [...serial.body].map((byte) => byte.toString(16).padStart(2, "0")).join("").toUpperCase();
  return {
    version, serial: hex.replace(/^00(?=..)/, ""), issuer: nameOf(issuer, bytes), subject: nameOf(subject, bytes),
    notBefore: timeOf(notBefore), notAfter: timeOf(notAfter), publicKey: toBase64(key.whole), extensions,
  };
}

const GMT0006 = {
  1: (c) => String(c.version), 2: (c) => c.serial, 5: (c) => c.issuer.text, 6: (c) => `${c.notBefore}-${c.notAfter}`,
  7: (c) => c.subject.text, 8: (c) => c.publicKey, 9: (c) => [...c.extensions.keys()].join(","),
  0x21: (c) => c.issuer.get("CN"), 0x22: (c) => c.issuer.get("O"), 0x23: (c) => c.issuer.get("OU"),
  0x31: (c) => c.subject.get("CN"), 0x32: (c) => c.subject.get("O"), 0x33: (c) => c.subject.get("OU"), 0x34: (c) => c.subject.get("E"),
};

const XTX = {
  1: (c) => String(c.version), 2: (c) => c.serial, 5: (c) => c.issuer.text, 7: (c) => c.subject.text, 8: (c) => c.issuer.get("CN"),
  11: (c) => c.notBefore, 12: (c) => c.notAfter, 14: (c) => c.subject.get("O"), 15: (c) => c.subject.get("OU"),
  17: (c) => c.subject.get("CN"), 20: (c) => c.publicKey,
};

/**
 * The SOF_* functions. Options:
 *  certInfo: "gmt0006" (default) or "xtx", the numbers of SOF_GetCertInfo;
 *  loginReturn: "bool" (default) or "retry" (0, tries left, or -1);
 *  encryptData: "envelope" (default); "symmetric" is refused: a page holds no keys;
 *  signature: "der" (default) or "raw", the form of SOF_SignData for SM2.
 */
export function createSof({ certInfo = "gmt0006", loginReturn = "bool", encryptData = "envelope", signature = "der" } = {}) {
  let lastError = SOR.OK;
  let lastMessage = "";
  let signMethod = SGD.SM3_SM2;
  let encryptMethod = SGD.SM4_CBC;
  const loggedIn = new Set();

  function fail(error, otherwise) {
    lastError = codeOf(error, otherwise);
    lastMessage = error instanceof UkeyError ? error.code : String(error?.message ?? error);
  }

  /** Turns an async function into one that never throws, tells its error by SOF_GetLastError, and takes a callback. */
  function sof(empty, otherwise, body) {
    return (...given) => {
      let callback;
      let ctx;
      const at = given.findIndex((argument) => typeof argument === "function");
      if (at >= 0) [callback, ctx] = given.splice(at);
      const done = (async () => {
        try {
          const value = await body(...given);
          lastError = SOR.OK;
          lastMessage = "";
          return value;
        } catch (error) {
          fail(error, otherwise);
          return empty(error);
        }
      })();
      if (callback) done.then((retVal) => callback({ retVal, ctx }));
      return done;
    };
  }

  /** A function that tells about the last call and does not count as one. */
  const told = (what) => (callback, ctx) => {
    if (typeof callback === "function") queueMicrotask(() => callback({ retVal: what(), ctx }));
    return Promise.resolve(what());
  };
  const text = (otherwise, body) => sof(() => "", otherwise, body);
  const bool = (otherwise, body) => sof(() => false, otherwise, body);
  const unsupported = text(SOR.NotSupportYetErr, () => {
    throw new UkeyError("ERR_UKEY_UNSUPPORTED", "not offered to web pages");
  });

  async function pairOf(certId) {
    const all = await ukey.listCertificates();
    const own = all.find((certificate) => certificate.id === certId);
    if (!own) throw new UkeyError("ERR_UKEY_NO_CERT", "no such certificate");
    const pair = all.filter((certificate) => certificate.pairId === own.pairId);
    return { sign: pair.find((c) => c.usage === "sign"), encrypt: pair.find((c) => c.usage === "encrypt") };
  }

  async function half(certId, usage) {
    const found = (await pairOf(certId))[usage];
    if (!found) throw new UkeyError("ERR_UKEY_NO_CERT", "the key has no such certificate");
    return found;
  }

  async function userList() {
    const certificates = await ukey.listCertificates({ usage: "sign" });
    return certificates.map((c) => `${c.commonName ?? c.subject}||${c.id}`).join("&&&");
  }

  function login(failed) {
    return sof(failed, SOR.UnknownErr, async (certId) => {
      // A second argument would be the PIN: it is not looked at.
      await ukey.checkPin(certId);
      loggedIn.add(certId);
      return loginReturn === "retry" ? 0 : true;
    });
  }

  const retry = (error) => {
    if (loginReturn !== "retry") return false;
    return error?.code === "ERR_UKEY_PIN_LOCKED" ? -1 : error?.retriesLeft ?? -1;
  };

  const needEnvelope = () => {
    if (encryptData !== "envelope") throw new UkeyError("ERR_UKEY_UNSUPPORTED", "symmetric encryption with a page's key is not offered");
  };

  async function messageInfo(message, type) {
    const found = await ukey.verify({ signature: fromBase64(message) });
    if (Number(type) === 1 && found.data) return new TextDecoder().decode(found.data);
    if (Number(type) === 2 && found.signers[0]) return toBase64(found.signers[0]);
    throw new UkeyError("ERR_UKEY_UNSUPPORTED", "not in the message");
  }

  /** Serial number and a certificate of each token. */
  async function devices() {
    const found = new Map();
    for (const c of await ukey.listCertificates({ usage: "sign" })) found.set((await ukey.deviceInfo(c.id)).serial, c.id);
    return found;
  }

  async function deviceInfo(certId, type) {
    const info = await ukey.deviceInfo(certId);
    const fields = {
      0x201: "USBKEY", 0x202: info.label, 0x203: info.manufacturer, 0x204: info.hardwareVersion,
      0x205: info.firmwareVersion, 0x208: info.serial, 0x20c: String(info.totalSpace), 0x20d: String(info.freeSpace),
    };
    if (certInfo === "xtx" && Number(type) === 7) return "HARD";
    if (certInfo === "xtx" && Number(type) === 1) return info.serial;
    return fields[Number(type)] ?? "";
  }

  const signMessage = (detached, certId, data) =>
    half(certId, "sign").then((c) => ukey.sign({ data }, { certId: c.id, format: "cms", detached })).then((s) => toBase64(s.signature));

  return {
    SOF_GetVersion: text(SOR.UnknownErr, async () => (await ukey.status()).agent),
    SOF_CheckSupport: sof(() => 1, SOR.UnknownErr, async () => { await ukey.status(); return 0; }),
    SOF_SetSignMethod: bool(SOR.ParameterNotSupportErr, async (method) => { signMethod = Number(method); return true; }),
    SOF_GetSignMethod: sof(() => 0, SOR.UnknownErr, async () => signMethod),
    SOF_SetEncryptMethod: bool(SOR.ParameterNotSupportErr, async (method) => {
      if (Number(method) !== SGD.SM4_CBC) throw new UkeyError("ERR_UKEY_UNSUPPORTED", "SM4-CBC only");
      encryptMethod = Number(method);
      return true;
    }),
    SOF_GetEncryptMethod: sof(() => 0, SOR.UnknownErr, async () => encryptMethod),

    SOF_GetUserList: text(SOR.CertNotFoundErr, userList),
    SOF_ExportUserCert: text(SOR.CertNotFoundErr, async (certId) => toBase64((await half(certId, "sign")).der)),
    SOF_ExportExChangeUserCert: text(SOR.CertNotFoundErr, async (certId) => toBase64((await half(certId, "encrypt")).der)),
    SOF_GetCertInfo: text(SOR.DecodingErr, async (cert, type) => {
      const field = (certInfo === "xtx" ? XTX : GMT0006)[Number(type)];
      if (!field) throw new UkeyError("ERR_UKEY_UNSUPPORTED", "no such field");
      return field(parseCertificate(fromBase64(cert)));
    }),
    SOF_GetCertInfoByOid: text(SOR.DecodingErr, async (cert, oid) => {
      const value = parseCertificate(fromBase64(cert)).extensions.get(oid);
      if (!value) return "";
      // Private extensions hold one string, with or without its tag.
      const node = (() => { try { return readDer(value); } catch { return null; } })();
      const isString = node !== null && node.end === value.length && [0x0c, 0x13, 0x16, 0x1e].includes(node.tag);
      return isString ? stringOf(node) : new TextDecoder().decode(value);
    }),

    SOF_Login: login(retry),
    SOF_LoginEx: login(retry),
    SOF_IsLogin: bool(SOR.UnknownErr, async (certId) => loggedIn.has(certId)),
    SOF_Logout: bool(SOR.UnknownErr, async (certId) => { loggedIn.delete(certId); return true; }),
    SOF_GetPinRetryCount: sof(() => -1, SOR.UnknownErr, async (certId) => (await ukey.pinTries(certId)).triesLeft),
    SOF_ChangePassWd: bool(SOR.UnknownErr, async (certId) => { await ukey.changePin(certId); return true; }),

    SOF_SignData: text(SOR.SignErr, async (certId, data) => {
      const certificate = await half(certId, "sign");
      const format = certificate.algorithm === "SM2" ? signature : "raw";
      return toBase64((await ukey.sign({ data }, { certId: certificate.id, format })).signature);
    }),
    SOF_VerifySignedData: bool(SOR.VerifyErr, async (cert, data, signed) =>
      (await ukey.verify({ certificate: fromBase64(cert), data, signature: fromBase64(signed) })).valid),
    SOF_SignMessage: text(SOR.SignErr, async (flag, certId, data) => signMessage(Number(flag) === 1, certId, data)),
    SOF_VerifySignedMessage: bool(SOR.VerifyErr, async (message, data) =>
      (await ukey.verify(data ? { signature: fromBase64(message), data } : { signature: fromBase64(message) })).valid),
    SOF_SignDataByP7: text(SOR.SignErr, async (certId, data) => signMessage(false, certId, data)),
    SOF_VerifySignedDataByP7: bool(SOR.VerifyErr, async (message) => (await ukey.verify({ signature: fromBase64(message) })).valid),
    SOF_GetInfoFromSignedMessage: text(SOR.DecodingErr, messageInfo),
    SOF_GetP7SignDataInfo: text(SOR.DecodingErr, messageInfo),

    SOF_EncryptData: text(SOR.EncryptErr, async (cert, data) => {
      needEnvelope();
      return toBase64(await ukey.encrypt(data, { recipients: [fromBase64(cert)] }));
    }),
    SOF_DecryptData: text(SOR.DecryptErr, async (certId, data) => {
      needEnvelope();
      const opened = await ukey.decrypt(fromBase64(data), { certId: (await half(certId, "encrypt")).id });
      return new TextDecoder().decode(opened);
    }),
    SOF_GenRandom: text(SOR.UnknownErr, async (length) => toBase64(await ukey.random(Number(length)))),
    SOF_GetDeviceInfo: text(SOR.UnknownErr, deviceInfo),
    GetDeviceInfo: text(SOR.UnknownErr, async (serial, type) => {
      const certId = (await devices()).get(serial);
      if (certId === undefined) throw new UkeyError("ERR_UKEY_NO_TOKEN", "no such device");
      return deviceInfo(certId, type);
    }),
    GetDeviceCount: sof(() => 0, SOR.UnknownErr, async () => (await ukey.status()).tokens),
    GetDeviceCountEx: sof(() => 0, SOR.UnknownErr, async () => (await ukey.status()).tokens),
    GetAllDeviceSN: text(SOR.UnknownErr, async () => [...(await devices()).keys()].join(";")),
    Base64Encode: text(SOR.InDataErr, async (data) => toBase64(new TextEncoder().encode(data))),
    Base64Decode: text(SOR.InDataErr, async (data) => new TextDecoder().decode(fromBase64(data))),

    // Pages name no files and hold no symmetric keys; pass a File to ukey.sign, ukey.encrypt, ukey.decrypt.
    SOF_SignFile: unsupported, SOF_VerifySignedFile: unsupported, SOF_EncryptFile: unsupported, SOF_DecryptFile: unsupported,
    SOF_PubKeyEncrypt: unsupported, SOF_PriKeyDecrypt: unsupported, SOF_SignDataXML: unsupported,
    SOF_VerifySignedDataXML: unsupported, SOF_GetXMLSignatureInfo: unsupported, SOF_ValidateCert: unsupported,

    SOF_GetLastError: told(() => lastError),
    SOF_GetLastErrMsg: told(() => lastMessage),
  };
}

export default createSof;
