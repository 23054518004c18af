// ukey.classic.js: ukey.js and ukey-sof.js for pages without modules.
//
//   <script src="/ukey/ukey.classic.js"></script>
//   <script>
//     ukey.authenticate(nonce).then(send);
//     ukeySof.install(window, { certInfo: "xtx", signature: "raw" });   // SOF_* as global functions
//     SOF_GetUserList(function (answer) { show(answer.retVal); });
//   </script>
//
// It loads the modules from its own folder; every function waits for them and gives a promise.
"use strict";

(() => {
  const here = document.currentScript.src;
  const load = (name) => import(new URL(name, here));
  const module = load("./ukey.js");
  const METHODS = [
    "status", "listCertificates", "authenticate", "sign", "encrypt", "decrypt", "verify", "random",
    "checkPin", "changePin", "pinTries", "deviceInfo",
  ];
  const ukey = {};
  for (const name of METHODS) ukey[name] = (...given) => module.then((loaded) => loaded.ukey[name](...given));
  ukey.on = (event, callback) => {
    const off = module.then((loaded) => loaded.ukey.on(event, callback));
    return () => off.then((end) => end());
  };
  ukey.useAgent = (url) => module.then((loaded) => loaded.ukey.useAgent(url));
  window.ukey = ukey;

  const sof = load("./ukey-sof.js");
  window.ukeySof = {
    ready: sof.then(() => {}),
    create: (options) => sof.then((loaded) => loaded.createSof(options)),
    /** Puts every SOF_* function on `target`, usually window. They may be called at once. */
    install(target, options) {
      const made = sof.then((loaded) => loaded.createSof(options));
      for (const name of SOF) target[name] = (...given) => made.then((functions) => functions[name](...given));
    },
  };
  // The names have to exist before the module is there; a test compares them with the module's.
  const SOF = [
    "SOF_GetVersion", "SOF_CheckSupport", "SOF_SetSignMethod", "SOF_GetSignMethod", "SOF_SetEncryptMethod",
    "SOF_GetEncryptMethod", "SOF_GetUserList", "SOF_ExportUserCert", "SOF_ExportExChangeUserCert", "SOF_GetCertInfo",
    "SOF_GetCertInfoByOid", "SOF_Login", "SOF_LoginEx", "SOF_IsLogin", "SOF_Logout", "SOF_GetPinRetryCount",
    "SOF_ChangePassWd", "SOF_SignData", "SOF_VerifySignedData", "SOF_SignMessage", "SOF_VerifySignedMessage",
    "SOF_SignDataByP7", "SOF_VerifySignedDataByP7", "SOF_GetInfoFromSignedMessage", "SOF_EncryptData",
    "SOF_DecryptData", "SOF_GenRandom", "SOF_GetDeviceInfo", "GetDeviceCount", "GetDeviceCountEx", "GetAllDeviceSN",
    "GetDeviceInfo", "Base64Encode", "Base64Decode", "SOF_SignFile", "SOF_VerifySignedFile", "SOF_EncryptFile",
    "SOF_DecryptFile", "SOF_PubKeyEncrypt", "SOF_PriKeyDecrypt", "SOF_SignDataXML", "SOF_VerifySignedDataXML",
    "SOF_GetXMLSignatureInfo", "SOF_ValidateCert", "SOF_GetP7SignDataInfo", "SOF_GetLastError", "SOF_GetLastErrMsg",
  ];
})();
