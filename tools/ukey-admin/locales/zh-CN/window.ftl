# 口令窗口。

window-prompt = 口令：
window-none = 无法打开口令窗口：没有安装 pinentry 程序，或者当前会话没有显示器
window-closed = 已中断：口令窗口被关闭
window-unanswered = 口令窗口无人应答
window-broken = 口令窗口出错：{ $detail }
