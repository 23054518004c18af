// The demonstration platform: log in with the key, sign and seal a tender, open it, see the record.
import { ukey, toBase64 } from "./ukey/ukey.js";

const TEXTS = {
  zh: {
    title: "电子招标投标演示平台", login: "使用 USBKEY 登录", loginHow: "平台向您的 USBKEY 发出一次性随机数。PIN 码只在本机的签名助手窗口中输入，网页无法看到。",
    certificate: "签名证书", logIn: "登录", loggedIn: "已登录", company: "单位", subject: "证书主体", serial: "证书序列号", logOut: "退出登录",
    handIn: "投递投标文件", handInHow: "投标文件先用您的签名证书签名，再用您的加密证书加密。开标之前，平台和任何其他人都无法打开。",
    choose: "点击选择投标文件", stepSign: "签名", stepEncrypt: "加密", stepSend: "上传", signAndSend: "签名、加密并投递",
    opening: "开标解密", openingHow: "开标时用同一把 USBKEY 解密，平台随即验证签名。", file: "文件", size: "大小", stage: "状态", open: "解密开标",
    announced: "已签名", sealed: "已加密投递", opened: "已开标，签名有效", refused: "签名无效，已拒绝", signed: "签名", none: "还没有投标文件",
    records: "操作记录", time: "时间", what: "操作", footer: "演示平台，仅供本机试用。签名由 ukey 签名助手完成。",
    keyPresent: "USBKEY 已插入", keyAbsent: "未插入 USBKEY", other: "English",
  },
  en: {
    title: "Electronic bidding, a demonstration", login: "Log in with your USBKEY", loginHow: "The platform sends your key a challenge that is used once. The PIN is typed into a window of the agent on this machine; no page can see it.",
    certificate: "Signing certificate", logIn: "Log in", loggedIn: "Logged in", company: "Company", subject: "Subject", serial: "Serial number", logOut: "Log out",
    handIn: "Hand in a tender", handInHow: "The tender is signed with your signing key and sealed to your encryption certificate. Nobody can open it before the opening, the platform included.",
    choose: "Click to choose a tender", stepSign: "Sign", stepEncrypt: "Encrypt", stepSend: "Upload", signAndSend: "Sign, encrypt and hand in",
    opening: "Bid opening", openingHow: "At the opening the same key decrypts the tender, and the platform checks the signature.", file: "File", size: "Size", stage: "Stage", open: "Decrypt",
    announced: "Signed", sealed: "Sealed and handed in", opened: "Opened, signature valid", refused: "Refused: signature invalid", signed: "Signed", none: "No tenders yet",
    records: "Record", time: "Time", what: "What", footer: "A demonstration for this machine only. Signatures are made by the ukey agent.",
    keyPresent: "USBKEY present", keyAbsent: "No USBKEY", other: "中文",
  },
};
const PROBLEMS = {
  ERR_UKEY_NO_EXTENSION: ["未检测到 ukey 浏览器扩展，请安装并启用后刷新页面。", "The ukey extension was not found: install and enable it, then reload."],
  ERR_UKEY_NO_AGENT: ["未检测到签名助手，请安装 ukey 并运行 ukey-agent install。", "The agent was not found: install ukey and run ukey-agent install."],
  ERR_UKEY_NO_TOKEN: ["未检测到 USBKEY，请插入后重试。", "No USBKEY was found: plug it in and try again."],
  ERR_UKEY_USER_CANCELLED: ["您取消了操作。", "You cancelled."],
  ERR_UKEY_CONSENT_DENIED: ["您没有同意本网站读取证书。", "You did not agree that this site sees your certificates."],
  ERR_UKEY_PIN_LOCKED: ["PIN 码已锁定，请联系发证机构解锁。", "The PIN is locked: ask your CA to unblock it."],
  ERR_UKEY_PIN_INCORRECT: ["PIN 码错误。", "Wrong PIN."],
};

const find = (id) => document.getElementById(id);
let language = localStorage.getItem("language") ?? (navigator.language.startsWith("en") ? "en" : "zh");
let words = TEXTS[language];
let holder = null;

function say() {
  words = TEXTS[language];
  document.documentElement.lang = language === "en" ? "en" : "zh-CN";
  document.title = words.title;
  for (const element of document.querySelectorAll("[data-text]")) element.textContent = words[element.dataset.text];
  find("language").textContent = words.other;
  sayChosen();
}

function sayChosen() {
  const [file] = find("file").files;
  find("chosen").textContent = file ? `${file.name} · ${size(file.size)}` : words.choose;
}

function problem(error) {
  const known = PROBLEMS[error?.code];
  const left = error?.retriesLeft === undefined ? "" : language === "en" ? ` Tries left: ${error.retriesLeft}.` : `剩余次数：${error.retriesLeft}。`;
  find("problem").textContent = known ? known[language === "en" ? 1 : 0] + left : `${error?.code ?? ""} ${error?.message ?? error}`;
  find("problem").dataset.code = error?.code ?? "other";
  find("problem").hidden = false;
}

/** Runs what a button does: one thing at a time, problems shown in one place. */
async function run(button, work) {
  find("problem").hidden = true;
  button.disabled = true;
  try {
    await work();
  } catch (error) {
    problem(error);
  } finally {
    button.disabled = false;
  }
}

async function api(method, path, body) {
  const isFile = body instanceof Blob;
  const init = { method, body: body === undefined || isFile ? body : JSON.stringify(body) };
  if (body !== undefined) init.headers = { "Content-Type": isFile ? "application/octet-stream" : "application/json" };
  const response = await fetch(path, init);
  if (!response.ok) throw Object.assign(new Error(path), { code: (await response.json()).error });
  return response;
}

async function look() {
  const { tokens } = await ukey.status();
  find("key").textContent = tokens > 0 ? words.keyPresent : words.keyAbsent;
  find("key").classList.toggle("present", tokens > 0);
}

async function listCertificates() {
  const certificates = await ukey.listCertificates({ usage: "sign", valid: true });
  const options = certificates.map((c) => new Option(`${c.commonName ?? c.subject} (${c.algorithm}, ${c.notAfter.slice(0, 10)})`, c.id));
  find("certificates").replaceChildren(...options);
}

const size = (bytes) => (bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} KB` : `${(bytes / 1e6).toFixed(1)} MB`);
const cell = (text) => Object.assign(document.createElement("td"), { textContent: text });

async function show() {
  for (const id of ["holder", "tender", "opening", "records"]) find(id).hidden = holder === null;
  find("login").hidden = holder !== null;
  if (holder === null) return;
  find("company").textContent = holder.commonName;
  find("subject").textContent = holder.subject;
  find("serial").textContent = holder.serial;
  const tenders = await (await api("GET", "api/tenders")).json();
  const rows = tenders.map((tender) => {
    const row = document.createElement("tr");
    row.append(cell(tender.name), cell(size(tender.size)), cell(words[tender.stage]));
    const last = document.createElement("td");
    if (tender.stage === "sealed") {
      const button = Object.assign(document.createElement("button"), { textContent: words.open, className: "main open" });
      button.addEventListener("click", () => run(button, () => openTender(tender)));
      last.append(button);
    }
    row.append(last);
    return row;
  });
  find("tenders").replaceChildren(...(rows.length ? rows : [document.createElement("tr")]));
  if (!rows.length) find("tenders").firstChild.append(cell(words.none));
  const records = await (await api("GET", "api/records")).json();
  find("lines").replaceChildren(
    ...records.map((record) => {
      const row = document.createElement("tr");
      row.append(cell(new Date(record.time).toLocaleString(document.documentElement.lang)), cell(words[record.what] ?? record.what), cell(record.tender));
      return row;
    }),
  );
}

async function logIn() {
  const { nonce } = await (await api("POST", "api/challenge")).json();
  const token = await ukey.authenticate(nonce, { certId: find("certificates").value, lang: language });
  holder = await (await api("POST", "api/login", { token })).json();
  await show();
}

function step(name) {
  const order = ["step-sign", "step-encrypt", "step-send"];
  for (const id of order) {
    const at = order.indexOf(id) - order.indexOf(name);
    find(id).className = name === null ? "" : name === "all" || at < 0 ? "done" : at === 0 ? "now" : "";
  }
}

async function ownPair() {
  const all = await ukey.listCertificates();
  const sign = all.find((c) => c.usage === "sign" && BigInt(`0x${c.serial}`) === BigInt(`0x${holder.serial}`));
  return { sign, encrypt: all.find((c) => c.usage === "encrypt" && c.pairId === sign?.pairId) };
}

async function handIn() {
  const file = find("file").files[0];
  const bar = find("progress");
  const onProgress = (done, total) => (bar.value = total ? done / total : 1);
  bar.hidden = false;
  try {
    const pair = await ownPair();
    step("step-sign");
    const signed = await ukey.sign({ file }, { certId: pair.sign.id, format: "cms", detached: true, lang: language, onProgress });
    step("step-encrypt");
    const sealed = await ukey.encrypt(file, { recipients: [pair.encrypt.der], onProgress });
    step("step-send");
    const { id } = await (await api("POST", "api/tenders", { name: file.name, size: file.size, signature: toBase64(signed.signature) })).json();
    await api("PUT", `api/tenders/${id}/sealed`, sealed);
    step("all");
  } catch (error) {
    step(null);
    throw error;
  } finally {
    bar.hidden = true;
  }
  await show();
}

async function openTender(tender) {
  const sealed = await (await api("GET", `api/tenders/${tender.id}/sealed`)).blob();
  const { encrypt } = await ownPair();
  const opened = await ukey.decrypt(sealed, { certId: encrypt.id, name: tender.name, lang: language });
  try {
    await api("PUT", `api/tenders/${tender.id}/opened`, opened);
  } finally {
    await show();
  }
}

find("log-in").addEventListener("click", () => run(find("log-in"), logIn));
find("hand-in").addEventListener("click", () => run(find("hand-in"), handIn));
find("log-out").addEventListener("click", () =>
  run(find("log-out"), async () => {
    await api("POST", "api/logout");
    holder = null;
    await show();
  }),
);
find("file").addEventListener("change", () => {
  sayChosen();
  find("hand-in").disabled = find("file").files.length === 0;
  step(null);
});
find("language").addEventListener("click", async () => {
  language = language === "en" ? "zh" : "en";
  localStorage.setItem("language", language);
  say();
  await look().catch(problem);
  await show();
});
ukey.on("tokenchange", () => look().then(listCertificates).catch(problem));

say();
const session = await fetch("api/session");
if (session.ok) holder = await session.json();
await show();
try {
  await look();
  await listCertificates();
} catch (error) {
  problem(error);
}
document.body.dataset.ready = "yes";
