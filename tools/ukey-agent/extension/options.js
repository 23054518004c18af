// Options page: a self-test with a next step for each failure, the sites with the user's consent, the last
// lines of the audit log and whether it is whole. Everything is asked of the agent, by way of background.js.
"use strict";

const api = globalThis.browser ?? globalThis.chrome;
const LINES = 30;
const MINUTES = [0, 5, 15, 30, 60];
const TEXTS = {
  zh: {
    title: "ukey 签名", selfTest: "自检", again: "重新检查",
    extension: "浏览器扩展已启用", agent: "签名助手已启动", window: "可以打开 PIN 窗口", token: "已插入 USBKEY", valid: "USBKEY 中有有效的证书",
    fine: "一切就绪，可以在网页上登录、签名和解密。",
    consents: "已授权的网站", consentsHow: "这些网站可以读取您的证书信息；签名、登录和解密仍须您在窗口中逐次确认。",
    noConsents: "尚无网站获得授权。", site: "网站", since: "授权时间", afterPin: "输入 PIN 之后", revoke: "撤销",
    logOut: "每次操作后退出", keep: (minutes) => `保持解锁 ${minutes} 分钟`, forbidden: "管理员不允许保持解锁",
    audit: "使用记录", auditHow: `最近 ${LINES} 条，最新的在前。记录不含 PIN 与内容，逐条链接，改动可被发现。`, noAudit: "尚无记录。",
    time: "时间", operation: "操作", certificate: "证书", result: "结果", ok: "成功", own: "本页",
    whole: (count) => `完整（共 ${count} 条）`, broken: (file, line) => `已被改动：${file} 第 ${line} 行`,
    codes: "错误代码与处理办法", revoked: "已撤销授权：",
    operations: {
      listCertificates: "读取证书", authenticate: "登录", sign: "签名", decrypt: "解密", checkPin: "验证 PIN", changePin: "修改 PIN",
      pinTries: "查询 PIN 次数", deviceInfo: "读取设备信息", streamBegin: "处理文件", streamEnd: "处理文件", connect: "连接",
      revokeConsent: "撤销授权", keepUnlocked: "设置保持解锁",
    },
  },
  en: {
    title: "ukey signing", selfTest: "Self-test", again: "Check again",
    extension: "The extension is enabled", agent: "The agent answers", window: "A PIN window can be opened", token: "A USBKEY is plugged in", valid: "It has a valid certificate",
    fine: "All is in order: you can log in, sign and decrypt on web pages.",
    consents: "Sites with your consent", consentsHow: "They may see your certificates. Every signature, login and decryption still needs your answer in a window.",
    noConsents: "No site has your consent yet.", site: "Site", since: "Since", afterPin: "After the PIN", revoke: "Revoke",
    logOut: "Log out after each operation", keep: (minutes) => `Keep unlocked for ${minutes} min`, forbidden: "Keeping unlocked is forbidden by the administrator",
    audit: "Audit log", auditHow: `The last ${LINES} lines, newest first. Without PINs and content; each is linked to the one before, so that changes show.`, noAudit: "Nothing has been done yet.",
    time: "Time", operation: "Operation", certificate: "Certificate", result: "Result", ok: "done", own: "this page",
    whole: (count) => `whole (${count} lines)`, broken: (file, line) => `changed: ${file}, line ${line}`,
    codes: "Error codes and what to do", revoked: "Consent revoked: ",
    operations: {
      listCertificates: "see certificates", authenticate: "log in", checkPin: "check PIN", changePin: "change PIN", pinTries: "PIN tries",
      deviceInfo: "device information", streamBegin: "file", streamEnd: "file", revokeConsent: "revoke consent", keepUnlocked: "keep unlocked",
    },
  },
};
const language = navigator.language.startsWith("en") ? "en" : "zh";
const words = TEXTS[language];
document.documentElement.lang = language === "en" ? "en" : "zh-CN";
document.title = words.title;
for (const element of document.querySelectorAll("[data-text]")) element.textContent = words[element.dataset.text];

const byId = (id) => document.getElementById(id);
const advised = (code) => ADVICE.find(([known]) => known === code)?.[language === "en" ? 2 : 1] ?? code;
const local = (time) => (time ? new Date(time).toLocaleString(document.documentElement.lang) : "");

/** Asks the agent; an error has a code that ADVICE knows. */
async function ask(method, params = {}) {
  const reply = await api.runtime.sendMessage({ kind: "manage", method, params });
  if (reply?.result !== undefined) return reply.result;
  throw reply?.error ?? { code: "ERR_UKEY_NO_AGENT" };
}

/** An element with a text or with children. */
function make(name, content, properties = {}) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...[content ?? ""].flat());
  return element;
}

function advise(code) {
  byId("advice").textContent = code === null ? words.fine : `${advised(code)} (${code})`;
  byId("advice").className = code === null ? "fine" : "";
}

async function selfTest() {
  byId("steps").replaceChildren();
  byId("advice").textContent = "";
  const show = (text, fine, detail = "") => {
    byId("steps").append(make("li", detail ? `${text} (${detail})` : text, { className: fine ? "ok" : "fail" }));
    return fine;
  };
  show(words.extension, true, api.runtime.getManifest().version);
  let found;
  try {
    found = await ask("selfTest");
  } catch (error) {
    show(words.agent, false);
    advise(error.code);
    return;
  }
  const faults = [
    show(words.agent, true, found.agent) ? null : "ERR_UKEY_NO_AGENT",
    show(words.window, found.pinWindow) ? null : "ERR_UKEY_NO_PIN_UI",
    show(words.token, found.tokens > 0, found.tokens > 1 ? String(found.tokens) : "") ? null : "ERR_UKEY_NO_TOKEN",
  ];
  if (found.tokens > 0 && !show(words.valid, found.valid > 0, String(found.valid))) {
    faults.push(found.certificates > 0 ? "ERR_UKEY_CERT_EXPIRED" : "ERR_UKEY_NO_CERT");
  }
  advise(faults.find((fault) => fault !== null) ?? null);
}

function keepChoice(site, mayKeep) {
  const choice = make("select", MINUTES.map((minutes) =>
    make("option", minutes === 0 ? words.logOut : words.keep(minutes), { value: minutes, selected: minutes === site.minutes })));
  choice.disabled = !mayKeep;
  choice.title = mayKeep ? "" : words.forbidden;
  choice.setAttribute("aria-label", `${words.afterPin}: ${site.origin}`);
  choice.addEventListener("change", () => act(() => ask("keepUnlocked", { origin: site.origin, minutes: Number(choice.value) })));
  return choice;
}

function revokeButton(site) {
  const button = make("button", words.revoke, { type: "button", className: "quiet" });
  button.setAttribute("aria-label", `${words.revoke} ${site.origin}`);
  button.addEventListener("click", () => act(async () => {
    await ask("revokeConsent", { origin: site.origin });
    byId("advice").textContent = words.revoked + site.origin;
  }));
  return button;
}

function fill(id, rows) {
  byId(id).tBodies[0].replaceChildren(...rows);
  byId(id).hidden = rows.length === 0;
  byId(`no-${id}`).hidden = rows.length > 0;
}

async function showConsents() {
  const { sites, mayKeepUnlocked } = await ask("consents");
  fill("consents", sites.map((site) => make("tr", [
    make("td", site.origin, { className: "site" }), make("td", local(site.since)),
    make("td", keepChoice(site, mayKeepUnlocked)), make("td", revokeButton(site)),
  ])));
}

async function showAudit() {
  const { lines, verdict } = await ask("auditTail", { count: LINES });
  fill("audit", lines.filter((line) => line !== null).map((line) => make("tr", [
    make("td", local(line.time)), make("td", line.origin === "extension" ? words.own : line.origin, { className: "site" }),
    make("td", words.operations[line.operation] ?? line.operation), make("td", line.cert ? `…${line.cert.slice(-8)}` : ""),
    line.result === "ok" ? make("td", words.ok, { className: "ok" })
      : make("td", line.result.replace("ERR_UKEY_", ""), { className: "fail", title: advised(line.result) }),
  ])));
  byId("verdict").textContent = verdict.whole ? words.whole(verdict.lines) : words.broken(verdict.file, verdict.line);
  byId("verdict").className = verdict.whole ? "ok" : "fail";
}

/** Does something and shows what became of it. */
async function act(what) {
  try {
    await what();
    await showConsents();
    await showAudit();
  } catch (error) {
    advise(error.code);
  }
}

async function showAll() {
  await selfTest();
  await act(() => {});
}

byId("codes").append(...ADVICE.flatMap(([code]) => [make("dt", code), make("dd", advised(code))]));
byId("again").addEventListener("click", showAll);
showAll();
