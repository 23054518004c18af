# 出了什么问题：跟在“错误：”之后，句末不加标点。

error-pin-not-set = 该应用还没有设置用户口令
error-not-good = 有证书未通过检查
error-one-output = 多个文件不能共用一个 --output，请去掉该选项
error-seal-name = 印章名称须为 1 至 24 个字母、数字或 - _ .
error-not-a-wrapped-key = 该文件中没有经保护的密钥
error-answer-without-key = 这份应答对应的密钥不在此 USBKEY 上；应答只能用于在此处生成的请求
error-not-confirmed = 未确认，没有做任何改动
error-verification-false = 签名无效
error-interrupted = 已中断
error-broken-pipe = 读取输出的程序已退出
error-pin-source-unknown = 口令来源无法识别（为防它就是口令，这里不显示）
error-readers = 智能卡服务
error-json-and-stream = --json 和 --output - 都要使用标准输出，请写入文件
error-command-missing = 缺少命令
error-seal-needs-output = 印章是二进制数据，请用 --output 指定输出位置（- 表示标准输出）
error-binary-needs-output = --format der 是二进制格式，请用 --output 指定输出位置（- 表示标准输出）
error-no-authority = 需要 --ca、--request、--answer 三者之一
error-two-officers = 恢复密钥需要两名管理员的密钥文件
error-wrong-answer = CA 的应答与请求不符
error-gm-needs-sm2 = --format gm 只用于 SM2 密钥；此密钥是 RSA，请使用 cms
error-raw-der-needs-sm2 = --format raw-der 只用于 SM2 密钥；此密钥是 RSA，请使用 raw
error-raw-attached = 裸签名不能包含原文件，请去掉 --attached
error-nothing-to-take-out = --output 用于从签名中取出原文件；此签名与原文件是分开的
error-signature-is-detached = 此签名不包含原文件：请指定原文件，并用 --signature 指定签名
error-bare-needs-certificate = 裸签名中没有签名者的信息，请用 --certificate 指定其证书
error-decrypt-needs-output = 文件名不以 .enc 结尾，请用 --output 指定输出位置
error-two-readers-of-stdin = 文件和口令不能都来自标准输入
error-label-too-long = 标签最长 31 字节（10 个汉字）

error-some-files = { $failed } 个文件处理失败
error-not-hex-text = { $text } 不是十六进制的字节串
error-mistyped = { $what }与读出的不一致，没有用它做任何尝试
error-unselected = 没有符合选择条件的 USBKEY（--serial、--label、--uri、--cert-subject 或 UKEY_SERIAL）
error-no-key = 没有找到 USBKEY
error-item =
    { $what ->
        [device] USBKEY
        [application] 应用
        [container] 容器
        [signing-key] 签名密钥对
        [encryption-key] 加密密钥对
        [certificate] 证书
        [key-for-certificate] 与证书对应的密钥对
        [signature] 签名
        [seal] 印章
       *[file] 文件
    }
error-several =
    { $what ->
        [device] 插入了多把 USBKEY，请用 --serial 选择一把
        [application] USBKEY 上有多个应用，请用 --application 选择一个
        [certificate] 有多张符合条件的证书，请用序列号选择一张
       *[other] 有多个符合条件的容器，请用 --container 选择一个
    }
error-found-none = 没有找到{ $item }
error-found-none-called = 没有找到{ $item }：{ $name }
error-exists-already = { $item }已经存在：{ $name }
error-file-line =
    { $action ->
        [read] 无法读取 { $path }：{ $cause }
        [write] 无法写入 { $path }：{ $cause }
       *[create] 无法创建 { $path }：{ $cause }
    }
error-io =
    { $kind ->
        [not-found] 文件或目录不存在
        [permission-denied] 权限不足
        [already-exists] 已经存在
        [is-a-directory] 这是一个目录
        [not-a-directory] 这不是目录
        [storage-full] 磁盘空间不足
        [read-only] 文件系统只读
        [unexpected-end] 内容不完整
       *[other] { $detail }
    }
error-wrong-pin =
    { $tries_left ->
        [0] { $pin }错误，现已锁定
       *[other] { $pin }错误，还可重试 { $tries_left } 次
    }
error-locked-pin = { $pin }已锁定
error-one-try-left = { $pin }只剩最后一次机会，再次输错将被锁定
error-must-not-ask = 需要询问{ $what }，但提问功能已关闭或此处无法提问
error-self-test = 自检失败：{ $step }
error-findings = { $failures } 项失败，{ $warnings } 项警告
error-pin-variable-unset = 环境变量 { $name } 未设置或为空
error-pin-file-readable = 其他用户可以读取口令文件 { $path }
error-pin-source-empty = 口令来源 { $source } 中没有（更多的）内容
error-pin-source-broken = 无法读取口令来源 { $source }：{ $cause }
error-uri = --uri：{ $why }
error-not-an-auth-key = { $path } 不是设备认证密钥文件（16 字节，或 32 个十六进制数字）
error-key-usage =
    { $usage ->
        [sign] 证书的密钥用法不允许签名
       *[encrypt] 证书的密钥用法不允许加密
    }
error-not-retired = 容器 { $container } 正在使用，只能用 ukey-admin container delete 删除
error-expiring = { $count } 张证书即将到期
error-not-due = 证书还有 { $days_left } 天才到期
error-not-for-this-key = 该文件不是加密给此 USBKEY 上的证书的，它的接收者是：
error-recipient-usage = { $path } 中没有密钥用法允许加密的证书
