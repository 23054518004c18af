# 出错后的处理建议。

hint-list-devices = 查看插入了哪些 USBKEY：ukey-admin device list
hint-ask-doctor = 查找原因：ukey-admin doctor
hint-unblock = 可用管理员口令解锁：ukey-admin pin unblock
hint-so-locked = 管理员口令锁定后无法解锁；只能用 ukey-admin device init 重新初始化，其中的密钥会全部销毁
hint-last-try = 如果确信口令正确，请加上 --last-try-ok
hint-set-pin = 用管理员口令设置：ukey-admin pin unblock
hint-yes = 请加上 --yes
hint-pin-source = 请给出 --pin-source（或 --so-pin-source、--new-pin-source）：env:NAME、file:PATH、fd:N、stdin 或 agent
hint-force-or-output = 加上 --force 可以覆盖，或者用 --output 另选文件
hint-other-file = 请换一个文件名；已有的文件不会被覆盖
hint-force = 加上 --force 可以替换
hint-initialise = 空白 USBKEY 需要先初始化：ukey-admin device init
hint-make-key = 生成密钥：ukey-admin key generate；或者一步完成申请：ukey-admin enroll
hint-list-containers = 查看有哪些容器：ukey-admin container list
hint-name-signature = 用 --signature 指定签名文件
hint-plug-recipient = 请插入持有其中一张证书的 USBKEY（可用 ukey-admin cert list 查看）
hint-early = 请以后再延期，或者加上 --early
hint-source-forms = 可写 prompt、agent、env:NAME、file:PATH、fd:N 或 stdin；不要写口令本身
hint-make-private = 请限制为仅本人可读：chmod 600 { $path }
hint-plug-in = 请插入 USBKEY，再次运行该命令
hint-wait = 请关闭另一个程序，或者等它结束
hint-device-key = 请指定正确的设备认证密钥文件：UKEY_AUTH_KEY_FILE=FILE，或 ukey.toml 中的 auth_key_file
hint-make-room = 请腾出空间：ukey-admin container delete、seal delete（先看 container list、seal list）
hint-list-applications = 查看有哪些应用：ukey-admin app list
