// What to do about each error code, in one sentence, for the options page: [code, 中文, English].
"use strict";

const ADVICE = [
  ["ERR_UKEY_NO_EXTENSION", "请安装并启用 ukey 扩展，然后刷新网页。", "Install and enable the ukey extension, then reload the page."],
  ["ERR_UKEY_NO_AGENT", "未找到签名助手。请安装 ukey，在终端运行 ukey-agent install，然后重新检查。", "The agent was not found. Install ukey, run ukey-agent install in a terminal, then check again."],
  ["ERR_UKEY_VERSION", "扩展与签名助手版本不一致。请把两者都更新到最新版本。", "Extension and agent are of different versions. Update both."],
  ["ERR_UKEY_INSECURE_CONTEXT", "该网页不是 https 页面，请从平台的 https 地址进入。", "The page is not on https. Go to the platform's https address."],
  ["ERR_UKEY_ORIGIN_DENIED", "该网页不允许使用 USBKEY。请核对网址，并在独立的标签页中打开。", "This page may not use the USBKEY. Check its address, and open it in a tab of its own."],
  ["ERR_UKEY_USER_CANCELLED", "操作已取消。如需继续，请在网页上重新操作。", "Cancelled. Start again on the page if you want to go on."],
  ["ERR_UKEY_CONSENT_DENIED", "您未授权该网站读取证书。请在网页上重新操作，并在窗口中选择“允许”。", "You did not let the site see your certificates. Start again on the page and choose Allow."],
  ["ERR_UKEY_TIMEOUT", "窗口等待超时。请在网页上重新操作，并及时在窗口中输入。", "The window waited too long. Start again on the page and answer the window in time."],
  ["ERR_UKEY_BUSY", "另一个操作正在使用 USBKEY。请等它完成或关闭其窗口后重试。", "Another operation uses the USBKEY. Let it end or close its window, then try again."],
  ["ERR_UKEY_RATE", "请求过于频繁。请稍等片刻再试。", "Too many requests. Wait a moment and try again."],
  ["ERR_UKEY_NO_TOKEN", "未检测到 USBKEY。请插入；如仍无法识别，请运行 ukey-admin doctor 查看原因。", "No USBKEY was found. Plug it in; if it is still not recognised, ukey-admin doctor says why."],
  ["ERR_UKEY_TOKEN_REMOVED", "USBKEY 已拔出。请重新插入后再试。", "The USBKEY was pulled out. Plug it in again and retry."],
  ["ERR_UKEY_NO_CERT", "USBKEY 中没有所需的证书。请确认插入的是正确的 USBKEY，或联系 CA 办理证书。", "The USBKEY has no such certificate. Check that it is the right one, or ask your CA."],
  ["ERR_UKEY_CERT_EXPIRED", "证书不在有效期内。请联系 CA 更新证书，并核对本机时间。", "The certificate is not valid now. Have your CA renew it, and check this machine's clock."],
  ["ERR_UKEY_PIN_INCORRECT", "PIN 错误。请确认后再试，次数用完 USBKEY 将被锁定。", "Wrong PIN. Make sure of it before the next try: the USBKEY locks when no tries are left."],
  ["ERR_UKEY_PIN_LOCKED", "PIN 已锁定。请携带 USBKEY 联系 CA 解锁。", "The PIN is locked. Have your CA unblock it."],
  ["ERR_UKEY_PIN_IN_REQUEST", "网页试图传送 PIN，已拒绝。请只在签名助手的窗口中输入 PIN，并向平台反映。", "The page tried to send a PIN and was refused. Type it only into the agent's window, and tell the platform."],
  ["ERR_UKEY_NO_PIN_UI", "无法打开 PIN 窗口。请安装 pinentry-qt，或在 ukey.toml 中设置 [pin] pinentry。", "No PIN window can be opened. Install pinentry-qt, or set [pin] pinentry in ukey.toml."],
  ["ERR_UKEY_BAD_PARAMS", "网页的请求有误。请向平台反映此错误代码。", "The page's request is wrong. Tell the platform this code."],
  ["ERR_UKEY_TOO_LARGE", "数据过大，应由网页分段传送。请向平台反映此错误代码。", "The data is too large for one message. Tell the platform this code."],
  ["ERR_UKEY_FORBIDDEN_DATA", "网页要求签署登录数据，已拒绝。请勿在该网站继续操作。", "The page wanted login data signed and was refused. Do not go on at this site."],
  ["ERR_UKEY_UNSUPPORTED", "不支持该功能或算法。请更新 ukey，或向平台反映。", "This function or algorithm is not supported. Update ukey, or tell the platform."],
  ["ERR_UKEY_INVALID", "签名或密文不正确，可能已被改动，或不是给这个 USBKEY 的。", "The signature or envelope is not right: altered, or for another USBKEY."],
  ["ERR_UKEY_INTERNAL", "签名助手内部错误。请运行 ukey-agent doctor 查看原因。", "The agent failed. ukey-agent doctor says why."],
];
