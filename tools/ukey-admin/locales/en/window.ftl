# PIN windows.

window-prompt = PIN:
window-none = no PIN window can be opened: no pinentry program is installed, or this session has no display
window-closed = interrupted: the PIN window was closed
window-unanswered = nobody answered the PIN window
window-broken = the PIN window failed: { $detail }
