// Options page: a self-test with a next step for each failure, and where consents and audit are.
"use strict";

const api = globalThis.browser ?? globalThis.chrome;
const TEXTS = {
  zh: {
    title: "ukey 签名", selfTest: "自检", again: "再检查一次",
    extension: "浏览器扩展已启用", agent: "本机签名助手已启动", token: "已插入 USBKEY",
    noAgent: "未找到签名助手。请安装 ukey，然后在终端运行 ukey-agent install，再点“再检查一次”。",
    noToken: "未检测到 USBKEY。请插入 USBKEY；如仍无法识别，请运行 ukey-admin doctor 查看原因。",
    consents: "已授权的网站", consentsHow: "读取证书的授权按网站保存在本机；签名每次都要输入 PIN。查看与撤销：",
    audit: "使用记录", auditHow: "每次操作都记入本机的防篡改日志，不含 PIN 与内容。查看与校验：",
  },
  en: {
    title: "ukey signing", selfTest: "Self-test", again: "Check again",
    extension: "The extension is enabled", agent: "The agent on this machine answers", token: "A USBKEY is plugged in",
    noAgent: "The agent was not found. Install ukey, run ukey-agent install in a terminal, then check again.",
    noToken: "No USBKEY was found. Plug it in; if it is still not recognised, ukey-admin doctor says why.",
    consents: "Sites with your consent", consentsHow: "Consent to see certificates is kept on this machine by site; every signature asks for the PIN. To list and revoke:",
    audit: "Audit log", auditHow: "Every operation is written to a log that shows changes, without PINs or content. To read and check it:",
  },
};
const words = TEXTS[navigator.language.startsWith("en") ? "en" : "zh"];
document.documentElement.lang = words === TEXTS.en ? "en" : "zh-CN";
for (const element of document.querySelectorAll("[data-text]")) element.textContent = words[element.dataset.text];

async function selfTest() {
  const steps = document.getElementById("steps");
  const advice = document.getElementById("advice");
  steps.replaceChildren();
  advice.textContent = "";
  const show = (text, fine, detail = "") => {
    const item = document.createElement("li");
    item.className = fine ? "ok" : "fail";
    item.textContent = detail ? `${text} (${detail})` : text;
    steps.append(item);
    return fine;
  };
  show(words.extension, true, api.runtime.getManifest().version);
  const reply = await api.runtime.sendMessage({ kind: "self-test" });
  if (!show(words.agent, reply?.result !== undefined, reply?.result?.agent ?? "")) {
    advice.textContent = words.noAgent;
    return;
  }
  const tokens = reply.result.tokens;
  if (!show(words.token, tokens > 0, tokens > 0 ? String(tokens) : "")) advice.textContent = words.noToken;
}

document.getElementById("again").addEventListener("click", selfTest);
selfTest();
