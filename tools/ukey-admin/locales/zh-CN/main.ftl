# 提问、过程说明和结果。

new-pins-differ = 两次输入不一致，请重新输入。
nothing-changed = 演练模式：没有做任何改动。
factory-device-key =
    设备认证密钥仍是出厂值，人人都知道：任何拿到这把 USBKEY 的人都可以将它清空。
    请用 --new-auth-key-file FILE 更换为自己的密钥。
not-judged = 如需同时判断签名者是否可信，请用 --ca 给出您信任的证书。
none = （无）
blank-key = （无：这是空白 USBKEY，请先初始化：ukey-admin device init）
pin-unblocked = 用户口令已重新设置，重试次数已恢复。
no-containers = （没有容器）
no-certificate = 无证书
signature-side = 签名密钥
encryption-side = 加密密钥
empty = 空
unreadable-certificate = （无法读取的证书）
making-key = USBKEY 正在生成密钥对
no-certificates = （没有证书）
read-back = 读回的内容与写入的不一致
self-test-sign = USBKEY 的签名用其证书验证不通过
self-test-decrypt = USBKEY 无法解密用其证书加密的数据
self-test-ok = 签名验签、加密解密均正常
done-earlier = 已保留此前的证书
done-encryption-key = 加密密钥已导入
decrypted-ok = 加密解密正常
renewal-warning =
    已递交但尚未开标的投标文件，开标时仍要用旧密钥解密：旧密钥会保留在这把 USBKEY 上，
    但交易平台可能会核对证书。如果可以等待，请不要在递交之后、开标之前办理延期。
recover-old = 如需解密加密给旧 USBKEY 的文件：ukey-admin recover，需要 CA 的两名管理员。
unknown-signer = （未知：缺少签名者的证书）
not-checked = 未检查
not-protected =
    该文件没有完整性校验（由其他软件生成）：如果它在传输中被改动过，
    仅凭文件本身无法发现。
watching = 正在等待 USBKEY 插拔；按 Ctrl-C 结束。
no-seals = （没有印章）
good = 正常
other-key = 证书对应的不是旁边的这对密钥
revoked = 证书已在吊销列表中
list-of-stranger = 吊销列表不是由受信任的 CA 签发的
list-not-signed = 吊销列表不是由其 CA 签名的
list-too-old = 吊销列表已过期
no-list-of-issuer = 没有给出其颁发者的吊销列表
answer = 应答码
code = 请求码
answer-prompt = 操作员给出的应答码：{""}

error-prefix = 错误：{""}
hint-prefix = 提示：{""}
warning-prefix = 警告：{""}
tries = { $count } 次
user-pin = 用户口令
so-pin = 管理员口令
user-pin-capital = 用户口令
so-pin-capital = 管理员口令
confirmation = 是否确认

pin-question = { $token } 的{ $pin }（还可重试 { $tries }）：{""}
new-pin-question = 新的{ $pin }（6 至 16 个字符）：{""}
new-pin-again = 再次输入新的{ $pin }（6 至 16 个字符）：{""}
bare-question = { $pin }：{""}
wrong-ask-again = 口令错误，还可重试 { $tries }。
unsent-pin = { $reason }；没有发送给 USBKEY，未消耗重试次数。
confirm-question = 如要继续，请输入序列号的最后 { $count } 个字符：{""}
test-ca-created = 已在 { $directory } 中新建测试 CA：仅供试用。
auth-key-written = 新的设备认证密钥已写入 { $path }。请妥善保管：没有它就无法再次初始化这把 USBKEY。
stopped = 已中断；没有留下不完整的输出文件。
stopped-after = 已中断；没有留下不完整的输出文件。此前已完成：{ $done }。
result-file = { $what }：{ $path }
yes = 是
no = 否
of-total = { $free }（共 { $total }）
pin-unset = 未设置
pin-is-locked = 已锁定
tries-of = 还可重试 { $left } 次（共 { $max } 次）
never-changed = { $state }，初始化后从未修改
pin-changed = { $pin }已修改。
file-size = 文件 { $name }（{ $size }）
will-destroy = { $token } 上的应用 { $application } 及其全部内容将被永久销毁：
it-is-empty = （其中没有内容）
will-delete = { $token } 上的以下容器将被永久删除：
container-deleted = 容器 { $name } 已删除。
init-tries = 用户口令 { $user } 次，管理员口令 { $so } 次
done-deleted = 应用 { $application } 已删除
done-created = 应用 { $application } 已创建
done-container = 容器 { $name } 已创建
done-signing-key = 已在容器 { $container } 中生成签名密钥
done-retired = 容器 { $container } 已退役
done-certificate =
    { $usage ->
        [sign] 签名证书已写入
       *[encrypt] 加密证书已写入
    }
key-made = 已在容器 { $container } 中生成新的 { $algorithm } 签名密钥。
certificate-new =
    { $usage ->
        [sign] { $name } 的签名证书已写入容器 { $container }。
       *[encrypt] { $name } 的加密证书已写入容器 { $container }。
    }
certificate-there =
    { $usage ->
        [sign] { $name } 的签名证书此前已在容器 { $container } 中。
       *[encrypt] { $name } 的加密证书此前已在容器 { $container } 中。
    }
days-after = { $day }（已过期）
days-before = { $day }（还有 { $days_left } 天）
old-pair = 旧密钥保留在容器 { $container } 中，用于解密此前加密给它的文件。
request-file = 请求已写入 { $path }。请把它交给 CA，收到应答后用 --answer 再次运行同一命令。
in-container = 在容器 { $name } 中
unblock-code =
    请把请求码告诉操作员：{ $code }
    在收到应答码之前，请不要拔下 USBKEY。
side-line = { $side } { $key }（{ $certificate }）
application-pins = { $name }（用户口令：{ $user }；管理员口令：{ $so }）
purpose =
    { $usage ->
        [sign] 签名
       *[encrypt] 加密
    }

is-true = 通过
is-false = 不通过
check-passed =
    { $check ->
        [certificate] 有签名者的证书，且可以使用
        [binding] 文件就是该签名所针对的文件
        [content_type] 签名属性与内容类型一致
        [content_digest] 文件自签名后未被改动
        [signature] 签名由签名者的密钥生成
        [path] 签名者的证书有效，且由受信任的 CA 签发
       *[other] 其他检查
    }
valid-signature = 签名有效。
valid-unjudged = 签名有效；未判断签名者是否可信。
outside-validity = { $name } 的证书不在有效期内，他人可能不接受此签名
recipient-outside-validity = { $name } 的证书不在有效期内，请确认它是否仍在使用
outside-dates = 证书有效期为 { $from } 至 { $until }；请确认电脑的时钟是否正确
no-configuration = 没有配置文件，使用默认值。
config-is-valid = { $file } 是有效的配置文件。
seal-stored = 印章 { $name } 已写入。
seal-deleted = 印章 { $name } 已删除。
pair-imported = 加密密钥已导入容器 { $container }，并已试用通过。
with-serial = { $name }（序列号 { $serial }）
status-word =
    { $word ->
        [ok] 正常
        [warn] 警告
        [fail] 失败
        [skipped] 跳过
        [active] 有效
        [held] 已冻结
        [revoked] 已吊销
        [unknown] 未知
        [claimed] 已分配
        [done] 已完成
        [failed] 失败
        [released] 已放弃
        [passed] 通过
        [inserted] 插入
        [removed] 拔出
       *[other] { $word }
    }
